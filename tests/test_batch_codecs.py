"""Formats: what is read is written again, with orientation applied, metadata kept, and losses named or refused."""

import io
import struct
import warnings

import numpy as np
import pytest
from PIL import Image, ImageFile, ImageOps, JpegImagePlugin, PngImagePlugin

from fastresample import batch
from fastresample.batch.codecs import deep, opening
from fastresample.batch.codecs.formats import BY_NAME, EXTENSIONS, FORMATS
from fastresample.batch.pixels.colour import to_image, to_samples

RNG = np.random.default_rng(7)
ORIENTATION, MAKER, ARTIST = 0x0112, 0x010F, 0x013B


def noise(*shape, dtype=np.uint8):
    return RNG.integers(0, np.iinfo(dtype).max, shape, dtype=dtype, endpoint=True)


def smooth(height=24, width=36):
    """A picture that JPEG keeps nearly as it is, different at every corner."""
    y, x = np.mgrid[:height, :width]
    return np.stack((x * 6, y * 9, 200 - 2 * x - 3 * y), axis=-1).astype(np.uint8)


def resize(source, target, **options):
    """Run the whole road with a resize that changes nothing."""
    options = batch.Options(batch.parse_size("100%"), **options)
    return batch.process(batch.prepare(source, target, options), options, apply=lambda samples, placement: samples)


def load(path):
    image = Image.open(io.BytesIO(path.read_bytes()))
    image.load()
    return image


WITH_METADATA = [format_.extensions[0] for format_ in FORMATS if format_.metadata]
needs_avif = pytest.mark.skipif("AVIF" not in BY_NAME, reason="Pillow was built without AVIF")
BEST = {".webp": {"lossless": True}, ".avif": {"quality": 100, "subsampling": "4:4:4"}}
SAMPLES = {
    "L": noise(9, 11),
    "RGB": noise(9, 11, 3),
    "RGBA": np.concatenate((noise(9, 11, 3), np.full((9, 11, 1), 255, np.uint8)), axis=-1),
    "LA": np.stack((noise(9, 11), np.maximum(noise(9, 11), 1)), axis=-1),
    "CMYK": noise(9, 11, 4),
    "I;16": noise(9, 11, dtype=np.uint16),
    "I": RNG.integers(-(2**31), 2**31, (9, 11), dtype=np.int32),
    "F": RNG.standard_normal((9, 11)).astype(np.float32),
}
LOSSLESS = [(name, mode) for name in ("PNG", "TIFF", "BMP") for mode in SAMPLES if mode in BY_NAME[name].modes]


@pytest.mark.parametrize(("name", "mode"), LOSSLESS)
def test_lossless_formats_keep_every_sample(tmp_path, name, mode):
    source = tmp_path / f"a{BY_NAME[name].extensions[0]}"
    stored = BY_NAME[name].modes[mode]
    to_image(SAMPLES[mode], mode).convert(stored).save(source)
    report = resize(source, tmp_path / "out")
    assert report.written == 1, report.failures
    result = load(tmp_path / "out" / source.name)
    assert result.format == name
    np.testing.assert_array_equal(np.asarray(result), np.asarray(load(source)))
    np.testing.assert_array_equal(to_samples(result.convert(mode))[0], SAMPLES[mode])


def test_sixteen_bits_stay_in_either_order_of_bytes(tmp_path):
    values = SAMPLES["I;16"]
    Image.fromarray(values.astype(">u2")).save(tmp_path / "big.tif")
    assert load(tmp_path / "big.tif").mode == "I;16B"
    resize(tmp_path / "big.tif", tmp_path / "out.png")
    np.testing.assert_array_equal(np.asarray(load(tmp_path / "out.png")), values)


@pytest.mark.parametrize("extension", sorted(EXTENSIONS))
def test_every_ending_is_written_in_its_format(tmp_path, extension):
    Image.fromarray(smooth()).save(tmp_path / "a.png")
    assert resize(tmp_path / "a.png", tmp_path / f"b{extension}").ok
    result = load(tmp_path / f"b{extension}")
    assert result.format == EXTENSIONS[extension].name
    assert result.size == (36, 24)
    assert np.abs(np.asarray(result.convert("RGB"), int) - smooth()).mean() < (12 if extension == ".gif" else 2)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", WITH_METADATA)
