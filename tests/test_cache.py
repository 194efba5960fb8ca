"""The folder of compiled kernels: every known hazard of Numba's disk cache, each in processes of their own.

Children compile the smallest kernels that show the hazard, through the package's own helper (``child.doubled``) or
the smallest of the real ones (the table of ``nearest``), and report what was compiled and what was loaded.
"""

import os
import pickle
import shutil
import stat
import sys
from itertools import product
from pathlib import Path

import child
import numpy as np
import pytest

import fastresample
from fastresample import cache
from fastresample.conventions import CONVENTIONS

posix_only = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes of folders are POSIX's")
NOBODY = 65534
# What the run of the tests was started with is not of interest here: each test sets what it is about.
NEUTRAL = {name: None for name in os.environ if name.startswith("NUMBA_")}

# Doubles 1, 2, 3 by one kernel per dtype in sys.argv.
DOUBLE = """
import sys
from child import doubled, tell
from fastresample.kernels.common import environment_key, source_hash, statistics
values = [doubled(dtype) for dtype in sys.argv[1:]]
tell({"values": values, "key": environment_key(), "hash": source_hash(), **statistics})
"""
# Halves eight samples by the real table of nearest.
TABLE = """
import numpy as np
from child import tell
from fastresample.kernels import tables
from fastresample.kernels.common import environment_key, source_hash, statistics
index = np.empty(4, np.int32)
tables.index_builder("nearest")(np.array([16.0, 4.0, 8.0, 8.0]), index)
tell({"index": index.tolist(), "key": environment_key(), "hash": source_hash(), **statistics})
"""
# A whole resize, as a user calls it.
RESIZE = """
import numpy as np
import fastresample
from child import tell
from fastresample.kernels.common import statistics
image = np.arange(24, dtype=np.uint8).reshape(4, 6)
pixels = fastresample.resize(image, (2, 3), method="nearest").tolist()
needed = 2  # the index of the axes, packed for vectors where there are any; the gather
tell({"pixels": pixels, "needed": needed, **statistics})
"""
# Root without capabilities is an ordinary user of its own files.
DROP_CAPABILITIES = """
import ctypes
version_3, none = 0x20080522, [0] * 6
assert ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(version_3, 0), (ctypes.c_uint32 * 6)(*none)) == 0
"""
PIXELS = [[7, 9, 11], [19, 21, 23]]
TWO = ("int32", "float32")
SIX = [2.0, 4.0, 6.0]


def run(script, *arguments, settings=None, **options):
    return child.run(script, *arguments, settings={**NEUTRAL, **(settings or {})}, **options)


def double(folder, *dtypes, **options):
    """Run DOUBLE; the numbers must be right whatever happens to the cache."""
    finished = run(DOUBLE, *dtypes, cache=folder, **options)
    assert finished.told["values"] == [SIX] * len(dtypes), finished.err
    return finished


def counts(finished):
    return finished.told["compiled"], finished.told["loaded"]


def compiled_files(*places):
    """Numba's files and when they were written."""
    return {path: path.stat().st_mtime_ns for place in places for path in place.rglob("*.nb[ic]")}


