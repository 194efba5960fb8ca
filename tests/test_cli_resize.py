"""``fastresample resize``: exit codes, streams, messages; the pictures themselves are tested with ``batch``."""

import dataclasses
import io
import json
import logging
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import fastresample
from fastresample import batch, cli
from fastresample.cli import main, signals, terminal
from fastresample.cli import resize as resize_command

PIXELS = np.random.default_rng(3).integers(0, 256, (30, 40, 3), dtype=np.uint8)
ROOT = Path(__file__).parent.parent


def pick(samples, size, *, box, method, antialias, threads):
    """A resize without kernels, with the arguments that the command gives."""
    assert threads == 1
    assert method in batch.options.METHODS
    assert not (antialias and method == "nearest")
    pick.asked = (method, antialias)
    rows = np.arange(size[0]) * samples.shape[0] // size[0]
    columns = np.arange(size[1]) * samples.shape[1] // size[1]
    return samples[rows][:, columns]


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """Two pictures and a text file in ``photos``, the working folder around it, and no kernels."""
    monkeypatch.setattr(fastresample, "resize", pick, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("photos/sub").mkdir(parents=True)
    Image.fromarray(PIXELS).save("photos/a.png")
    Image.fromarray(PIXELS).save("photos/sub/b.jpg")
    Path("photos/notes.txt").write_text("no picture")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, ["resize", *arguments])


def outputs(folder="small"):
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())


