"""The plain loops: alone, from a user's own jitted function, and under the user's ``prange``."""

import math
import subprocess
import sys

import numpy as np
import pytest
import reference
from numba import njit

from fastresample import loops


@njit
def user_function(src: np.ndarray, out: np.ndarray) -> float:
    """Call every loop from jitted code."""
    loops_nearest(src, out)
    first = float(out[0, 0])
    loops_bilinear(src, out)
    return first + loops_lerp(0.0, 1.0, 2.0, 3.0, 0.5) + loops_bilerp(0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 2.0, 3.0, 0.5, 0.5)


loops_nearest, loops_bilinear, loops_lerp, loops_bilerp = loops.nearest, loops.bilinear, loops.lerp, loops.bilerp


def test_lerp_meets_both_points_and_extrapolates() -> None:
    assert loops.lerp(1.0, 10.0, 3.0, 30.0, 1.0) == 10.0
    assert loops.lerp(1.0, 10.0, 3.0, 30.0, 3.0) == 30.0
    assert loops.lerp(1.0, 10.0, 3.0, 30.0, 2.0) == 20.0
    assert loops.lerp(1.0, 10.0, 3.0, 30.0, 5.0) == 50.0
    assert loops.lerp(1.0, 10.0, 3.0, 30.0, 0.0) == 0.0


def test_bilerp_meets_four_points_and_the_centre() -> None:
    corners = (0.0, 0.0, 2.0, 4.0, 10.0, 20.0, 30.0, 60.0)
    assert loops.bilerp(*corners, 0.0, 0.0) == 10.0
    assert loops.bilerp(*corners, 2.0, 0.0) == 20.0
    assert loops.bilerp(*corners, 0.0, 4.0) == 30.0
    assert loops.bilerp(*corners, 2.0, 4.0) == 60.0
    assert loops.bilerp(*corners, 1.0, 2.0) == 30.0


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1), (4, 1, 2)])
@pytest.mark.parametrize("size", [(5, 7), (9, 3), (10, 14), (1, 1), (2, 23)])
def test_pictures_match_the_definition(dtype: type, shape: tuple[int, ...], size: tuple[int, int]) -> None:
    src = (np.random.default_rng(3).random(shape) * 255).astype(dtype)
    out = np.empty((*size, *shape[2:]), dtype)
    loops.nearest(src, out)
    np.testing.assert_array_equal(out, reference.resize(src, size, method="nearest"))
    loops.bilinear(src, out)
    exact = reference.resize(src, size, method="bilinear")
    if np.issubdtype(dtype, np.integer):
        assert np.abs(out - exact).max() <= 0.5 + 1e-9
    else:
        np.testing.assert_allclose(out, exact, rtol=2e-7, atol=1e-5)


def test_strided_arrays_are_read_and_written_in_place() -> None:
    base = np.arange(60, dtype=np.float64).reshape(6, 10)
    out = np.zeros((6, 10))
    loops.bilinear(base[::2, ::-1], out[:, ::2])
    want = np.empty((6, 5))
    loops.bilinear(np.ascontiguousarray(base[::2, ::-1]), want)
    np.testing.assert_array_equal(out[:, ::2], want)
    assert not out[:, 1::2].any()


def test_nan_reaches_what_weighs_it_and_no_more() -> None:
    src = np.array([[0.0, 1.0, np.nan, 3.0, math.inf]])
    same, twice = np.empty((1, 5)), np.empty((1, 10))
    loops.bilinear(src, same)
    np.testing.assert_array_equal(same, src)
    loops.bilinear(src, twice)
    assert np.isnan(twice[0]).tolist() == [False] * 3 + [True] * 4 + [False] * 3
    assert twice[0, 8] == twice[0, 9] == math.inf


def test_the_usual_mistakes_are_not_made() -> None:
    src = np.array([[10, 10, 200]], np.uint8)
    out = np.empty((1, 6), np.uint8)
    loops.bilinear(src, out)
    assert out[0, 0] == 10, "index -1 must not wrap to the opposite edge"
    assert out[0, -1] == 200, "the last column must keep its weight"
    loops.bilinear(np.array([[0, 3]], np.uint8), out[:, :3])
    assert out[0, 1] == 2, "1.5 is rounded, not truncated"


def test_callable_from_a_users_jitted_function() -> None:
    src = np.arange(12, dtype=np.float64).reshape(3, 4)
    out, want = np.empty((6, 8)), np.empty((6, 8))
    total = user_function(src, out)
    loops.bilinear(src, want)
    np.testing.assert_array_equal(out, want)
    assert total == 0.0 + 1.5 + 1.5


PARALLEL = """
import numpy as np
from numba import njit, prange
from fastresample.loops import bilinear, lerp, nearest

@njit(parallel=True)
def batch(images, large, steps):
    for n in prange(images.shape[0]):
        bilinear(images[n], large[n])
        nearest(images[n], steps[n])
        large[n, 0, 0] = lerp(0.0, large[n, 0, 0], 1.0, 0.0, 0.0)

images = np.random.default_rng(0).random((16, 9, 7, 3))
large, steps = np.empty((16, 20, 15, 3)), np.empty((16, 4, 3, 3))
batch(images, large, steps)
for n in range(16):
    want, near = np.empty((20, 15, 3)), np.empty((4, 3, 3))
    bilinear(images[n], want)
    nearest(images[n], near)
    assert (large[n] == want).all() and (steps[n] == near).all()
print("equal")
"""


def test_callable_under_the_users_prange() -> None:
    # A child process: GNU OpenMP kills every fork made after its first use, and other tests fork.
    done = subprocess.run([sys.executable, "-c", PARALLEL], capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout == "equal\n", done.stderr