def only(folder, pattern):
    """The one file below ``folder`` that matches."""
    (path,) = folder.rglob(pattern)
    return path


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A cache folder with the two kernels of DOUBLE; not to be changed."""
    folder = tmp_path_factory.mktemp("filled") / "cache"
    finished = double(folder, *TWO)
    assert counts(finished) == (2, 0)
    assert finished.err == ""
    return folder


@pytest.fixture
def folder(filled, tmp_path):
    """A copy of the filled cache folder."""
    return Path(shutil.copytree(filled, tmp_path / "cache"))


@pytest.fixture
def obey_modes():
    """First lines of a script for which the modes of folders count, also when root runs the tests."""
    if not hasattr(os, "getuid"):
        pytest.skip("modes of folders are POSIX's")
    if os.getuid() != 0:
        return ""
    if sys.platform != "linux":
        pytest.skip("modes mean nothing to root, who can give up its capabilities on Linux only")
    return DROP_CAPABILITIES


@pytest.fixture
def package(tmp_path):
    """Copy the package to a place of its own, once per name."""

    def copy(name):
        ignored = shutil.ignore_patterns("__pycache__")
        return Path(shutil.copytree(child.PACKAGE, tmp_path / name / "fastresample", ignore=ignored))

    return copy


def edit(path, old, new):
    """Replace text by as much text and restore the times: only the contents tell."""
    before = path.stat()
    text = path.read_text()
    assert text.count(old) == 1, f"{path.name} no longer has {old!r} once"
    assert len(old) == len(new)
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


# ---- what the cache is for


def test_import_loads_no_heavy_library():
    finished = run(
        """
        import sys
        import fastresample
        from child import tell
        fastresample.get_num_threads(), fastresample.resize, fastresample.Resizer
        tell([name for name in ("numba", "llvmlite", "cv2", "PIL", "torch") if name in sys.modules])
        """
    )
    assert finished.told == []


def test_a_second_process_compiles_nothing(tmp_path):
    first, second = (run(RESIZE, cache=tmp_path / "cache") for _ in range(2))
    needed = first.told["needed"]
    assert first.told == {"pixels": PIXELS, "needed": needed, "compiled": needed, "loaded": 0}
    assert second.told == {"pixels": PIXELS, "needed": needed, "compiled": 0, "loaded": needed}
    assert first.err == second.err == ""


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "in memory"])
def test_threads_that_ask_at_once_compile_once(tmp_path, kept):
    if not kept:
        (tmp_path / "cache").write_text("a file where the folder should be")
    finished = run(
        """
        import threading
        from child import doubled, tell
        from fastresample.kernels.common import statistics
        together, values = threading.Barrier(4), []
        def ask():
            together.wait()
            values.append(doubled("int32"))
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        tell([values, statistics])
        """,
        cache=tmp_path / "cache",
    )
    assert finished.told == [[SIX] * 4, {"compiled": 1, "loaded": 0}]


def test_processes_that_fill_an_empty_cache_at_once_are_right(tmp_path):
    processes = [child.start(RESIZE, cache=tmp_path / "cache", settings=NEUTRAL) for _ in range(2)]
    assert [child.finish(process).told["pixels"] for process in processes] == [PIXELS] * 2
    later = run(RESIZE, cache=tmp_path / "cache")
    needed = later.told["needed"]
    assert later.told == {"pixels": PIXELS, "needed": needed, "compiled": 0, "loaded": needed}


def test_two_installations_share_a_folder_without_disturbing_each_other(tmp_path, package):
    here, there = package("here"), package("there")
    found = [run(TABLE, package=place, cache=tmp_path / "cache") for place in (here, there, here, there)]
    assert [counts(finished) for finished in found] == [(1, 0), (1, 0), (0, 1), (0, 1)]


# ---- hazard 1: two processes, an empty cache, two signatures of one function

INTERLEAVED = """
import sys, time
from pathlib import Path
from numba.core.caching import IndexDataCacheFile
from child import doubled, tell
me, dtype, meeting = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
save_index, save_data = IndexDataCacheFile._save_index, IndexDataCacheFile._save_data

def meet(what, mine=True):
    if mine:
        (meeting / f"{what}-{me}").touch()
    until = time.monotonic() + 30
    while not (meeting / f"{what}-{1 - me}").exists():
        assert time.monotonic() < until, f"the other process never came to {what}"
        time.sleep(0.001)

def both_indices_then_data(self, overloads):
    meet("looked")             # both have read the empty index
    save_index(self, overloads)
    meet("named")              # both have chosen a data file
def last_data_from_the_first(self, name, data):
    if me == 0:
        meet("kept", mine=False)
    save_data(self, name, data)
    if me == 1:
        (meeting / "kept-1").touch()

