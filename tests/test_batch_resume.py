"""Resuming: a rerun does what is missing, has changed or was made in another way, and nothing else."""

import json
import os
import shutil
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fastresample import batch
from fastresample.batch.files import writing
from fastresample.batch.reports import manifest

PIXELS = np.random.default_rng(3).integers(0, 256, (30, 40, 3), dtype=np.uint8)


def halve(samples, placement):
    return samples[::2, ::2]


def resize(source="in", target="out", size="50%", apply=halve, **options):
    """Run with the manifest; return the report and the names that were written."""
    record = batch.Options(size, **{"resume": True, **options})
    written = []
    report = batch.process(
        batch.prepare(source, target, record),
        record,
        apply=apply,
        progress=lambda outcome, done, total: written.extend(result.target.name for result in outcome.results),
    )
    return report, sorted(written)


@pytest.fixture(autouse=True)
def _four_pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in/sub").mkdir(parents=True)
    for index, name in enumerate(("a", "b", "sub/c", "sub/d")):
        Image.fromarray(PIXELS + np.uint8(index)).save(f"in/{name}.png")


def content(folder="out"):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file() and path.name != manifest.NAME
    }


def lines(path=Path("out") / manifest.NAME):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def test_a_second_run_does_nothing():
    assert resize()[1] == ["a.png", "b.png", "c.png", "d.png"]
    before, states = content(), {path: path.stat().st_mtime_ns for path in Path("out").rglob("*")}
    report, written = resize()
    assert written == []
    assert (report.existing, report.written, report.ok) == (4, 0, True)
    assert content() == before
    assert {path: path.stat().st_mtime_ns for path in Path("out").rglob("*")} == states


def test_what_is_in_the_manifest():
    resize()
    about, *entries = lines()
    assert "may be deleted" in about["about"]
    assert sorted(entry["output"] for entry in entries) == ["a.png", "b.png", "sub/c.png", "sub/d.png"]
    for entry in entries:
        result, source = Path("out", entry["output"]).stat(), Path("in", entry["output"])
        assert (entry["bytes"], entry["mtime_ns"]) == (result.st_size, result.st_mtime_ns)
        assert (entry["source_bytes"], entry["source_mtime_ns"]) == (source.stat().st_size, source.stat().st_mtime_ns)
        assert entry["source"] == str(source.absolute())


def test_what_is_missing_is_made():
    resize()
    before = content()
    Path("out/sub/c.png").unlink()
    assert resize()[1] == ["c.png"]
    assert content() == before


def test_what_has_changed_is_made_again():
    resize()
    Image.fromarray(PIXELS[::-1]).save("in/b.png")
    assert resize()[1] == ["b.png"]
    with Image.open("out/b.png") as image:
        np.testing.assert_array_equal(np.asarray(image), PIXELS[::-1][::2, ::2])


@pytest.mark.parametrize("shift", [-(10**12), 10**12])
def test_a_clock_that_jumps_does_not_matter(shift):
    """A source is new whichever way its time went; a result is the same whenever it was made."""
    resize()
    state = os.stat("in/a.png")
    os.utime("in/a.png", ns=(state.st_atime_ns, state.st_mtime_ns + shift))
    assert resize()[1] == ["a.png"]
    for path in Path("out").rglob("*.png"):
        os.utime(path, ns=(0, path.stat().st_mtime_ns + shift))
    assert resize()[1] == []


def test_a_source_of_the_same_length_and_time_elsewhere_is_another():
    shutil.copytree("in", "other")
    assert resize()[1] == ["a.png", "b.png", "c.png", "d.png"]
    assert resize("other")[1] == ["a.png", "b.png", "c.png", "d.png"]


