"""What is known of a picture before it is decoded, and what a dry run makes of it."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from fastresample import batch
from fastresample.batch.codecs import headers
from fastresample.batch.codecs.decoding import read
from fastresample.batch.codecs.formats import BY_NAME
from fastresample.batch.codecs.limits import Limits
from fastresample.batch.errors import TooLargeError

PIXELS = np.random.default_rng(5).integers(0, 256, (6, 9, 3), dtype=np.uint8)
ENDINGS = [".jpg", ".png", ".webp", ".tif", *([".avif"] if "AVIF" in BY_NAME else [])]


def exif_of(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width, height, *behind, depth=1):
    """Return a PNG file that claims a size, and has the pixels of one row."""
    ihdr = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    row = chunk(b"IDAT", zlib.compress(bytes(1 + (width * depth + 7) // 8)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr) + row + b"".join(behind) + chunk(b"IEND", b"")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_header_knows_what_decoding_finds(tmp_path, ending, orientation):
    path = tmp_path / f"a{ending}"
    Image.fromarray(PIXELS).save(path, exif=exif_of(orientation))
    header, picture = headers.read_header(path), read(path)
    assert header.shape == picture.shape == picture.upright.shape[:2]
    assert header.shape == ((9, 6) if orientation >= 5 else (6, 9))
    assert header.turn == picture.turn
    assert header.samples == picture.first.mode


@pytest.mark.parametrize("ending", [".jpg", ".webp", ".tif"])
def test_an_orientation_that_only_xmp_tells(tmp_path, ending):
    path, xmp = tmp_path / f"a{ending}", b'<x xmlns:tiff="t" tiff:Orientation="6"/>'
    Image.fromarray(PIXELS).save(path, **({"tiffinfo": {700: xmp}} if ending == ".tif" else {"xmp": xmp}))
    header, picture = headers.read_header(path), read(path)
    assert header.shape == picture.shape == picture.upright.shape[:2] == (9, 6)


def test_orientations_of_png_lie_before_and_behind_the_pixels(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png(3, 1, chunk(b"eXIf", exif_of(6).removeprefix(b"Exif\0\0"))))
    assert headers.read_header(path).shape == read(path).shape == (3, 1)
    xmp = b'<x xmlns:tiff="t" tiff:Orientation="6"/>'
    path.write_bytes(png(3, 1, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)))
    assert headers.read_header(path).shape == read(path).shape == (3, 1)
    damaged = bytearray(chunk(b"eXIf", exif_of(6).removeprefix(b"Exif\0\0")))
    damaged[-1] ^= 1  # the decoder passes over what is damaged there
    path.write_bytes(png(3, 1, bytes(damaged)))
    assert headers.read_header(path).shape == read(path).shape


@pytest.mark.parametrize("ending", [*ENDINGS, ".bmp", ".gif"])
def test_no_pixel_is_decoded_for_a_header(tmp_path, ending, monkeypatch):
    path = tmp_path / f"a{ending}"
    Image.fromarray(PIXELS).save(path)
    load = ImageFile.ImageFile.load

    def refuse(image):
        assert image.size == (1, 1), "a picture was decoded"
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", refuse)
    assert headers.read_header(path).shape == (6, 9)


def test_limits_hold_for_headers(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    for limits in (Limits(pixels=53), Limits(frames=0), Limits(bytes=10)):
        with pytest.raises(TooLargeError, match="refused"):
            headers.read_header(tmp_path / "a.png", limits)


def test_a_result_is_measured_upright(tmp_path):
    """One of 100 x 1200 pixels that lies turned becomes 667 x 8000; as it lies it would become 96000 x 8000."""
    Image.new("L", (1200, 100)).save(tmp_path / "a.png", exif=exif_of(6))
    options = batch.Options("x8000")
    inputs = batch.prepare(tmp_path / "a.png", tmp_path / "b.png", options)
    report = batch.process(inputs, options, apply=lambda samples, placement: np.zeros(placement.inner, np.uint8))
    assert report.ok, report.failures
    with Image.open(tmp_path / "b.png") as image:
        assert image.size == (667, 8000)


def test_templates_measure_by_the_options_limits(tmp_path):
    for name, pixels in (("a", 110), ("b", 190), ("c", 400)):
        (tmp_path / f"{name}.png").write_bytes(png(10_000, pixels * 100))
    options = batch.Options("1%", name="{stem}-{width}x{height}{ext}", max_pixels="200MP")
    inputs = batch.prepare(tmp_path, tmp_path / "out", options)
    assert [output.target.name for job in inputs.jobs for output in job.outputs] == ["a-100x110.png", "b-100x190.png"]
    (failure,) = inputs.failures
    assert failure.path.name == "c.png"
    assert failure.kind == "too-large"


def test_one_picture_that_cannot_be_named_is_one_failure(tmp_path):
    Image.new("L", (1000, 1)).save(tmp_path / "a.png")
    Image.new("L", (1, 1)).save(tmp_path / "b.png")
    options = batch.Options("x2000", name="{stem}-{width}{ext}")
    inputs = batch.prepare(tmp_path, tmp_path / "out", options)
    assert [job.source.name for job in inputs.jobs] == ["b.png"]
    assert "would have 2000000 x 2000 pixels" in inputs.failures[0].reason


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Image.fromarray(PIXELS).save("in/a.jpg")
    Image.fromarray(PIXELS).convert("CMYK").save("in/b.jpg")
    Image.fromarray(np.uint16(PIXELS[..., 0]) * 257).save("in/c.png")
    Image.fromarray(np.float32(PIXELS[..., 0])).save("in/d.tif")
    Image.fromarray(PIXELS).save("in/e.png", exif=exif_of(6))
    pages = [Image.fromarray(PIXELS + np.uint8(page)) for page in range(3)]
    pages[0].save("in/f.gif", save_all=True, append_images=pages[1:])
    pages[0].save("in/g.tif", save_all=True, append_images=pages[1:])
    Path("in/h.png").write_bytes(b"no picture")
    Path("file").touch()
    Path("there").mkdir()
    Image.fromarray(PIXELS).save("there/a.jpg")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("target", "size", "options"),
    [
        ("out", "50%", {}),
        ("out", "50%,x20000", {}),
        ("out", "50%", {"max_pixels": 50}),
        ("out", "50%", {"max_frames": 2}),
        ("out", "50%", {"max_bytes": 300}),
        ("out", "50%", {"memory": 4_010_000}),
        ("out", "50%", {"format": "jpeg"}),
        ("out", "50%", {"format": "png"}),
        ("out", "50%", {"format": "webp", "icc": "srgb"}),
        ("out", "50%", {"format": "bmp"}),
        ("file/out", "50%", {}),
        ("there", "50%", {"existing": "skip"}),
        (None, "50%", {"in_place": True}),
        (None, "9000>", {"in_place": True}),
    ],
)
def test_a_dry_run_says_what_a_run_does(target, size, options):
    record = batch.Options(size, method="nearest", **options)
    inputs = batch.prepare("in", target, record)
    told = {(item.source.name, item.status) for item in batch.preview(inputs, record)}
    written = {item.target: item.after for item in batch.preview(inputs, record) if item.status == "written"}
    outcomes = []
    batch.process(inputs, record, progress=lambda outcome, done, total: outcomes.append(outcome))
    done = {(outcome.source.name, outcome.status) for outcome in outcomes}
    assert told - {(name, "existing") for name, status in told} == done - {(name, "existing") for name, status in done}
    made = {result.target: (result.height, result.width) for outcome in outcomes for result in outcome.results}
    assert written == made


@pytest.mark.usefixtures("folder")
def test_what_only_pixels_can_tell_is_said_so():
    Image.new("RGBA", (4, 4)).save("x.png")
    record = batch.Options("50%", format="jpeg")
    (told,) = batch.preview(batch.prepare("x.png", "out", record), record)
    assert told.status == "written"
    assert told.reason.startswith("if it is opaque everywhere: JPEG cannot hold transparency")
    record = batch.Options("50%", format="jpeg", background="white")
    (told,) = batch.preview(batch.prepare("x.png", "out", record), record)
    assert told.reason == ""