IndexDataCacheFile._save_index, IndexDataCacheFile._save_data = both_indices_then_data, last_data_from_the_first
tell(doubled(dtype))
"""


def test_interleaved_signatures_keep_their_own_code(tmp_path):
    folder, meeting = tmp_path / "cache", tmp_path / "meeting"
    meeting.mkdir()
    processes = [
        child.start(INTERLEAVED, me, dtype, meeting, cache=folder, settings=NEUTRAL) for me, dtype in enumerate(TWO)
    ]
    assert [child.finish(process).told for process in processes] == [SIX] * 2
    assert {path.name for path in meeting.iterdir()} == {"looked-0", "looked-1", "named-0", "named-1", "kept-1"}
    assert counts(double(folder, *TWO)) == (0, 2)


def test_each_signature_has_files_of_its_own(filled):
    for suffix in ("nbi", "nbc", "sha256"):
        names = [path.name for path in filled.rglob(f"*.{suffix}")]
        assert sorted(dtype for name in names for dtype in TWO if f"twice_{dtype}_" in name) == sorted(TWO)
        assert len(names) == 2


# ---- hazard 2: damaged files


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path, position=-20):
    data = bytearray(path.read_bytes())
    data[position] ^= 0x10
    path.write_bytes(data)


def empty(path):
    path.write_bytes(b"")


def binary(path):
    path.write_bytes(b"\xff\xfe" * 40)


@pytest.mark.parametrize(
    "damages",
    [
        ((truncate, "nbi"), (truncate, "nbc")),
        ((empty, "nbi"), (empty, "nbc")),
        ((Path.unlink, "nbi"), (Path.unlink, "nbc")),
        ((flip, "nbi"), (flip, "nbc")),
        ((Path.unlink, "sha256"), (binary, "sha256")),
    ],
    ids=["truncated", "empty", "missing", "flipped", "seal"],
)
def test_damaged_files_heal(folder, damages):
    for dtype, (damage, suffix) in zip(TWO, damages, strict=True):
        damage(only(folder, f"*twice_{dtype}_*.{suffix}"))
    assert counts(double(folder, *TWO)) == (2, 0)
    assert counts(double(folder, *TWO)) == (0, 2)


def test_seal_notices_every_flipped_byte(folder):
    key = only(folder, "v*-numba*")
    name = only(folder, "twice_int32_*.sha256").stem
    assert cache.verify(key, name)
    files = [*folder.rglob(f"*.{name}-*"), key / f"{name}.sha256"]
    whole = {path: path.read_bytes() for path in files}
    assert len(whole) == 3
    for path in whole:
        for position in {0, len(whole[path]) - 1, *range(0, len(whole[path]), 997)}:
            flip(path, position)
            assert not cache.verify(key, name)
            assert not any(path.exists() for path in whole), "what is damaged is removed"
            for place, data in whole.items():
                place.write_bytes(data)
    assert cache.verify(key, name)


# ---- hazards 3 and 4: no folder to be had, from the start or after the import


def no_home(tmp_path):
    return {"HOME": "/proc/nowhere", "XDG_CACHE_HOME": None, "FASTRESAMPLE_CACHE_DIR": None}


def a_file(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    return {"FASTRESAMPLE_CACHE_DIR": str(tmp_path / "cache")}


def below_a_file(tmp_path):
    return {"FASTRESAMPLE_CACHE_DIR": str(a_file(tmp_path)["FASTRESAMPLE_CACHE_DIR"]) + "/deeper"}


@posix_only
@pytest.mark.parametrize("obstacle", [no_home, a_file, below_a_file])
def test_without_a_usable_folder_kernels_are_compiled_in_memory(tmp_path, obstacle):
    before = compiled_files(child.PACKAGE, Path(__file__).parent)
    finished = double(None, *TWO, settings=obstacle(tmp_path))
    assert counts(finished) == (2, 0)
    assert len(finished.warnings) == 1
    assert "compiled kernels are not kept" in finished.err
    assert compiled_files(child.PACKAGE, Path(__file__).parent) == before


@posix_only
def test_a_user_without_home_gets_no_folder_named_tilde(tmp_path):
    unknown_user = "import pwd\ndef unknown(uid): raise KeyError(uid)\npwd.getpwuid = unknown\n"
    settings = {"HOME": None, "XDG_CACHE_HOME": None, "FASTRESAMPLE_CACHE_DIR": None}
    finished = run(unknown_user + DOUBLE, "int32", settings=settings, cwd=tmp_path)
    assert finished.told["values"] == [SIX]
    assert list(tmp_path.iterdir()) == []
    assert len(finished.warnings) == 1
    assert "compiled kernels are not kept" in finished.err


@posix_only
def test_read_only_package_and_home(tmp_path, package, obey_modes):
    here = package("here")
    for place in (*(path for path in here.rglob("*") if path.is_dir()), here, tmp_path):
        place.chmod(0o500)
    settings = {"HOME": str(tmp_path), "XDG_CACHE_HOME": None, "FASTRESAMPLE_CACHE_DIR": None}
    finished = run(obey_modes + TABLE, package=here, settings=settings)
    assert finished.told["index"] == [1, 3, 5, 7]
    assert counts(finished) == (1, 0)
    assert len(finished.warnings) == 1
    assert "compiled kernels are not kept" in finished.err


LATER = """
import os, shutil, sys
from pathlib import Path
from child import doubled, tell
from fastresample import cache, codes
from fastresample.conventions import CONVENTIONS
from fastresample.kernels.common import environment_key, statistics
first = doubled("int32")
root, key = cache.root(), cache.folder(environment_key())
{change}
tell({{"values": [first, doubled("float32"), doubled("int16")], "kept": len(list(root.rglob("*.nbi"))), **statistics}})
"""
DELETED = "shutil.rmtree(root)"
REPLACED = "shutil.rmtree(root); root.write_text('')"
OBSTRUCTED = "part = next(key.glob('*/')); shutil.rmtree(part); part.write_text('')"
LOCKED = "os.chmod(key, 0o500)"
LOCKED_PART = "os.chmod(next(key.glob('*/')), 0o500)"


@pytest.mark.parametrize(
    ("change", "kept", "warnings"),
    [(DELETED, 2, 0), (REPLACED, 0, 1), (OBSTRUCTED, 0, 1)],
    ids=["deleted", "replaced", "obstructed"],
)
def test_folder_lost_after_the_first_kernel(tmp_path, change, kept, warnings):
    before = compiled_files(child.PACKAGE, Path(__file__).parent)
    finished = run(LATER.format(change=change), cache=tmp_path / "cache")
    assert finished.told == {"values": [SIX] * 3, "kept": kept, "compiled": 3, "loaded": 0}
    assert len(finished.warnings) == warnings, finished.err
    assert compiled_files(child.PACKAGE, Path(__file__).parent) == before


@pytest.mark.parametrize("change", [LOCKED, LOCKED_PART], ids=["all", "part"])
def test_folder_locked_after_the_first_kernel(tmp_path, obey_modes, change):
    finished = run(obey_modes + LATER.format(change=change), cache=tmp_path / "cache")
    assert finished.told == {"values": [SIX] * 3, "kept": 1, "compiled": 3, "loaded": 0}
    assert len(finished.warnings) == 1, finished.err


# ---- hazard 5: disk full


@posix_only
@pytest.mark.parametrize("limit", [0, 2000], ids=["nothing fits", "no code fits"])
def test_full_disk_is_not_fatal(tmp_path, limit):
    full = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    finished = run(full + DOUBLE, "int32", cache=tmp_path / "cache")
    assert finished.told["values"] == [SIX]
    assert finished.told["compiled"] == 1
    assert 1 <= len(finished.warnings) <= 2, finished.err
    assert not list(tmp_path.rglob("*.tmp*")), "nothing half-written is left"
    assert [counts(double(tmp_path / "cache", "int32")) for _ in range(2)] == [(1, 0), (0, 1)]


# ---- hazard 6: poisoned folders


class Poison:
    """Unpickling it makes a folder."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return os.mkdir, (self.mark,)


