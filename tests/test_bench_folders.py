"""The benchmark of folders: its photographs, its processes and its tables; no test measures time."""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
FACTS = {"date": "2030-01-02", "commit": "abc", "processor": "CPU", "cores": "2", "system": "S", "versions": "numpy 2"}
FACTS |= {"vectors": "some", "libraries": "as installed"}

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="asks the system what a process took")


@pytest.fixture(scope="module", autouse=True)
def path():
    """The benchmark lies beside the package, not in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        yield


def module(name):
    return pytest.fixture(scope="module")(lambda path: import_module(name))


bench, folders, photographs = module("bench"), module("benchmark.folders"), module("benchmark.photographs")
peers, report = module("benchmark.peers"), module("benchmark.folders_report")


@pytest.fixture(scope="module")
def small(photographs, tmp_path_factory):
    """Four photographs of 1000 and two of 512 pixels."""
    return photographs.folder_of(4, 2, tmp_path_factory.mktemp("photographs"), shrunk_by=4)


def test_photographs_are_the_same_every_time(photographs, small, tmp_path):
    again = photographs.folder_of(4, 2, tmp_path, shrunk_by=4)
    names = [f"{number:03d}.jpg" for number in range(6)]
    assert sorted(path.name for path in small.iterdir()) == names
    assert all((small / name).read_bytes() == (again / name).read_bytes() for name in names)
    sizes = []
    for name in names:
        with Image.open(small / name) as image:
            sizes.append(image.size)
            assert image.getexif()[0x010F] == "benchmark"
    assert sizes == [(1000, 750)] * 4 + [(512, 384)] * 2


def test_photographs_are_made_once(photographs, small):
    before = [path.stat().st_mtime_ns for path in sorted(small.iterdir())]
    assert photographs.folder_of(4, 2, small.parent, shrunk_by=4) == small
    assert [path.stat().st_mtime_ns for path in sorted(small.iterdir())] == before


def test_photographs_are_of_all_kinds(photographs):
    kinds = list(photographs._kinds([photographs.LARGE] * 100, 1))
    assert {kind.subsampling for kind in kinds} == {0, 2}
    assert {kind.orientation for kind in kinds} == {1, 3, 6, 8}
    assert {kind.profiled for kind in kinds} == {True, False}
    assert {kind.quality for kind in kinds} == set(range(85, 93))


def test_noise_is_that_of_a_sensor(photographs):
    grey = Image.new("RGB", (200, 200), (128, 128, 128))
    noise = np.asarray(photographs._noisy(grey, np.random.default_rng(1)), float) - 128
    luma = noise.mean(axis=-1)
    assert 2.9 < luma.std() < 6.2
    assert 1 < (noise - luma[..., None]).std() < 2


@pytest.mark.parametrize("name", ["pyvips_thumbnail", "pillow_thumbnail", "opencv_area", "bound"])
def test_every_library_shrinks_the_folder(peers, small, tmp_path, name):
    needed = {"pyvips_thumbnail": "pyvips", "opencv_area": "cv2", "bound": "simplejpeg"}.get(name, "PIL")
    pytest.importorskip(needed, reason="runs it")
    peers.main(name, str(small), str(tmp_path / "out"), "2")
    for source in small.iterdir():
        with Image.open(source) as before, Image.open(tmp_path / "out" / source.name) as after:
            lies = before.getexif()[0x0112] in (6, 8) and name != "bound"
            expected = (600, 800) if lies else (800, 600)
            if name == "pillow_thumbnail" and before.width < 800:
                expected = before.size[::-1] if lies else before.size  # it does not enlarge
            if name == "bound":
                expected = min(800, before.width), min(600, before.height)
            assert after.size == expected


@pytest.fixture
def copying(folders):
    """A tool that copies, and one that leaves out a file."""
    script = "import shutil, sys; shutil.copytree(*sys.argv[1:3], ignore=shutil.ignore_patterns(*sys.argv[3:]))"

    def tool(name, *left_out):
        command = lambda source, target, workers: [sys.executable, "-c", script, str(source), str(target), *left_out]  # noqa: E731
        return folders.Tool(name, command, (), "copies")

    return tool


@pytest.fixture
def squares(tmp_path):
    folder = tmp_path / "squares"
    folder.mkdir()
    for name in "ab":
        Image.new("L", (800, 800)).save(folder / f"{name}.jpg")
    return folder


def test_what_a_process_takes_is_measured(folders, copying, squares):
    spent = folders.spend(copying("all"), squares, 2)
    assert 0 < spent.cpu < 30
    assert 0 < spent.wall < 60


def test_a_tool_that_does_less_is_no_quick_tool(folders, copying, squares, tmp_path):
    with pytest.raises(RuntimeError, match="some failed on"):
        folders.spend(copying("some", "b.jpg"), squares, 2)
    Image.new("L", (900, 900)).save(squares / "a.jpg")
    with pytest.raises(RuntimeError, match=r"all made a.jpg of size \(900, 900\)"):
        folders.spend(copying("all"), squares, 2)
    broken = folders.Tool("broken", lambda *_: [sys.executable, "-c", "raise SystemExit('no')"], (), "")
    with pytest.raises(RuntimeError, match=r"broken failed on .*: no"):
        folders.spend(broken, squares, 2)


def test_our_own_process_accepts_its_arguments(folders, tmp_path):
    (tmp_path / "empty").mkdir()
    for tool in folders.tools(None)[:2]:
        assert folders.spend(tool, tmp_path / "empty", 2).cpu > 0


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="plain Python would take minutes")
def test_our_own_process_shrinks_a_picture(folders, tmp_path):
    Image.new("RGB", folders.FIRST, "green").save(tmp_path / "a.jpg")
    for tool in folders.tools(None)[:2]:
        assert folders.spend(tool, tmp_path, 2).cpu > 0


def test_missing_tools_are_named(folders, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(folders, "find_spec", lambda name: None)
    names = [tool.name for tool in folders.tools(None)]
    assert names == ["fastresample without turbo", "pillow"]
    said = capsys.readouterr().err
    assert "sharp left out: npm install sharp" in said
    assert "pyvips left out, pyvips is not installed" in said
    package = tmp_path / "node_modules/sharp/package.json"
    package.parent.mkdir(parents=True)
    package.write_text('{"version": "9.8.7"}')
    monkeypatch.setattr(folders.shutil, "which", lambda name: f"/bin/{name}")
    sharp = folders.tools(tmp_path)[-2:]
    assert [tool.name for tool in sharp] == ["sharp", "sharp keepMetadata"]
    assert sharp[0].about.startswith("9.8.7, ")
    assert sharp[1].command(Path("in"), Path("out"), 2)[-4:] == ["kept", "in", "out", "2"]


def test_tools_take_turns(folders, copying, bench, monkeypatch, tmp_path):
    order = []

    def spend(tool, source, workers):
        order.append((tool.name, source.name, workers))
        return folders.Spent(len(order), 1.0)

    monkeypatch.setattr(folders, "spend", spend)
    monkeypatch.setattr(folders, "tools", lambda sharp: [copying("one"), copying("two"), copying("other")])
    monkeypatch.setattr(folders, "QUICK_COUNTS", (0, 1))
    monkeypatch.setattr(folders, "QUICK_SHRINK", 64)
    arguments = bench.parsed(["--part", "folder", "--quick", "--only", "o", f"--photographs={tmp_path}"])
    cells = list(folders.run(arguments, 3))
    assert [cell.tool for cell in cells] == ["one", "two", "other"]
    assert all(len(cell.runs) == len(cell.empty) == len(cell.first) == 2 for cell in cells)
    assert len(order) == 27
    assert {workers for *_, workers in order} == {3}
    turns = [order[turn : turn + 9] for turn in (0, 9, 18)]
    assert sorted(turns[0]) == sorted(turns[1]) == sorted(turns[2])
    assert turns[0] != turns[1]
    first = [spent.cpu for cell in cells for spent in cell.runs + cell.empty + cell.first]
    assert min(first) == 10, "what the first turn took counts for nothing"


@pytest.fixture
def cells(folders):
    def cell(tool, *cpu):
        runs = tuple(folders.Spent(seconds, seconds / 2) for seconds in cpu)
        return folders.FolderCell(tool, f"about {tool}", runs, (folders.Spent(1, 1),), (folders.Spent(2, 1),))

    return [cell("fastresample", 5, 6, 7), cell("other", 11, 10, 12), cell("bound", 4, 5, 6)]


def test_start_up_is_subtracted(report, cells):
    assert cells[0].cpu == 6
    assert cells[0].net() == 5
    assert cells[0].net("first") == 4
    assert report.ratio(cells, cells[1]) == 0.5
    assert report.ratio(cells, cells[1], "first") == pytest.approx(4 / 9)


def test_the_table_has_the_quickest_first(report, cells):
    lines = report.lines(cells)
    assert [line[0] for line in lines] == ["bound", "fastresample", "other"]
    assert lines[2] == ["other", "11.00", "10.00", "1.00", "2.00", "10.00", "0.50", "0.44", "5.00"]
    assert [line[6] for line in report.lines(cells[1:])] == ["-", "-"]
    assert "other" in report.all_tables(cells)


def test_the_part_writes_its_section_and_its_page(bench, cells, tmp_path, monkeypatch):
    part = bench.PARTS["folder"]._replace(run=lambda *_: cells)
    monkeypatch.setitem(bench.PARTS, "folder", part)
    monkeypatch.setattr(bench, "machine", lambda: FACTS)
    readme = tmp_path / "README.md"
    readme.write_text("<!-- folder:begin -->\n<!-- folder:end -->\n")
    bench.main(["--part", "folder", f"--readme={readme}", f"--docs={tmp_path}", f"--json={tmp_path / 'json'}"])
    assert "| other | 11.00 |" in readme.read_text()
    page = (tmp_path / "benchmark-folder.md").read_text()
    assert "2 workers; whole processes in turns, medians of 3." in page
    assert "* *other*: about other." in page
    assert "| other | 11.00 10.00 12.00 | 1.00 | 2.00 |" in page
    assert "2030-01-02, CPU, 2 cores" in page
    assert json.loads((tmp_path / "json").read_text())["folder"][0]["runs"][0] == {"cpu": 5, "wall": 2.5}
    assert "folder" not in bench.chosen("all")