def test_orientation_is_applied_and_reset(tmp_path, extension, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    source, target = tmp_path / f"a{extension}", tmp_path / f"b{extension}"
    Image.fromarray(smooth()).save(source, exif=exif, **BEST.get(extension, {}))
    assert resize(source, target).ok
    with Image.open(source) as image:
        expected = np.asarray(ImageOps.exif_transpose(image), int)
    result = load(target)
    assert result.getexif().get(ORIENTATION, 1) == 1
    assert result.size == ((24, 36) if orientation >= 5 else (36, 24))
    assert np.abs(np.asarray(result, int) - expected).max() <= (8 if extension in (".jpg", ".avif") else 0)


def test_an_orientation_that_does_not_exist_is_none(tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = 9
    Image.fromarray(smooth()).save(tmp_path / "a.png", exif=exif)
    resize(tmp_path / "a.png", tmp_path / "b.png")
    np.testing.assert_array_equal(np.asarray(load(tmp_path / "b.png")), smooth())
    assert load(tmp_path / "b.png").getexif()[ORIENTATION] == 1


@pytest.mark.parametrize("extension", WITH_METADATA)
def test_exif_and_profile_are_kept(tmp_path, extension):
    exif = Image.Exif()
    exif[MAKER], exif[ARTIST], exif[ORIENTATION] = "Maker", "Ärtist", 6
    exif.get_ifd(0x8769).update({0xA002: 36, 0xA003: 24, 0x829A: 0.01})
    exif.get_ifd(0x8825).update({1: "N", 2: (1.0, 2.0, 3.5)})
    profile = bytes(range(256)) * 3
    source, target = tmp_path / f"a{extension}", tmp_path / f"b{extension}"
    Image.fromarray(smooth()).save(source, exif=exif.tobytes(), icc_profile=profile)
    assert resize(source, target).notes == {}
    result = load(target)
    kept = result.getexif()
    assert (kept[MAKER], kept[ARTIST]) == (exif[MAKER], load(source).getexif()[ARTIST])
    details = kept.get_ifd(0x8769)
    assert details[0x829A] == pytest.approx(0.01)
    assert (details[0xA002], details[0xA003]) == result.size == (24, 36)
    assert kept.get_ifd(0x8825)[2] == (1.0, 2.0, 3.5)
    assert result.info["icc_profile"] == profile


def test_the_layout_tags_of_a_tiff_are_not_copied(tmp_path):
    """They describe the source's pixels, and map coordinates are per pixel."""
    tags = {33550: (0.5, 0.5, 0.0), 270: "a map"}
    Image.fromarray(noise(300, 300, 3)).save(tmp_path / "a.tif", compression="tiff_lzw", tiffinfo=tags)
    assert 33550 in load(tmp_path / "a.tif").getexif()
    resize(tmp_path / "a.tif", tmp_path / "b.tif")
    result = load(tmp_path / "b.tif")
    assert 33550 not in result.getexif()
    assert result.getexif()[270] == "a map"
    np.testing.assert_array_equal(np.asarray(result), np.asarray(load(tmp_path / "a.tif")))


def test_damaged_exif_costs_only_itself(tmp_path):
    broken = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0\xff\xff\xff\x7f" * 3
    Image.fromarray(smooth()).save(tmp_path / "a.jpg", exif=broken)
    report = resize(tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert report.written == 1, report.failures
    assert load(tmp_path / "b.jpg").size == (36, 24)


def test_exif_that_cannot_be_written_again_is_dropped_and_said_so(tmp_path, monkeypatch):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    Image.fromarray(smooth()).save(tmp_path / "a.jpg", exif=exif)

    def fail(self, *arguments):
        raise ValueError("odd value")

    monkeypatch.setattr(Image.Exif, "tobytes", fail)
    report = resize(tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert list(report.notes) == ["its EXIF is damaged and was dropped"]
    assert load(tmp_path / "b.jpg").size == (24, 36)


@pytest.mark.parametrize("sampling", [0, 1, 2])
def test_jpeg_keeps_the_colour_resolution_of_its_source(tmp_path, sampling):
    Image.fromarray(smooth()).save(tmp_path / "a.jpg", subsampling=sampling)
    resize(tmp_path / "a.jpg", tmp_path / "b.jpg")
    with Image.open(tmp_path / "b.jpg") as result:
        assert JpegImagePlugin.get_sampling(result) == sampling


def test_jpeg_from_other_formats_has_full_colour_resolution(tmp_path):
    Image.fromarray(smooth()).save(tmp_path / "a.png")
    resize(tmp_path / "a.png", tmp_path / "b.jpg")
    with Image.open(tmp_path / "b.jpg") as result:
        assert JpegImagePlugin.get_sampling(result) == 0


@pytest.mark.parametrize("extra", [{}, {"exif": b"Exif\0\0" + Image.Exif().tobytes()[6:], "icc_profile": b"p" * 99}])
def test_webp_stays_lossless(tmp_path, extra):
    pixels = noise(16, 16, 3)
    Image.fromarray(pixels).save(tmp_path / "a.webp", lossless=True, **extra)
    resize(tmp_path / "a.webp", tmp_path / "b.webp")
    np.testing.assert_array_equal(np.asarray(load(tmp_path / "b.webp")), pixels)


def test_webp_stays_lossy(tmp_path):
    Image.fromarray(noise(64, 64, 3)).save(tmp_path / "a.webp", quality=50)
    resize(tmp_path / "a.webp", tmp_path / "b.webp")
    assert (tmp_path / "b.webp").stat().st_size < 64 * 64 * 2


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "packbits", "tiff_adobe_deflate"])
def test_tiff_keeps_a_lossless_compression(tmp_path, compression):
    Image.fromarray(smooth()).save(tmp_path / "a.tif", compression=compression)
    resize(tmp_path / "a.tif", tmp_path / "b.tif")
    assert load(tmp_path / "b.tif").info["compression"] == compression


def test_cmyk_jpeg(tmp_path):
    cmyk = Image.fromarray(smooth()).convert("CMYK")
    cmyk.save(tmp_path / "a.jpg", quality=95)
    resize(tmp_path / "a.jpg", tmp_path / "b.jpg")
    result = load(tmp_path / "b.jpg")
    assert result.mode == "CMYK"
    assert np.abs(np.asarray(result, int) - np.asarray(cmyk)).max() <= 12


def test_alpha_that_says_nothing_is_left_out_where_it_cannot_be_held(tmp_path):
    Image.fromarray(SAMPLES["RGBA"]).save(tmp_path / "a.png")
    assert resize(tmp_path / "a.png", tmp_path / "b.bmp").ok
    np.testing.assert_array_equal(np.asarray(load(tmp_path / "b.bmp")), SAMPLES["RGBA"][..., :3])


@pytest.mark.parametrize(
    ("pixels", "words", "advice"),
    [
        (noise(9, 9, 4), "transparency", "png or webp or avif or tiff or gif, or give a background colour"),
        (noise(9, 9, dtype=np.uint16).astype(np.float32), "floating-point grey", "tiff"),
    ],
)
def test_jpeg_refuses_what_it_cannot_hold(tmp_path, pixels, words, advice):
    Image.fromarray(pixels).save(tmp_path / "a.tif")
    report = resize(tmp_path / "a.tif", tmp_path / "b.jpg")
    (failure,) = report.failures
    assert failure.path == tmp_path / "a.tif"
    with pytest.raises(ValueError, match=f"^JPEG cannot hold {words}; choose the format {advice}$"):
        raise ValueError(failure.reason)
    assert not (tmp_path / "b.jpg").exists()


@pytest.mark.parametrize(("extension", "name"), [("png", ""), ("tif", ""), ("bmp", "BMP"), ("gif", "GIF")])
def test_16_bit_grey_is_reduced_where_it_cannot_be_held(tmp_path, extension, name):
    levels = np.array([[0, 128, 129, 257, 32767, 65406, 65407, 65535]], np.uint16)
    Image.fromarray(levels).save(tmp_path / "a.png")
    report = resize(tmp_path / "a.png", tmp_path / f"b.{extension}")
    assert list(report.notes) == ([f"has 16-bit grey, of which {name} holds 8 bits"] if name else [])
    expected = np.rint(levels / 257) if name else levels
    result = load(tmp_path / f"b.{extension}")
    np.testing.assert_array_equal(np.asarray(result.convert("L") if name else result), expected)


def test_a_result_too_large_for_its_format(tmp_path):
    Image.fromarray(noise(2, 20_000)).save(tmp_path / "a.png")
    report = resize(tmp_path / "a.png", tmp_path / "b.webp")
    assert report.failures[0].reason.startswith("the result has 20000 x 2 pixels, but WEBP holds at most 16383 a side")


def test_an_encoder_that_refuses(tmp_path, monkeypatch):
    Image.fromarray(smooth()).save(tmp_path / "a.png")

    def refuse(*arguments, **settings):
        raise OSError("encoder error -2")

    monkeypatch.setattr(Image.Image, "save", refuse)
    report = resize(tmp_path / "a.png", tmp_path / "b.jpg")
    assert report.failures[0].reason == "the result cannot be written as JPEG (encoder error -2)"
    assert not (tmp_path / "b.jpg").exists()


@pytest.mark.parametrize("length", [65_532, 65_534])
def test_exif_that_is_too_long_for_jpeg(tmp_path, length):
    exif = Image.Exif()
    exif[ARTIST] = "x" * 65_000
    exif[ARTIST] += "x" * (length - len(exif.tobytes()))
    assert len(exif.tobytes()) == length
    Image.fromarray(smooth()).save(tmp_path / "a.png", exif=exif)
    report = resize(tmp_path / "a.png", tmp_path / "b.jpg")
    if length < 65_533:
        assert load(tmp_path / "b.jpg").getexif()[ARTIST] == exif[ARTIST]
    else:
        assert report.failures[0].reason == (
            "JPEG holds 65533 bytes of EXIF, the input has 65534; choose the format png or webp or avif or tiff"
        )


def test_what_the_format_cannot_hold_is_not_resized_first(tmp_path):
    Image.fromarray(noise(9, 9, 4)).save(tmp_path / "a.png")
    options = batch.Options(batch.parse_size("100%"))
    inputs = batch.prepare(tmp_path / "a.png", tmp_path / "b.jpg", options)
    report = batch.process(inputs, options, apply=lambda samples, placement: pytest.fail("it was resized"))
    assert report.failures[0].reason.startswith("JPEG cannot hold transparency")


def write_tiff(path, tags, data):
    """Write a little-endian TIFF of one strip; `tags`: number -> values of 16 bits, beside the usual ones."""
    height, width, bits = tags["shape"]
    tags = {256: (width,), 257: (height,), 258: bits, 259: (1,), 277: (len(bits),), 278: (height,), **tags}
    del tags["shape"]
    start = 8 + 2 + 12 * (len(tags) + 2) + 4
    values = b"".join(struct.pack(f"<{len(value)}H", *value) for _, value in sorted(tags.items()) if len(value) > 2)
    entries, offset = {}, start
    for tag, value in sorted(tags.items()):
        short = struct.pack(f"<{len(value)}H", *value)
        entries[tag] = struct.pack("<HHI", tag, 3, len(value)) + (
            short.ljust(4, b"\0") if len(value) <= 2 else struct.pack("<I", offset)
        )
        offset += len(short) if len(value) > 2 else 0
    for tag, value in ((273, start + len(values)), (279, len(data))):
        entries[tag] = struct.pack("<HHII", tag, 4, 1, value)
    directory = struct.pack("<H", len(entries)) + b"".join(entry for _, entry in sorted(entries.items())) + bytes(4)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8) + directory + values + data)


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"shape": (5, 4, (16, 16, 16)), 262: (2,), 284: (2,)}, "16-bit samples in separate planes"),
        ({"shape": (5, 4, (16,)), 262: (1,), 284: (2,)}, "16-bit samples in separate planes"),
        ({"shape": (5, 4, (16,)), 262: (0,)}, "16-bit samples that count from white"),
        ({"shape": (5, 4, (32,)), 262: (1,)}, "unsigned 32-bit samples"),
        ({"shape": (5, 4, (32,)), 262: (1,), 339: (1,)}, "unsigned 32-bit samples"),
    ],
)
def test_kinds_of_tiff_that_would_be_read_wrongly_are_refused(tmp_path, tags, words):
    write_tiff(tmp_path / "a.tif", tags, bytes(range(200, 240)) * 6)
    report = resize(tmp_path / "a.tif", tmp_path / "b.tif")
    assert report.failures[0].reason.startswith(f"TIFF files with {words}")
    assert not (tmp_path / "b.tif").exists()


