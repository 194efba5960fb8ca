"""What makes calls short: plans by their arguments, contiguous arrays straight to their kernel, loading undisturbed."""

import gc
import threading
from collections.abc import Callable
from typing import Any

import child
import numpy as np
import pytest

from fastresample import Resizer, forking, plan, resize, threads
from fastresample.layout import canonical_pairs

RNG = np.random.default_rng(7)
METHODS = ("nearest", "bilinear", "area")


@pytest.fixture(autouse=True)
def _nothing_remembered():
    plan.clear()
    yield
    plan.clear()


def noise(shape: tuple[int, ...], dtype: str = "uint8") -> np.ndarray:
    if np.dtype(dtype).kind == "f":
        return RNG.standard_normal(shape).astype(dtype)
    return RNG.integers(0, 200, shape).astype(dtype)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


# --- plans by arguments -------------------------------------------------------------------------------------------

IMAGE = noise((6, 8, 3))


def test_the_same_arguments_are_checked_once(monkeypatch) -> None:
    first = resize(IMAGE, (3, 5))
    monkeypatch.setattr(plan, "make", lambda spec: pytest.fail("it was planned again"))
    assert same(resize(IMAGE, (3, 5)), first)
    assert same(resize(IMAGE.copy(), (3, 5), out=np.empty_like(first)), first)


EQUAL_BUT_WRONG = [
    ({"size": (2, 1)}, {"size": (2.0, 1.0)}, TypeError),
    ({"size": (2, 1)}, {"size": (2, True)}, TypeError),
    ({"size": 1, "axes": 1}, {"size": True, "axes": 1}, TypeError),
    ({"size": 1, "axes": 1}, {"size": 1, "axes": True}, TypeError),
    ({"size": 2, "axes": (1,)}, {"size": 2, "axes": (1.0,)}, TypeError),
    ({"size": 2, "axes": (1,)}, {"size": 2, "axes": (True,)}, TypeError),
    ({"size": (2, 1), "antialias": True}, {"size": (2, 1), "antialias": 1}, TypeError),
    ({"size": (2, 1), "antialias": False}, {"size": (2, 1), "antialias": 0.0}, TypeError),
    ({"size": (2, 1)}, {"size": (2, 1), "method": ["bilinear"]}, TypeError),
    ({"size": (2, 1)}, {"size": (2, 1), "convention": {}}, TypeError),
    ({"size": (2, 1)}, {"size": (2, 1), "coordinates": ["half_pixel"]}, TypeError),
    ({"size": (2, 1)}, {"size": (2, 1), "factor": 1.0}, ValueError),
    ({"size": (2, 1)}, {"size": (2, 1), "threads": 0}, ValueError),
]


@pytest.mark.parametrize(("right", "wrong", "error"), EQUAL_BUT_WRONG)
def test_what_equals_a_remembered_argument_is_still_refused(right: Any, wrong: Any, error: type[Exception]) -> None:
    def refusal() -> str:
        with pytest.raises(error) as caught:
            resize(IMAGE, **wrong)
        return str(caught.value)

    fresh = refusal()
    resize(IMAGE, **right)
    assert refusal() == fresh


def test_what_is_equal_and_right_gives_the_same() -> None:
    first = resize(IMAGE, (3, 5), antialias=True)
    for size in ([3, 5], np.array([3, 5]), (np.int64(3), np.uint8(5))):
        assert same(resize(IMAGE, size, antialias=np.True_), first)
    swapped = resize(IMAGE.astype(">u2"), (3, 5), antialias=True)
    assert swapped.dtype == np.dtype(">u2")
    assert same(resize(IMAGE.astype("<u2"), (3, 5), antialias=True).astype(">u2"), swapped)


def test_the_plans_that_are_remembered_are_bounded() -> None:
    for width in range(1, plan._MOST_REMEMBERED + 60):
        resize(IMAGE, (1, width), method="nearest")
        assert 0 < len(plan._asked) <= plan._MOST_REMEMBERED
    assert plan._remembered.cache_info().currsize <= plan._MOST_REMEMBERED
    plan.clear()
    assert not plan._asked


