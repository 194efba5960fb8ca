"""Finding inputs and naming outputs: trees, links, odd names, collisions; all before anything is written."""

import os
import unicodedata
from pathlib import Path

import pytest

from fastresample.batch import Options
from fastresample.batch.files.naming import OutputExistsError, name_outputs, taken_targets
from fastresample.batch.files.scanning import find_inputs

EXTENSIONS = (".jpg", ".png")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def touch(*paths):
    for path in map(Path, paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def find(*sources, to="out"):
    return name_outputs(find_inputs(sources, to, EXTENSIONS), Options("50%"), measure=None)


def names(found):
    return [(job.source.as_posix(), output.target.as_posix()) for job in found.jobs for output in job.outputs]


def test_one_folder_is_mirrored():
    touch("in/b.jpg", "in/a.PNG", "in/sub/deep/c.jpg", "in/readme.txt", "in/none", "in/sub/x.py", "in/._a.jpg")
    found = find("in")
    assert names(found) == [
        ("in/a.PNG", "out/a.PNG"),
        ("in/b.jpg", "out/b.jpg"),
        ("in/sub/deep/c.jpg", "out/sub/deep/c.jpg"),
    ]
    assert found.skipped == {".txt": 1, ".py": 1, "without an ending": 1, "macOS side files": 1}
    assert not found.failures
    assert not Path("out").exists()


def test_of_several_inputs_folders_keep_their_names():
    touch("a/x.jpg", "b/x.jpg", "c.png")
    assert names(find("a", "b/", "c.png")) == [
        ("a/x.jpg", "out/a/x.jpg"),
        ("b/x.jpg", "out/b/x.jpg"),
        ("c.png", "out/c.png"),
    ]


def test_a_folder_given_as_a_dot_among_others_has_its_real_name(monkeypatch):
    touch("a/x.jpg", "b.png")
    monkeypatch.chdir("a")
    assert [target for _, target in names(find(".", "../b.png", to="../out"))] == ["../out/a/x.jpg", "../out/b.png"]


@pytest.mark.parametrize(
    ("output", "expected"),
    [("small.jpg", "small.jpg"), ("small.PNG", "small.PNG"), ("out", "out/a.jpg"), ("out.d/", "out.d/a.jpg")],
)
def test_one_file_goes_to_a_file_name_or_into_a_folder(output, expected):
    touch("a.jpg")
    assert names(find("a.jpg", to=output)) == [("a.jpg", expected)]


def test_one_file_into_a_folder_that_looks_like_a_file_name():
    touch("a.jpg")
    Path("odd.png").mkdir()
    assert names(find("a.jpg", to="odd.png")) == [("a.jpg", "odd.png/a.jpg")]


def test_an_output_name_in_an_unknown_format_is_refused():
    touch("a.jpg")
    with pytest.raises(ValueError, match=r"out\.avif ends in \.avif, .* accepted are \.jpg, \.png, or a slash"):
        find("a.jpg", to="out.avif")


@pytest.mark.parametrize("sources", [["in"], ["a.jpg", "b.jpg"], ["a.jpg"]])
def test_a_file_where_a_folder_is_needed(sources):
    touch("in/x.jpg", "a.jpg", "b.jpg", "taken")
    with pytest.raises(NotADirectoryError, match="taken is a file, but the output has to be a folder"):
        find(*sources, to="taken")


def test_a_missing_input_and_no_input():
    with pytest.raises(FileNotFoundError, match="nowhere does not exist"):
        find("nowhere")
    with pytest.raises(ValueError, match="source names no file"):
        find()


def test_files_given_by_name_are_taken_whatever_they_are_called():
    touch("notes.txt", "photo")
    assert names(find("notes.txt", "photo")) == [("notes.txt", "out/notes.txt"), ("photo", "out/photo")]


def test_the_output_inside_the_input_is_left_out_of_the_scan():
    touch("in/a.jpg", "in/sub/out/old.jpg", "in/sub/b.jpg")
    assert names(find("in", to="in/sub/out")) == [
        ("in/a.jpg", "in/sub/out/a.jpg"),
        ("in/sub/b.jpg", "in/sub/out/sub/b.jpg"),
    ]


@pytest.mark.parametrize("output", ["in", "in/", "./in", "in/../in", "link"])
def test_the_output_may_not_be_the_input(output):
    touch("in/a.jpg")
    os.symlink("in", "link")
    with pytest.raises(ValueError, match="in is both the input and the output"):
        find("in", to=output)


def test_an_output_may_not_be_an_input_file():
    touch("in/sub/x.jpg", "in/sub/sub/x.jpg", "a.jpg")
    with pytest.raises(ValueError, match=r"in/sub/x\.jpg would replace the input in/sub/x\.jpg"):
        find("in/sub", "in/sub/sub/x.jpg", to="in")
    with pytest.raises(ValueError, match=r"a\.jpg would replace the input a\.jpg"):
        find("a.jpg", to="a.jpg")
    with pytest.raises(ValueError, match=r"would replace the input"):
        find("a.jpg", to=".")
    os.link("a.jpg", "same.jpg")
    with pytest.raises(ValueError, match=r"same\.jpg would replace the input a\.jpg"):
        find("a.jpg", to="same.jpg")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Photo.JPG", "photo.jpg"),
        ("straße.png", "STRASSE.png"),
        (unicodedata.normalize("NFC", "é.png"), unicodedata.normalize("NFD", "é.png")),
        (unicodedata.normalize("NFC", "É.png"), unicodedata.normalize("NFD", "é.png")),
        ("Sub/x.png", "sub/x.png"),
    ],
)
def test_two_inputs_with_one_output_name_are_refused(first, second):
    touch(f"in/{first}")
    if Path(f"in/{second}").exists():
        pytest.skip("this file system takes the two names for one")
    touch(f"in/{second}")
    with pytest.raises(ValueError, match=r"would both be written to .* rename one") as error:
        find("in")
    assert first in str(error.value)
    assert second in str(error.value)