@pytest.mark.parametrize(
    ("tags", "dtype", "inverted"),
    [
        ({"shape": (5, 4, (8,)), 262: (0,)}, "<u1", True),
        ({"shape": (5, 4, (8,)), 262: (1,), 284: (2,)}, "<u1", False),
        ({"shape": (5, 4, (16,)), 262: (1,)}, "<u2", False),
        ({"shape": (5, 4, (32,)), 262: (1,), 339: (2,)}, "<i4", False),
    ],
)
def test_kinds_beside_them_are_read_rightly(tmp_path, tags, dtype, inverted):
    values = RNG.integers(0, 200, (5, 4)).astype(dtype)
    write_tiff(tmp_path / "a.tif", tags, values.tobytes())
    assert resize(tmp_path / "a.tif", tmp_path / "b.tif").ok
    np.testing.assert_array_equal(np.asarray(load(tmp_path / "b.tif")), 255 - values if inverted else values)


@pytest.mark.parametrize("depth", [8, 64])
def test_a_whole_tiff_of_a_kind_that_pillow_does_not_know(tmp_path, depth):
    bits = (8,) * 5 if depth == 8 else (64,)
    write_tiff(tmp_path / "a.tif", {"shape": (5, 4, bits), 262: (1,), 339: (1 if depth == 8 else 3,)}, bytes(160))
    assert resize(tmp_path / "a.tif", tmp_path / "out").failures[0].reason == (
        "a TIFF file of a kind that cannot be read (bit depth, channels or compression), or its beginning is damaged; "
        "convert it with a tool that opens it, or fetch it again"
    )


