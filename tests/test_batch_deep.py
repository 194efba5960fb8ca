"""Colour with 16 bits stays what it is, where OpenCV is installed and the format can hold it."""

import io
import struct
import zlib

import child
import icc
import numpy as np
import pytest
from PIL import Image

from fastresample import batch
from fastresample.batch.codecs import deep
from fastresample.batch.codecs.metadata import TURNS
from fastresample.batch.pixels.light import from_light, to_light
from fastresample.batch.pixels.turning import turned

cv2 = pytest.importorskip("cv2", reason="OpenCV reads and writes 16-bit colour")

RNG = np.random.default_rng(23)
SHUFFLED = {3: [2, 1, 0], 4: [2, 1, 0, 3]}
FORMATS = {".png": "PNG", ".tif": "TIFF"}


def noise(*shape):
    return RNG.integers(0, 65536, shape, dtype=np.uint16)


def save(path, samples, **settings):
    path.write_bytes(deep.encode(samples, FORMATS[path.suffix], settings))


def load(path):
    """Read 16-bit colour by OpenCV alone."""
    stored = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    assert stored.dtype == np.uint16
    return stored[..., SHUFFLED[stored.shape[2]]]


def resize(source, target, size="100%", apply=lambda samples, placement: samples, **options):
    options = batch.Options(size, **options)
    report = batch.process(batch.prepare(source, target, options), options, apply=apply)
    assert report.written == 1, report.failures
    return report


