"""Killed at any moment: a name holds a whole file, the old or the new one, and a rerun completes the work.

The kills are counted by ``FASTRESAMPLE_KILLS``; the count is reported with ``-s``.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from fastresample.batch.files import writing
from fastresample.batch.reports import manifest

KILLS = int(os.environ.get("FASTRESAMPLE_KILLS", "20"))
PICTURES = 24
JIT = os.environ.get("NUMBA_DISABLE_JIT") != "1"
RNG = np.random.default_rng(8)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing kills like SIGKILL there")


class Case(NamedTuple):
    """A way of running; `old`: what lies under the results' names before."""

    options: tuple[str, ...]
    old: bool = False
    in_place: bool = False


CASES = {
    "resume": Case(("--resume",)),
    "skip": Case(("--skip-existing",)),
    "overwrite": Case(("--overwrite",), old=True),
    "in place": Case(("--in-place", "--resume"), in_place=True),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pictures, and what becomes of them when nothing goes wrong."""
    top = tmp_path_factory.mktemp("killed")
    (top / "pristine/sub").mkdir(parents=True)
    for index in range(PICTURES):
        ending = ("png", "jpg", "webp")[index % 3]
        pixels = RNG.integers(0, 256, (60, 80, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(top / "pristine" / ("sub" if index % 2 else ".") / f"{index}.{ending}")
    shutil.copytree(top / "pristine", top / "in")
    for name, size in (("old", "25%"), ("new", "50%")):
        assert start(top, "in", name, size=size).wait() == 0
    assert len(content(top / "new")) == PICTURES
    return top


def start(top, *paths, options=(), size="50%"):
    """Start the command; it reports to run.jsonl."""
    (top / "run.jsonl").unlink(missing_ok=True)
    method = ("--method", "lanczos3" if JIT else "nearest")
    command = [sys.executable, "-m", "fastresample", "resize", *paths, "--size", size, "--report", "run.jsonl"]
    return subprocess.Popen([*command, *method, *options, "--quiet", "--workers", "2"], cwd=top)


def content(folder):
    """Return what lies under the names of results."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(writing.OURS)]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def leftovers(folder):
    return [path for path in folder.rglob(f"{writing.OURS}*") if path.name != manifest.NAME]


def kill(child, report, count):
    """Kill a child when it has written so many files, or a little later; return whether it was still at work."""
    while child.poll() is None:
        try:
            if report.read_bytes().count(b'"status": "written"') >= count:
                break
        except FileNotFoundError:
            pass
        time.sleep(0.0005)
    time.sleep(RNG.uniform(0, 0.004))
    child.kill()
    return child.wait() < 0


def check_report(top, target):
    """Whatever the report of a killed run says is true; only its last line may be torn."""
    lines = (top / "run.jsonl").read_text().split("\n")
    for line in lines[:-1]:
        for output in json.loads(line).get("outputs", ()):
            if "sha256" in output:
                assert hashlib.sha256((top / output["target"]).read_bytes()).hexdigest() == output["sha256"]


@pytest.mark.parametrize("name", CASES)
def test_kills(folder, name):
    case = CASES[name]
    target = folder / ("in" if case.in_place else "out")
    paths = ("in",) if case.in_place else ("in", "out")
    pristine, old, new = (content(folder / part) for part in ("pristine", "old", "new"))
    before = pristine if case.in_place else old if case.old else {}

    def begin_anew():
        shutil.rmtree(target, ignore_errors=True)
        if before:
            shutil.copytree(folder / ("pristine" if case.in_place else "old"), target)

    begin_anew()
    kills = midway = found = rounds = done = 0
    while kills < KILLS // len(CASES):
        child = start(folder, *paths, options=case.options)
        kills += kill(child, folder / "run.jsonl", RNG.integers(0, PICTURES - done + 1))
        state = content(target)
        for file, data in state.items():
            assert data in (new[file], before.get(file)), f"{file} is neither what it was nor what it becomes"
        assert set(before) <= set(state)
        if (folder / "run.jsonl").exists():
            check_report(folder, target)
        done = sum(state.get(file) == data for file, data in new.items())
        midway += 0 < done < PICTURES
        found += len(leftovers(target))
        if case.old:  # a run that overwrites does not go on where the last one was
            begin_anew()
            done = 0
        elif done == PICTURES:
            rounds += 1
            assert start(folder, *paths, options=case.options).wait() == 0
            assert content(target) == new
            assert leftovers(target) == []
            begin_anew()
            done = 0
    assert start(folder, *paths, options=case.options).wait() == 0
    assert content(target) == new
    assert leftovers(target) == []
    if not case.in_place:
        assert content(folder / "in") == pristine
    assert midway, "no kill came in the middle of a run"
    print(f"\n{name}: {kills} kills, {midway} in the middle, {found} temporary files removed, {rounds} rounds")
    begin_anew()
