"""JPEG pixels: the same by both decoders, shrunk by exact factors, and damage that is heard."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from fastresample.batch.codecs import jpeg, opening

simplejpeg = pytest.importorskip("simplejpeg", reason="compares simplejpeg with Pillow")

HEIGHT, WIDTH = 111, 131
COARSE = np.random.default_rng(5).integers(0, 256, (14, 17, 3), dtype=np.uint8)
NOISE = np.random.default_rng(6).bytes(200)
PICTURE = Image.fromarray(COARSE).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def encoded(mode="RGB", **settings):
    buffer = io.BytesIO()
    PICTURE.convert(mode).save(buffer, "JPEG", **{"quality": 88, "subsampling": 2, **settings})
    return buffer.getvalue()


LAYOUTS = {
    "4:4:4": encoded(subsampling=0),
    "4:2:2": encoded(subsampling=1),
    "4:2:0": encoded(),
    "4:4:0": simplejpeg.encode_jpeg(np.asarray(PICTURE), 88, "RGB", "440"),
    "4:1:1": simplejpeg.encode_jpeg(np.asarray(PICTURE), 88, "RGB", "411"),
    "progressive": encoded(progressive=True),
    "stored as RGB": encoded(keep_rgb=True, subsampling=0),
    "grey": encoded("L"),
    "progressive grey": encoded("L", progressive=True),
    "CMYK": encoded("CMYK", subsampling=0),
    "CMYK in 4:2:0": encoded("CMYK"),
    "restart marks": encoded(restart_marker_blocks=4),
}


def decode(data, factor=1, **settings):
    file = io.BytesIO(data)
    return jpeg.decode(Image.open(file), file, factor, **settings)


def expected(data, factor):
    """Pillow's own: libjpeg's scaled decoding gives exact factors when the size asked for is met exactly."""
    with Image.open(io.BytesIO(data)) as image:
        if factor > 1:
            image.draft(None, (image.width // factor, image.height // factor))
        return np.asarray(image)


@pytest.fixture
def without_turbo(monkeypatch):
    monkeypatch.setattr(jpeg, "turbo", lambda: None)


@pytest.mark.parametrize("factor", [1, 2, 4, 8])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_samples_are_those_of_pillow(layout, factor):
    samples, notes = decode(LAYOUTS[layout], factor)
    np.testing.assert_array_equal(samples, expected(LAYOUTS[layout], factor))
    assert samples.shape[:2] == (-(-HEIGHT // factor), -(-WIDTH // factor))
    assert samples.dtype == np.uint8
    assert bool(notes) == (layout == "CMYK in 4:2:0"), "which simplejpeg cannot decode"


@pytest.mark.usefixtures("without_turbo")
@pytest.mark.parametrize("factor", [1, 2, 4, 8])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_samples_are_the_same_without_simplejpeg(layout, factor):
    samples, notes = decode(LAYOUTS[layout], factor)
    np.testing.assert_array_equal(samples, expected(LAYOUTS[layout], factor))
    assert notes == (jpeg.UNHEARD,)


@pytest.mark.parametrize(
    ("resolutions", "rare"),
    [
        ([(1, 1)], False),
        ([(2, 2)], False),
        ([(2, 2), (1, 1), (1, 1)], False),
        ([(4, 2), (1, 1), (1, 1)], True),
        ([(2, 2), (2, 1), (1, 1)], True),
        ([(2, 2), (2, 2), (2, 2)], True),
        ([(1, 1), (1, 1), (1, 1), (1, 1)], False),
        ([(2, 2), (1, 1), (1, 1), (2, 2)], False),
        ([(2, 2), (1, 1), (1, 1), (1, 1)], True),
    ],
)
def test_layouts_without_a_name_are_left_to_pillow(resolutions, rare):
    image = SimpleNamespace(layer=[(number, *resolution, 0) for number, resolution in enumerate(resolutions)])
    assert jpeg._is_rare(image) is rare


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (7, 9), (15, 16), (17, 33), (64, 65)])
@pytest.mark.parametrize("factor", [1, 2, 4, 8])
def test_every_size_has_its_rounded_up_part(size, factor):
    buffer = io.BytesIO()
    Image.new("RGB", size[::-1], (200, 100, 50)).save(buffer, "JPEG")
    if any(side < factor for side in size):
        return  # never asked for: a factor keeps two pixels at least
    samples, _ = decode(buffer.getvalue(), factor)
    assert samples.shape[:2] == tuple(-(-side // factor) for side in size)


def test_adobes_inverted_inks_are_inks():
    """White paper has no ink: 0 in Pillow's CMYK, 255 in the file."""
    buffer = io.BytesIO()
    Image.new("CMYK", (32, 16), (0, 0, 0, 0)).save(buffer, "JPEG", quality=95, subsampling=0)
    samples, _ = decode(buffer.getvalue())
    assert samples.shape == (16, 32, 4)
    assert samples.max() == 0