def test_the_same_name_in_two_places_is_refused():
    touch("a/x.jpg", "b/x.jpg")
    with pytest.raises(ValueError, match=r"a/x\.jpg and b/x\.jpg would both be written to out/x\.jpg"):
        find("a/x.jpg", "b/x.jpg")


def test_links():
    touch("in/a.jpg", "in/sub/b.jpg", "outside/c.jpg")
    os.symlink("..", "in/sub/loop")
    os.symlink("../outside", "in/elsewhere")
    os.symlink("../outside/c.jpg", "in/out.jpg")
    os.symlink("sub/b.jpg", "in/inside.jpg")
    os.symlink("nowhere", "in/broken.jpg")
    os.symlink("round.jpg", "in/round.jpg")
    found = find("in")
    assert [source for source, _ in names(found)] == ["in/a.jpg", "in/inside.jpg", "in/sub/b.jpg"]
    assert found.skipped == {"links out of the folder or to folders": 3, "broken links": 2}


def test_a_link_given_by_name_is_followed():
    touch("real/a.jpg")
    os.symlink("real", "link")
    assert names(find("link")) == [("link/a.jpg", "out/a.jpg")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_pipes_are_not_opened():
    touch("in/a.jpg")
    os.mkfifo("in/pipe.jpg")
    found = find("in")
    assert [source for source, _ in names(found)] == ["in/a.jpg"]
    assert found.skipped == {"special files": 1}


def test_a_folder_that_cannot_be_read_is_a_failure_and_the_rest_goes_on(monkeypatch):
    touch("in/a.jpg", "in/locked/b.jpg")
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find("in")
    assert names(found) == [("in/a.jpg", "out/a.jpg")]
    assert found.failures == [(Path("in/locked"), "the folder cannot be read (Permission denied)", "unreadable")]


def test_taken_targets():
    touch("in/a.jpg", "in/b.jpg", "in/c.jpg", "in/d.jpg", "out/a.jpg")
    Path("out/b.jpg").mkdir()
    os.symlink("nowhere", "out/c.jpg")
    assert [target.name for target in taken_targets(find("in").jobs)] == ["a.jpg", "b.jpg", "c.jpg"]


def test_the_message_about_existing_outputs():
    assert str(OutputExistsError([Path("a"), Path("b"), Path("c")])) == (
        "a and 2 more exist already; choose existing='overwrite' or existing='skip'"
    )
    assert str(OutputExistsError([Path("a")])).startswith("a exists already")


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        ("", ValueError, "is empty; write \\. for the current folder"),
        ("a\0b", ValueError, r"'a\\x00b' holds a NUL character"),
        (5, TypeError, "must be text or a path object, got 5"),
        (b"in", TypeError, "must be text or a path object, got b'in'"),
    ],
)
def test_paths_are_checked(value, error, words):
    touch("in/a.jpg")
    with pytest.raises(error, match=f"^source {words}"):
        find("in", value)
    with pytest.raises(error, match=f"^destination {words}"):
        find("in", to=value)


def test_a_broken_link_given_by_name():
    touch("in/a.jpg")
    os.symlink("nowhere", "link.jpg")
    with pytest.raises(FileNotFoundError, match=r"^link\.jpg is a broken link$"):
        find("in", "link.jpg")


def test_a_link_to_a_folder_keeps_its_own_name():
    touch("real/a.jpg", "b.jpg")
    os.symlink("real", "link")
    assert names(find("link", "b.jpg"))[0] == ("link/a.jpg", "out/link/a.jpg")