@pytest.mark.usefixtures("in_folder")
class TestResize:
    def test_a_folder(self):
        result = run("photos", "small", "--size", "50%")
        assert result.exit_code == 0, result.output
        assert re.fullmatch(
            r"2 resized, 1 skipped \(no image: \.txt\), 0 failed in \d+\.\d s -> small\n", result.stdout
        )
        assert result.stderr == ""
        assert outputs() == ["a.png", "sub/b.jpg"]
        with Image.open("small/a.png") as image:
            np.testing.assert_array_equal(np.asarray(image), PIXELS[::2, ::2])

    def test_run_twice_it_explains_itself_in_one_line(self):
        run("photos", "small", "--size", "50%")
        before = Path("small/a.png").stat().st_mtime_ns
        result = run("photos", "small", "--size", "50%")
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr == (
            "Error: small/a.png and 1 more exist already; add --overwrite to replace them, "
            "or --skip-existing to do only what is missing\n"
        )
        assert Path("small/a.png").stat().st_mtime_ns == before

    def test_overwrite_and_skip_existing(self):
        run("photos", "small", "--size", "50%")
        Path("small/a.png").unlink()
        result = run("photos", "small", "--size", "20", "--skip-existing")
        assert result.exit_code == 0
        assert result.stdout.startswith("1 resized, 1 there already, 1 skipped")
        result = run("photos", "small", "--size", "10", "--overwrite")
        assert result.stdout.startswith("2 resized, 1 skipped")
        with Image.open("small/sub/b.jpg") as image:
            assert image.size == (10, 8)
        result = run("photos", "small", "--size", "10", "--overwrite", "--skip-existing")
        assert result.exit_code == 2
        assert "--overwrite and --skip-existing exclude each other" in result.stderr

    def test_one_file_to_a_name_and_to_a_folder(self):
        assert run("photos/a.png", "thumbnail.webp", "--size", "8x").exit_code == 0
        with Image.open("thumbnail.webp") as image:
            assert (image.format, image.size) == ("WEBP", (8, 6))
        assert run("photos/a.png", "new/", "--size", "8x").exit_code == 0
        assert outputs("new") == ["a.png"]

    def test_several_inputs(self):
        Image.fromarray(PIXELS).save("c.png")
        assert run("photos", "c.png", "small", "--size", "8x", "--workers", "1").exit_code == 0
        assert outputs() == ["c.png", "photos/a.png", "photos/sub/b.jpg"]

    def test_nearest(self):
        assert run("photos", "small", "--size", "8x", "--method", "nearest").exit_code == 0
        assert pick.asked == ("nearest", False)
        assert run("photos", "other", "--size", "8x", "--method", "nearest", "--antialias").exit_code == 0
        assert pick.asked == ("nearest", False)

    def test_the_filter_is_lanczos_widened_unless_told_otherwise(self):
        assert run("photos", "small", "--size", "8x").exit_code == 0
        assert pick.asked == ("lanczos3", True)
        assert run("photos", "other", "--size", "8x", "--no-antialias", "--method", "mitchell").exit_code == 0
        assert pick.asked == ("mitchell", False)

    def test_a_bad_file_is_a_line_and_exit_code_1(self):
        Path("photos/bad.jpg").write_bytes(b"")
        result = run("photos", "small", "--size", "50%")
        assert result.exit_code == 1
        assert result.stderr == "photos/bad.jpg: the file is empty; fetch it again or remove it\n"
        assert result.stdout.startswith("2 resized, 1 skipped (no image: .txt), 1 failed in ")
        assert outputs() == ["a.png", "sub/b.jpg"]

    def test_a_text_file_given_by_name_is_a_failure(self):
        result = run("photos/notes.txt", "photos/a.png", "small", "--size", "50%")
        assert result.exit_code == 1
        assert result.stderr.startswith(
            "photos/notes.txt: the content is no JPEG, PNG, WEBP, AVIF, TIFF, BMP or GIF picture"
        )

    def test_notes_are_grouped(self):
        frames = [Image.new("L", (8, 8), value) for value in (0, 99)]
        for name in ("x", "y", "z"):
            frames[0].save(f"photos/{name}.tif", save_all=True, append_images=frames[1:])
        result = run("photos", "small", "--size", "50%", "--workers", "1")
        assert result.exit_code == 0
        assert result.stderr == (
            "note: photos/x.tif and 2 more: holds several pictures (frames or pages); only the first was resized\n"
        )

    def test_quiet_prints_failures_only(self):
        Path("photos/bad.jpg").write_bytes(b"")
        result = run("photos", "small", "--size", "50%", "--quiet")
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr == "photos/bad.jpg: the file is empty; fetch it again or remove it\n"

    def test_no_images(self):
        Path("empty").mkdir()
        for options in ((), ("--dry-run",)):
            result = run("empty", "small", "--size", "50%", *options)
            assert result.exit_code == 1
            assert result.stderr == "no images found in empty\n"
            assert not Path("small").exists()

    def test_patterns_may_leave_nothing(self):
        result = run("photos", "small", "--size", "50%", "--include", "*.heic")
        assert result.exit_code == 1
        assert result.stderr == "no images found in photos\n"
        assert result.stdout.startswith("0 resized, 3 skipped (no image: .txt; not included 2x), 0 failed in ")

    def test_what_is_there_already_is_enough(self):
        for options in ((), ("--skip-existing",), ("--skip-existing", "--dry-run")):
            assert run("photos", "small", "--size", "50%", *options).exit_code == 0
        for _ in range(2):
            assert run("photos", "other", "--size", "50%", "--resume").exit_code == 0

    def test_names_cannot_play_with_the_terminal(self):
        name = b"photos/\x1b[2J\n\xe2\x80\xae\xff.png"
        Path(os.fsdecode(name)).write_bytes(b"")
        result = run("photos", "small", "--size", "50%")
        assert result.stderr == (
            "photos/\\x1b[2J\\x0a\\u202e\\xff.png: the file is empty; fetch it again or remove it\n"
        )

    def test_a_name_that_starts_with_a_dash(self):
        Image.fromarray(PIXELS).save("./-dash.png")
        assert run("--size", "5", "--", "-dash.png", "small").exit_code == 0
        assert outputs() == ["-dash.png"]

    def test_a_full_disk(self, monkeypatch):
        def full(target, data, **options):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(batch.pipeline, "write_atomic", full)
        result = run("photos", "small", "--size", "50%", "--workers", "1")
        assert result.exit_code == 1
        lines = result.stderr.splitlines()
        assert lines[0].startswith("photos/a.png: the disk of small is full; free some space")
        assert lines[1].startswith("stopped: the disk of small is full")
        assert ", 1 failed, 1 not reached in " in result.stdout

    def test_an_unreadable_folder(self, monkeypatch):
        scandir = os.scandir

        def refuse(path):
            if Path(path).name == "sub":
                raise PermissionError(13, "Permission denied")
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refuse)
        result = run("photos", "small", "--size", "50%")
        assert result.exit_code == 1
        assert result.stderr == "photos/sub: the folder cannot be read (Permission denied)\n"
        assert outputs() == ["a.png"]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["photos", "small"], "--size is missing: such as --size 800"),
            (
                ["photos", "small", "--size", "600", "800"],
                "Error: OUTPUT .* is 800: .* write it as 800x600; .* write ./800",
            ),
            (["photos", "photos/notes.txt", "--size", "5"], "has to be a folder here; the last argument is the"),
            (["photos", "small", "--size", "5", "--format", "jpg"], r"Did you mean 'jpeg'\?"),
            (["photos", "small", "--size", "5", "--method", "lanczos"], r"Did you mean 'lanczos3'\?"),
            (["photos", "small", "--size", "5", "--method", "linear"], r"Did you mean 'bilinear'\?"),
            (["photos", "small", "--size", "5", "--gravity", "nort"], r"Did you mean 'north'\?"),
            (["photos", "--size", "5"], "Error: OUTPUT is missing: first the inputs, then"),
            (["photos", "", "--size", "5"], r"Error: OUTPUT is empty; write \. for the current folder"),
            (["", "small", "--size", "5"], r"Error: INPUT is empty; write \. for the current folder"),
            (["--size", "5"], "INPUT is missing: name files and folders"),
            (["photos", "small", "--size", "big"], r"size 'big' is not understood; accepted: 800 \(longest side"),
            (["photos", "small", "--size", "0"], "Invalid value for '--size': size '0' is not positive"),
            (["photos", "small", "--size", "-5"], r"size '-5' is not understood \(sizes are positive\)"),
            (["photos", "small", "--size", "nan"], "not understood"),
            (["photos", "small", "--size", "5", "--method", "cubik"], "'cubik' is not one of 'nearest', 'area'"),
            (["photos", "small", "--size", "5", "--workers", "0"], "'--workers'"),
            (["nowhere", "small", "--size", "5"], "Error: nowhere does not exist"),
            (["photos", "photos", "--size", "5"], "photos is both the input and the output"),
            (["photos/a.png", "photos/a.png", "--size", "5"], "would replace the input"),
            (["photos", "photos/notes.txt", "--size", "5"], "is a file, but the output has to be a folder"),
            (
                ["photos", "small", "--size", "5", "--max-pixels", "0"],
                "--max-pixels must be a positive number of pixels",
            ),
            (
                ["photos", "small", "--size", "5", "--report", "max_pixels.x"],
                "Error: --report must .*, got 'max_pixels.x'",
            ),
            (["photos", "small", "--size", "x5", "--fit", "pad"], "--fit pad needs a size with two sides"),
            (["photos", "--size", "5", "--in-place", "--name", "{stem}"], "--in-place keeps every .* leave out --name"),
            (
                ["photos", "--size", "5", "--in-place", "--skip-existing"],
                "--in-place .* but --skip-existing would leave",
            ),
            (["photos", "--size", "5,6", "--in-place"], "--in-place replaces .* but --size names 2; give one"),
            (["photos", "small", "--size", "5", "-n", "--report", "x.html"], "--dry-run and --report exclude"),
            (
                ["photos", "small", "--size", "5", "--format", "png", "--name", "{stem}.webp"],
                "does not end as png files",
            ),
            (["photos/a.png", "-", "--size", "5", "--in-place"], "--in-place is for files and folders by their names"),
            (["-", "a.webp", "--size", "5", "--format", "jpeg"], r"a\.webp does not end as jpeg files do \(\.jpg"),
            (["photos/a.png", "a.heic", "--size", "5"], r"a\.heic ends in \.heic, which is no format"),
            (["photos/a.png", "./photos/a.png", "small", "--size", "5"], "would both be written to"),
        ],
    )
    def test_wrong_commands_do_nothing_and_end_with_2(self, arguments, message):
        before = sorted(Path().rglob("*"))
        result = run(*arguments)
        assert result.exit_code == 2
        assert re.search(message, result.stderr), result.stderr
        assert result.stdout == ""
        assert sorted(Path().rglob("*")) == before

    def test_an_interruption_while_searching(self, monkeypatch):
        def interrupt(*arguments):
            raise KeyboardInterrupt

        monkeypatch.setattr(batch, "prepare", interrupt)
        result = run("photos", "small", "--size", "5")
        assert result.exit_code == 130
        assert result.stderr == "interrupted\n"

    def test_a_forgotten_output(self):
        """The last input is taken for it."""
        Image.fromarray(PIXELS).save("photos/b.png")
        before = Path("photos/b.png").read_bytes()
        result = run("photos/a.png", "photos/b.png", "--size", "50%")
        assert result.exit_code == 2
        assert result.stderr == (
            "Error: OUTPUT (the last argument) photos/b.png exists already; add an output if this is an input, else "
            "--overwrite to replace it, or --skip-existing to leave it\n"
        )
        assert Path("photos/b.png").read_bytes() == before


