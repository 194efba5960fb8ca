"""Bad input: every file of the battery is a line that says what to do, and never a result that looks good."""

import io
import os
import re
import shutil
import socket
import stat
import struct
import sys
import time
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from fastresample import batch
from fastresample.batch import ImageError
from fastresample.batch.codecs import decoding, opening

RNG = np.random.default_rng(11)
PIXELS = RNG.integers(0, 256, (60, 50, 3), dtype=np.uint8)


def resize(source, target, apply=lambda samples, placement: samples, **options):
    options = batch.Options(batch.parse_size("100%"), **options)
    return batch.process(batch.prepare(source, target, options), options, apply=apply)


def encoded(name, pixels=PIXELS, **settings):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, name, **settings)
    return buffer.getvalue()


def png(width, height, data=b"", depth=8):
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


BAD = {
    "empty.jpg": (b"", r"the file is empty; fetch it again or remove it"),
    "text.jpg": (
        b"no picture\n" * 99,
        r"the content is no JPEG, PNG, .* or GIF picture, .*; fetch it again or remove it",
    ),
    "zeros.png": (bytes(4096), r"the content is no "),
    "pdf.png": (b"%PDF-1.4\n" + bytes(999), r"the content is no "),
    "postscript.tif": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", r"the content is no "),
    "half.jpg": (encoded("JPEG")[:1500], r"the file is damaged or incomplete \(.*\); fetch it again or remove it"),
    "half.png": (encoded("PNG")[:4000], r"the file is damaged or incomplete"),
    "half.webp": (encoded("WEBP")[:900], r"the file is damaged or incomplete"),
    "half.tif": (encoded("TIFF")[:4000], r"the file is damaged or incomplete"),
    "half.bmp": (encoded("BMP")[:4000], r"the file is damaged or incomplete"),
    "half.gif": (encoded("GIF")[:2000], r"the file is damaged or incomplete"),
    "corrupt.png": (encoded("PNG")[:3000] + b"?" + encoded("PNG")[3001:], r"the file is damaged or incomplete"),
    "nothing.png": (png(8, 8), r"the file is damaged or incomplete"),
    "no_rows.png": (png(8, 0), r"the file is damaged or incomplete|a PNG file of a kind that cannot be read"),
    "bomb.png": (png(60_000, 60_000), r"refused as too large \(.*3600000000 pixels.*\); .*split it, or shrink it"),
    "huge.png": (png(2**31 - 1, 2**31 - 1), r"refused as too large"),
    "inflating.png": (png(8, 8, zlib.compress(bytes(10_000_000))), None),
}


@pytest.fixture(scope="module")
def battery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("battery")
    for name, (data, _) in BAD.items():
        (folder / name).write_bytes(data)
    (folder / "good.jpg").write_bytes(encoded("JPEG"))
    return folder


@pytest.mark.parametrize("name", [name for name, (_, reason) in BAD.items() if reason])
def test_a_bad_file_is_one_line(battery, tmp_path, name):
    report = resize(battery / name, tmp_path / "out")
    (failure,) = report.failures
    assert failure.path == battery / name
    assert re.match(BAD[name][1], failure.reason), failure.reason
    assert "\n" not in failure.reason
    assert "Traceback" not in failure.reason
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("TIFF", b"II*\0"),
        ("TIFF", b"MM\0*"),
        ("TIFF", b"II+\0\x08\0\0\0"),
        ("PNG", b"\x89PNG"),
        ("JPEG", b"\xff\xd8"),
        ("WEBP", b"RIFF\0\0\0\0WEBP"),
        ("GIF", b"GIF89a"),
        ("BMP", b"BM"),
    ],
)
def test_what_begins_like_a_picture_is_never_called_worthless(tmp_path, name, beginning):
    (tmp_path / "a").write_bytes(beginning + bytes(99))
    with opening.strict_pillow(), pytest.raises(ImageError) as error:
        decoding.read(tmp_path / "a")
    if "damaged or incomplete" not in str(error.value):  # where a decoder says what it stumbled over
        assert str(error.value).startswith(f"a {name} file of a kind that cannot be read (bit depth, channels or ")
        assert "remove" not in str(error.value)


