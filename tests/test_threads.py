"""Bands on the package's own pool: the same bits however rows are cut, from anywhere, before and after anything."""

import gc
import os
import re
import signal
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import child
import numpy as np
import pytest
from numba import config

import fastresample
from fastresample import threads

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
random = np.random.default_rng(20240607)
NOISE = random.integers(0, 256, (41, 53, 3), dtype=np.uint8)
FLOATS = random.normal(size=(40, 36)).astype(np.float32)
FLOATS[7, 5] = np.nan


@pytest.fixture(autouse=True)
def own_pool(monkeypatch):
    """Each test begins without threads, as a new process does."""
    for name, value in {"_pool": threads._Pool(), "_limit": None}.items():
        monkeypatch.setattr(threads, name, value)


@pytest.fixture
def fine(monkeypatch):
    """Cut even small work into as many bands as there are threads."""
    monkeypatch.setattr(threads, "_SHORTEST_BAND_NS", 1)


@pytest.fixture
def bands(monkeypatch):
    """Record for each call of `threads.run` the rows of its bands."""
    calls, run = [], threads.run

    def recording(band, rows, row_ns, count):
        seen = []
        calls.append(seen)

        def noted(begin, end):
            seen.append((begin, end))
            return band(begin, end)

        run(noted, rows, row_ns, count)

    monkeypatch.setattr(threads, "run", recording)
    return calls


# ---- one call, cut into bands

CASES = {
    "nearest": (NOISE, {"size": (29, 60), "method": "nearest"}),
    "larger": (NOISE, {"size": (60, 64)}),
    "smaller": (NOISE, {"size": (17, 19), "antialias": True}),
    "halved": (NOISE[:40, :52], {"size": (20, 26)}),
    "strided": (NOISE[::-1, ::2], {"size": (30, 30)}),
    "floats with NaN": (FLOATS, {"size": (23, 50), "antialias": True}),
    "half precision": (FLOATS.astype(np.float16), {"size": (50, 23)}),
    "swapped bytes": (FLOATS.astype(FLOATS.dtype.newbyteorder()), {"size": (50, 23)}),
    "planes": (NOISE.transpose(2, 0, 1).copy(), {"size": (11, 12), "axes": (1, 2)}),
    "volume": (FLOATS.reshape(10, 12, 12), {"size": (7, 15, 9), "axes": (0, 1, 2)}),
}


