"""What is reported of a run: outcomes, JSON Lines, and reports that cannot be written."""

import errno
import hashlib
import json
import os
import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fastresample import batch
from fastresample.batch import options, pipeline
from fastresample.batch.reports import journal, reasons, reporting

PIXELS = np.random.default_rng(3).integers(0, 256, (30, 40, 3), dtype=np.uint8)


def halve(samples, placement):
    return samples[::2, ::2]


def resize(source="in", target="out", size="50%", apply=halve, progress=None, **more):
    record = batch.Options(size, **more)
    return batch.process(batch.prepare(source, target, record), record, apply=apply, progress=progress)


@pytest.fixture(autouse=True)
def _pictures(tmp_path, monkeypatch):
    """Two good pictures, two bad ones, one text."""
    monkeypatch.chdir(tmp_path)
    Path("in/sub").mkdir(parents=True)
    Image.fromarray(PIXELS).save("in/a.png")
    Image.fromarray(PIXELS[..., 0]).save("in/sub/b.jpg", exif=_turned())
    Path("in/empty.png").touch()
    Path("in/text.gif").write_text("no picture")
    Path("in/notes.txt").write_text("no picture")


def _turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def read(path):
    return [json.loads(line) for line in Path(path).read_text("ascii").splitlines()]


class TestOutcome:
    def test_of_a_written_file(self):
        outcomes = []
        resize("in/sub/b.jpg", apply=halve, progress=lambda outcome, *_: outcomes.append(outcome))
        (outcome,) = outcomes
        data = Path("out/b.jpg").read_bytes()
        assert (outcome.status, outcome.kind, outcome.reason, outcome.error) == ("written", "", "", None)
        assert outcome.pixels == (30, 40), "upright"
        assert outcome.bytes == Path("in/sub/b.jpg").stat().st_size
        assert 0 < outcome.seconds < 60
        assert outcome.results == (
            batch.Result(Path("out/b.jpg"), 15, 20, len(data), hashlib.sha256(data).hexdigest()),
        )
        with Image.open("out/b.jpg") as image:
            assert image.size == (15, 20)

    def test_of_several_sizes(self):
        outcomes = []

        def shrink(samples, placement):
            step = 40 // placement.inner[1]
            return samples[::step, ::step]

        resize("in/a.png", size=("50%", "25%"), apply=shrink, progress=lambda outcome, *_: outcomes.append(outcome))
        assert [(result.target.name, result.width, result.height) for result in outcomes[0].results] == [
            ("a-50pct.png", 20, 15),
            ("a-25pct.png", 10, 8),
        ]
        assert outcomes[0].targets == tuple(result.target for result in outcomes[0].results)


class TestReasons:
    """Every class of the vocabulary, made by what it stands for."""

    def kind_of(self, source, apply=halve, **more):
        return [failure.kind for failure in resize(source, apply=apply, **more).failures]

    def test_of_the_input(self):
        assert self.kind_of("in/empty.png") == ["damaged"]
        assert self.kind_of("in/text.gif") == ["unsupported"]
        assert self.kind_of("in/a.png", max_pixels=100) == ["too-large"]
        record = batch.Options("50%")
        inputs = batch.prepare("in/a.png", "out", record)
        Path("in/a.png").unlink()
        assert [failure.kind for failure in batch.process(inputs, record).failures] == ["unreadable"]

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            (MemoryError(), "memory"),
            (ZeroDivisionError(), "internal"),
            (SystemExit(3), "internal"),
            (KeyboardInterrupt(), "internal"),
            (GeneratorExit(), "internal"),
        ],
    )
    def test_an_error_of_any_kind_costs_one_file(self, error, kind):
        Image.fromarray(PIXELS[:10]).save("in/c.png")

        def fail(samples, placement):
            if samples.shape[0] == 10:
                raise error
            return halve(samples, placement)

        report = resize(["in/a.png", "in/c.png", "in/sub/b.jpg"], apply=fail, workers=1)
        assert [(failure.path.name, failure.kind) for failure in report.failures] == [("c.png", kind)]
        assert (report.written, report.left, report.stopped) == (2, 0, "")

    @pytest.mark.parametrize(
        ("number", "kind"),
        [
            (errno.ENOSPC, "disk-full"),
            (errno.EDQUOT, "disk-full"),
            (errno.EROFS, "unwritable"),
            (errno.EACCES, "unwritable"),
            (errno.EFBIG, "unwritable"),
        ],
    )
    def test_of_the_output(self, monkeypatch, number, kind):
        def fail(*arguments, **more):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(pipeline, "write_atomic", fail)
        assert self.kind_of("in/a.png") == [kind]

    def test_a_name_that_is_taken_meanwhile(self):
        def interfere(samples, placement):
            Path("out").mkdir()
            Path("out/a.png").touch()
            return halve(samples, placement)

        assert self.kind_of("in/a.png", interfere) == ["exists"]

    def test_the_vocabulary_is_documented(self):
        page = (Path(__file__).parent.parent / "docs/folders.md").read_text()
        for kind, meaning in reasons.KINDS.items():
            assert f"| `{kind}` | {meaning} |" in page