def test_a_grey_profile_does_not_go_with_colour(tmp_path):
    grey, colour = (bytes(16) + space + bytes(100) for space in (b"GRAY", b"RGB "))
    Image.fromarray(noise(9, 9)).save(tmp_path / "a.png", icc_profile=grey)
    assert resize(tmp_path / "a.png", tmp_path / "b.png").notes == {}
    assert load(tmp_path / "b.png").info["icc_profile"] == grey
    report = resize(tmp_path / "a.png", tmp_path / "b.webp")
    assert list(report.notes) == [
        "its colour profile is for grey, which WEBP stores as colour; the profile was dropped"
    ]
    assert "icc_profile" not in load(tmp_path / "b.webp").info
    Image.fromarray(noise(9, 9, 3)).save(tmp_path / "c.png", icc_profile=colour)
    assert resize(tmp_path / "c.png", tmp_path / "c.webp").notes == {}
    assert load(tmp_path / "c.webp").info["icc_profile"] == colour


def test_a_transparent_grey_that_is_lost_is_named(tmp_path):
    Image.fromarray(SAMPLES["I;16"]).save(tmp_path / "a.png", transparency=77)
    report = resize(tmp_path / "a.png", tmp_path / "b.png")
    assert list(report.notes) == ["has one transparent grey, which only 1 and 8 bits keep; the result is opaque"]
    assert load(tmp_path / "b.png").mode == "I;16"


