"""The command against disks that are full or read-only, closed pipes, and signals at any moment."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fastresample.batch.files import writing
from fastresample.batch.reports import manifest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="disks, pipes and signals differ there")

RNG = np.random.default_rng(12)
PICTURES = 12
# The command, with a resize that needs no kernels and takes so many seconds.
COMMAND = """
    import sys, time
    import fastresample

    def shrink(samples, size, **options):
        time.sleep({seconds})
        rows, columns = (np.arange(n) * m // n for n, m in zip(size, samples.shape))
        return samples[rows][:, columns]

    import numpy as np
    fastresample.resize = shrink
    {before}
    from fastresample.cli import main
    main(prog_name="fastresample")
"""


@pytest.fixture(autouse=True)
def _photographs(tmp_path, monkeypatch):
    """Pictures whose halves have some 17 kB each."""
    monkeypatch.chdir(tmp_path)
    Path("in/sub").mkdir(parents=True)
    for index in range(PICTURES):
        pixels = RNG.integers(0, 256, (160, 150, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(f"in/{'sub/' if index % 2 else ''}{index}.png")


def command(*arguments, seconds=0.0, before=""):
    code = textwrap.dedent(COMMAND).format(seconds=seconds, before=before)
    return [sys.executable, "-c", code, "resize", *map(str, arguments), "--size", "50%", "--workers", "2"]


def run(*arguments, **options):
    return subprocess.run(command(*arguments, **options), capture_output=True, text=True, check=False, timeout=120)


def results(folder):
    """Return the results in a folder, each decoded to its end, and fail on whatever else of ours lies there."""
    found = {}
    for path in Path(folder).rglob("*"):
        if path.is_file() and path.name not in (manifest.NAME, "run.jsonl", "run.html"):
            assert not path.name.startswith(writing.OURS), "a temporary file"
            with Image.open(path) as image:
                image.load()
                assert image.size == (75, 80)
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def report(path="run.jsonl"):
    """Return what a report says was written, and its summary."""
    *records, summary = (json.loads(line) for line in Path(path).read_text().splitlines())
    assert summary["record"] == "summary"
    outputs = [output for record in records[1:] for output in record["outputs"] if "sha256" in output]
    return {output["target"]: output["sha256"] for output in outputs}, summary


@contextmanager
def mounted(folder, *options):
    """A small disk of memory."""
    folder.mkdir(exist_ok=True)
    made = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", folder]
    if not shutil.which("mount") or subprocess.run(made, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount disks")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("resume", [False, True])
def test_a_disk_of_100_kilobytes(tmp_path, resume):
    """It fills up, the run stops, what is there is whole; with more room, a rerun completes it."""
    more = ["--resume"] if resume else ["--skip-existing"]
    with mounted(tmp_path / "disk", "size=100k") as disk:
        done = run("in", disk / "out", *more, "--report", "run.jsonl", "--report", "run.html")
        assert done.returncode == 1
        assert re.search(r"^stopped: the disk of \S+ is full; free some space and run again", done.stderr, re.MULTILINE)
        whole = results(disk / "out")
        assert 1 <= len(whole) < PICTURES
        told, summary = report()
        assert summary["classes"].keys() == {"disk-full"}
        assert summary["written"] == len(whole) == len(told)
        assert {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in told} == told
        assert "The run ended early" in Path("run.html").read_text()
        subprocess.run(["mount", "-o", "remount,size=10M", disk], check=True)
        done = run("in", disk / "out", *more)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"{PICTURES - len(whole)} resized, {len(whole)} there already, 0 failed")
        assert len(results(disk / "out")) == PICTURES
        assert whole.items() <= results(disk / "out").items()


def test_reports_on_a_disk_that_is_full(tmp_path):
    """The pictures are written all the same."""
    with mounted(tmp_path / "disk", "size=8k") as disk:
        (disk / "filler").write_bytes(bytes(4096))
        done = run("in", "out", "--report", disk / "run.jsonl", "--report", disk / "run.html")
        assert done.returncode == 1
        assert len(results("out")) == PICTURES
        assert sum("the report is incomplete: the disk of" in line for line in done.stderr.splitlines()) == 2
        assert sorted(path.name for path in disk.iterdir()) == ["filler", "run.jsonl"]


@pytest.mark.parametrize("existing", [(), ("--overwrite",), ("--resume",)])
def test_a_read_only_disk(tmp_path, existing):
    with mounted(tmp_path / "disk", "size=1M") as disk:
        (disk / "out").mkdir()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        done = run("in", disk / "out", *existing, "--report", "run.jsonl")
        assert done.returncode == 1
        assert "cannot be written (Read-only file system); check the folder's permissions" in done.stderr
        assert "stopped: " in done.stderr
        _, summary = report()
        assert summary["written"] == 0
        assert summary["classes"].keys() == {"unwritable"}
        assert list((disk / "out").iterdir()) == []


def test_a_limit_on_the_size_of_files():
    """What is too large for it fails, what is not is written, and nothing half."""
    large = RNG.integers(0, 256, (400, 150, 3), dtype=np.uint8)
    Image.fromarray(large).save("in/large.png")
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))"
    done = run("in", "out", "--report", "run.jsonl", before=limit)
    assert done.returncode == 1
    assert re.fullmatch(r"in/large\.png: out/large\.png cannot be written \(File too large\); check .*\n", done.stderr)
    assert len(results("out")) == PICTURES
    told, summary = report()
    assert len(told) == PICTURES
    assert summary["classes"] == {"unwritable": 1}


def test_too_few_open_files():
    """Whatever cannot be opened is a line, and a rerun completes the work."""
    few = "import PIL.PngImagePlugin, resource; resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))"
    done = run("in", "out", "--skip-existing", before=few)
    assert "Traceback" not in done.stderr
    assert len(results("out")) < PICTURES or done.returncode == 0
    assert run("in", "out", "--skip-existing").returncode == 0
    assert len(results("out")) == PICTURES


def test_the_output_folder_vanishes_during_the_run():
    """It is made again, or what has nowhere to go is a line."""
    with subprocess.Popen(
        command("in", "out", seconds=0.05), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        while not Path("out/sub").exists():
            assert child.poll() is None
            time.sleep(0.005)
        shutil.rmtree("out", ignore_errors=True)
        out, err = child.communicate(timeout=60)
    assert "Traceback" not in err
    counted = re.match(r"(\d+) resized, (\d+) failed", out)
    assert int(counted[1]) + int(counted[2]) == PICTURES
    assert len(err.splitlines()) == int(counted[2])
    results("out")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("times", [1, 3])
def test_signals_at_any_moment(number, times):
    """From the first line of the program to the last: the right exit code, reports, and no temporary file."""
    for after in RNG.integers(0, PICTURES, 2):
        shutil.rmtree("out", ignore_errors=True)
        Path("run.jsonl").unlink(missing_ok=True)
        with subprocess.Popen(
            command("in", "out", "--resume", "--report", "run.jsonl", "--report", "run.html", seconds=0.02),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            while child.poll() is None:
                if Path("run.jsonl").exists() and Path("run.jsonl").read_bytes().count(b"\n") > after:
                    break
                time.sleep(0.001)
            for _ in range(times):
                child.send_signal(number)
                time.sleep(0.003)
            out, err = child.communicate(timeout=60)
        assert "Traceback" not in err
        whole = results("out") if Path("out").exists() else {}
        told, summary = report()
        assert {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in told} == told
        assert len(told) == len(whole)
        if child.returncode == 0:  # it was done before the signal came
            assert len(whole) == PICTURES
            continue
        assert child.returncode in (128 + number, -number)  # the second, where one more came at Python's very end
        assert err == ("terminated\n" if number == signal.SIGTERM else "interrupted\n")
        assert summary["left"] == PICTURES - len(whole)
        assert out.startswith(f"{len(whole)} resized, 0 failed")
        done = run("in", "out", "--resume")
        assert done.returncode == 0
        assert len(results("out")) == PICTURES
        assert whole.items() <= results("out").items()


@pytest.mark.parametrize("stream", ["stdout", "stderr", "both"])
def test_closed_pipes(stream):
    """Nobody listens: the work is done all the same."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        streams = {name: closed if stream in (name, "both") else subprocess.PIPE for name in ("stdout", "stderr")}
        done = subprocess.run(
            command("in", "out", "--verbose", "--report", "run.jsonl"), text=True, check=False, timeout=60, **streams
        )
    assert "Traceback" not in (done.stderr or "")
    assert len(results("out")) == PICTURES
    assert report()[1]["written"] == PICTURES


# What root has to do to be refused something; what the command imports is imported by then.
BECOME_NOBODY = (
    "import io, os, PIL.Image, fastresample.cli.resize; PIL.Image.new('L', (2, 2)).save(io.BytesIO(), 'PNG'); "
    "os.geteuid() or (os.setgroups([]), os.setgid(65534), os.setuid(65534))"
)


@pytest.fixture
def somebody():
    """A folder, and a way to run the command there as a user who may not do everything."""
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        shutil.copytree("in", top / "in")
        for path in (top, *top.rglob("*")):
            path.chmod(0o755)

        def run_as(*arguments):
            code = command(*arguments, before=BECOME_NOBODY)
            return subprocess.run(code, cwd=top, capture_output=True, text=True, check=False, timeout=60)

        yield top, run_as


def test_what_may_not_be_read_costs_itself(somebody):
    top, run_as = somebody
    (top / "out").mkdir()
    (top / "out").chmod(0o777)
    (top / "in/0.png").chmod(0)
    (top / "in/sub").chmod(0)
    done = run_as("in", "out")
    (top / "in/sub").chmod(0o755)
    assert done.returncode == 1
    assert sorted(done.stderr.splitlines()) == [
        "in/0.png: the file cannot be read (Permission denied); check its permissions and its disk",
        "in/sub: the folder cannot be read (Permission denied)",
    ]
    assert len(results(top / "out")) == PICTURES // 2 - 1


@pytest.mark.parametrize("policy", [(), ("--overwrite",), ("--resume",)])
def test_what_may_not_be_written_is_left_as_it_is(somebody, policy):
    top, run_as = somebody
    (top / "out/sub").mkdir(parents=True)
    (top / "out/0.png").write_bytes(b"mine")
    (top / "out").chmod(0o555)
    (top / "out/sub").chmod(0o777)
    done = run_as("in", "out", *policy)
    if not policy or policy == ("--resume",):
        assert done.returncode == 2
        assert "out/0.png exists already" in done.stderr
    else:
        assert done.returncode == 1
        assert (
            done.stderr.count("cannot be written (Permission denied); check the folder's permissions") == PICTURES // 2
        )
        assert done.stdout.startswith(f"{PICTURES // 2} resized, {PICTURES // 2} failed")
    assert (top / "out/0.png").read_bytes() == b"mine"


def test_a_folder_that_may_be_written_to_but_not_read(somebody):
    """Leftovers cannot be looked for there; results are written."""
    top, run_as = somebody
    (top / "out/sub").mkdir(parents=True)
    for path in (top / "out/sub", top / "out"):
        path.chmod(0o333)
    done = run_as("in", "out")
    assert (done.returncode, done.stderr) == (0, "")
    for path in (top / "out", top / "out/sub"):
        path.chmod(0o755)
    assert len(results(top / "out")) == PICTURES