def test_bad_files_do_not_stop_the_good_ones(battery, tmp_path):
    before = {path: path.read_bytes() for path in battery.iterdir()}
    report = resize(battery, tmp_path / "out")
    bad = [name for name, (_, reason) in BAD.items() if reason]
    assert [failure.path.name for failure in report.failures] == sorted(bad)
    assert sorted(os.listdir(tmp_path / "out")) == ["good.jpg", "inflating.png"]
    assert (report.written, report.left, report.ok) == (2, 0, False)
    assert {path: path.read_bytes() for path in battery.iterdir()} == before


def test_more_data_than_pixels_is_not_inflated(battery, tmp_path):
    resize(battery / "inflating.png", tmp_path / "out")
    with Image.open(tmp_path / "out/inflating.png") as image:
        assert np.asarray(image).shape == (8, 8, 3)
        assert not np.asarray(image).any()


def test_a_bomb_is_refused_by_its_header(tmp_path):
    (tmp_path / "bomb.png").write_bytes(png(30_000, 30_000, zlib.compress(bytes(50_000_000))))
    codecs_ready = opening.strict_pillow()
    with codecs_ready:
        tracemalloc.start()
        began = time.perf_counter()
        with pytest.raises(ImageError, match="refused as too large"):
            decoding.read(tmp_path / "bomb.png")
        seconds = time.perf_counter() - began
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 2**20
    assert seconds < 1  # decoding it would take several


