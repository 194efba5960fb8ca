"""The policy on damaged files: a failure, or what a decoder can deliver, with a note."""

import io

import numpy as np
import pytest
from PIL import Image, features

from fastresample import batch
from fastresample.batch.codecs import decoding, jpeg
from fastresample.batch.codecs.opening import strict_pillow
from fastresample.cli import main

COARSE = np.random.default_rng(3).integers(0, 256, (10, 12, 3), dtype=np.uint8)
PICTURE = Image.fromarray(COARSE).resize((120, 100), Image.Resampling.BICUBIC)


def encoded(name, **settings):
    buffer = io.BytesIO()
    PICTURE.save(buffer, name, **settings)
    return buffer.getvalue()


def cut(data):
    return data[: 6 * len(data) // 10]


def overwritten(data, begin=0.5, end=0.9):
    first, last = int(begin * len(data)), int(end * len(data))
    return data[:first] + bytes(last - first) + data[last:]


def flipped(data, position):
    """Change one bit."""
    changed = bytearray(data)
    changed[position] ^= 1
    return bytes(changed)


# Damaged files whose upper quarter can still be decoded.
PARTLY = {
    "cut.jpg": cut(encoded("JPEG", quality=95)),
    "zeros.jpg": overwritten(encoded("JPEG", quality=95)),
    "cut.png": cut(encoded("PNG")),
    "zeros.png": overwritten(encoded("PNG")),
    "checksum.png": flipped(encoded("PNG"), -16),
    "zeros.webp": encoded("WEBP", quality=99)[:-600] + bytes(600),
    "cut.gif": cut(encoded("GIF", interlace=0)),
    "cut.bmp": cut(encoded("BMP")),
    "cut.tif": cut(encoded("TIFF")),
}
if features.check("avif"):
    PARTLY["zeros.avif"] = encoded("AVIF", quality=99, speed=10)[:-600] + bytes(600)
LOST = {
    "cut.webp": cut(encoded("WEBP")),
    "beginning.jpg": encoded("JPEG")[:300],
    "beginning.png": encoded("PNG")[:60],
    "text.png": b"no picture" * 50,
}


@pytest.fixture
def damaged(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, data in (PARTLY | LOST).items():
        (folder / name).write_bytes(data)
    return folder


def resize(source, target, **options):
    """Copy, for a resize needs no compiled code here."""
    options = batch.Options("100%", **options)
    return batch.process(
        batch.prepare(source, target, options), options, apply=lambda samples, placement: samples.copy()
    )


def test_damaged_files_are_failures(damaged, tmp_path):
    pytest.importorskip("simplejpeg", reason="hears damage inside JPEG data")
    report = resize(damaged, tmp_path / "out")
    assert sorted(failure.path.name for failure in report.failures) == sorted(PARTLY | LOST)
    assert report.written == 0
    assert not list(tmp_path.rglob("out/*"))


@pytest.mark.parametrize("turbo", [True, False])
def test_what_is_left_is_kept_on_request(damaged, tmp_path, turbo, monkeypatch):
    if turbo:
        pytest.importorskip("simplejpeg", reason="decodes damaged JPEG data")
    else:
        monkeypatch.setattr(jpeg, "turbo", lambda: None)
    report = resize(damaged, tmp_path / "out", on_damage="warn")
    assert sorted(failure.path.name for failure in report.failures) == sorted(LOST)
    noted = {path.name for note, paths in report.notes.items() for path in paths if note.startswith("is damaged (")}
    assert noted == set(PARTLY) - ({"zeros.jpg"} if not turbo else set())
    unseen = {path.name for path in report.notes.get(jpeg.UNHEARD, ())}
    assert unseen == (set() if turbo else {"cut.jpg", "zeros.jpg"})
    for name in PARTLY:
        with Image.open(tmp_path / "out" / name) as image:
            assert image.size == PICTURE.size
            part = slice(-25, None) if name.endswith("bmp") else slice(25)  # which is stored from the bottom up
            difference = np.abs(np.asarray(image.convert("RGB"), int)[part] - np.asarray(PICTURE, int)[part])
            assert difference.mean() < 16, name
    assert "is damaged" in next(iter(report.notes))


HEARD = {
    "JPEG": {"quality": 80},  # at 90, three of 400 places give as many blocks by chance: JPEG has no checksums
    "JPEG 4:4:4": {"quality": 95, "subsampling": 0},
    "PNG": {},
    "TIFF deflated": {"compression": "tiff_adobe_deflate"},
    "TIFF packed": {"compression": "tiff_lzw"},
    "GIF": {},
}


@pytest.mark.parametrize("name", HEARD)
def test_no_overwritten_part_goes_unnoticed(tmp_path, name):
    """Wherever a sector of 512 bytes was lost, or all after it."""
    pytest.importorskip("simplejpeg", reason="hears damage inside JPEG data")
    rng = np.random.default_rng(1)
    picture = PICTURE.resize((360, 300), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    noisy = Image.fromarray(np.clip(np.asarray(picture) + rng.normal(0, 5, (300, 360, 3)), 0, 255).astype(np.uint8))
    noisy.save(buffer, name.split()[0], **HEARD[name])
    data = buffer.getvalue()
    path = tmp_path / "a"
    with strict_pillow():
        for position in np.linspace(0.2, 0.9, 15) * len(data):
            at = int(position)
            for filling in (bytes(512), rng.bytes(512), bytes(len(data) - at)):
                path.write_bytes(data[:at] + filling + data[at + len(filling) :])
                with pytest.raises(batch.ImageError, match="damaged"):
                    decoding.read(path)
        path.write_bytes(data)
        assert decoding.read(path).origin.notes == ()


def test_nothing_is_said_of_whole_files(tmp_path):
    pytest.importorskip("simplejpeg", reason="without it there is a note for every JPEG file")
    (tmp_path / "in").mkdir()
    for name in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"):
        (tmp_path / f"in/a{name}.{name.lower()}").write_bytes(encoded(name))
    for policy in batch.options.POLICIES:
        report = resize(tmp_path / "in", tmp_path / f"out {policy}", on_damage=policy)
        assert (report.written, report.notes) == (6, {})


def test_a_size_in_the_header_that_is_not_the_pictures(tmp_path):
    """A second frame header: what was admitted by the first must not be another picture's memory."""
    pytest.importorskip("simplejpeg", reason="decodes it")
    data = encoded("JPEG")
    begin = data.index(b"\xff\xc0")
    frame = data[begin : begin + 2 + int.from_bytes(data[begin + 2 : begin + 4])]
    larger = frame[:5] + (3000).to_bytes(2) + (3000).to_bytes(2) + frame[9:]
    for first, second in ((frame, larger), (larger, frame)):
        (tmp_path / "a.jpg").write_bytes(data.replace(frame, first + second))
        report = resize(tmp_path / "a.jpg", tmp_path / "b.jpg", existing="overwrite")
        assert report.written == 0
        assert "damaged or incomplete" in report.failures[0].reason


def test_the_command_says_it_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(jpeg, "turbo", lambda: None)
    (tmp_path / "in").mkdir()
    for name in "abc":
        (tmp_path / f"in/{name}.jpg").write_bytes(encoded("JPEG"))
    with pytest.raises(SystemExit) as ended:
        main(["resize", str(tmp_path / "in"), str(tmp_path / "out"), "--size", "100%", "--method", "nearest"])
    assert ended.value.code == 0
    said = capsys.readouterr().err
    assert said.count("damage inside JPEG data cannot be seen without simplejpeg") == 1
    assert "and 2 more" in said