@pytest.fixture
def mark(folder, tmp_path):
    """Put a poisoned index into the folder, sealed as an attacker can; return what appears when it is loaded."""
    mark = tmp_path / "poisoned"
    poison = pickle.dumps(Poison(mark))
    pickle.loads(poison)
    assert mark.exists(), "the poison works"
    mark.rmdir()
    only(folder, "*twice_int32_*.nbi").write_bytes(poison)
    cache.seal(only(folder, "v*-numba*"), only(folder, "twice_int32_*.sha256").stem)
    return mark


def test_poison_in_a_private_folder_needs_a_seal(folder, mark):
    only(folder, "twice_int32_*.sha256").write_text("0" * 64)
    assert counts(double(folder, *TWO)) == (1, 1)
    assert not mark.exists()


def by_everybody(folder):
    folder.chmod(0o777)


def by_the_group(folder):
    folder.chmod(0o770)


def inside(folder):
    only(folder, "v*-numba*").chmod(0o777)


def of_somebody_else(folder):
    if os.getuid() != 0:
        pytest.skip("only root can give a folder to somebody else")
    os.chown(folder, NOBODY, NOBODY)


def inside_of_somebody_else(folder):
    if os.getuid() != 0:
        pytest.skip("only root can give a folder to somebody else")
    os.chown(only(folder, "v*-numba*"), NOBODY, NOBODY)