def test_the_limit_holds_where_a_program_has_switched_pillows_off(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    (tmp_path / "bomb.png").write_bytes(png(60_000, 60_000))
    report = resize(tmp_path / "bomb.png", tmp_path / "out")
    assert report.failures[0].reason.startswith(
        "refused as too large (60000 x 60000 pixels, the limit is 178 megapixels)"
    )


def test_a_large_picture_below_the_limit_is_no_bomb(tmp_path):
    """Pillow warns above 89 megapixels; 100 are decoded, silently."""
    Image.new("1", (10_000, 10_000)).save(tmp_path / "large.png")
    report = resize(tmp_path / "large.png", tmp_path / "out", apply=lambda samples, placement: samples[::50, ::50])
    assert report.ok, report.failures


def test_a_result_above_the_limit_is_refused(tmp_path):
    Image.new("L", (1, 14_000)).save(tmp_path / "thin.png")
    Image.new("L", (10, 10)).save(tmp_path / "square.png")
    report = batch.resize_folder(tmp_path, tmp_path / "out", size=14_000)
    assert [failure.path.name for failure in report.failures] == ["square.png"]
    assert report.failures[0].reason == (
        "the result would have 14000 x 14000 pixels, the limit is 178 megapixels; choose a smaller size"
    )


FORMATS = {
    "JPEG": {},
    "progressive JPEG": {"progressive": True},
    "PNG": {},
    "WEBP": {},
    "lossless WEBP": {"lossless": True},
    "TIFF": {"compression": "raw"},
    "deflated TIFF": {"compression": "tiff_adobe_deflate"},
    "BMP": {},
    "GIF": {},
}


@pytest.mark.parametrize("name", FORMATS)
def test_no_cut_passes_for_the_whole(tmp_path, name):
    """Wherever a file ends, it is refused or, where only trailing bytes are missing, has every pixel."""
    data = encoded(name.split()[-1], **FORMATS[name])
    path = tmp_path / "cut"
    path.write_bytes(data)
    with opening.strict_pillow():
        whole = decoding.read(path).first.samples
        for cut in [*range(1, len(data), 97), *range(len(data) - 24, len(data))]:
            path.write_bytes(data[:cut])
            try:
                picture = decoding.read(path)
            except ImageError:
                continue
            assert cut >= len(data) - 20, "only checksums and the end mark may be missing"
            np.testing.assert_array_equal(picture.first.samples, whole, err_msg=f"cut at {cut}")


@pytest.mark.parametrize("name", ["PNG", "deflated TIFF", "WEBP", "GIF", "JPEG"])
def test_random_damage_never_escapes(tmp_path, name):
    """Whatever a decoder stumbles over becomes a reason."""
    data = encoded(name.split()[-1], **FORMATS[name])
    path = tmp_path / "noise"
    with opening.strict_pillow():
        for _ in range(60):
            noisy = bytearray(data)
            for position in RNG.integers(0, len(data), 8):
                noisy[position] = RNG.integers(0, 256)
            path.write_bytes(noisy)
            try:
                picture = decoding.read(path)
            except ImageError:
                continue
            assert picture.shape[0] * picture.shape[1] <= opening.MAX_PIXELS


ODD_NAMES = [
    b"with space.png",
    b"new\nline.png",
    b"-dash.png",
    b"--size=5.png",
    b"quote'\".png",
    b"%s{0}$(id).png",
    "right\u202eto left.png".encode(),
    "日本 ß é.png".encode(),
    b"not\xff\xfeutf8.png",
    b"back\\slash.png",
    b"n" * 251 + b".png",
    b"\x1b[2Jescape.png",
]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these names cannot exist here")
def test_odd_names(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    for name in ODD_NAMES:
        with open(os.path.join(os.fsencode(source), name), "wb") as file:
            file.write(encoded("PNG", PIXELS[:4, :4]))
    report = resize(source, tmp_path / "out")
    assert report.written == len(ODD_NAMES), report.failures
    assert sorted(os.listdir(os.fsencode(tmp_path / "out"))) == sorted(ODD_NAMES)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_given_by_name_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    report = resize([tmp_path / "pipe.png", tmp_path / "a.png"], tmp_path / "out")
    assert report.written == 1
    assert report.failures == [
        (tmp_path / "pipe.png", "this is a folder, a pipe or a device, not a file; leave it out", "unreadable"),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="no device files on this system")
def test_a_device_given_by_name(tmp_path):
    assert "not a file" in resize("/dev/zero", tmp_path / "out").failures[0].reason


def test_a_file_that_is_gone_when_its_turn_comes(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    options = batch.Options(batch.parse_size(5))
    inputs = batch.prepare(tmp_path, tmp_path / "out", options)
    (tmp_path / "a.png").unlink()
    report = batch.process(inputs, options, apply=lambda samples, placement: samples)
    assert report.failures[0].reason == "the file is gone; it was there when the run began"


def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(PIXELS).save(path)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user (root) may read every file")
    assert "cannot be read (Permission denied)" in resize(path, tmp_path / "out").failures[0].reason


def test_a_file_that_the_system_refuses_to_open(tmp_path, monkeypatch):
    """The same without depending on the user."""
    Image.fromarray(PIXELS).save(tmp_path / "a.png")

    def refuse(path, flags):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", refuse)
    assert resize(tmp_path / "a.png", tmp_path / "out").failures[0].reason == (
        "the file cannot be read (Permission denied); check its permissions and its disk"
    )


def test_a_folder_that_may_not_be_written(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out").chmod(stat.S_IRUSR | stat.S_IXUSR)
    if os.access(tmp_path / "out", os.W_OK):
        pytest.skip("this user (root) may write to every folder")
    reason = resize(tmp_path / "a.png", tmp_path / "out").failures[0].reason
    assert "a.png cannot be written (Permission denied); check the folder's permissions" in reason


@pytest.mark.parametrize("error", [ValueError("boom"), MemoryError(), RuntimeError("two\nlines")])
def test_whatever_the_resize_raises_is_a_line_of_the_report(tmp_path, error):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")

    def fail(samples, placement):
        raise error

    (failure,) = resize(tmp_path / "a.png", tmp_path / "out", apply=fail).failures
    expected = "not enough memory" if isinstance(error, MemoryError) else f"unexpected {type(error).__name__}: {error}"
    assert failure.reason.startswith(expected)


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1), (65_500, 2)])
@pytest.mark.parametrize("name", ["PNG", "JPEG", "TIFF"])
def test_very_long_sides(tmp_path, size, name):
    Image.linear_gradient("L").resize(size).save(tmp_path / "long", name)
    report = resize(tmp_path / "long", tmp_path / "out", apply=lambda samples, placement: samples)
    assert report.ok, report.failures
    with Image.open(tmp_path / "out/long") as image:
        assert image.size == size


def test_the_longest_sides_that_a_header_can_claim(tmp_path):
    """65535 pixels, as JPEG's header can say and its data cannot hold."""
    data = bytearray(encoded("JPEG"))
    frame = data.index(b"\xff\xc0") + 5
    for sides in (struct.pack(">HH", 65_535, 65_535), struct.pack(">HH", 65_535, 1), struct.pack(">HH", 0, 50)):
        data[frame : frame + 4] = sides
        (tmp_path / "long.jpg").write_bytes(data)
        (failure,) = resize(tmp_path / "long.jpg", tmp_path / "out").failures
        assert failure.kind in ("damaged", "too-large", "unsupported")


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@pytest.mark.parametrize(
    "chunks",
    [
        chunk(b"zTXt", b"comment\0\0" + zlib.compress(bytes(300_000_000))),
        chunk(b"iTXt", b"comment\0\1\0\0\0" + zlib.compress(bytes(300_000_000))),
        chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(300_000_000))),
        chunk(b"tEXt", b"comment\0" + bytes(3_000_000)) * 30,
    ],
    ids=["inflating text", "inflating unicode", "inflating profile", "much text"],
)
def test_text_and_profiles_cannot_fill_the_memory(tmp_path, chunks):
    """300 MB of zeros in 300 kB; 90 MB as they are. Refused or passed over, but not unpacked."""
    data = encoded("PNG")
    (tmp_path / "a.png").write_bytes(data[:33] + chunks + data[33:])
    tracemalloc.start()
    report = resize(tmp_path / "a.png", tmp_path / "out")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150_000_000
    assert report.written + len(report.failures) == 1
    assert {failure.kind for failure in report.failures} <= {"too-large"}