def test_a_plan_of_large_tables_is_not_remembered() -> None:
    resize(np.zeros(1 << 18, np.uint8), 7)
    resize(IMAGE, (1, 1 << 17), method="nearest")
    assert not plan._asked
    assert not plan._remembered.cache_info().currsize


def test_a_refusal_is_not_remembered() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="unknown method"):
            resize(IMAGE, (2, 2), method="bilinea")
    assert not plan._asked


# --- contiguous arrays --------------------------------------------------------------------------------------------


def generally(image: np.ndarray, planned: plan.Plan, out: np.ndarray) -> np.ndarray:
    """Run a plan of one stage as arrays of any layout are run."""
    (stage,) = planned.stages
    for source, result in canonical_pairs(image, out, stage.axes):
        stage._band(source, result)[0](0, result.shape[0] * result.shape[1])
    return out


def misaligned(array: np.ndarray) -> np.ndarray:
    room = np.empty(array.nbytes + 1, np.uint8)[1:]
    room[:] = array.reshape(-1).view(np.uint8)
    return room.view(array.dtype).reshape(array.shape)


def read_only(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flags.writeable = False
    return array


class Named(np.ndarray):
    pass


ODD: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda a: a,
    "misaligned": misaligned,
    "read-only": read_only,
    "swapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "columns first": np.asfortranarray,
    "cut out": lambda a: np.pad(a, 2)[tuple(slice(2, -2) for _ in a.shape)],
    "backwards": lambda a: a[::-1].copy()[::-1],
    "a subclass": lambda a: a.view(Named),
}
ARRANGED: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "one axis": ((23,), {"size": 9}),
    "grey": ((9, 11), {"size": (5, 7)}),
    "one channel": ((9, 11, 1), {"size": (5, 7)}),
    "two": ((9, 11, 2), {"size": (5, 7)}),
    "colour": ((9, 11, 3), {"size": (5, 7)}),
    "alpha": ((9, 11, 4), {"size": (5, 7)}),
    "eight": ((9, 11, 8), {"size": (5, 7)}),
    "halved": ((8, 12, 3), {"size": (4, 6)}),
    "rows only": ((9, 11, 3), {"size": (5, 11)}),
    "columns only": ((9, 11, 3), {"size": (9, 7)}),
    "planes": ((2, 3, 9, 11), {"size": (5, 7), "axes": (2, 3)}),
    "planes and channels": ((2, 9, 11, 3), {"size": (5, 7), "axes": (1, 2)}),
    "axes apart": ((9, 3, 11), {"size": (5, 7), "axes": (0, 2)}),
    "last axis": ((2, 9, 11), {"size": 7, "axes": -1}),
    "first axis": ((9, 11, 70), {"size": 7, "axes": 0}),
    "one row": ((1, 11, 3), {"size": (1, 7)}),
}


KINDS = [
    ("nearest", "uint8"),
    ("nearest", "uint16"),
    ("bilinear", "uint8"),
    ("area", "float16"),
    ("bicubic", "float32"),
]


@pytest.mark.parametrize(("method", "dtype"), KINDS)
@pytest.mark.parametrize("arranged", ARRANGED)
def test_every_array_gives_the_bits_of_the_general_way(method: str, arranged: str, dtype: str) -> None:
    shape, options = ARRANGED[arranged]
    image = noise(shape, dtype)
    resizer = Resizer(shape, dtype=dtype, method=method, **options)
    expected = generally(image, resizer._plan, np.empty(resizer.shape_out, dtype))
    for name in (*ODD, "as it is"):  # whichever comes first decides nothing
        odd = ODD[name](image)
        if odd.dtype != image.dtype or name == "a subclass":
            plan.clear()
        for count in (None, 1):
            assert same(resizer(odd, threads=count).astype(dtype), expected), name
        assert same(resize(odd, method=method, **options).astype(dtype), expected), name
        for out_name in ("as it is", "misaligned", "columns first", "cut out"):
            out = ODD[out_name](np.zeros(resizer.shape_out, odd.dtype))
            assert resizer(odd, out) is out
            assert same(np.ascontiguousarray(out).astype(dtype), expected), (name, out_name)


