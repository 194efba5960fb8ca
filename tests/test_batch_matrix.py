"""Every kind of picture in every format and at every orientation: the pixels are those that Pillow shows upright."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from fastresample import batch
from fastresample.batch.codecs.formats import BY_NAME

RNG = np.random.default_rng(29)
ORIENTATIONS = range(1, 9)


def noise(*shape, dtype=np.uint8):
    return RNG.integers(0, np.iinfo(dtype).max, shape, dtype=dtype, endpoint=True)


def with_palette(**transparency):
    picture = Image.fromarray(noise(12, 17, 3)).quantize(20)
    picture.info.update(transparency)
    return picture


def with_alpha(mode):
    alpha = noise(12, 17) | 1  # what is not seen at all has no colour
    picture = Image.fromarray(noise(12, 17, 3)).convert(mode)
    picture.putalpha(Image.fromarray(alpha))
    return picture


def blocks(picture):
    """Enlarge pixels to blocks that lossy formats keep nearly as they are."""
    return picture.resize((17 * 4, 12 * 4), Image.Resampling.NEAREST)


# What is stored, and the mode in which Pillow's pixels are those of the result.
KINDS = {
    "black and white": (Image.fromarray(noise(12, 17) > 127), "L"),
    "grey": (Image.fromarray(noise(12, 17)), "L"),
    "grey with alpha": (with_alpha("LA"), "LA"),
    "palette": (with_palette(), "RGB"),
    "palette, one entry transparent": (with_palette(transparency=3), "RGBA"),
    "palette, each entry with an opacity": (with_palette(transparency=bytes(range(5, 225, 11))), "RGBA"),
    "colour": (Image.fromarray(noise(12, 17, 3)), "RGB"),
    "colour with alpha": (with_alpha("RGBA"), "RGBA"),
    "inks": (Image.frombytes("CMYK", (17, 12), noise(12, 17, 4).tobytes()), "CMYK"),
    "16 bits": (Image.fromarray(noise(12, 17, dtype=np.uint16)), "I;16"),
    "32 bits": (Image.fromarray(noise(12, 17, dtype=np.int32)), "I"),
    "floats": (Image.fromarray(RNG.standard_normal((12, 17)).astype(np.float32)), "F"),
}
HELD = {
    "PNG": [kind for kind in KINDS if kind not in ("inks", "32 bits", "floats")],
    "TIFF": [kind for kind in KINDS if "entry" not in kind],
    "WEBP": ["grey", "grey with alpha", "colour", "colour with alpha"],
    "AVIF": ["grey", "grey with alpha", "colour", "colour with alpha"],
    "JPEG": ["grey", "colour", "inks"],
}
BEST = {
    "WEBP": {"lossless": True},
    "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    "JPEG": {"quality": 100, "subsampling": 0},
}
# What a second encoding by a lossy format may change, on average.
LOSS = {"AVIF": 3, "JPEG": 3}


def seen(image, mode):
    """Return an image's samples, without the colour of what is fully transparent."""
    samples = np.array(image if image.mode == mode else image.convert(mode))
    if "A" in mode:
        samples[samples[..., -1] == 0] = 0
    return samples


def load(path):
    image = Image.open(io.BytesIO(path.read_bytes()))
    image.load()
    return image


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in HELD if name in BY_NAME for kind in HELD[name]])
def test_pixels_are_those_that_are_seen_upright(tmp_path, name, kind):
    picture, mode = KINDS[kind]
    if name in LOSS:
        picture = blocks(picture)
    extension = BY_NAME[name].extensions[0]
    inputs = tmp_path / "in"
    inputs.mkdir()
    for orientation in ORIENTATIONS:
        block = Image.Exif()
        block[0x0112] = orientation
        picture.save(inputs / f"{orientation}{extension}", exif=block.tobytes(), **BEST.get(name, {}))
    options = batch.Options("100%", quality=100 if name in LOSS else None)
    report = batch.process(
        batch.prepare(inputs, tmp_path / "out", options), options, apply=lambda samples, placement: samples
    )
    assert report.written == len(ORIENTATIONS), report.failures
    for orientation in ORIENTATIONS:
        source, result = load(inputs / f"{orientation}{extension}"), load(tmp_path / f"out/{orientation}{extension}")
        expected = ImageOps.exif_transpose(source)
        expected, got = seen(expected, mode), seen(result, mode)
        assert got.shape == expected.shape
        if name in LOSS:
            assert np.abs(got.astype(float) - expected).mean() <= LOSS[name], orientation
        else:
            np.testing.assert_array_equal(got, expected, err_msg=str(orientation))
        assert result.getexif().get(0x0112, 1) == 1