@posix_only
@pytest.mark.parametrize("open_up", [by_everybody, by_the_group, inside, of_somebody_else, inside_of_somebody_else])
def test_folders_that_others_can_write_are_refused(folder, mark, open_up):
    open_up(folder)
    before = sorted(folder.rglob("*"))
    finished = double(folder, *TWO)
    assert counts(finished) == (2, 0)
    assert not mark.exists()
    assert len(finished.warnings) == 1
    assert "writable by others" in finished.err or f"belongs to user {NOBODY}" in finished.err
    assert sorted(folder.rglob("*")) == before


def test_poison_that_cannot_be_removed_is_not_loaded(folder, mark, obey_modes):
    only(folder, "twice_int32_*.sha256").write_text("0" * 64)
    only(folder, "tests_*").chmod(0o500)
    finished = run(obey_modes + DOUBLE, *TWO, cache=folder)
    assert finished.told["values"] == [SIX] * 2
    assert not mark.exists()


@posix_only
def test_created_folders_are_private(tmp_path):
    finished = run("import os\nos.umask(0)\n" + DOUBLE, "int32", cache=tmp_path / "new" / "cache")
    key = tmp_path / "new" / "cache" / finished.told["key"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (key.parent, key)] == [0o700] * 2


# ---- hazard 7: options of the decorator


def test_kernels_share_one_set_of_options(tmp_path):
    finished = run(
        """
        import numba, numpy as np
        from child import compiled, remainder, tell
        from fastresample.kernels import common, tables
        real = [numba.types.float64] * 2
        numba.config.CACHE_DIR = str(common.disk.folder(common.environment_key()))
        fast = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)(remainder)
        kernel = compiled(remainder, "remainder", *real, ">float64")
        values = []
        for function in (fast, kernel):
            out = np.empty(1)
            function(1e16, 1.0, out)
            values.append(out[0])
        table = tables.index_builder("nearest")
        kept = numba.config.CACHE_DIR == str(common.disk.folder(common.environment_key()))
        tell([values, kernel.targetoptions == table.targetoptions, kernel.targetoptions["fastmath"], kept])
        """,
        cache=tmp_path / "cache",
    )
    assert finished.told == [[1.0, 0.0], True, False, True]


def test_other_users_of_numba_keep_their_cache_folder(tmp_path):
    finished = run(
        """
        import sys, threading, time
        import numba
        import child
        from fastresample.kernels import common, tables
        numba.config.CACHE_DIR = sys.argv[1]
        seen = []
        def decorate():
            while not common.statistics["compiled"]:
                time.sleep(0.001)
            time.sleep(0.05)  # in the midst of the compilation, which takes some ten times as long
            seen.append(numba.njit(cache=True)(child.twice).stats.cache_path.startswith(sys.argv[1]))
        thread = threading.Thread(target=decorate)
        thread.start()
        tables.index_builder("nearest")
        running = thread.is_alive()
        thread.join()
        child.tell([seen, running, numba.config.CACHE_DIR == sys.argv[1]])
        """,
        tmp_path / "theirs",
        cache=tmp_path / "ours",
    )
    assert finished.told == [[True], False, True]


# ---- hazards 8 to 11: settings, sources, processors, versions

CHECKED = """
import numpy as np
from child import compiled, pick, tell
from fastresample.kernels.common import environment_key, statistics
kernel = compiled(pick, "pick", "float64", "int64", ">float64")
src, index, out = np.arange(3.0), np.array([2]), np.empty(1)
kernel(src, index, out)
found = ["read", out[0]]
if {beyond}:
    try:
        kernel(src, index + 1000, out)
    except IndexError:
        found.append("checked")
tell([found, environment_key(), statistics["compiled"]])
"""


def test_bounds_checks_do_not_meet_unchecked_code(tmp_path):
    plain, key, _ = run(CHECKED.format(beyond=False), cache=tmp_path / "cache").told
    assert plain == ["read", 2.0]
    settings = {"NUMBA_BOUNDSCHECK": "1"}
    found, other_key, compiled = run(CHECKED.format(beyond=True), cache=tmp_path / "cache", settings=settings).told
    assert (found, compiled) == (["read", 2.0, "checked"], 1)
    assert other_key != key


