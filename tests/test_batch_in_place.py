"""In place: what a result cannot hold, what changed meanwhile and what is named twice costs no picture anything."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fastresample import batch
from fastresample.batch.codecs import deep
from fastresample.batch.reports import manifest

PIXELS = np.random.default_rng(3).integers(0, 256, (30, 40, 3), dtype=np.uint8)
PICTURE = Image.fromarray(PIXELS)
links = pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")


def halve(samples, placement):
    return samples[::2, ::2]


def resize(*sources, apply=halve, **options):
    options = batch.Options("50%", in_place=True, **options)
    return batch.process(batch.prepare(sources, None, options), options, apply=apply)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def size(path):
    with Image.open(path) as image:
        return image.size


def deep_png(path):
    Path(path).write_bytes(deep.encode(PIXELS.astype(np.uint16) * 257, "PNG", {}))


def grey_with_a_transparent_one(path):
    Image.fromarray(PIXELS[..., 0].astype(np.uint16)).save(path, transparency=5)


def pages(path, **options):
    PICTURE.save(path, save_all=True, append_images=[PICTURE, PICTURE], **options)


class TestLosses:
    """What is a note elsewhere, because a result does not hold all of its source, is a failure in place."""

    @pytest.mark.parametrize(
        ("name", "make", "words"),
        [
            ("a.tif", pages, "holds several pictures"),
            ("a.jpg", lambda path: pages(path, format="MPO"), "holds several pictures"),
            ("a.png", grey_with_a_transparent_one, "has one transparent grey"),
            ("a.jpg", lambda path: PICTURE.save(path, xmp=b"<gps"), "its XMP is damaged"),
        ],
    )
    def test_they_are_failures(self, name, make, words):
        make(name)
        before = Path(name).read_bytes()
        options = batch.Options("50%")
        elsewhere = batch.process(batch.prepare(name, "out/", options), options, apply=halve)
        assert elsewhere.ok
        assert any(note.startswith(words) for note in elsewhere.notes)
        report = resize(name)
        ((path, reason, kind),) = report.failures
        assert (path, kind) == (Path(name), "unsupported")
        assert reason.startswith(f"was left as it is, for its result would not hold all of it ({words}")
        assert reason.endswith("; resize it into another folder")
        assert Path(name).read_bytes() == before

    def test_pages_are_foreseen(self):
        pages("a.tif")
        options = batch.Options("50%", in_place=True)
        (told,) = batch.preview(batch.prepare("a.tif", None, options), options)
        assert (told.status, told.reason) == ("failed", resize("a.tif").failures[0].reason)
        options = batch.Options("100>", in_place=True)
        (told,) = batch.preview(batch.prepare("a.tif", None, options), options)
        assert told.status == "existing"

    def test_depth_that_is_lost(self, monkeypatch):
        if not deep.available():
            pytest.skip("needs OpenCV, which writes the picture")
        deep_png("a.png")
        before = Path("a.png").read_bytes()
        monkeypatch.setattr(deep, "available", lambda: False)
        ((_, reason, _),) = resize("a.png").failures
        assert "has 16-bit colour, which was reduced to 8 bits; OpenCV keeps them" in reason
        assert Path("a.png").read_bytes() == before

    def test_a_note_of_no_loss_is_one(self, monkeypatch):
        monkeypatch.setattr("fastresample.batch.codecs.jpeg.turbo", lambda: None)
        PICTURE.save("a.jpg")
        report = resize("a.jpg")
        assert (report.written, list(report.notes)) == (1, [batch.rendering.jpeg.UNHEARD])

    def test_damage_that_is_kept_is_none_of_it(self):
        with pytest.raises(ValueError, match="in_place with on_damage='warn' would replace damaged pictures by"):
            batch.Options("50%", in_place=True, on_damage="warn")


@pytest.mark.parametrize(
    ("name", "format_"), [("a.jpg", "PNG"), ("a.jpg", "GIF"), ("a.png", "WEBP"), ("a.gif", "JPEG"), ("a", "PNG")]
)
def test_a_misnamed_file_stays_what_it_is(name, format_):
    several = {"save_all": True, "append_images": [Image.fromarray(255 - PIXELS)]} if format_ == "GIF" else {}
    PICTURE.save(name, format_, **several)
    report = resize(name)
    assert report.written == 1
    assert not report.notes.keys() - {batch.rendering.jpeg.UNHEARD}
    with Image.open(name) as image:
        assert (image.format, image.size) == (format_, (20, 15))
        assert getattr(image, "n_frames", 1) == len(several or (1,))


class TestOnce:
    """However a file is named, it is resized once."""

    @pytest.fixture(autouse=True)
    def _pictures(self):
        Path("s/t").mkdir(parents=True)
        for name in ("a.png", "s/b.png", "s/t/c.png"):
            PICTURE.save(name)

    @pytest.mark.parametrize(
        "sources",
        [
            ["a.png", "a.png"],
            ["a.png", "./a.png", "s/../a.png"],
            [".", "s", "s/t"],
            ["s/t", "s", "a.png"],
            ["s/t/c.png", "s"],
        ],
    )
    def test_files_and_folders(self, sources):
        report = resize(*sources, os.path.abspath(sources[0]))
        shrunk = [size(path) for path in Path().rglob("*.png")]
        assert set(shrunk) <= {(20, 15), (40, 30)}
        assert shrunk.count((20, 15)) == report.written > 0

    @links
    def test_links_to_folders(self):
        os.symlink("s", "link")
        assert resize("s", "link", "link/t").written == 2
        assert size("s/t/c.png") == size("s/b.png") == (20, 15)

    @links
    def test_a_link_that_is_given_stands_for_its_file(self):
        os.symlink("../a.png", "s/link.png")
        assert resize("s/link.png", "a.png").written == 1
        assert Path("s/link.png").is_symlink()
        assert size("a.png") == size("s/link.png") == (20, 15)

    @links
    def test_hard_links_are_two_files(self):
        os.link("a.png", "same.png")
        assert resize("a.png", "same.png").written == 2
        assert size("a.png") == size("same.png") == (20, 15)

    def test_names_that_differ_in_case_are_two_files(self):
        if Path("A.PNG").exists():
            pytest.skip("this file system takes the two names for one")
        PICTURE.save("A.PNG")
        assert resize("a.png", "A.PNG").written == 2


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize(
    ("change", "left"),
    [
        (lambda path: path.write_bytes(b"edited"), b"edited"),
        (lambda path: os.utime(path, (5, 5)), None),
        (lambda path: os.replace("other.png", path), b"saved by renaming"),
    ],
)
def test_an_edit_during_the_run_is_kept(change, left, resume):
    PICTURE.save("a.png")
    before = Path("a.png").read_bytes()
    Path("other.png").write_bytes(b"saved by renaming")

    def interfere(samples, placement):
        change(Path("a.png"))
        return halve(samples, placement)

    report = resize("a.png", apply=interfere, resume=resume)
    assert report.failures == [(Path("a.png"), "changed during the run and was left as it is; run again", "changed")]
    assert Path("a.png").read_bytes() == (before if left is None else left)
    assert {name for name in os.listdir() if name.startswith(".")} <= {manifest.NAME}


def test_an_edit_while_the_result_is_written_is_kept(monkeypatch):
    """The temporary file is there already."""
    PICTURE.save("a.png")
    copymode = shutil.copymode

    def interfere(*paths):
        Path("a.png").write_bytes(b"edited")
        copymode(*paths)

    monkeypatch.setattr(shutil, "copymode", interfere)
    assert [failure.kind for failure in resize("a.png").failures] == ["changed"]
    assert Path("a.png").read_bytes() == b"edited"
    assert os.listdir() == ["a.png"]


def test_a_picture_that_is_removed_during_the_run_does_not_come_back():
    PICTURE.save("a.png")
    report = resize("a.png", apply=lambda samples, placement: os.unlink("a.png") or halve(samples, placement))
    assert [failure.kind for failure in report.failures] == ["changed"]
    assert os.listdir() == []


def test_with_resume_nothing_is_replaced_that_cannot_be_remembered():
    PICTURE.save("a.png")
    before = Path("a.png").read_bytes()
    Path(manifest.NAME).mkdir()
    ((_, reason, kind),) = resize("a.png", resume=True).failures
    assert kind == "unwritable"
    assert reason.startswith(f"was left as it is: {manifest.NAME} cannot be written (")
    assert reason.endswith("make it writable, or leave out resume")
    assert Path("a.png").read_bytes() == before
    shutil.rmtree(manifest.NAME)
    assert resize("a.png", resume=True).written == 1
    assert resize("a.png", resume=True).written == 0
