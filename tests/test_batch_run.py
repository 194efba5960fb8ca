"""Whole runs: workers, existing outputs, full disks, interruptions, the report."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from fastresample import batch
from fastresample.batch import pipeline, workers

PIXELS = np.random.default_rng(3).integers(0, 256, (30, 40, 3), dtype=np.uint8)


def same(samples, placement):
    return samples


def halve(samples, placement):
    return samples[::2, ::2]


def resize(source, target, apply=same, progress=None, **options):
    options = batch.Options(batch.parse_size("50%"), **options)
    return batch.process(batch.prepare(source, target, options), options, apply=apply, progress=progress)


@pytest.fixture
def folder(tmp_path):
    """Eight pictures in a small tree, and a text file."""
    source = tmp_path / "in"
    for index in range(8):
        path = source / ("sub" if index % 2 else ".") / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(PIXELS + np.uint8(index)).save(path)
    (source / "notes.txt").write_text("no picture")
    return source


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


@pytest.mark.parametrize("count", [1, 2, 5, 100])
def test_a_tree(folder, tmp_path, count):
    report = resize(folder, tmp_path / "out", halve, workers=count)
    assert files(tmp_path / "out") == ["0.png", "2.png", "4.png", "6.png", *(f"sub/{i}.png" for i in (1, 3, 5, 7))]
    for index in range(8):
        with Image.open(tmp_path / "out" / ("sub" if index % 2 else ".") / f"{index}.png") as image:
            np.testing.assert_array_equal(np.asarray(image), (PIXELS + np.uint8(index))[::2, ::2])
    assert report.ok
    assert (report.written, report.existing, report.skipped, report.left) == (8, 0, {".txt": 1}, 0)
    assert str(report).startswith("8 resized, 1 skipped (no image: .txt), 0 failed in ")


def test_existing_outputs_stop_the_run_before_the_first_write(folder, tmp_path):
    (tmp_path / "out/sub").mkdir(parents=True)
    (tmp_path / "out/sub/7.png").write_bytes(b"mine")
    with pytest.raises(batch.OutputExistsError, match=r"sub/7\.png exists already; choose existing='overwrite'"):
        resize(folder, tmp_path / "out")
    assert files(tmp_path / "out") == ["sub/7.png"]


def test_existing_outputs_are_skipped(folder, tmp_path):
    (tmp_path / "out/sub").mkdir(parents=True)
    (tmp_path / "out/sub/7.png").write_bytes(b"mine")
    report = resize(folder, tmp_path / "out", existing="skip")
    assert (report.written, report.existing, report.ok) == (7, 1, True)
    assert (tmp_path / "out/sub/7.png").read_bytes() == b"mine"
    assert str(report).startswith("7 resized, 1 there already, 1 skipped")


def test_existing_outputs_are_overwritten(folder, tmp_path):
    (tmp_path / "out/sub").mkdir(parents=True)
    (tmp_path / "out/sub/7.png").write_bytes(b"mine")
    assert resize(folder, tmp_path / "out", existing="overwrite").written == 8
    assert (tmp_path / "out/sub/7.png").read_bytes() != b"mine"


@pytest.mark.parametrize(("existing", "status"), [("error", "failed"), ("skip", "existing")])
def test_an_output_that_appears_during_the_run_is_left_alone(folder, tmp_path, existing, status):
    target = tmp_path / "out.png"
    outcomes = []

    def interfere(samples, placement):
        target.write_bytes(b"somebody's")
        return samples

    report = resize(folder / "0.png", target, interfere, lambda *progress: outcomes.append(progress), existing=existing)
    assert target.read_bytes() == b"somebody's"
    ((outcome, done, total),) = outcomes
    assert (outcome.status, done, total) == (status, 1, 1)
    assert report.ok == (status == "existing")
    assert status == "existing" or "appeared during the run and was left as it is" in outcome.reason


def test_a_folder_under_an_output_name(folder, tmp_path):
    (tmp_path / "out/0.png").mkdir(parents=True)
    report = resize(folder, tmp_path / "out", existing="overwrite")
    assert [failure.path.name for failure in report.failures] == ["0.png"]
    assert report.failures[0].reason == f"{tmp_path / 'out/0.png'} is a folder; move it, or choose another output"
    assert report.written == 7


@pytest.mark.parametrize("existing", ["error", "skip", "overwrite"])
def test_a_file_under_the_name_of_an_output_folder(folder, tmp_path, existing):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/sub").write_bytes(b"mine")
    report = resize(folder, tmp_path / "out", existing=existing)
    assert (report.written, len(report.failures)) == (4, 4)
    assert "a file stands where its folder should be" in report.failures[0].reason


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_full_disk_stops_the_run(folder, tmp_path, monkeypatch, number):
    real, written = pipeline.write_atomic, []

    def fill_up(target, data, **options):
        if len(written) == 3:
            raise OSError(number, os.strerror(number), str(target))
        real(target, data, **options)
        written.append(target)

    monkeypatch.setattr(pipeline, "write_atomic", fill_up)
    report = resize(folder, tmp_path / "out", workers=1)
    assert (report.written, len(report.failures), report.left, report.ok) == (3, 1, 4, False)
    assert report.stopped == report.failures[0].reason
    assert ("is full; free some space" in report.stopped) == (number == errno.ENOSPC)
    assert "4 not reached" in str(report)
    assert len(files(tmp_path / "out")) == 3


def test_a_disk_that_is_really_full(folder, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        report = resize(folder, disk / "out", workers=2)
        assert "is full; free some space and run again, skipping existing files" in report.stopped
        assert report.written + len(report.failures) + report.left == 8
        assert 1 <= report.written == len(files(disk)) < 8
        for path in disk.rglob("*.png"):
            with Image.open(path) as image:
                image.load()
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_limit_on_the_size_of_files_costs_only_large_files(folder, tmp_path, monkeypatch):
    real = pipeline.write_atomic

    def limited(target, data, **options):
        if target.name == "3.png":
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(target))
        real(target, data, **options)

    monkeypatch.setattr(pipeline, "write_atomic", limited)
    report = resize(folder, tmp_path / "out")
    assert (report.written, len(report.failures), report.stopped) == (7, 1, "")


def test_the_first_failure_can_be_raised(folder, tmp_path):
    (folder / "0.png").write_bytes(b"")
    with pytest.raises(RuntimeError, match=r"in/0\.png: the file is empty") as error:
        resize(folder, tmp_path / "out", on_error="raise", workers=1)
    assert isinstance(error.value.__cause__, batch.ImageError)
    assert files(tmp_path) == files(tmp_path / "in" / "..")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_read_can_be_raised_too(folder, tmp_path):
    options = batch.Options(batch.parse_size(5), on_error="raise")
    inputs = batch.prepare(folder, tmp_path / "out", options)
    inputs.failures.append(batch.Failure(Path("locked"), "the folder cannot be read", "unreadable"))
    with pytest.raises(RuntimeError, match=r"^locked: the folder cannot be read$"):
        batch.process(inputs, options, apply=same)


def test_progress_counts_every_image_once(folder, tmp_path):
    (folder / "0.png").write_bytes(b"")
    seen = []
    resize(folder, tmp_path / "out", progress=lambda *progress: seen.append(progress))
    assert [done for _, done, _ in seen] == list(range(1, 9))
    assert {total for *_, total in seen} == {8}
    assert Counter(outcome.status for outcome, *_ in seen) == {"written": 7, "failed": 1}


def test_an_error_in_the_callers_progress_ends_the_run(folder, tmp_path):
    def fail(outcome, done, total):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        resize(folder, tmp_path / "out", progress=fail, workers=1)
    assert len(files(tmp_path / "out")) == 1


def test_no_images(tmp_path):
    (tmp_path / "in").mkdir()
    report = resize(tmp_path / "in", tmp_path / "out")
    assert report.ok
    assert str(report) == "0 resized, 0 failed in 0.0 s"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("source", [None, 5, b"in"])
def test_a_source_that_is_no_path(tmp_path, source):
    with pytest.raises(TypeError, match=r"^source must be a path or a sequence of paths, got"):
        batch.resize_folder(source, tmp_path / "out", size=5)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("method", "cubik", ValueError),
        ("existing", "ask", ValueError),
        ("on_error", "ignore", ValueError),
        ("antialias", 1, TypeError),
        ("workers", 0, ValueError),
        ("workers", -1, ValueError),
        ("workers", True, TypeError),
        ("workers", 1.5, TypeError),
        ("workers", "2", TypeError),
    ],
)
def test_options_are_checked_before_anything_happens(folder, tmp_path, name, value, error):
    with pytest.raises(error, match=f"^{name} must be"):
        batch.resize_folder(folder, tmp_path / "out", size=5, **{name: value})
    assert not (tmp_path / "out").exists()


def test_the_kinds_of_skipped_files_are_named():
    report = batch.Report(skipped=Counter({".heic": 12, ".txt": 1, ".a": 1, ".b": 1, ".c": 1}))
    assert "16 skipped (no image: .heic 12x, .txt, .a, .b, ...)" in str(report)
    report = batch.Report(skipped=Counter({"excluded": 2, ".txt": 1, "broken links": 1}))
    assert "4 skipped (no image: .txt; excluded 2x, broken links)" in str(report)
    assert "3 skipped (links 3x)" in str(batch.Report(skipped=Counter({"links": 3})))


class TestWorkers:
    def test_never_more_under_way_than_workers(self):
        running, most = [], []

        def work(job):
            running.append(job)
            most.append(len(running))
            time.sleep(0.002)
            running.remove(job)
            return job

        taken = []

        def jobs():
            for job in range(60):
                taken.append(job)
                yield job

        results = []

        def collect(result):
            results.append(result)
            assert len(taken) <= len(results) + 3
            return True

        workers.run(jobs(), work, collect, 3)
        assert sorted(results) == list(range(60))
        assert max(most) <= 3

    def test_stopping(self):
        results = []
        workers.run(range(1000), lambda job: job, lambda result: results.append(result) or len(results) < 5, 1)
        assert results == [0, 1, 2, 3, 4]

    def test_what_runs_when_work_fails_is_collected(self):
        slow, results = threading.Event(), []

        def work(job):
            if job == 1:
                slow.wait(5)
                raise ZeroDivisionError
            slow.set()
            time.sleep(0.05)
            return job

        with pytest.raises(ZeroDivisionError):
            workers.run(range(2), work, lambda result: results.append(result) or True, 2)
        assert results == [0]

    def test_an_interruption_waits_for_what_runs(self, monkeypatch):
        results, started = [], threading.Event()

        def work(job):
            started.set()
            time.sleep(0.1)
            return job

        wait, interruptions = workers._Crew._wait, [KeyboardInterrupt, KeyboardInterrupt]

        def interrupted(crew):
            started.wait(5)
            if interruptions:
                raise interruptions.pop()
            wait(crew)

        monkeypatch.setattr(workers._Crew, "_wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            workers.run(range(50), work, lambda result: results.append(result) or True, 2)
        assert 1 <= len(results) <= 2
        assert not interruptions

    @pytest.mark.parametrize("entered", [False, True])
    def test_an_interruption_while_a_thread_is_started_waits_for_it(self, monkeypatch, entered):
        """Whether it runs by then or not: what it does is in the report, or it does nothing."""
        results, at_work, collected = [], threading.Event(), threading.Event()

        class Interrupted(threading.Thread):
            def start(self):
                if entered:
                    super().start()
                    at_work.wait(5)
                else:
                    threading.Timer(0.2, super().start).start()
                raise KeyboardInterrupt

        def work(job):
            at_work.set()
            time.sleep(0.1)
            return job

        monkeypatch.setattr(workers, "Thread", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            workers.run(range(50), work, lambda result: results.append(result) or True, 2)
        before = list(results)
        collected.wait(0.4)
        assert results == before == ([0] if entered else [])

    def test_fewer_threads_than_wished_are_enough(self, monkeypatch):
        class Scarce(threading.Thread):
            left = 2

            def start(self):
                if not Scarce.left:
                    raise RuntimeError("can't start new thread")
                Scarce.left -= 1
                super().start()

        monkeypatch.setattr(workers, "Thread", Scarce)
        results = []
        workers.run(range(50), lambda job: job, lambda result: results.append(result) or True, 8)
        assert sorted(results) == list(range(50))
        with pytest.raises(RuntimeError, match="can't start new thread"):
            workers.run(range(50), lambda job: job, results.append, 8)

    @pytest.mark.parametrize("early", [False, True])
    def test_what_has_to_come_to_its_end_does_so_once(self, monkeypatch, early):
        calls, wait, interruptions = [], workers._Crew._wait, [KeyboardInterrupt]

        class Thread(threading.Thread):
            def start(self):
                if early:
                    raise KeyboardInterrupt
                super().start()

        def interrupted(crew):
            if interruptions:
                raise interruptions.pop()
            wait(crew)

        monkeypatch.setattr(workers, "Thread", Thread)
        monkeypatch.setattr(workers._Crew, "_wait", interrupted)
        assert workers.outlast(lambda: time.sleep(0.05) or calls.append("end"))
        assert calls == ["end"]
        monkeypatch.undo()
        assert not workers.outlast(lambda: calls.append("end"))

    def test_an_error_at_the_end_is_raised(self):
        with pytest.raises(ZeroDivisionError):
            workers.outlast(lambda: 1 // 0)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_more_ctrl_c_do_not_end_the_wait_for_running_jobs():
    script = """
        import os, time
        from fastresample.batch import workers

        finished = []

        def work(job):
            os.write(1, b"started\\n")  # whole lines, from both threads
            time.sleep(0.6)
            return job

        try:
            workers.run(range(50), work, lambda result: finished.append(result) or True, 2)
        except KeyboardInterrupt:
            before = len(finished)
            time.sleep(0.8)
            print(before, len(finished))
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        for _ in range(2):
            assert child.stdout.readline() == "started\n"
        for _ in range(3):
            time.sleep(0.1)
            child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")
    before, after = map(int, out.split())
    assert before == after
    assert 2 <= before < 50


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_ctrl_c_finishes_running_images_and_leaves_no_temporary_file(tmp_path):
    script = """
        import os, sys, time
        from fastresample import batch

        def slow(samples, placement):
            os.write(1, b"started\\n")
            time.sleep(0.2)
            return samples

        options = batch.Options(batch.parse_size(5), workers=2)
        try:
            batch.process(batch.prepare(sys.argv[1], sys.argv[2], options), options, apply=slow)
        except KeyboardInterrupt as interruption:
            report = interruption.report
            print(report.written, report.left, len(report.failures), report.ok, report.stopped)
            raise SystemExit(130)
    """
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for index in range(40):
        Image.fromarray(PIXELS).save(source / f"{index}.png")
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), source, target], stdout=subprocess.PIPE, text=True
    ) as child:
        for _ in range(5):
            assert child.stdout.readline() == "started\n"
        child.send_signal(signal.SIGINT)
        last = child.stdout.read().splitlines()[-1]
    assert child.returncode == 130
    written, left, failed, ok, stopped = last.split()
    assert (failed, ok, stopped) == ("0", "False", "interrupted")
    assert int(written) + int(left) == 40
    assert 4 <= int(written) <= 8
    assert len(files(target)) == int(written)
    for path in target.iterdir():
        with Image.open(path) as image:
            image.load()


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_a_killed_run_leaves_whole_files_only_and_a_rerun_completes_it(tmp_path):
    """Kills at random moments; what has its final name is right every time."""
    script = """
        import sys
        from fastresample import batch
        options = batch.Options(batch.parse_size(5), workers=2, existing="skip")
        inputs = batch.prepare(sys.argv[1], sys.argv[2], options)
        print("ready", flush=True)
        batch.process(inputs, options, apply=lambda samples, placement: samples)
    """
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    pixels = np.random.default_rng(5).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    for index in range(60):
        Image.fromarray(pixels).save(source / f"{index}.png")
    delays = np.random.default_rng(6).uniform(0, 0.05, 8)
    for delay in delays:
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script), source, target], stdout=subprocess.PIPE, text=True
        ) as child:
            child.stdout.readline()
            time.sleep(delay)
            child.kill()
    for path in target.glob("*.png"):
        with Image.open(path) as image:
            np.testing.assert_array_equal(np.asarray(image), pixels)
    resize(source, target, existing="skip")
    assert len(list(target.glob("*.png"))) == 60