def test_an_edited_kernel_file_is_compiled_anew(tmp_path, package):
    here = package("here")
    assert run(TABLE, package=here, cache=tmp_path / "cache").told["index"] == [1, 3, 5, 7]
    edit(here / "kernels" / "tables" / "indices.py", "(position, 0.0), n_in - 1.0)", "(position, 0.0), n_in - 5.0)")
    assert run(TABLE, package=here, cache=tmp_path / "cache").told["index"] == [1, 3, 3, 3]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("kernels/rows.py", "half = real(0.5)\n", "half = real(0.6)\n"),
        ("codes.py", "\nIDENTITY = 1", "\nIDENTITY = 7"),
        ("kernels/tables/filters.py", "math.nan", "math.inf"),
    ],
    ids=["helper", "codes", "table"],
)
def test_every_source_of_kernels_is_part_of_their_names(tmp_path, package, file, old, new):
    here = package("here")
    name = "from child import tell\nfrom fastresample.kernels.common import source_hash\ntell(source_hash())"
    before = run(name, package=here).told
    assert run(name, package=package("there")).told == before
    edit(here / file, old, new)
    assert run(name, package=here).told != before


@pytest.mark.parametrize(
    "settings",
    [{"NUMBA_CPU_NAME": "generic"}, {"NUMBA_CPU_FEATURES": ""}],
    ids=["name", "features"],
)
def test_another_processor_has_a_folder_of_its_own(folder, settings):
    native, other, again = (double(folder, *TWO, settings=use) for use in ({}, settings, settings))
    assert [counts(finished) for finished in (native, other, again)] == [(0, 2), (2, 0), (0, 2)]
    assert native.told["key"] != other.told["key"] == again.told["key"]
    assert counts(double(folder, *TWO)) == (0, 2)


def test_upgrade_while_an_old_process_runs(tmp_path, package):
    folder, new = tmp_path / "cache", package("new")
    edit(new / "__init__.py", f'"{fastresample.__version__}"', '"' + "9" * len(fastresample.__version__) + '"')
    patient = DOUBLE.replace("values =", "values = [doubled(sys.argv[1])]; print(flush=True); input()\nvalues =")
    old = child.start(patient, *TWO, cache=folder, settings=NEUTRAL)
    old.stdout.readline()
    upgraded = double(folder, *TWO, package=new)
    out, err = old.communicate("\n", timeout=60)
    old_key, old_hash = (child.Finished(old.returncode, out, err).told[name] for name in ("key", "hash"))
    assert child.Finished(old.returncode, out, err).told["values"] == [SIX] * 2
    assert counts(upgraded) == (2, 0)
    assert upgraded.told["key"] != old_key
    assert upgraded.told["hash"] != old_hash
    assert counts(double(folder, *TWO)) == counts(double(folder, *TWO, package=new)) == (0, 2)


# ---- how many kernels there can be

# By convention: all methods, dtypes, numbers of axes and channel counts together, for samples that lie in place. Other
# layouts have as many again, at most.
MOST_KERNELS = {"native": 358, "onnx": 252, "opencv": 133, "pillow": 79, "torch": 76}
# Where vectors take images in place of plain kernels.
MOST_BESIDE_VECTORS = {"native": 101, "onnx": 65, "opencv": 36, "pillow": 3, "torch": 23}
# Kernels of vectors serve every number of channels, but depend on how far windows reach: on few things, in all.
MOST_VECTORS = {
    "windows": 33,
    "narrow_windows": 17,
    "halves": 1,
    "narrow_halves": 1,
    "two_taps": 4,
    "narrow_two_taps": 3,
    "real_taps": 3,
    "taps": 7,
    "long_taps": 6,
    "narrow_taps": 8,
    "narrow_long_taps": 16,
    "exact_taps": 4,
    "word_taps": 10,
    "reals": 59,
    "real_halves": 4,
    "real_two_taps": 17,
    "real_four_taps": 60,
}


@pytest.fixture
def made(monkeypatch):
    """Record the name and the signature of every kernel that would be compiled."""
    from fastresample import kernels, plan

    names = {}

    def record(function, name, signature):
        assert names.setdefault(name, signature) == signature, f"{name} stands for two signatures"
        return lambda src, out, *rest: out.fill(0)

    monkeypatch.setattr(kernels.resizes, "compile_kernel", record)
    kept = (kernels._made, kernels.straight.made, kernels.straight.halved, kernels.straight_reals.halved)
    for cached in kept:
        cached.cache_clear()
    plan.clear()
    yield names
    for cached in kept:
        cached.cache_clear()
    plan.clear()


# Enlarging, shrinking, mixed both ways, exact halving, one axis unchanged, a single row.
SIZES = [(9, 13), (3, 5), (9, 5), (3, 13), (5, 13), (5, 7), (4, 6), (8, 15), (8, 5), (9, 12), (2, 12), (1, 5)]