def test_without_arguments_there_is_the_help():
    result = run()
    assert result.exit_code == 2
    assert "Examples:" in result.output


def test_help_has_examples():
    result = run("--help")
    assert result.exit_code == 0
    assert "fastresample resize photos small --size 50%" in result.stdout
    assert "130 interrupted" in re.sub(r"\s+", " ", result.stdout)
    assert all(len(line) <= 100 for line in result.stdout.splitlines())


CALL = "from fastresample.cli import main; main()"


def child(*arguments, code=CALL, **options):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        **options,
    )


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="takes minutes in plain Python")
def test_the_command_of_the_readme(tmp_path):
    """The real thing: module entry, kernels, the repository's images; then again."""
    command = [sys.executable, "-m", "fastresample", "resize", "images", tmp_path / "resized", "--size", "50%"]
    first = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert first.returncode == 0, first.stderr
    assert re.match(r"\d+ resized, \d+ skipped \(no image: \.py.*\), 0 failed in ", first.stdout)
    second = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert second.returncode == 2
    assert second.stdout == ""
    assert len(second.stderr.splitlines()) == 1
    assert "--overwrite" in second.stderr
    assert "--skip-existing" in second.stderr


def test_numba_is_not_imported_before_there_is_something_to_resize(tmp_path):
    code = """
        import sys
        from fastresample.cli import main
        try:
            main()
        finally:
            assert "numba" not in sys.modules
    """
    (tmp_path / "empty").mkdir()
    for arguments, status in (
        (["--help"], 0),
        (["a", "b", "--size", "0"], 2),
        ([tmp_path / "empty", "b", "--size", "5"], 1),
    ):
        done = child("resize", *arguments, code=code)
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr


def test_a_closed_pipe_is_no_traceback(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    read, write = os.pipe()
    os.close(read)
    code = (
        "import fastresample; fastresample.resize = lambda samples, size, **options: samples\n"
        "from fastresample.cli import main; main()"
    )
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-c", code, "resize", tmp_path / "a.png", tmp_path / "out", "--size", "5"],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=ROOT,
        )
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out/a.png").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals(tmp_path, number, status):
    code = """
        import os, time
        import fastresample

        def slow(samples, size, **options):
            os.write(1, b"started\\n")
            time.sleep(0.2)
            return samples

        fastresample.resize = slow
        from fastresample.cli import main
        main()
    """
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for index in range(30):
        Image.fromarray(PIXELS).save(source / f"{index}.png")
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), "resize", source, target, "--size", "5", "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        for _ in range(3):
            assert process.stdout.readline() == "started\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == status
    assert err == "terminated\n" if number == signal.SIGTERM else err == "interrupted\n"
    written = int(re.search(r"^(\d+) resized, 0 failed, \d+ not reached in ", out, re.MULTILINE)[1])
    assert 2 <= written <= 6
    assert len(list(target.iterdir())) == written
    assert all(path.suffix == ".png" for path in target.iterdir())


def test_a_command_interrupted_while_it_is_imported(monkeypatch):
    def interrupt(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "import_module", interrupt)
    result = run("photos", "small", "--size", "5")
    assert (result.exit_code, result.stderr, result.stdout) == (130, "interrupted\n", "")


class TestSigterm:
    def test_the_handler_is_put_back(self):
        before = signal.getsignal(signal.SIGTERM)
        with signals.sigterm_interrupts():
            assert signal.getsignal(signal.SIGTERM) != before
        assert signal.getsignal(signal.SIGTERM) == before

    def test_other_threads_and_ignored_signals_stay_as_they_are(self):
        before = signal.getsignal(signal.SIGTERM)
        seen = []

        def enter():
            with signals.sigterm_interrupts():
                seen.append(signal.getsignal(signal.SIGTERM))

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        assert seen == [before]
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            enter()
        finally:
            signal.signal(signal.SIGTERM, before)
        assert seen == [before, signal.SIG_IGN]


