"""What the options icc and linear make of files, from end to end; the pixels are held against Pillow's."""

import io

import icc
import numpy as np
import pytest
from PIL import Image, ImageCms

from fastresample import batch
from fastresample.batch.codecs.formats import FORMATS
from fastresample.batch.pixels.light import from_light, to_light

WITH_METADATA = [format_.extensions[0] for format_ in FORMATS if format_.metadata]
RNG = np.random.default_rng(17)


def resize(source, target, *, size="100%", apply=lambda samples, placement: samples, **options):
    """Run the whole road, with a resize that changes nothing."""
    options = batch.Options(size, **options)
    return batch.process(batch.prepare(source, target, options), options, apply=apply)


def load(path):
    image = Image.open(io.BytesIO(path.read_bytes()))
    image.load()
    return image


def noise(*shape):
    return RNG.integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("policy", ["keep", "srgb", "strip"])
@pytest.mark.parametrize("extension", WITH_METADATA)
def test_profiles_are_kept_applied_or_left_out(tmp_path, extension, policy):
    source, target = tmp_path / f"a{extension}", tmp_path / f"b{extension}"
    lossy = extension in (".jpg", ".avif")
    settings = {
        ".jpg": {"quality": 100, "subsampling": 0},
        ".webp": {"lossless": True},
        ".avif": {"quality": 100, "subsampling": "4:4:4"},
    }.get(extension, {})
    Image.fromarray(np.repeat(noise(3, 4, 3), 16, axis=0).repeat(16, axis=1)).save(
        source, icc_profile=icc.rgb(), **settings
    )
    assert resize(source, target, icc=policy, quality=100 if lossy else None).notes == {}
    expected = np.asarray(load(source))
    if policy == "srgb":
        expected = icc.srgb_of(expected)
    assert np.abs(np.asarray(load(target)) - expected.astype(float)).max() <= (6 if lossy else 1.5)
    assert load(target).info.get("icc_profile") == (icc.rgb() if policy == "keep" else None)


@pytest.mark.parametrize("policy", ["keep", "srgb", "strip"])
@pytest.mark.parametrize("extension", sorted({format_.extensions[0] for format_ in FORMATS} - set(WITH_METADATA)))
def test_formats_without_profiles_get_srgb(tmp_path, extension, policy):
    colours = np.repeat(np.array([[[250, 0, 0], [0, 200, 30], [90, 90, 200]]], np.uint8), 8, axis=0)
    Image.fromarray(colours).save(tmp_path / "a.png", icc_profile=icc.rgb())
    assert resize(tmp_path / "a.png", tmp_path / f"b{extension}", icc=policy).notes == {}
    expected = colours if policy == "strip" else icc.srgb_of(colours)
    assert np.abs(np.asarray(load(tmp_path / f"b{extension}").convert("RGB")) - expected.astype(float)).max() <= 1.5
    assert np.abs(colours - icc.srgb_of(colours)).max() > 20  # the profile matters


def test_inks_without_a_profile_become_no_colours_unasked(tmp_path):
    Image.new("CMYK", (8, 8), (9, 80, 7, 60)).save(tmp_path / "a.tif")
    assert "CMYK" in resize(tmp_path / "a.tif", tmp_path / "b.bmp").failures[0].reason


@pytest.mark.parametrize(
    ("blocks", "options", "lost"),
    [
        ({"exif", "xmp"}, {}, "its EXIF and XMP cannot be stored in GIF and had to be dropped"),
        ({"xmp"}, {"metadata": "strip-gps"}, "its XMP cannot be stored in GIF and had to be dropped"),
        ({"exif", "xmp"}, {"metadata": "strip"}, None),
        (set(), {}, None),
    ],
)
def test_metadata_that_a_format_cannot_hold_is_a_note(tmp_path, blocks, options, lost):
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    given = {"exif": exif, "xmp": b'<r xmlns:t="t:"/>'}
    Image.new("L", (8, 8)).save(tmp_path / "a.jpg", **{name: given[name] for name in blocks})
    report = resize(tmp_path / "a.jpg", tmp_path / "b.gif", **options)
    assert list(report.notes) == ([lost] if lost else [])