def png(samples, colour_type, *chunks):
    """Put a PNG file of 16 bits together by hand."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], 16, colour_type, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("origin", FORMATS)
def test_every_sample_is_kept(tmp_path, origin, extension, channels):
    samples = noise(400, 90, channels)
    stored = cv2.imencode(origin, samples[..., SHUFFLED[channels]])[1]
    (tmp_path / f"a{origin}").write_bytes(stored.tobytes())
    assert resize(tmp_path / f"a{origin}", tmp_path / f"b{extension}", method="nearest").notes == {}
    np.testing.assert_array_equal(load(tmp_path / f"b{extension}"), samples)
    with Image.open(tmp_path / f"b{extension}") as image:  # the other decoder agrees, on eight bits of them
        np.testing.assert_array_equal(np.asarray(image), samples >> 8)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", FORMATS)
def test_orientation_and_metadata(tmp_path, extension, orientation):
    block = Image.Exif()
    block[0x0112], block[0x013B] = orientation, "Artist"
    block.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 30.0)})
    samples, profile = noise(20, 30, 3), bytes(range(200)) * 2
    save(tmp_path / f"a{extension}", samples, exif=block.tobytes(), icc_profile=profile, dpi=(300, 200))
    assert resize(tmp_path / f"a{extension}", tmp_path / f"b{extension}").notes == {}
    np.testing.assert_array_equal(load(tmp_path / f"b{extension}"), turned(samples, TURNS.get(orientation)))
    with Image.open(tmp_path / f"b{extension}") as image:
        kept = image.getexif()
        assert (kept.get(0x0112, 1), kept[0x013B], kept.get_ifd(0x8825)[1]) == (1, "Artist", "N")
        assert image.info["icc_profile"] == profile
        assert image.info["dpi"] == pytest.approx((300, 200), abs=0.02)


@pytest.mark.parametrize("extension", FORMATS)
def test_the_real_resize(tmp_path, extension):
    samples = noise(24, 36, 3)
    save(tmp_path / f"a{extension}", samples)
    resize(tmp_path / f"a{extension}", tmp_path / f"b{extension}", "50%", None, method="area")
    means = samples.reshape(12, 2, 18, 2, 3).mean(axis=(1, 3))
    assert np.abs(load(tmp_path / f"b{extension}") - means).max() <= 0.51
    resize(tmp_path / f"a{extension}", tmp_path / f"c{extension}", "50%", None, method="area", linear=True)
    light = to_light(samples).astype(float).reshape(12, 2, 18, 2, 3).mean(axis=(1, 3))
    expected = from_light(light.astype(np.float32), np.uint16).astype(int)
    assert np.abs(load(tmp_path / f"c{extension}") - expected).max() <= 1


@pytest.mark.parametrize("linear", [False, True])
def test_transparent_colours_come_back(tmp_path, linear):
    samples = noise(40, 50, 4)
    samples[..., 3] |= 1
    save(tmp_path / "a.png", samples)
    resize(tmp_path / "a.png", tmp_path / "b.png", linear=linear)
    # Linear light that is multiplied by hardly any opacity, in single precision, may end beside the level.
    assert np.abs(load(tmp_path / "b.png").astype(int) - samples).max() <= linear


@pytest.mark.parametrize("extension", [".bmp", ".jpg", ".webp"])
def test_formats_of_eight_bits_get_the_nearest_and_say_so(tmp_path, extension):
    samples = np.repeat(np.repeat(noise(4, 5, 3), 16, axis=0), 16, axis=1)
    save(tmp_path / "a.png", samples)
    report = resize(tmp_path / "a.png", tmp_path / f"b{extension}")
    name = {".bmp": "BMP", ".jpg": "JPEG", ".webp": "WEBP"}[extension]
    assert list(report.notes) == [f"has 16-bit colour, of which {name} holds 8 bits"]
    with Image.open(tmp_path / f"b{extension}") as image:
        difference = np.abs(np.asarray(image) - samples / 257)
    assert difference.max() <= 0.5 or extension != ".bmp"
    assert difference.mean() < 8


def test_opaque_alpha_is_left_out_where_it_cannot_be_held(tmp_path):
    samples = noise(8, 9, 4)
    samples[..., 3] = 65535
    save(tmp_path / "a.png", samples)
    resize(tmp_path / "a.png", tmp_path / "b.bmp")
    with Image.open(tmp_path / "b.bmp") as image:
        assert np.abs(np.asarray(image) - samples[..., :3] / 257).max() <= 0.5


def test_bars_and_a_colour_below(tmp_path):
    samples = np.full((8, 16, 4), 65535, np.uint16)
    samples[..., 3] = 32768
    save(tmp_path / "a.png", samples)
    resize(tmp_path / "a.png", tmp_path / "b.png", "16x16", None, fit="pad", background="#ff0080", method="nearest")
    result = load(tmp_path / "b.png")
    assert result[0, 0].tolist() == [65535, 0, 0x80 * 257, 65535]
    assert result[8, 8].tolist() == [65535, 65535, 65535, 32768]
    resize(tmp_path / "a.png", tmp_path / "b.jpg", background="black")
    with Image.open(tmp_path / "b.jpg") as image:
        assert np.abs(np.asarray(image).astype(int) - 128).max() <= 1


def test_grey_with_opacity_becomes_colour_with_opacity(tmp_path):
    samples = noise(6, 7, 2)
    (tmp_path / "a.png").write_bytes(png(samples, 4))
    resize(tmp_path / "a.png", tmp_path / "b.png", method="nearest")
    np.testing.assert_array_equal(load(tmp_path / "b.png"), samples[..., [0, 0, 0, 1]])


def test_one_transparent_colour(tmp_path):
    samples = noise(6, 7, 3)
    samples[2, 3] = (1, 2, 3)
    (tmp_path / "a.png").write_bytes(png(samples, 2, (b"tRNS", struct.pack(">3H", 1, 2, 3))))
    resize(tmp_path / "a.png", tmp_path / "b.png", method="nearest")
    alpha = np.full((6, 7), 65535)
    alpha[2, 3] = 0
    np.testing.assert_array_equal(load(tmp_path / "b.png"), np.dstack((samples, alpha)))


def test_a_profile_is_not_converted_with_sixteen_bits(tmp_path):
    save(tmp_path / "a.png", noise(6, 7, 3), icc_profile=b"profile" * 30)
    report = resize(tmp_path / "a.png", tmp_path / "b.png", icc="srgb")
    assert list(report.notes) == ["has more than 8 bits, which are not converted to sRGB; its colour profile was kept"]


def test_for_a_format_of_eight_bits_it_is(tmp_path):
    samples = noise(6, 7, 3)
    save(tmp_path / "a.tif", samples, icc_profile=icc.rgb())
    report = resize(tmp_path / "a.tif", tmp_path / "b.bmp", icc="srgb")
    assert list(report.notes) == ["has 16-bit colour, of which BMP holds 8 bits"]
    with Image.open(tmp_path / "b.bmp") as image:
        assert np.abs(np.asarray(image) - icc.srgb_of(samples / 257)).max() <= 2.5


def test_without_opencv_there_are_eight_bits_and_advice(tmp_path, monkeypatch):
    samples = noise(6, 7, 3)
    save(tmp_path / "a.png", samples)
    monkeypatch.setattr(deep, "available", lambda: False)
    assert list(resize(tmp_path / "a.png", tmp_path / "b.png").notes) == [
        "has 16-bit colour, which was reduced to 8 bits; OpenCV keeps them: pip install 'fastresample[deep]'"
    ]
    with Image.open(tmp_path / "b.png") as image:
        np.testing.assert_array_equal(np.asarray(image), samples >> 8)


def test_what_opencv_takes_for_another_picture_is_reduced(tmp_path, monkeypatch):
    """Its pixels are held against those of the other decoder."""
    samples = noise(6, 7, 3)
    save(tmp_path / "a.png", samples)
    monkeypatch.setattr(cv2, "imdecode", lambda *arguments: samples)  # red and blue are exchanged
    report = resize(tmp_path / "a.png", tmp_path / "b.png")
    assert list(report.notes) == ["has 16-bit colour, which was reduced to 8 bits"]
    with Image.open(tmp_path / "b.png") as image:
        np.testing.assert_array_equal(np.asarray(image), samples >> 8)


@pytest.mark.parametrize("extension", FORMATS)
def test_damage_is_found_as_ever(tmp_path, extension, capfd):
    """OpenCV would deliver a picture."""
    save(tmp_path / f"a{extension}", noise(60, 70, 3), icc_profile=b"broken")
    data = (tmp_path / f"a{extension}").read_bytes()
    (tmp_path / f"a{extension}").write_bytes(data[: len(data) // 2])
    options = batch.Options("100%")
    inputs = batch.prepare(tmp_path / f"a{extension}", tmp_path / f"b{extension}", options)
    assert "damaged" in batch.process(inputs, options).failures[0].reason
    assert "png" not in capfd.readouterr().err  # nothing about the broken profile


def test_other_decoders_read_what_was_written(tmp_path):
    tifffile = pytest.importorskip("tifffile", reason="a second reader of TIFF")
    samples = noise(300, 200, 4)
    data = deep.encode(samples, "TIFF", {})
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(data)), samples)


FIRST = """
import sys
import threading
import numpy as np
from PIL import Image
from child import tell
from fastresample.batch.codecs import deep
data = open(sys.argv[1], "rb").read()
reduced = np.asarray(Image.open(sys.argv[1]).convert("RGB"))
together, failed = threading.Barrier(8), []
def work():
    together.wait()
    try:
        assert deep.available() and deep.read(data, reduced, None).dtype == np.uint16
    except BaseException as error:
        failed.append(repr(error))
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
import cv2
level = cv2.getLogLevel() if hasattr(cv2, "getLogLevel") else cv2.utils.logging.getLogLevel()
tell([failed, level == deep._SILENT])
"""


def test_many_threads_may_be_the_first(tmp_path):
    """OpenCV replaces itself while it is loaded; and its log is silent for as long as somebody decodes."""
    path = tmp_path / "a.png"
    path.write_bytes(deep.encode(np.full((300, 300, 3), 300, np.uint16), "PNG", {}))
    for _ in range(3):
        assert child.run(FIRST, path).told == [[], False]