def test_a_profile_that_is_none(tmp_path):
    """Noise in the place of a colour profile is no reason to refuse the picture."""
    Image.fromarray(PIXELS).save(tmp_path / "a.jpg", icc_profile=bytes(RNG.integers(0, 256, 999, dtype=np.uint8)))
    for policy in ("keep", "srgb", "strip"):
        report = resize(tmp_path / "a.jpg", tmp_path / policy, icc=policy)
        assert report.written == 1, report.failures


@pytest.mark.skipif(sys.platform == "win32", reason="no sockets among files there")
def test_a_socket_in_a_folder(tmp_path):
    (tmp_path / "in").mkdir()
    Image.fromarray(PIXELS).save(tmp_path / "in/a.png")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "in/s.png"))
        report = resize(tmp_path / "in", tmp_path / "out")
    assert (report.written, report.skipped) == (1, {"special files": 1})


REPLACED = {
    "another picture": lambda path: Image.fromarray(PIXELS[:5]).save(path),
    "another format": lambda path: path.write_bytes(encoded("WEBP")),
    "text": lambda path: path.write_text("no picture"),
    "nothing": lambda path: path.write_bytes(b""),
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
    "a loop of links": lambda path: path.symlink_to(path.name),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes among files there")
@pytest.mark.parametrize("what", REPLACED)
def test_a_file_that_is_replaced_between_scan_and_opening(tmp_path, what):
    """It is judged by what it is when it is opened, and costs no more than itself."""
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        Image.fromarray(PIXELS).save(tmp_path / f"in/{name}.png")
    options = batch.Options("100%")
    inputs = batch.prepare(tmp_path / "in", tmp_path / "out", options)
    (tmp_path / "in/a.png").unlink()
    REPLACED[what](tmp_path / "in/a.png")
    report = batch.process(inputs, options, apply=lambda samples, placement: samples)
    good = what.startswith("another")
    assert report.written == (2 if good else 1)
    assert [failure.path.name for failure in report.failures] == ([] if good else ["a.png"])
    assert (tmp_path / "out/a.png").exists() == good


def test_a_folder_that_vanishes_between_scan_and_opening(tmp_path):
    for name in ("keep", "gone"):
        (tmp_path / "in" / name).mkdir(parents=True)
        Image.fromarray(PIXELS).save(tmp_path / f"in/{name}/a.png")
    options = batch.Options("100%")
    inputs = batch.prepare(tmp_path / "in", tmp_path / "out", options)
    shutil.rmtree(tmp_path / "in/gone")
    report = batch.process(inputs, options, apply=lambda samples, placement: samples)
    assert report.written == 1
    assert [(failure.path.parent.name, failure.kind) for failure in report.failures] == [("gone", "unreadable")]
    assert not (tmp_path / "out/gone").exists()


def test_a_folder_that_vanishes_during_the_scan(tmp_path, monkeypatch):
    (tmp_path / "in/gone").mkdir(parents=True)
    Image.fromarray(PIXELS).save(tmp_path / "in/z.png")
    scandir = os.scandir

    def scan(path):
        if os.fspath(path).endswith("gone"):
            os.rmdir(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)
    report = resize(tmp_path / "in", tmp_path / "out")
    assert report.written == 1
    assert [failure.reason for failure in report.failures] == ["the folder cannot be read (No such file or directory)"]