# For each option another value, and whether results have to be made again with it.
CHANGES = {
    "fit": ("stretch", True),
    "gravity": ("north", True),
    "background": ("red", True),
    "method": ("bilinear", True),
    "antialias": (False, True),
    "linear": (True, True),
    "icc": ("strip", True),
    "metadata": ("strip", True),
    "format": ("png", True),
    "quality": (50, True),
    "on_damage": ("warn", True),
    "shrink_on_load": (False, True),
    "name": ("{parent}/{stem}{ext}", False),
    "include": (("*.png",), False),
    "exclude": (("*.jpg",), False),
    "existing": ("overwrite", False),
    "max_pixels": (10**6, False),
    "max_frames": (5, False),
    "max_bytes": (10**6, False),
    "memory": ("1GB", False),
    "report": ("run.jsonl", False),
    "workers": (1, False),
    "on_error": ("raise", False),
}


@pytest.mark.parametrize(("option", "value", "again"), [(name, *change) for name, change in CHANGES.items()])
def test_what_was_made_with_other_options_is_made_again(option, value, again):
    resize(size="20x15")
    assert bool(resize(size="20x15", **{option: value})[1]) == again
    assert resize(size="20x15", **{option: value})[1] == []


def test_every_option_has_been_thought_of():
    """The others have tests of their own: another size, the same folder, no manifest."""
    given = {field.name for field in fields(batch.Options) if field.init}
    assert given == CHANGES.keys() | {"size", "in_place", "resume"}
    assert set(batch.Options.__dataclass_fields__) >= manifest._NOT_SHAPING


def test_of_several_sizes_only_the_new_one_is_made():
    resize(size="50%", name="{stem}-{size}{ext}")
    before = content()
    _, written = resize(size=("50%", "25%"), apply=lambda samples, placement: samples[:: 40 // placement.inner[1]])
    assert written == ["a-25pct.png", "b-25pct.png", "c-25pct.png", "d-25pct.png"]
    assert before.items() <= content().items()


def test_a_file_of_somebody_else_stops_the_run_before_it_writes():
    Path("out").mkdir()
    Path("out/b.png").write_bytes(b"mine")
    with pytest.raises(batch.OutputExistsError, match=r"b\.png exists already"):
        resize()
    assert content() == {"b.png": b"mine"}


@pytest.mark.parametrize(("existing", "kept"), [("skip", True), ("overwrite", False)])
def test_other_files_are_a_matter_of_the_policy(existing, kept):
    resize()
    Path("out/b.png").write_bytes(b"edited by hand")
    with pytest.raises(batch.OutputExistsError):
        resize()
    report, written = resize(existing=existing)
    assert (Path("out/b.png").read_bytes() == b"edited by hand") == kept
    assert written == ([] if kept else ["b.png"])
    assert report.existing == (4 if kept else 3)


def test_what_a_run_without_a_manifest_made_is_not_known():
    resize(resume=False)
    assert not Path("out", manifest.NAME).exists()
    with pytest.raises(batch.OutputExistsError):
        resize()
    assert resize(existing="skip")[0].existing == 4


def test_a_file_that_was_changed_while_the_run_goes_is_not_replaced():
    resize()
    Image.fromarray(PIXELS[::-1]).save("in/b.png")

    def interfere(samples, placement):
        Path("out/b.png").write_bytes(b"edited meanwhile")
        return halve(samples, placement)

    report, _ = resize(apply=interfere)
    assert [failure.kind for failure in report.failures] == ["exists"]
    assert Path("out/b.png").read_bytes() == b"edited meanwhile"


def test_a_result_that_was_copied_is_known_by_its_content():
    resize()
    shutil.copytree("out", "copy", copy_function=shutil.copyfile)
    for path in Path("copy").rglob("*.png"):
        os.utime(path, (0, 0))
    assert resize(target="copy")[1] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-20],  # torn by a kill
        lambda text: text + '{"output": "a.p',
        lambda text: "\n".join(["", "null", "[1, 2]", '{"output": 5}', "\x00\xff", "[" * 100_000, *text.splitlines()]),
        lambda text: text.replace('"bytes": ', '"bytes": true, "was": '),
        lambda text: text.replace('"source_bytes": ', '"source_bytes": 1'),
        lambda text: "",
        lambda text: "a,b,c\n1,2,3\n" * 1000,
    ],
    ids=["torn", "torn and begun again", "foreign lines", "wrong types", "wrong numbers", "empty", "foreign"],
)
def test_a_broken_manifest_costs_work_only(damage):
    resize()
    before = content()
    path = Path("out") / manifest.NAME
    path.write_text(damage(path.read_text()), encoding="latin-1")
    report, written = resize(existing="overwrite")
    assert report.ok, report.failures
    assert len(written) <= 4
    assert content() == before
    assert resize()[1] == [], "the lines behind the damage count"


