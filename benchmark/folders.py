"""The folders that bench.py shrinks: whole processes of ours and of other tools take turns, and are timed as wholes."""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from PIL import Image

from benchmark.peers import QUALITY, SIDE
from benchmark.photographs import folder_of

COUNTS, QUICK_COUNTS = (80, 120), (2, 4)  # photographs of 12 and of 3 megapixels
QUICK_SHRINK = 2
FIRST = (900, 900)  # the smallest work that loads all that a tool needs
ROUNDS, QUICK_ROUNDS = 5, 2

OURS, BOUND = "fastresample", "bound"
_HERE = Path(__file__).parent
_CLI = "import sys; sys.modules.update(dict.fromkeys({hidden!r})); from fastresample.__main__ import main; main()"

# command(source, target, workers): a process that shrinks the files of one folder into another.
Command = Callable[[Path, Path, int], list[str]]


class Tool(NamedTuple):
    """A tool, how it is run, what it needs (modules or a program), and a word about it."""

    name: str
    command: Command
    needs: tuple[str, ...]
    about: str


class Spent(NamedTuple):
    """What a process and all that it started took, in seconds: on all processors together, and on the clock."""

    cpu: float
    wall: float


class FolderCell(NamedTuple):
    """A tool's runs on the photographs, on an empty folder, and on one small picture."""

    tool: str
    about: str
    runs: tuple[Spent, ...]
    empty: tuple[Spent, ...]
    first: tuple[Spent, ...]

    @property
    def cpu(self) -> float:
        """The median of the whole runs."""
        return median(run.cpu for run in self.runs)

    def net(self, startup: str = "empty") -> float:
        """The same, less what the process takes on nothing ("empty"), or on next to nothing ("first")."""
        return self.cpu - median(run.cpu for run in getattr(self, startup))

    @property
    def record(self) -> dict[str, Any]:
        """What bench.py --json writes."""
        spent = {name: [run._asdict() for run in getattr(self, name)] for name in ("runs", "empty", "first")}
        return {"tool": self.tool, "about": self.about, **spent}


def _ours(*hidden: str) -> Command:
    def command(source: Path, target: Path, workers: int) -> list[str]:
        arguments = ["resize", str(source), str(target), "--quiet", "--workers", str(workers)]
        arguments += ["--size", str(SIDE), "--quality", str(QUALITY)]
        return [sys.executable, "-c", _CLI.format(hidden=hidden), *arguments]

    return command


def _peer(name: str) -> Command:
    return lambda source, target, workers: [
        *(sys.executable, "-m", "benchmark.peers", name),
        *(str(source), str(target), str(workers)),
    ]


def _sharp(modules: Path, metadata: str) -> Command:
    return lambda source, target, workers: [
        *("node", str(_HERE / "peer.mjs"), str(modules), metadata),
        *(str(source), str(target), str(workers)),
    ]


def tools(sharp: Path | None) -> list[Tool]:
    """Return the tools that are installed; `sharp` is where it was installed. The others are named aloud."""
    table = [
        Tool(OURS, _ours(), ("simplejpeg",), "`fastresample resize`, lanczos3, with the extra turbo"),
        Tool(f"{OURS} without turbo", _ours("simplejpeg"), (), "the same, JPEG decoded by Pillow"),
        Tool("pyvips", _peer("pyvips_thumbnail"), ("pyvips",), "`thumbnail` in a pool of threads"),
        Tool("opencv", _peer("opencv_area"), ("cv2",), "`IMREAD_REDUCED` keeping twice the result, `INTER_AREA`"),
        Tool("pillow", _peer("pillow_thumbnail"), (), "`thumbnail` in a pool of threads"),
        Tool(BOUND, _peer("bound"), ("simplejpeg",), "the same decoder and encoder, a corner instead of a resize"),
    ]
    if sharp is not None and shutil.which("node"):
        package = json.loads((sharp / "node_modules/sharp/package.json").read_text(encoding="utf-8"))
        about = f"{package['version']}, `resize` in node, as many promises as workers"
        table += [
            Tool("sharp", _sharp(sharp, "dropped"), (), f"{about}; drops metadata, after converting colours to sRGB"),
            Tool("sharp keepMetadata", _sharp(sharp, "kept"), (), f"{about}; keeps metadata, and with it the colours"),
        ]
    else:
        print("sharp left out: npm install sharp, then --sharp FOLDER where its node_modules are", file=sys.stderr)
    found = []
    for tool in table:
        if missing := [module for module in tool.needs if find_spec(module) is None]:
            print(f"{tool.name} left out, {', '.join(missing)} is not installed", file=sys.stderr)
        else:
            found.append(tool)
    return found


def spend(tool: Tool, source: Path, workers: int) -> Spent:
    """Run a tool on a folder, check its results, and return what it took."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "out")
        began = time.perf_counter()
        process = subprocess.Popen(
            tool.command(source, target, workers),
            cwd=_HERE.parent,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        with process.stderr as stream:
            said = stream.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        names = sorted(path.name for path in source.iterdir())
        written = sorted(path.name for path in target.iterdir()) if target.exists() else []
        accepted = (0,) if names else (0, 1)  # a tool may say that there was nothing to do
        if process.returncode not in accepted or written != names:
            raise RuntimeError(f"{tool.name} failed on {source}: {said.decode(errors='replace')}")
        for name in names[:: max(1, len(names) // 5)]:
            with Image.open(target / name) as image:
                if max(image.size) != SIDE:
                    raise RuntimeError(f"{tool.name} made {name} of size {image.size}")
    return Spent(usage.ru_utime + usage.ru_stime, wall)


def run(arguments: argparse.Namespace, cores: int) -> Iterator[FolderCell]:
    """Let all tools take turns; yields a cell for each of them at the end."""
    chosen = [tool for tool in tools(arguments.sharp) if arguments.only in tool.name]
    counts, rounds = (QUICK_COUNTS, QUICK_ROUNDS) if arguments.quick else (COUNTS, ROUNDS)
    cache = arguments.photographs or Path(tempfile.gettempdir(), "fastresample-bench")
    folders = {
        "runs": folder_of(*counts, cache, shrunk_by=QUICK_SHRINK if arguments.quick else 1),
        "empty": cache / "empty",
        "first": cache / "first",
    }
    for name in ("empty", "first"):
        folders[name].mkdir(parents=True, exist_ok=True)
    Image.new("RGB", FIRST, "green").save(folders["first"] / "first.jpg")
    spent: dict[tuple[str, str], list[Spent]] = {}
    order = [(tool, name) for tool in chosen for name in folders]
    for turn in range(rounds + 1):
        random.Random(turn).shuffle(order)
        for tool, name in order:
            seconds = spend(tool, folders[name], cores)
            if turn:  # in the first one, files come from the disk and kernels are compiled
                spent.setdefault((tool.name, name), []).append(seconds)
    for tool in chosen:
        yield FolderCell(tool.name, tool.about, *(tuple(spent[tool.name, name]) for name in folders))