class TestTheRealResize:
    """A few runs with kernels; all others do without."""

    def test_a_picture_is_resized_as_the_library_does_it(self, folder, tmp_path):
        import fastresample

        report = batch.resize_folder(folder, tmp_path / "out", size="50%")
        assert report.ok, report.failures
        expected = fastresample.resize(PIXELS, (15, 20), method="lanczos3", antialias=True)
        with Image.open(tmp_path / "out/0.png") as image:
            np.testing.assert_array_equal(np.asarray(image), expected)

    def test_nearest_picks_pixels(self, folder, tmp_path):
        import fastresample

        batch.resize_folder(folder / "0.png", tmp_path / "out.png", size=(15, 15), method="nearest")
        with Image.open(tmp_path / "out.png") as image:
            np.testing.assert_array_equal(np.asarray(image), fastresample.resize(PIXELS, (11, 15), method="nearest"))

    @pytest.mark.parametrize("method", batch.options.METHODS)
    @pytest.mark.parametrize("antialias", [False, True])
    def test_every_method(self, folder, tmp_path, method, antialias):
        import fastresample

        target = tmp_path / "out.png"
        batch.resize_folder(folder / "0.png", target, size=(15, 20), method=method, antialias=antialias)
        widened = None if method == "nearest" else antialias
        expected = fastresample.resize(PIXELS, (15, 20), method=method, antialias=widened)
        with Image.open(target) as image:
            np.testing.assert_array_equal(np.asarray(image), expected)

    def test_ringing_beside_a_transparent_edge_tints_nothing(self, tmp_path):
        """One colour, cut out sharply: the filter overshoots in opacity, and the colour stays what it is."""
        pixels = np.zeros((30, 40, 4), np.uint8)
        pixels[7:19, 11:30] = (200, 100, 50, 255)
        Image.fromarray(pixels).save(tmp_path / "a.png")
        batch.resize_folder(tmp_path / "a.png", tmp_path / "b.png", size="80")
        with Image.open(tmp_path / "b.png") as image:
            result = np.asarray(image)
        visible = result[..., 3] > 0
        assert visible.sum() > 4 * 12 * 19, "the filter rings"
        assert (result[visible][:, :3] == (200, 100, 50)).all()
        assert (result[~visible] == 0).all()

    @pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "I;16", "I", "F", "1", "LA", "RGBA", "P"])
    def test_every_mode(self, tmp_path, mode):
        base = Image.fromarray(np.linspace(0, 255, 40 * 30).reshape(30, 40).astype(np.uint8))
        base.convert(mode).save(tmp_path / "a.tif")
        report = batch.resize_folder(tmp_path / "a.tif", tmp_path / "b.tif", size="50%")
        assert report.ok, report.failures
        with Image.open(tmp_path / "b.tif") as image:
            assert image.mode == {"1": "L", "P": "RGB"}.get(mode, mode)
            assert image.size == (20, 15)
            mean, expected = np.asarray(image.convert("F")).mean(), np.asarray(base.convert(mode).convert("F")).mean()
            assert mean == pytest.approx(expected, abs=2)

    def test_an_upright_picture_has_the_asked_size(self, tmp_path):
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(PIXELS).save(tmp_path / "a.png", exif=exif)
        batch.resize_folder(tmp_path / "a.png", tmp_path / "b.png", size="x20", antialias=False)
        with Image.open(tmp_path / "a.png") as source, Image.open(tmp_path / "b.png") as result:
            assert ImageOps.exif_transpose(source).size == (30, 40)
            assert result.size == (15, 20)

    @pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="takes minutes in plain Python")
    def test_the_repositorys_own_images(self, tmp_path):
        images = Path(__file__).parent.parent / "images"
        report = batch.resize_folder(images, tmp_path, size="50%")
        assert report.ok, report.failures
        assert set(report.skipped) == {".py"}
        for path in tmp_path.iterdir():
            with Image.open(images / path.name) as source, Image.open(path) as result:
                upright = ImageOps.exif_transpose(source)
                assert result.size == tuple(max(1, round(side * 0.5)) for side in upright.size), path.name
                assert result.format == source.format
                assert result.info.get("icc_profile") == source.info.get("icc_profile")