def walk(convention, channels, sizes):
    """Resize by every method of a convention, for every dtype that it takes, one to three axes."""
    for method, rules in CONVENTIONS[convention].methods.items():
        for dtype, smooth, count in product(rules.dtypes, rules.antialias, channels):
            options = {"method": method, "antialias": smooth, "convention": convention}
            image, long = np.zeros((8, 12, count), dtype), np.zeros((120, 12, count), dtype)
            if 2 in rules.axes:
                for size in sizes:
                    fastresample.resize(image, size, **options)
                fastresample.resize(long, (2, sizes[0][1]), **options)
                fastresample.resize(long, (2, 12), **options)
            if convention == "torch" and (dtype == "uint8" or smooth) and not method.startswith("nearest"):
                continue  # on two axes only
            for n in (9, 4, 3) if 1 in rules.axes else ():
                fastresample.resize(image, n, axes=1, **options)
                fastresample.resize(image, n, axes=0, **options)
                fastresample.resize(long, 2, axes=0, **options)
            if 3 in rules.axes:
                for size in sizes:
                    fastresample.resize(image, (*size, count + 1), axes=(0, 1, 2), **options)


def test_ordinary_images_need_few_kernels(made):
    image = np.zeros((8, 12, 3), np.uint8)
    for size, (method, smooth) in product(SIZES, [("nearest", False), ("bilinear", False), ("bilinear", True)]):
        fastresample.resize(image, size, method=method, antialias=smooth)
    assert len(made) <= 12, sorted(made)


def kind(name):
    """Name what a kernel of vectors is; None if it is a plain one."""
    return next((kind for kind in MOST_VECTORS if name == kind or name.startswith(f"{kind}_")), None)


@pytest.mark.parametrize("convention", MOST_KERNELS)
def test_number_of_kernels_is_bounded(made, convention):
    """Channel counts but 1, 3 and 4 share a plain kernel; sizes and steps never matter to those."""
    from fastresample.kernels.tiers import PLAIN, VBMI, tier

    walk(convention, [1, 2, 3, 4, 31], SIZES)
    used = {name for name in made if kind(name) is None}
    walk(convention, [5], [(11, 7), (5, 25), (8, 25), (2, 12)])
    assert {name for name in made if kind(name) is None} == used, "other channel counts and sizes need nothing new"
    if tier() in (PLAIN, VBMI):
        assert len(used) == (MOST_BESIDE_VECTORS if tier() is VBMI else MOST_KERNELS)[convention]
    assert MOST_BESIDE_VECTORS[convention] <= len(used) <= MOST_KERNELS[convention]
    kinds = [kind(name) for name in made if kind(name)]
    assert all(kinds.count(kind) <= most for kind, most in MOST_VECTORS.items())


def test_the_table_of_kernel_counts_is_complete():
    assert set(MOST_KERNELS) == set(MOST_BESIDE_VECTORS) == set(CONVENTIONS)


# Per dtype: the definition; five kernels of padding, packing and storing; tiles; tiles in one to eight phases; rows.
MOST_CORRELATIONS = {"plain": 1, "avx2": 94, "avx512": 113, "avx512vbmi": 113}


@pytest.fixture
def correlations(monkeypatch):
    """Record the names of the kernels of convolutions that would be compiled."""
    from fastresample.kernels.correlation import compiled, plain

    names = set()
    for module in (compiled, plain):
        monkeypatch.setattr(module, "compile_kernel", lambda function, name, signature: names.add(name))
    plain.plain.cache_clear()
    yield names
    plain.plain.cache_clear()