@pytest.mark.parametrize(
    ("shape", "drawn", "factor"),
    [
        ((3000, 4000), (600, 800), 2),
        ((3000, 4000), (1500, 2000), 1),
        ((3200, 4000), (800, 1000), 2),
        ((3199, 4000), (800, 1000), 1),
        ((6400, 6400), (800, 800), 4),
        ((12800, 12800), (800, 800), 8),
        ((100_000, 100_000), (1, 1), 8),
        ((100, 100), (300, 300), 1),
        ((1000, 8000), (500, 500), 1),  # stretched: one axis is not shrunk
    ],
)
def test_a_factor_keeps_two_pixels_for_one(shape, drawn, factor):
    assert jpeg.factor_for(shape, drawn) == factor


@pytest.mark.parametrize("turbo", [True, False])
def test_a_file_that_ends_too_early_is_refused(turbo, monkeypatch):
    if not turbo:
        monkeypatch.setattr(jpeg, "turbo", lambda: None)
    with opening.strict_pillow():
        for cut in (700, 1500, len(LAYOUTS["4:2:0"]) - 400):
            with pytest.raises((ValueError, OSError)):
                decode(LAYOUTS["4:2:0"][:cut])


def damaged_data():
    """Files of whose entropy-coded data 200 bytes were overwritten; their length and their end mark are right."""
    data = encoded(quality=95, subsampling=0)
    begin = data.index(b"\xff\xda") + 40
    for position in range(begin, len(data) - 400, (len(data) - begin) // 25):
        for filling in (bytes(200), b"\xff\xd9" * 100, NOISE):
            yield data[:position] + filling + data[position + 200 :]


def test_damage_in_the_middle_is_heard():
    for data in damaged_data():
        with pytest.raises(ValueError, match=r"[A-Za-z]"):
            decode(data)


@pytest.mark.usefixtures("without_turbo")
def test_pillow_does_not_hear_it():
    """Why the note is there; when this fails, Pillow has learned it and the note can go."""
    heard = 0
    total = 0
    with opening.strict_pillow():
        for data in damaged_data():
            total += 1
            try:
                decode(data)
            except OSError:
                heard += 1
    assert heard < total


@pytest.mark.parametrize("turbo", [True, False])
def test_what_is_left_of_a_damaged_file_is_kept_on_request(turbo, monkeypatch):
    if not turbo:
        monkeypatch.setattr(jpeg, "turbo", lambda: None)
    data = encoded(quality=95, subsampling=0)
    whole = expected(data, 1)
    with opening.strict_pillow():
        samples, notes = decode(data[: len(data) // 2], lenient=True)
    assert samples.shape == whole.shape
    np.testing.assert_array_equal(samples[:32], whole[:32])
    assert notes[0].startswith("is damaged (")


def test_a_file_of_which_nothing_is_left_is_refused_all_the_same():
    data = LAYOUTS["4:2:0"]
    beginning = data[: data.index(b"\xff\xda")]
    with opening.strict_pillow(), pytest.raises((ValueError, OSError)):
        decode(beginning, lenient=True)