@pytest.mark.parametrize("case", CASES)
def test_results_do_not_depend_on_the_number_of_threads(case, fine, bands):
    image, options = CASES[case]
    serial = fastresample.resize(image, threads=1, **options)
    assert all(len(call) == 1 for call in bands)
    for count in (2, 3, 7):
        bands.clear()
        result = fastresample.resize(image, threads=count, **options)
        assert result.tobytes() == serial.tobytes()
        assert bands
        for call in bands:
            ends = [end for _, end in sorted(call)]
            assert [begin for begin, _ in sorted(call)] == [0, *ends[:-1]]
            used = min(count, ends[-1])
            assert len(call) == used * min(threads._MOST_ROUNDS, (ends[-1] // used).bit_length())


def test_bands_become_shorter():
    assert threads._cut(7, 3, 1) == [(0, 2), (2, 4), (4, 7)]
    assert threads._cut(8, 2, 2) == [(0, 2), (2, 4), (4, 6), (6, 8)]
    assert [end - begin for begin, end in threads._cut(160, 2, 4)] == [40, 40, 20, 20, 10, 10, 10, 10]


@pytest.mark.parametrize("count", [2, 5])
def test_bands_run_at_the_same_time(count):
    fastresample.set_num_threads(count)
    together, names = threading.Barrier(count), set()

    def band(begin, end):
        together.wait(timeout=30)  # breaks unless all bands have begun
        names.add(threading.current_thread().name)

    threads.run(band, 100, 1e9, None)
    assert len(names) == count
    assert threading.current_thread().name in names


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="interpreted kernels take long for large images")
def test_large_images_use_the_pool(bands):
    image = np.zeros((9000, 2400), np.uint8)
    fastresample.resize(image, (9000, 2200), method="nearest", threads=2)
    (call,) = bands
    ends = [end for _, end in sorted(call)]
    assert [begin for begin, _ in sorted(call)] == [0, *ends[:-1]]
    assert ends[-1] == 9000
    assert 2 <= len(call) <= 2 * threads._MOST_ROUNDS
    assert threads._pool._count == 1


def test_work_whose_estimate_leaves_doubt_is_timed_before_it_is_shared(bands, monkeypatch):
    monkeypatch.setattr(threads, "_SHORTEST_BAND_NS", 1)
    monkeypatch.setattr(threads, "_ESTIMATED", 1 << 60)
    fastresample.set_num_threads(2)
    resizer = fastresample.Resizer((60, 50), (70, 60))
    image = np.zeros((60, 50), np.uint8)
    shared = []
    for _ in range(5):
        resizer(image)
        shared.append(len(bands))
    assert shared == [0, 0, 0, 0, 1], "the first calls run in the calling thread"


def test_small_images_and_one_thread_create_no_pool():
    finished = child.run(
        """
        import threading
        import numpy as np
        import fastresample
        from child import cut_finely, tell
        found = []
        image = np.zeros((64, 64), np.uint8)
        fastresample.resize(image, (70, 70), method="nearest", threads=8)
        found.append(threading.active_count())
        cut_finely()
        fastresample.resize(image, (70, 70), method="nearest", threads=1)
        found.append(threading.active_count())
        fastresample.set_num_threads(1)
        fastresample.resize(image, (70, 70), method="nearest")
        found.append(threading.active_count())
        fastresample.resize(image, (70, 70), method="nearest", threads=3)
        found.append(threading.active_count() > 1)
        tell(found)
        """
    )
    assert finished.told == [1, 1, 1, True]


def test_no_band_still_writes_when_an_error_arrives():
    fastresample.set_num_threads(3)
    begun, ended = threading.Event(), []

    def band(begin, end):
        if begin == 0:
            assert begun.wait(30)
            raise KeyError("the first band")
        begun.set()
        time.sleep(0.1)
        ended.append(begin)

    with pytest.raises(KeyError, match="the first band"):
        threads.run(band, 3, 1e9, None)
    running = len(ended)
    time.sleep(0.15)
    assert running >= 1
    assert len(ended) == running


def test_an_error_on_the_pool_is_raised_in_the_caller():
    fastresample.set_num_threads(2)
    begun, ended = threading.Event(), []

    def band(begin, end):
        if begin == 0:
            assert begun.wait(30)
            ended.append(begin)
        else:
            begun.set()
            raise KeyError("on the pool")

    with pytest.raises(KeyError, match="on the pool"):
        threads.run(band, 2, 1e9, None)
    assert ended == [0]
    threads.run(lambda begin, end: ended.append(end), 2, 1e9, None)
    assert sorted(ended) == [0, 1, 2]


def test_a_busy_pool_delays_nobody():
    fastresample.set_num_threads(2)
    busy, release, rows = threading.Barrier(2), threading.Event(), []

    def long(begin, end):
        busy.wait(30) if begin else release.wait(30)
        release.wait(30)

    other = threading.Thread(target=threads.run, args=(long, 2, 1e9, None))
    other.start()
    busy.wait(30)
    threads.run(lambda begin, end: rows.append((begin, end)), 10, 1e9, 2)
    assert sorted(rows) == [(0, 2), (2, 5), (5, 6), (6, 7), (7, 8), (8, 10)]
    release.set()
    other.join()


def test_without_new_threads_the_caller_does_it_all(monkeypatch, fine):
    """As under a limit on processes; what was handed over meanwhile must not be done later, or kept."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    serial = fastresample.resize(NOISE, (60, 64), threads=1)
    fastresample.set_num_threads(3)
    done = []

    def band(begin, end):
        done.append(begin)

    with monkeypatch.context() as limited:
        limited.setattr(threading.Thread, "start", refuse)
        for _ in range(3):
            threads.run(band, 3, 1e9, None)
            assert np.array_equal(fastresample.resize(NOISE, (60, 64)), serial)
    gone = weakref.ref(band)
    del band
    gc.collect()
    assert gone() is None, "nothing keeps the call, and with it the arrays"
    together = threading.Barrier(3)
    threads.run(lambda begin, end: together.wait(30), 3, 1e9, None)
    assert sorted(done) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


# ---- many callers


def mixed_calls():
    """Return calls of all kinds with their serial results."""
    return [(image, options, fastresample.resize(image, threads=1, **options)) for image, options in CASES.values()]


def test_many_python_threads_at_once(fine):
    fastresample.set_num_threads(3)
    calls, wrong, together = mixed_calls(), [], threading.Barrier(8)

    def work(seed):
        order = np.random.default_rng(seed).integers(0, len(calls), 60)
        together.wait(30)
        try:
            for number in order:
                image, options, expected = calls[number]
                if fastresample.resize(image, **options).tobytes() != expected.tobytes():
                    wrong.append(options)
        except BaseException as fault:
            wrong.append(fault)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert not any(worker.is_alive() for worker in workers)
    assert wrong == []


def test_inside_a_thread_pool_executor(fine):
    fastresample.set_num_threads(4)
    calls = mixed_calls() * 10
    resizer = fastresample.Resizer(NOISE.shape, (33, 44), NOISE.dtype)
    expected = resizer(NOISE, threads=1)
    with ThreadPoolExecutor(4) as executor:
        results = [executor.submit(fastresample.resize, image, **options) for image, options, _ in calls]
        shared = [executor.submit(resizer, NOISE) for _ in range(40)]
        for future, (_, options, serial) in zip(results, calls, strict=True):
            assert future.result(60).tobytes() == serial.tobytes(), options
        assert all(np.array_equal(future.result(60), expected) for future in shared)


# ---- processes

BEGIN = """
import multiprocessing, os, sys, threading, time
from functools import partial
import numpy as np
import fastresample
from fastresample import threads
from child import cut_finely, doubled, tell
cut_finely()
image = (np.arange(41 * 53 * 3) * 7919 % 251).astype(np.uint8).reshape(41, 53, 3)
resize = partial(fastresample.resize, size=(60, 64))

def in_child(work, leave=os._exit):
    pid = os.fork()
    if pid:
        return pid
    right = False
    try:
        right = work()
    finally:
        leave(0 if right else 1)

def status(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""


@needs_fork
@pytest.mark.parametrize("leave", ["os._exit", "sys.exit"])
def test_after_a_fork_of_a_process_that_used_its_pool(leave):
    script = f"""
expected = resize(image, threads=1)
used = np.array_equal(resize(image), expected) and threads._pool._count > 0
def work():
    fresh = threads._pool._count == 0
    return fresh and all(np.array_equal(resize(image), expected) for _ in range(20)) and threads._pool._count > 0
codes = [status(in_child(work, {leave})) for _ in range(3)]
tell([used, codes, np.array_equal(resize(image), expected)])
"""
    assert child.run(BEGIN + script).told == [True, [0, 0, 0], True]


@needs_fork
def test_fork_in_the_midst_of_calls_of_other_threads():
    script = """
expected = resize(image, threads=1)
stop, wrong = threading.Event(), []
def call_on():
    while not stop.is_set():
        if not np.array_equal(resize(image), expected):
            wrong.append(1)
callers = [threading.Thread(target=call_on) for _ in range(3)]
for caller in callers: caller.start()
pids = [in_child(lambda: all(np.array_equal(resize(image), expected) for _ in range(5))) for _ in range(10)]
codes = [status(pid) for pid in pids]
stop.set()
for caller in callers: caller.join()
tell([codes, wrong])
"""
    assert child.run(BEGIN + script).told == [[0] * 10, []]


@needs_fork
def test_fork_while_another_thread_compiles(tmp_path):
    script = """
from fastresample.kernels import tables
from fastresample.kernels.common import statistics
compiler = threading.Thread(target=tables.index_builder, args=("nearest",))
compiler.start()
while not statistics["compiled"]:
    time.sleep(0.001)
pid = in_child(lambda: doubled("int32") == [2, 4, 6])
code = status(pid)
compiler.join()
tell([code, doubled("int32")])
"""
    finished = child.run(BEGIN + script, cache=tmp_path / "cache", settings={"NUMBA_DISABLE_JIT": None})
    assert finished.told == [0, [2, 4, 6]]


@needs_fork
@pytest.mark.parametrize("module", ["numba", "numba.core.types"])
def test_fork_while_another_thread_imports_the_kernels(module):
    script = f"""
caller = threading.Thread(target=resize, args=(image,), kwargs={{"method": "nearest"}})
caller.start()
while "{module}" not in sys.modules:
    time.sleep(0.001)
code = status(in_child(lambda: resize(image, method="nearest").shape == (60, 64, 3)))
caller.join()
tell(code)
"""
    finished = child.run(BEGIN + script, timeout=30)
    assert finished.told == 0
    assert "Exception ignored" not in finished.err, finished.err


@needs_fork
def test_fork_while_the_users_own_numba_code_compiles(tmp_path):
    script = """
import numba
from numba.extending import overload
from fastresample.kernels import common
begun = threading.Event()
def slow(): pass
@overload(slow)
def compile_slowly():
    begun.set()
    time.sleep(0.3)
    return lambda: 1
compiler = threading.Thread(target=numba.njit(lambda: slow()))
compiler.start()
begun.wait()
code = status(in_child(lambda: doubled("int32") == [2, 4, 6]))
compiler.join()
tell([code, doubled("int32")])
"""
    settings = {"NUMBA_DISABLE_JIT": None}
    finished = child.run(BEGIN + script, cache=tmp_path / "cache", settings=settings, timeout=30)
    assert finished.told == [0, [2, 4, 6]]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(method):
    if method == "fork" and not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    script = f"""
expected = resize(image, threads=1)
assert np.array_equal(resize(image), expected)
with multiprocessing.get_context("{method}").Pool(2, initializer=cut_finely) as pool:
    results = pool.map_async(resize, [image] * 12).get(40)
tell([len(results), all(np.array_equal(result, expected) for result in results)])
"""
    assert child.run(BEGIN + script).told == [12, True]


# ---- the end of the interpreter


@pytest.mark.parametrize("used", [True, False], ids=["pool in use", "pool never used"])
def test_in_a_handler_at_exit(used):
    script = f"""
import atexit
expected = resize(image, threads=1)
assert not {used} or np.array_equal(resize(image), expected)
atexit.register(lambda: tell([threads._pool._count > 0, np.array_equal(resize(image), expected)]))
"""
    finished = child.run(BEGIN + script)
    assert finished.told[1] is True
    assert finished.err == ""


@pytest.mark.parametrize("daemon", [True, False], ids=["daemon", "ordinary"])
def test_threads_that_outlive_the_main_thread(daemon):
    script = f"""
expected = resize(image, threads=1)
def call_on():
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        assert np.array_equal(resize(image), expected)
    tell("done")
for _ in range(3):
    threading.Thread(target=call_on, daemon={daemon}).start()
time.sleep(0.1)
"""
    finished = child.run(BEGIN + script, timeout=30)
    assert finished.status == 0, finished.err
    assert finished.err == ""
    assert daemon or finished.out.count("done") == 3


# ---- how many


def test_number_of_threads_can_be_set():
    for count in (1, 5, np.int64(3)):
        fastresample.set_num_threads(count)
        assert fastresample.get_num_threads() == count
        assert type(fastresample.get_num_threads()) is int


@pytest.mark.parametrize(
    ("value", "error"), [(0, ValueError), (-2, ValueError), (1.5, TypeError), (True, TypeError), ("2", TypeError)]
)
def test_messages(value, error):
    with pytest.raises(error, match=re.escape(f"threads must be a positive integer or None, got {value!r}")):
        fastresample.resize(NOISE, (5, 5), threads=value)
    with pytest.raises(error, match=re.escape(f"n must be a positive integer, got {value!r}")):
        fastresample.set_num_threads(value)
    assert fastresample.get_num_threads() >= 1


def test_no_number_is_no_number_of_threads():
    with pytest.raises(TypeError, match="n must be a positive integer, got None"):
        fastresample.set_num_threads(None)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_affinity_limits_the_threads():
    finished = child.run(
        """
        import os
        import fastresample
        from child import tell
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        found = [fastresample.get_num_threads()]
        fastresample.set_num_threads(5)
        tell([*found, fastresample.get_num_threads()])
        """
    )
    assert finished.told == [1, 5]


@pytest.mark.parametrize(
    ("text", "cores"),
    [("200000 100000\n", 2.0), ("50000 100000\n", 0.5), ("max 100000\n", np.inf), ("", np.inf), ("150000 0\n", np.inf)],
)
def test_limit_of_a_container(tmp_path, text, cores):
    (tmp_path / "cpu.max").write_text(text)
    assert threads._quota(str(tmp_path / "cpu.max")) == cores


def test_no_container_no_limit(tmp_path):
    assert threads._quota(str(tmp_path / "cpu.max")) == np.inf


@pytest.mark.parametrize(("quota", "cores"), [(0.3, 1), (1.0, 1), (1.6, 2), (2.4, 2), (8.0, 8), (64.0, 8), (np.inf, 8)])
def test_cores_within_the_limit(monkeypatch, quota, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    monkeypatch.setattr(threads, "_quota", lambda: quota)
    assert threads.available_cores() == fastresample.get_num_threads() == cores


SIGNALLED = r"""
import signal, subprocess
SENDER = "import os, random, signal, sys, time\n" \
    "end = time.monotonic() + 4\n" \
    "while time.monotonic() < end: time.sleep(random.random() * 4e-4); os.kill(int(sys.argv[1]), signal.SIGUSR1)\n" \
    "os.kill(int(sys.argv[1]), signal.SIGUSR2)\n"
awaited = ended = False
def interrupt(number, frame):
    global awaited
    if awaited:
        awaited = False
        raise KeyboardInterrupt
def end(number, frame):
    global ended
    ended = True
signal.signal(signal.SIGUSR1, interrupt)
signal.signal(signal.SIGUSR2, end)
subprocess.Popen([sys.executable, "-c", SENDER, str(os.getpid())])
interrupted = overwritten = 0
while not ended:
    try:
        awaited = True
        while not ended:
            CALL
        awaited = False
    except KeyboardInterrupt:
        interrupted += 1
        CHECK
tell([interrupted > 50, overwritten])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no such signals")
def test_ctrl_c_at_any_moment_leaves_no_lock_behind():
    """Signals from another process arrive between any two steps, those of the waiting itself too."""
    script = SIGNALLED.replace("CALL", "threads.run(lambda begin, end: None, 4, 1e9, 4)").replace("CHECK", "pass")
    assert child.run(BEGIN + script).told == [True, 0]


@pytest.mark.skipif(config.DISABLE_JIT, reason="the calls must be short")
@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no such signals")
def test_no_band_writes_after_ctrl_c():
    begin = """
large = np.zeros((1000, 1000, 3), np.uint8)
resizer = fastresample.Resizer(large.shape, (700, 700), np.uint8)
out = resizer(large)
"""
    check = "out[:] = 255; time.sleep(0.002); overwritten += int((out != 255).any())"
    script = SIGNALLED.replace("CALL", "resizer(large, out, 4)").replace("CHECK", check)
    assert child.run(BEGIN + begin + script).told == [True, 0]