def request_of(transposed, channels, outputs, kernel, stride, size, groups=1, dilation=1):
    """Return what a convolution of square images and kernels asks of the variants."""
    from fastresample.correlation import padded, tables
    from fastresample.spec.convolution import ConvolutionSpec

    shape, pair = (1, channels, size, size), (kernel // 2,) * 2
    result = (size * stride if transposed else -(-size // stride),) * 2
    numbers = ((kernel,) * 2, (stride,) * 2, pair, (dilation,) * 2)
    spec = ConvolutionSpec(transposed, "float32", shape, outputs, *numbers, groups, result)
    return padded.request(spec, tables.make(spec))


NETWORKS = [  # transposed, channels, outputs, kernel, stride, size, groups, dilation
    *product([False, True], [3, 16, 64, 512], [1, 3, 21, 64, 512], [1, 2, 3, 4, 7], [1, 2], [7, 14, 56, 112]),
    *product([False], [64], [64], [3], [1, 2], [56], [1, 2, 64], [1, 2, 4]),
    *product([True], [64], [64], [2, 3, 4], [2], [56], [1, 4, 64], [1]),
]


def test_warmup_compiles_what_networks_use(correlations):
    from fastresample import kernels

    kernels.correlation.compile_usual("float32")
    warm = set(correlations)
    for network in NETWORKS:
        request = request_of(*network)
        kernels.chosen(request).make(request)
    assert correlations == warm


def test_number_of_kernels_of_convolutions_is_bounded(correlations):
    """Sizes never matter; strides beyond eight and long phases go to variants that do not depend on them."""
    from fastresample import kernels
    from fastresample.kernels.correlation import compiled, tiles
    from fastresample.kernels.tiers import tier

    kernels.correlation.compile_usual("float32")
    menu = tiles.PIXEL_TILES.get(tier().registers, ())
    for tile, phases in product(menu, range(1, tiles.MOST_PHASES + 1)):
        compiled.pixel_kernels("float32", tile, phases)
    for phases in range(1, tiles.MOST_PHASES + 1) if menu else ():
        for tile in tiles.image_tiles(phases):
            compiled.image_kernels("float32", tile, phases)
    for taps in product(range(1, 10), repeat=2) if menu else ():
        if taps[0] * taps[1] <= 9:
            compiled.depthwise_kernel("float32", taps)
    assert len(correlations) == MOST_CORRELATIONS[tier().name], sorted(correlations)
    every = set(correlations)
    for network, phases, taps in product(NETWORKS[::50], (1, 3, 8, 9, 40), product((0, 1, 3, 4, 10), repeat=2)):
        request = request_of(*network)._replace(phases_x=phases, taps=taps)
        for variant in kernels.matching(request):
            variant.make(request)
    assert correlations == every


# ---- what the command line shows


@pytest.fixture
def rooted(folder, monkeypatch):
    monkeypatch.setenv("FASTRESAMPLE_CACHE_DIR", str(folder))
    return folder


def test_root_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("FASTRESAMPLE_CACHE_DIR", str(tmp_path / "chosen"))
    assert cache.root() == tmp_path / "chosen"
    monkeypatch.setenv("FASTRESAMPLE_CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "xdg"))
    if sys.platform != "darwin":
        assert cache.root() == tmp_path / "xdg" / "fastresample"
    assert not list(tmp_path.iterdir()), "asking creates nothing"


def test_state_counts_kernels_and_bytes(rooted):
    size = sum(path.stat().st_size for path in rooted.rglob("*") if path.is_file())
    assert cache.state() == cache.State(rooted, None, 2, size)
    assert size > 1000


def test_state_of_a_missing_folder_creates_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("FASTRESAMPLE_CACHE_DIR", str(tmp_path / "none"))
    assert cache.state() == cache.State(tmp_path / "none", None, 0, 0)
    assert cache.clear() == cache.state()
    assert not list(tmp_path.iterdir())


@posix_only
def test_state_names_the_problem(rooted, monkeypatch, tmp_path):
    rooted.chmod(0o777)
    assert cache.state().problem == f"{rooted} is writable by others (mode 777)"
    monkeypatch.setenv("FASTRESAMPLE_CACHE_DIR", str(only(rooted, "twice_int32_*.sha256")))
    assert cache.state().problem is not None, "a file is no folder"


def test_clear_removes_kernels_and_nothing_else(rooted, tmp_path):
    (rooted / "mine.txt").write_text("kept")
    (rooted / "mine").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("kept")
    (rooted / "v0-numba0").symlink_to(elsewhere)
    before = cache.state()
    assert cache.clear() == before
    assert sorted(path.name for path in rooted.iterdir()) == ["mine", "mine.txt", "v0-numba0"]
    assert (elsewhere / "precious").exists()
    assert cache.state().kernels == 0
    assert counts(double(rooted, *TWO)) == (2, 0)


@posix_only
def test_clear_leaves_an_unsafe_folder_alone(rooted):
    rooted.chmod(0o777)
    with pytest.raises(PermissionError, match=r"not touched: .* is writable by others \(mode 777\)"):
        cache.clear()
    assert len(compiled_files(rooted)) == 4