def test_a_manifest_that_cannot_be_written_is_a_note():
    (Path("out") / manifest.NAME).mkdir(parents=True)
    report, written = resize()
    assert len(written) == 4
    assert report.ok
    ((note, paths),) = report.notes.items()
    assert note.startswith("cannot be written (")
    assert paths == [Path("out") / manifest.NAME]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there, and there are no pipes")
@pytest.mark.parametrize("kind", ["link", "broken link", "pipe"])
def test_what_is_no_manifest_is_not_opened(kind):
    """Whoever can write to the output could have other files of the user written to."""
    path = Path("out") / manifest.NAME
    path.parent.mkdir()
    Path("diary").write_text("dear diary")
    if kind == "pipe":
        os.mkfifo(path)
    else:
        os.symlink("../diary" if kind == "link" else "../new", path)
    report, written = resize()
    assert (len(written), report.ok) == (4, True)
    ((note, _),) = report.notes.items()
    assert note.startswith(f"cannot be written (it is {'no regular file' if kind == 'pipe' else 'a link'})")
    assert Path("diary").read_text() == "dear diary"
    assert not Path("new").exists()
    with pytest.raises(batch.OutputExistsError):
        resize()


@pytest.mark.skipif(os.name == "nt", reason="nothing is rewritten there")
def test_a_link_to_a_manifest_is_neither_read_nor_rewritten(monkeypatch):
    monkeypatch.setattr(manifest, "_FEW", -1000)
    resize()
    path = Path("out") / manifest.NAME
    path.rename("elsewhere")
    os.symlink("../elsewhere", path)
    with pytest.raises(OSError, match="it is a link"):
        writing.rewrite_lines(path, lambda lines: [])
    before = Path("elsewhere").read_bytes()
    assert len(resize(existing="overwrite")[1]) == 4
    assert Path("elsewhere").read_bytes() == before
    assert path.is_symlink()


def test_a_report_may_be_a_link():
    if os.name == "nt":
        pytest.skip("links need a privilege there")
    os.symlink("real.jsonl", "run.jsonl")
    resize(report="run.jsonl")
    assert Path("run.jsonl").is_symlink()
    assert lines("real.jsonl")[-1]["record"] == "summary"


def test_a_result_that_never_got_its_name_is_made():
    """What a kill between the line and the name leaves."""
    resize()
    before = content()
    Path("out/a.png").unlink()
    assert resize()[1] == ["a.png"]
    assert content() == before


def test_the_manifest_is_no_input():
    resize()
    report, written = resize("out", "smaller", resume=False)
    assert len(written) == 4
    assert not report.skipped


def test_in_place_nothing_is_shrunk_twice():
    resize(target=None, in_place=True)
    before = content("in")
    with Image.open("in/sub/c.png") as image:
        assert image.size == (20, 15)
    assert resize(target=None, in_place=True)[1] == []
    assert resize("in/sub", None, in_place=True)[1] == [], "a part of the tree"
    assert resize("in/sub/c.png", None, in_place=True)[1] == []
    assert content("in") == before
    Image.fromarray(PIXELS).save("in/new.png")
    assert resize(target=None, in_place=True)[1] == ["new.png"]
    assert resize(target=None, in_place=True, size="25%")[1] == ["a.png", "b.png", "c.png", "d.png", "new.png"]