class TestJournal:
    def test_the_records(self):
        report = resize(report="run.jsonl", workers=1)
        run, *files, summary = read("run.jsonl")
        assert (run["record"], run["schema"], run["images"]) == ("run", journal.SCHEMA, 4)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", run["started"])
        assert run["options"]["size"] == "50%"
        assert set(run["options"]) == {
            field.name for field in options.Options.__dataclass_fields__.values() if field.init
        }
        assert {file["source"]: (file["status"], file["class"]) for file in files} == {
            "in/a.png": ("written", None),
            "in/empty.png": ("failed", "damaged"),
            "in/sub/b.jpg": ("written", None),
            "in/text.gif": ("failed", "unsupported"),
        }
        (turned,) = (file for file in files if file["source"] == "in/sub/b.jpg")
        data = Path("out/sub/b.jpg").read_bytes()
        assert turned["input"] == {"width": 30, "height": 40, "bytes": Path("in/sub/b.jpg").stat().st_size}
        assert turned["outputs"] == [
            {
                "target": "out/sub/b.jpg",
                "width": 15,
                "height": 20,
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        ]
        assert turned["ms"] > 0
        (empty,) = (file for file in files if file["class"] == "damaged")
        assert empty["reason"] == "the file is empty; fetch it again or remove it"
        assert empty["outputs"] == [{"target": "out/empty.png"}]
        assert empty["input"] == {"width": None, "height": None, "bytes": 0}
        assert {**summary, "seconds": 0} == {
            "record": "summary",
            "ok": False,
            "written": 2,
            "existing": 0,
            "failed": 2,
            "left": 0,
            "classes": {"damaged": 1, "unsupported": 1},
            "skipped": {".txt": 1},
            "stopped": None,
            "seconds": 0,
        }
        assert report.written == 2

    def test_what_was_there_and_what_could_not_be_read_is_in_it(self, monkeypatch):
        resize("in/a.png")
        scandir = os.scandir

        def refuse(path):
            if Path(path).name == "sub":
                raise PermissionError(13, "Permission denied")
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refuse)
        resize(existing="skip", report="run.jsonl")
        found = {file["source"]: (file["status"], file["class"]) for file in read("run.jsonl")[1:-1]}
        assert found["in/a.png"] == ("existing", None)
        assert found["in/sub"] == ("failed", "unreadable")

    def test_it_grows_with_the_run(self):
        seen = []
        resize(report="run.jsonl", workers=1, progress=lambda *_: seen.append(len(read("run.jsonl"))))
        assert seen == [2, 3, 4, 5]

    def test_one_that_is_there_is_replaced(self):
        Path("run.jsonl").write_text("old\n")
        resize(report="new/folder/run.jsonl")
        resize("in/a.png", "b.png", report=["run.jsonl"])
        assert [record["record"] for record in read("run.jsonl")] == ["run", "file", "summary"]
        assert len(read("new/folder/run.jsonl")) == 6

    @pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these names cannot exist here")
    def test_names_that_are_no_text(self):
        name = os.fsdecode(b"in/\x1b[2J\n\xe2\x80\xae\xff.png")
        Image.fromarray(PIXELS).save(name)
        resize(report="run.jsonl")
        text = Path("run.jsonl").read_bytes()
        assert text.isascii()
        assert all(byte >= 32 or byte == 10 for byte in text)
        assert name in [file.get("source") for file in read("run.jsonl")]

    def test_a_run_that_is_stopped(self, monkeypatch):
        def full(*arguments, **more):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(pipeline, "write_atomic", full)
        resize(report="run.jsonl", workers=1)
        *_, last, summary = read("run.jsonl")
        assert last["class"] == "disk-full"
        assert (summary["left"], summary["ok"]) == (3, False)
        assert summary["stopped"] == last["reason"]

    def test_the_first_error_that_is_raised_is_in_it(self):
        with pytest.raises(RuntimeError, match="the file is empty"):
            resize("in/empty.png", on_error="raise", report="run.jsonl")
        assert [record["record"] for record in read("run.jsonl")] == ["run", "file", "summary"]

    @pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
    def test_a_killed_run_leaves_what_it_knew(self):
        script = """
            import sys, time
            from fastresample import batch

            def slow(samples, placement):
                time.sleep(0.05)
                return samples[::2, ::2]

            options = batch.Options("50%", workers=1, report="run.jsonl")
            batch.process(batch.prepare("in", "out", options), options, apply=slow)
        """
        for index in range(40):
            Image.fromarray(PIXELS).save(f"in/{index}.png")
        with subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)]) as child:
            deadline = time.monotonic() + 60
            while not (Path("run.jsonl").exists() and Path("run.jsonl").read_bytes().count(b"\n") > 4):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            child.kill()
        run, *files = read("run.jsonl")
        assert run["images"] == 44
        assert 4 <= len(files) < 44
        for file in files:
            for output in file["outputs"]:
                if "sha256" in output:
                    assert hashlib.sha256(Path(output["target"]).read_bytes()).hexdigest() == output["sha256"]