@pytest.mark.skipif(sys.platform == "win32", reason="no file numbers for a shell to close")
def test_a_closed_stderr(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    (tmp_path / "b.png").touch()
    code = "import os, sys; os.close(2); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    main = f"import fastresample; fastresample.resize = lambda samples, size, **options: samples\n{CALL}"
    done = child(
        "-c", main, "resize", tmp_path / "a.png", tmp_path / "b.png", tmp_path / "out", "--size", "5", code=code
    )
    assert done.returncode == 1
    assert done.stdout.startswith("1 resized, 1 failed in ")


def in_a_terminal(code, *arguments):
    """Run a child whose stderr is a terminal; return what it wrote there."""
    fcntl, pty, termios = (
        pytest.importorskip(name, reason="no terminals here") for name in ("fcntl", "pty", "termios")
    )
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)], stdout=theirs, stderr=theirs, cwd=ROOT
    ) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not data:
                break
            written += data
    os.close(ours)
    assert process.returncode == 0, written
    return written.decode()


LOGGING_RESIZE = """
    import logging
    import fastresample

    def resize(samples, size, **options):
        logging.getLogger("fastresample").info("compiling for this CPU, once")
        return samples

    fastresample.resize = resize
    from fastresample.cli import main
    main()
"""


def test_on_a_terminal_there_is_a_bar_and_the_librarys_log(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    written = in_a_terminal(LOGGING_RESIZE, "resize", tmp_path / "a.png", tmp_path / "out", "--size", "5")
    assert "0/1" in written
    assert re.search(r"(^|\r|\n) *fastresample: compiling for this CPU, once\r?\n", written)
    assert "1 resized, 0 failed" in written
    quiet = in_a_terminal(LOGGING_RESIZE, "resize", tmp_path / "a.png", tmp_path / "quiet", "--size", "5", "--quiet")
    assert quiet == ""


def test_the_bar_counts_what_there_is_to_do(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a", "b", "c", "d"):
        Image.fromarray(PIXELS).save(tmp_path / "in" / f"{name}.png")
    arguments = "resize", tmp_path / "in", tmp_path / "out", "--size", "5"
    in_a_terminal(LOGGING_RESIZE, *arguments)
    for name in ("a", "b"):
        (tmp_path / "out" / f"{name}.png").unlink()
    slow = LOGGING_RESIZE.replace("return samples", "__import__('time').sleep(0.2); return samples")
    written = in_a_terminal(slow, *arguments, "--skip-existing", "--workers", "1")
    assert "1/2" in written
    assert "1/4" not in written


def test_elsewhere_there_is_neither(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    done = child("resize", tmp_path / "a.png", tmp_path / "out", "--size", "5", code=LOGGING_RESIZE)
    assert done.returncode == 0
    assert done.stderr == ""


class TestTerminal:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("plain é 日本.png", "plain é 日本.png"),
            ("a\tb\rc\x7f\x00", "a\\x09b\\x0dc\\x7f\\x00"),
            ("\u202e\u2066\u200b\u2028", "\\u202e\\u2066\\u200b\\u2028"),
            ("\udcff\udc80\ud800", "\\xff\\x80\\ud800"),
            ("\U000e0041", "\\U000e0041"),
        ],
    )
    def test_printable(self, text, shown):
        assert terminal.printable(text) == shown

    def test_a_stream_that_cannot_show_a_letter(self, monkeypatch):
        stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        monkeypatch.setattr(sys, "stderr", stream)
        terminal.say("é")
        stream.flush()
        assert stream.buffer.getvalue() == b"\\xe9\n"

    def test_the_log_is_as_it_was_afterwards(self, monkeypatch):
        monkeypatch.setattr(terminal, "is_terminal", lambda: True)
        logger = logging.getLogger("fastresample")
        before = logger.level, list(logger.handlers)
        with terminal.library_log():
            assert (logger.level, len(logger.handlers)) == (logging.INFO, len(before[1]) + 1)
        assert (logger.level, list(logger.handlers)) == before


def test_the_commands_and_the_functions_options_are_the_same():
    choices = {option.name: option for option in resize_command.command.params}
    assert tuple(choices["method"].type.choices) == batch.options.METHODS
    options = batch.Options("5")
    parent = click.Context(main, **main.context_settings)
    given = resize_command.command.make_context("resize", ["in", "out", "--size", "5"], parent=parent).params
    commands = {
        "overwrite",
        "skip_existing",
        "only_shrink",
        "only_grow",
        "paths",
        "quiet",
        "dry_run",
        "verbose",
    }  # what stands for fields
    fields = {field.name for field in dataclasses.fields(options) if field.init} - {"existing", "on_error"}
    assert set(choices) - commands == fields
    for name in fields - {"size"}:
        assert given[name] == getattr(options, name), name


@pytest.mark.usefixtures("in_folder")
class TestInPlace:
    def test_what_cannot_be_held_stays(self):
        picture = Image.new("RGB", (8, 8))
        picture.save("pages.tif", save_all=True, append_images=[picture])
        result = run("pages.tif", "photos/a.png", "--in-place", "--size", "50%")
        assert (result.exit_code, result.stdout[:19]) == (1, "1 resized, 1 failed")
        assert result.stderr.startswith(
            "pages.tif: was left as it is, for its result would not hold all of it (holds sev"
        )
        with Image.open("pages.tif") as image:
            assert (image.n_frames, image.size) == (2, (8, 8))

    def test_damage_is_not_kept(self):
        result = run("photos", "--in-place", "--on-damage", "warn", "--size", "50%")
        assert result.exit_code == 2
        assert "--in-place with --on-damage warn would replace damaged pictures by" in result.stderr


@pytest.mark.usefixtures("in_folder")
def test_a_name_that_leads_elsewhere_is_a_failure():
    Path("odd").mkdir()
    shutil.copy("photos/a.png", "odd/...png")
    result = run("odd", "out", "--size", "20", "--name", "{stem}/{size}{ext}")
    assert result.exit_code == 1
    assert result.stderr == (
        "odd/...png: its result would go to a folder called '..'; rename it, or use another template\n"
    )
    assert not Path("out").exists()


@pytest.mark.usefixtures("in_folder")
class TestBookkeeping:
    def test_verbose(self):
        Path("photos/bad.png").touch()
        result = run("photos", "small", "--size", "50%", "--verbose", "--workers", "1")
        assert result.exit_code == 1
        lines = result.stderr.splitlines()
        assert re.fullmatch(
            r"photos/a\.png: 40 x 30, \d kB -> small/a\.png \(20 x 15, [\d.]+ k?B\) in \d+ ms", lines[0]
        )
        assert lines[1].startswith("photos/bad.png: the file is empty")
        assert re.match(r"photos/sub/b\.jpg: 40 x 30, .* -> small/sub/b\.jpg \(20 x 15, ", lines[2])
        assert len(lines) == 3
        assert "2 resized" in result.stdout

    def test_verbose_tells_all_sizes(self):
        result = run("photos/a.png", "small", "--size", "20,10", "-v")
        assert re.search(
            r" -> small/a-20\.png \(20 x 15, .*\), small/a-10\.png \(10 x 8, .*\) in \d+ ms", result.stderr
        )

    def test_verbose_tells_what_stays(self):
        result = run("photos/a.png", "--in-place", "--size", "100>", "-v")
        assert result.exit_code == 0
        assert result.stderr == "photos/a.png: photos/a.png stays as it is\n"

    def test_verbose_and_quiet_exclude_each_other(self):
        result = run("photos", "small", "--size", "50%", "-v", "-q")
        assert result.exit_code == 2
        assert "--verbose and --quiet exclude each other" in result.stderr

    def test_resume(self):
        assert run("photos", "small", "--size", "50%", "--resume").exit_code == 0
        Path("small/a.png").unlink()
        result = run("photos", "small", "--size", "50%", "--resume")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("1 resized, 1 there already, 1 skipped")
        result = run("photos", "small", "--size", "50%", "--resume")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("0 resized, 2 there already, 1 skipped")
        result = run("photos", "small", "--size", "25%", "--resume")
        assert result.stdout.startswith("2 resized, 1 skipped")

    def test_reports(self):
        result = run("photos", "small", "--size", "50%", "--report", "new/run.jsonl", "--report", "run.html")
        assert (result.exit_code, result.stderr) == (0, "")
        records = [json.loads(line) for line in Path("new/run.jsonl").read_text().splitlines()]
        assert [record["record"] for record in records] == ["run", "file", "file", "summary"]
        assert "<h1>2 resized, none failed</h1>" in Path("run.html").read_text()

    def test_a_report_under_another_ending(self):
        result = run("photos", "small", "--size", "50%", "--report", "photos/a.png")
        assert result.exit_code == 2
        assert "report must end in .jsonl or .html, got 'photos/a.png'" in result.stderr
        assert not Path("small").exists()

    def test_a_report_that_cannot_be_written(self):
        Path("file").touch()
        result = run("photos", "small", "--size", "50%", "--report", "file/run.jsonl", "--quiet")
        assert result.exit_code == 1
        assert result.stderr.startswith("file/run.jsonl: the report is incomplete: file/run.jsonl cannot be written (")
        assert outputs() == ["a.png", "sub/b.jpg"]

    @pytest.mark.parametrize(
        ("paths", "options"),
        [
            (["small.png"], ["--resume"]),
            (["small.png"], ["--report", "run.jsonl"]),
            (["small.png"], ["--name", "{stem}"]),
            (["small.png"], ["--include", "*.png"]),
            (["small.png"], ["--exclude", "*.png"]),
            (["small.png"], ["--dry-run"]),
            ([], ["--in-place"]),
        ],
    )
    def test_standard_input_is_one_picture_without_a_name(self, paths, options):
        before = sorted(os.listdir())
        result = run("-", *paths, "--size", "50%", *options)
        assert result.exit_code == 2
        assert f"{options[0]} is for files and folders by their names, - is standard input" in result.stderr
        assert sorted(os.listdir()) == before


def test_a_burst_of_signals_counts_once(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(signals.time, "monotonic", lambda: now[0])
    with signals.sigterm_interrupts() as terminated:
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        now[0] += 0.5
        os.kill(os.getpid(), signal.SIGTERM)  # nothing happens
        assert not terminated.is_set()
        now[0] += 2
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
        assert terminated.is_set()


def test_the_bar_counts_failures(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "in" / f"{name}.png").touch()
    Image.fromarray(PIXELS).save(tmp_path / "in" / "d.png")
    slow = LOGGING_RESIZE.replace("return samples", "__import__('time').sleep(0.3); return samples")
    failing = slow.replace("main()", "\n    try: main()\n    except SystemExit as end: assert end.code == 1")
    written = in_a_terminal(failing, "resize", tmp_path / "in", tmp_path / "out", "--size", "5", "--workers", "1")
    assert re.search(r"4/4 .*image/s, 3 failed|3 failed\]", written)


@pytest.mark.usefixtures("in_folder")
class TestDryRun:
    def test_a_line_for_each_result(self):
        before = sorted(Path().rglob("*"))
        result = run("photos", "small", "--size", "50%", "--dry-run")
        assert result.exit_code == 0
        lines = result.stdout.splitlines()
        assert re.fullmatch(r"photos/a\.png -> small/a\.png \(\d+x\d+ -> \d+x\d+\)", lines[0])
        assert sorted(Path().rglob("*")) == before

    def test_failures_are_lines_on_stderr_each_once(self):
        result = run("photos/a.png", "small", "--size", "100000,200000", "-n")
        assert result.exit_code == 1
        assert result.stdout == ""
        assert re.fullmatch(r"photos/a\.png: the result would have .* choose a smaller size\n", result.stderr)

    def test_quiet_prints_failures_only(self):
        Path("photos/broken.png").write_bytes(b"no picture")
        result = run("photos", "small", "--size", "50%", "-n", "-q")
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr.startswith("photos/broken.png: the content is no ")
        assert result.stderr.count("\n") == 1

    def test_what_stays(self):
        result = run("photos/a.png", "--in-place", "--size", "9000>", "-n")
        assert re.fullmatch(r"photos/a\.png -> photos/a\.png \(\d+x\d+; stays as it is\)\n", result.stdout)
        run("photos/a.png", "small", "--size", "50%", "--resume")
        result = run("photos/a.png", "small", "--size", "50%", "--resume", "-n")
        assert result.stdout == "photos/a.png -> small/a.png (there already)\n"


@pytest.mark.usefixtures("in_folder")
def test_the_budget_holds_for_standard_input():
    result = CliRunner().invoke(
        main, ["resize", "-", "small.png", "--size", "50%", "--memory", "1kB"], input=Path("photos/a.png").read_bytes()
    )
    assert result.exit_code == 1
    assert re.match(r"standard input: needs about .* of memory, the budget is 1 kB", result.stderr)
    assert not Path("small.png").exists()