def test_one_file_to_a_name():
    assert resize("in/a.png", "small.png")[1] == ["small.png"]
    assert resize("in/a.png", "small.png")[1] == []
    assert Path(manifest.NAME).exists()


def test_several_inputs_share_the_outputs_manifest():
    assert resize(["in", "in/a.png"])[1] == ["a.png", "a.png", "b.png", "c.png", "d.png"]
    assert resize(["in", "in/a.png"])[1] == []
    assert sorted(entry["output"] for entry in lines()[1:])[:2] == ["a.png", "in/a.png"]


@pytest.mark.skipif(os.name == "nt", reason="such names cannot exist there")
def test_names_that_are_no_text():
    name = os.fsdecode(b"in/new\nline \xff.png")
    Image.fromarray(PIXELS).save(name)
    assert len(resize()[1]) == 5
    assert resize()[1] == []


def test_the_preview_knows_what_is_done():
    resize()
    Path("out/b.png").unlink()
    options = batch.Options("50%", resume=True)
    told = {item.target.name: item.status for item in batch.preview(batch.prepare("in", "out", options), options)}
    assert told == {"a.png": "existing", "b.png": "written", "c.png": "existing", "d.png": "existing"}


class TestTidying:
    @pytest.fixture(autouse=True)
    def _early(self, monkeypatch):
        monkeypatch.setattr(manifest, "_FEW", 0)

    def again(self):
        Path("in/a.png").touch()
        assert resize()[1] == ["a.png"]

    def test_lines_that_nobody_needs_go(self):
        resize()
        for _ in range(20):
            self.again()
        about, *entries = lines()
        assert len(entries) <= 3 * 4 + 1
        assert "may be deleted" in about["about"]
        assert resize()[1] == []

    def test_a_file_that_an_earlier_line_knows_stays_known(self):
        """A run that was killed between the line and the name: the last line is not about what lies there."""
        resize()
        path = Path("out") / manifest.NAME
        foreign = json.loads(path.read_text().splitlines()[-1])
        foreign.update(output="a.png", sha256="0" * 64, mtime_ns=1)
        with writing.LineFile(path, fresh=False) as file:
            for number in range(30):
                file.append(json.dumps({**foreign, "source_bytes": number}))
        kept = manifest._needed(Path("out"), path.read_text().splitlines())
        names = [json.loads(line).get("output") for line in kept]
        assert sorted(name for name in names if name) == ["a.png", "a.png", "b.png", "sub/c.png", "sub/d.png"]
        self.again()
        assert len(lines()) <= 7

    @pytest.mark.skipif(os.name == "nt", reason="nothing is rewritten there")
    def test_while_somebody_writes_nothing_is_rewritten(self):
        resize()
        for _ in range(3):
            self.again()
        path = Path("out") / manifest.NAME
        before = path.read_bytes()
        with writing.LineFile(path, fresh=False):
            writing.rewrite_lines(path, lambda lines: [])
            assert path.read_bytes() == before
        writing.rewrite_lines(path, lambda lines: lines[:1])
        assert path.read_bytes() == before.partition(b"\n")[0] + b"\n"

    @pytest.mark.skipif(os.name == "nt", reason="nothing is rewritten there")
    def test_a_line_is_added_to_the_file_of_the_name(self, monkeypatch):
        """The file is rewritten after it was opened and before it was locked."""
        path, locks = Path("a.jsonl"), []
        path.write_text("one\ntwo\n")
        flock = writing.fcntl.flock

        def late(file, kind):
            if kind == writing.fcntl.LOCK_SH and not locks:
                locks.append(kind)
                writing.rewrite_lines(path, lambda lines: lines[1:])
            flock(file, kind)

        monkeypatch.setattr(writing.fcntl, "flock", late)
        with writing.LineFile(path, fresh=False) as file:
            file.append("three")
        assert locks
        assert path.read_text() == "two\nthree\n"