def test_a_stage_serves_other_numbers_of_planes_and_channels() -> None:
    (stage,) = Resizer((2, 9, 11, 3), (5, 7), axes=(1, 2))._plan.stages
    for shape in ((2, 9, 11, 3), (1, 9, 11, 3), (5, 9, 11, 3), (2, 9, 11, 4), (2, 9, 11, 3)):
        image, out = noise(shape), np.empty((shape[0], 5, 7, shape[3]), np.uint8)
        stage.run(image, out, None)
        assert same(out, resize(np.asfortranarray(image), (5, 7), axes=(1, 2)))
        assert len(stage._whole) == 1
    with pytest.raises(RuntimeError, match="planned for"):
        stage.run(noise((2, 8, 11, 3)), np.empty((2, 5, 7, 3), np.uint8), None)


def test_out_of_another_size_is_not_written_beyond() -> None:
    (stage,) = Resizer((9, 11, 3), (5, 7))._plan.stages
    image = noise((9, 11, 3))
    stage.run(image, np.empty((5, 7, 3), np.uint8), None)
    with pytest.raises(ValueError, match="reshape"):
        stage.run(image, np.empty((5, 6, 3), np.uint8), None)


@pytest.mark.parametrize("method", METHODS)
def test_many_threads_meet_one_plan_at_its_first_call(method: str) -> None:
    images = [noise((33, 47, 3)) for _ in range(8)]
    expected = [resize(image, (20, 31), method=method) for image in images]
    for _ in range(20):
        plan.clear()
        results: dict[int, np.ndarray] = {}
        barrier = threading.Barrier(len(images))

        def work(number: int, results: Any = results, barrier: Any = barrier) -> None:
            barrier.wait()
            results[number] = resize(images[number], (20, 31), method=method, threads=1 + number % 2)

        workers = [threading.Thread(target=work, args=(number,)) for number in range(len(images))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert all(same(results[number], expected[number]) for number in range(len(images)))


def test_both_axes_of_a_square_may_share_their_table() -> None:
    square, oblong = Resizer((9, 9, 3), (5, 5))._plan.stages[0], Resizer((9, 9, 3), (5, 6))._plan.stages[0]
    assert square.tables_x[2] is square.tables_y[2]
    assert oblong.tables_x[2] is not oblong.tables_y[2]
    assert same(square.tables_y[2], oblong.tables_y[2])


# --- short work ---------------------------------------------------------------------------------------------------


def test_short_work_stays_alone() -> None:
    assert threads.alone(1.0, None)
    assert threads.alone(1e12, 1)
    assert not threads.alone(1e12, None)
    calls: list[tuple[int, int]] = []
    threads.run(lambda begin, end: calls.append((begin, end)), 10, 1.0, 8)
    assert calls == [(0, 10)]


# --- loading ------------------------------------------------------------------------------------------------------


def test_loading_rests_the_collector_and_wakes_it() -> None:
    assert gc.isenabled()
    with forking.loading():
        assert not gc.isenabled()
        with forking.loading():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(KeyError), forking.loading():
        raise KeyError
    assert gc.isenabled()


def test_a_collector_at_rest_stays_at_rest() -> None:
    gc.disable()
    try:
        with forking.loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("before", ["enable", "disable"])
def test_the_first_call_of_a_process_leaves_the_collector_as_it_was(before: str) -> None:
    script = """
    import gc
    import numpy as np
    import fastresample
    from child import tell

    gc.{before}()
    fastresample.resize(np.zeros((4, 4, 3), np.uint8), (2, 3))
    tell(gc.isenabled())
    """
    assert child.run(script.format(before=before)).told is (before == "enable")