def test_of_several_pages_the_first_is_taken_and_said_so(tmp_path):
    pages = [Image.new("RGB", (20, 10), colour) for colour in ("red", "lime", "blue")]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    report = resize(tmp_path / "a.tif", tmp_path / "out")
    assert report.notes == {
        "holds several pictures (frames or pages); only the first was resized": [tmp_path / "a.tif"]
    }
    result = load(tmp_path / "out/a.tif")
    assert result.n_frames == 1
    assert result.getpixel((5, 5)) == (255, 0, 0)


def test_a_camera_file_of_several_pictures_is_a_jpeg(tmp_path):
    first = Image.fromarray(smooth())
    first.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[first.resize((9, 6))])
    assert load(tmp_path / "a.jpg").format == "MPO"
    report = resize(tmp_path / "a.jpg", tmp_path / "out")
    assert list(report.notes) == ["holds several pictures (frames or pages); only the first was resized"]
    assert load(tmp_path / "out/a.jpg").format == "JPEG"


def test_colour_that_the_decoder_reduces_to_eight_bits_is_named(tmp_path, monkeypatch):
    """Pillow cannot write RGB with 16 bits, so the file is put together here."""
    import zlib

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes([128, 0] * 3 * 4) for _ in range(3))
    header = struct.pack(">IIBBBBB", 4, 3, 16, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(data)
    monkeypatch.setattr(deep, "available", lambda: False)
    report = resize(tmp_path / "a.png", tmp_path / "b.png")
    advice = "OpenCV keeps them: pip install 'fastresample[deep]'"
    assert list(report.notes) == [f"has 16-bit colour, which was reduced to 8 bits; {advice}"]
    assert set(np.asarray(load(tmp_path / "b.png")).ravel()) == {128}


@needs_avif
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_avif_holds_grey_colour_and_transparency(tmp_path, mode):
    picture = Image.fromarray(smooth()).convert(mode)
    if mode.endswith("A"):
        picture.putalpha(Image.fromarray(smooth()[..., 0]))
    picture.save(tmp_path / "a.png")
    assert resize(tmp_path / "a.png", tmp_path / "b.avif", quality=100).notes == {}
    result = load(tmp_path / "b.avif")
    assert result.format == "AVIF"
    assert result.mode in {"L": ("L", "RGB"), "LA": ("RGBA",)}.get(mode, (mode,))  # Pillow 11 reads grey as colour
    difference = np.abs(np.asarray(result.convert(mode), int) - np.asarray(picture))
    seen = np.asarray(picture.convert("RGBA"))[..., 3] > 0
    assert difference[seen].max() <= 5


@needs_avif
def test_a_grey_profile_goes_with_grey_avif(tmp_path):
    profile = bytes(16) + b"GRAY" + bytes(100)
    Image.fromarray(noise(9, 9)).save(tmp_path / "a.png", icc_profile=profile)
    assert resize(tmp_path / "a.png", tmp_path / "b.avif").notes == {}
    assert load(tmp_path / "b.avif").info["icc_profile"] == profile


@pytest.mark.parametrize(
    ("extension", "signal", "colours"),
    [
        (".avif", b"colrnclx\0\x09\0\x10", "primaries 9, transfer function 16"),
        (".avif", b"colrnclx\0\x0c\0\x0d", "primaries 12, transfer function 13"),
        (".avif", b"colrnclx\0\x01\0\x0d", ""),
        (".png", b"\x09\x12", "primaries 9, transfer function 18"),
        (".png", b"\x01\x0d", ""),
    ],
)
def test_colours_of_another_kind_are_named(tmp_path, extension, signal, colours):
    """Wide gamut and high dynamic range without a profile: Pillow drops what says so."""
    if extension == ".png":
        chunks = PngImagePlugin.PngInfo()
        chunks.add(b"cICP", signal + b"\0\x01")
        Image.fromarray(smooth()).save(tmp_path / "a.png", pnginfo=chunks)
    elif "AVIF" in BY_NAME:
        Image.fromarray(smooth()).save(tmp_path / "a.avif")
        data = (tmp_path / "a.avif").read_bytes()
        assert b"colrnclx\0\x01\0\x0d" in data
        (tmp_path / "a.avif").write_bytes(data.replace(b"colrnclx\0\x01\0\x0d", signal))
    else:
        pytest.skip("Pillow was built without AVIF")
    report = resize(tmp_path / f"a{extension}", tmp_path / f"b{extension}")
    expected = f"says that its colours are not sRGB's ({colours}), which is dropped: they will look different"
    assert list(report.notes) == ([expected] if colours else [])


@needs_avif
def test_the_depth_of_avif_that_is_lost_is_named(tmp_path):
    cv2 = pytest.importorskip("cv2")
    if not cv2.haveImageWriter("a.avif"):
        pytest.skip("this OpenCV writes no AVIF")
    data = cv2.imencode(".avif", noise(16, 16, 3).astype(np.uint16) * 4, [cv2.IMWRITE_AVIF_DEPTH, 10])[1]
    (tmp_path / "a.avif").write_bytes(data.tobytes())
    report = resize(tmp_path / "a.avif", tmp_path / "b.avif")
    assert list(report.notes) == ["has more than 8 bits, which were reduced to 8"]
    assert resize(tmp_path / "b.avif", tmp_path / "c.avif").notes == {}


def test_avif_where_pillow_lacks_it(tmp_path, monkeypatch):
    """Then the row is missing in the table, and the message says what to do."""
    monkeypatch.setattr(opening, "BY_NAME", {name: row for name, row in BY_NAME.items() if name != "AVIF"})
    monkeypatch.setattr(opening, "FORMATS", tuple(row for row in FORMATS if row.name != "AVIF"))
    (tmp_path / "a.png").write_bytes(b"\0\0\0\x1cftypavif" + bytes(99))
    assert resize(tmp_path / "a.png", tmp_path / "b.png").failures[0].reason == (
        "an AVIF file, which this Pillow was built without; install one of Pillow's wheels, from 11.3 on"
    )


def test_transparent_gif(tmp_path):
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:4] = (200, 30, 10, 255)
    pixels[4] = (0, 0, 250, 200)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    resize(tmp_path / "a.png", tmp_path / "b.gif")
    resize(tmp_path / "b.gif", tmp_path / "c.gif")
    for name in ("b.gif", "c.gif"):
        result = np.asarray(load(tmp_path / name).convert("RGBA"))
        assert (result[:5, :, 3] == 255).all(), name
        assert (result[5:, :, 3] == 0).all(), name
        np.testing.assert_array_equal(result[:4, :, :3], pixels[:4, :, :3])