class TestReportsThatFail:
    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("run.txt", r"report must end in \.jsonl or \.html, got 'run.txt'"),
            ("run", "report must end in"),
            ("", "report"),
        ],
    )
    def test_another_ending_is_refused(self, name, message):
        with pytest.raises(ValueError, match=message):
            resize(report=name)
        assert not Path("out").exists()

    @pytest.mark.parametrize("value", [5, b"run.jsonl", [5], [b"run.jsonl"], None])
    def test_what_is_no_path_is_refused(self, value):
        with pytest.raises(TypeError, match=r"^report must be a path or a sequence of paths, got "):
            resize(report=value)

    def test_a_name_that_is_given_twice_is_written_once(self):
        resize("in/a.png", report=["run.jsonl", Path("run.jsonl")])
        assert [record["record"] for record in read("run.jsonl")] == ["run", "file", "summary"]

    def test_a_page_without_jinja_is_refused_before_the_run(self, monkeypatch):
        monkeypatch.setattr(options, "find_spec", lambda name: None)
        with pytest.raises(ValueError, match=r"an HTML report needs Jinja2: pip install 'fastresample\[report\]'"):
            resize(report="run.html")
        resize(report="run.jsonl")
        assert len(read("run.jsonl")) == 6

    @pytest.mark.parametrize("name", ["run.jsonl", "run.html"])
    def test_a_report_that_cannot_be_written_is_a_failure_and_the_run_goes_on(self, name):
        Path(name).mkdir()
        report = resize("in/a.png", report=name)
        assert report.written == 1
        assert not report.ok
        ((path, reason, kind),) = report.failures
        assert (path, kind) == (Path(name), "unwritable")
        assert reason.startswith(f"the report is incomplete: {name} is a folder")

    def test_a_mistake_in_a_report_costs_the_report(self, monkeypatch):
        class Wrong(journal.Journal):
            def end(self, report):
                super().end(report)
                raise ZeroDivisionError("boom")

        monkeypatch.setitem(reporting._WRITERS, ".jsonl", Wrong)
        report = resize("in/a.png", report="run.jsonl")
        assert report.written == 1
        assert [failure.reason for failure in report.failures] == [
            "the report is incomplete: unexpected ZeroDivisionError: boom; please report this with the file"
        ]

    def test_a_disk_that_fills_up_under_a_report(self, monkeypatch):
        class Full(journal.Journal):
            def add(self, outcome):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setitem(reporting._WRITERS, ".jsonl", Full)
        report = resize(["in/a.png", "in/sub/b.jpg"], report="run.jsonl")
        assert report.written == 2
        assert [failure.kind for failure in report.failures] == ["disk-full"]