def test_cmyk_becomes_colour_by_its_profile(tmp_path):
    press = {tuple(index >> bit & 1 for bit in (3, 2, 1, 0)): (100 - 6 * index, 0, 0) for index in range(16)}
    inks = Image.frombytes("CMYK", (30, 20), noise(20, 30, 4).tobytes())
    inks.save(tmp_path / "a.tif", icc_profile=icc.cmyk(press))
    report = resize(tmp_path / "a.tif", tmp_path / "b.png", icc="srgb")
    assert (report.written, report.notes) == (1, {})
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc.cmyk(press)))
    expected = ImageCms.profileToProfile(
        inks,
        profile,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    np.testing.assert_array_equal(np.asarray(load(tmp_path / "b.png")), np.asarray(expected))


def test_cmyk_that_a_format_cannot_hold_is_advised_to_become_srgb(tmp_path):
    Image.new("CMYK", (8, 8), (255, 0, 0, 0)).save(tmp_path / "a.jpg")
    reason = resize(tmp_path / "a.jpg", tmp_path / "b.png").failures[0].reason
    assert reason == "PNG cannot hold CMYK colour; choose the format jpeg or tiff, or icc srgb, which makes RGB of it"
    report = resize(tmp_path / "a.jpg", tmp_path / "b.png", icc="srgb")
    assert list(report.notes) == ["is CMYK without a usable colour profile; its colours are roughly right only"]
    assert load(tmp_path / "b.png").getpixel((3, 3)) == (0, 255, 255)


def test_a_palette_is_converted_by_its_colours(tmp_path):
    picture = Image.fromarray(noise(8, 8, 3)).quantize(16)
    picture.save(tmp_path / "a.png", icc_profile=icc.rgb(), transparency=3)
    resize(tmp_path / "a.png", tmp_path / "b.png", icc="srgb")
    before, after = (np.asarray(load(path).convert("RGBA")) for path in (tmp_path / "a.png", tmp_path / "b.png"))
    np.testing.assert_array_equal(after[..., 3], before[..., 3])
    visible = before[..., 3] > 0
    assert 0 < visible.sum() < visible.size
    assert np.abs(after[visible][:, :3] - icc.srgb_of(before[visible][:, :3])).max() <= 1.5


def test_a_broken_profile_is_a_note(tmp_path):
    Image.fromarray(noise(8, 8, 3)).save(tmp_path / "a.png", icc_profile=b"broken" * 50)
    report = resize(tmp_path / "a.png", tmp_path / "b.png", icc="srgb")
    assert [note.split(";")[0] for note in report.notes] == [
        "its colour profile is damaged or for another kind of picture"
    ]
    np.testing.assert_array_equal(np.asarray(load(tmp_path / "b.png")), np.asarray(load(tmp_path / "a.png")))


@pytest.mark.parametrize("profile", [None, icc.rgb()])
def test_exif_says_srgb_of_what_was_converted(tmp_path, profile):
    """A camera that takes Adobe RGB marks it by the index R03, with a profile or without."""
    block = Image.Exif()
    details = block.get_ifd(0x8769)
    details[0xA001], details[0xA005] = 65535, {1: "R03"}
    settings = {} if profile is None else {"icc_profile": profile}
    Image.fromarray(noise(8, 8, 3)).save(tmp_path / "a.png", exif=block.tobytes(), **settings)
    for policy, space, index in (("keep", 65535, "R03"), ("srgb", 1, "R98")):
        report = resize(tmp_path / "a.png", tmp_path / f"{policy}.png", icc=policy)
        kept = load(tmp_path / f"{policy}.png").getexif()
        assert kept.get_ifd(0x8769)[0xA001] == space
        assert kept.get_ifd(0xA005)[1] == index
        assert bool(report.notes) is (policy == "srgb" and profile is None)
    assert profile or list(report.notes) == [
        "is Adobe RGB by its EXIF, but has no colour profile; its colours were taken for sRGB"
    ]


@pytest.mark.parametrize("mode", ["L", "RGB", "I;16"])
def test_linear_light_through_the_real_resize(tmp_path, mode):
    """Halving by area: the means of the light of two by two samples."""
    dtype = np.uint16 if mode == "I;16" else np.uint8
    samples = RNG.integers(0, np.iinfo(dtype).max, (12, 16, 3)[: 3 if mode == "RGB" else 2], dtype=dtype)
    Image.fromarray(samples).save(tmp_path / "a.png")
    assert resize(tmp_path / "a.png", tmp_path / "b.png", size="50%", method="area", linear=True, apply=None).ok
    light = to_light(samples).astype(np.float64).reshape(6, 2, 8, 2, *samples.shape[2:]).mean(axis=(1, 3))
    got = np.asarray(load(tmp_path / "b.png"))
    assert np.abs(got.astype(int) - from_light(light.astype(np.float32), dtype)).max() <= (1 if mode == "I;16" else 0)
    assert resize(tmp_path / "a.png", tmp_path / "c.png", size="50%", method="area", apply=None).ok
    assert np.abs(got.astype(int) - np.asarray(load(tmp_path / "c.png"))).max() > 5


def test_inks_are_not_light(tmp_path):
    Image.new("CMYK", (8, 8), (255, 0, 0, 0)).save(tmp_path / "a.tif")
    report = resize(tmp_path / "a.tif", tmp_path / "b.tif", linear=True)
    assert list(report.notes) == ["is CMYK, whose inks were mixed as they are and not in linear light"]
    assert resize(tmp_path / "a.tif", tmp_path / "c.tif", linear=True, method="nearest").notes == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"icc": "p3"}, "icc must be one of keep, srgb, strip; got 'p3'"),
        ({"metadata": "drop"}, "metadata must be one of keep, strip, strip-gps; got 'drop'"),
        ({"linear": 1}, "linear must be True or False, got 1"),
    ],
)
def test_options_that_do_not_exist(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        batch.Options("50%", **options)