@pytest.mark.parametrize(
    ("content", "ending", "written"), [("PNG", ".jpg", "JPEG"), ("JPEG", ".png", "PNG"), ("GIF", ".webp", "WEBP")]
)
def test_an_ending_that_lies(tmp_path, content, ending, written):
    """Content decides how a file is read; its name decides how the result is written, because others trust names."""
    Image.fromarray(smooth()).save(tmp_path / f"a{ending}", format=content)
    report = resize(tmp_path, tmp_path / "out")
    assert report.ok
    assert list(report.notes) == [f"is a {content} file by its content, whatever its name says"]
    assert load(tmp_path / "out" / f"a{ending}").format == written


def test_a_file_without_an_ending_keeps_its_format(tmp_path):
    Image.fromarray(smooth()).save(tmp_path / "picture", format="WEBP")
    assert resize(tmp_path / "picture", tmp_path / "out").notes == {}
    assert load(tmp_path / "out/picture").format == "WEBP"


def test_settings_of_pillow_are_strict_during_a_run_and_put_back(tmp_path, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    buffer = io.BytesIO()
    Image.fromarray(noise(90, 90, 3)).save(buffer, "JPEG")
    (tmp_path / "a.jpg").write_bytes(buffer.getvalue()[:3000])
    assert resize(tmp_path / "a.jpg", tmp_path / "out").failures
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


@pytest.mark.filterwarnings("default")
def test_settings_of_pillow_outlast_the_first_of_two_runs(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    before = list(warnings.filters)
    first, second = opening.strict_pillow(), opening.strict_pillow()
    first.__enter__()
    second.__enter__()
    strict = list(warnings.filters)
    first.__exit__(None, None, None)
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
    assert warnings.filters == strict != before
    second.__exit__(None, None, None)
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True
    assert warnings.filters == before


def test_every_mode_of_every_format_has_a_row():
    for format_ in FORMATS:
        assert {"L", "RGB"} <= set(format_.modes)
        assert all(extension == extension.lower() and extension[0] == "." for extension in format_.extensions)
