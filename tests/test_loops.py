"""The plain loops: alone, from a user's own jitted function, and under the user's ``prange``."""

import math
import subprocess
import sys

import numpy as np
import pytest
import reference
from numba import njit

from fastresample import loops
from fastresample.sizes import conv_transpose_output_size


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


def transposed(x: np.ndarray, weight: np.ndarray, size: tuple[int, int], options: tuple[int, int, int]) -> np.ndarray:
    """Ask of every output which inputs reach it, in float64: the definition from the other side."""
    stride, padding, dilation = options
    out = np.zeros((weight.shape[1], *size))
    for row, column, ky, kx in np.ndindex(*size, *weight.shape[2:]):
        y, rest_y = divmod(row + padding - ky * dilation, stride)
        z, rest_z = divmod(column + padding - kx * dilation, stride)
        if rest_y == rest_z == 0 and 0 <= y < x.shape[1] and 0 <= z < x.shape[2]:
            out[:, row, column] += x[:, y, z].astype(float) @ weight[:, :, ky, kx]
    return out


TRANSPOSED = [  # shape, output channels, kernel, stride, padding, dilation, output_padding
    ((2, 4, 5), 3, (4, 4), 2, 1, 1, 0),
    ((1, 3, 3), 1, (3, 3), 2, 0, 1, 1),
    ((3, 2, 4), 2, (2, 2), 3, 0, 1, 2),
    ((2, 3, 2), 2, (3, 2), 2, 2, 2, 0),
    ((1, 1, 1), 2, (5, 4), 1, 1, 1, 0),
    ((2, 4, 4), 1, (3, 3), 4, 0, 2, 3),
    ((1, 2, 3), 1, (1, 1), 2, 0, 3, 2),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("shape", "channels", "kernel", "stride", "padding", "dilation", "extra"), TRANSPOSED)
def test_conv_transpose2d_is_its_definition(shape, channels, kernel, stride, padding, dilation, extra, dtype) -> None:
    rng = np.random.default_rng(5)
    x = rng.standard_normal(shape).astype(dtype)
    weight = rng.standard_normal((shape[0], channels, *kernel)).astype(dtype)
    size = tuple(
        conv_transpose_output_size(n, k, stride, padding, extra, dilation)
        for n, k in zip(shape[1:], kernel, strict=True)
    )
    out = np.full((channels, *size), np.nan, dtype)
    loops.conv_transpose2d(x, weight, out, stride, padding, dilation)
    want = transposed(x, weight, size, (stride, padding, dilation))
    np.testing.assert_allclose(out, want, rtol=0, atol=8 * np.finfo(dtype).eps * max(1, np.abs(want).max()))


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (12, 3), (20, 25), (0, 4)])
def test_conv_transpose2d_stays_within_any_result(size: tuple[int, int]) -> None:
    x, weight = np.arange(1.0, 13).reshape(1, 3, 4), np.arange(1.0, 17).reshape(1, 1, 4, 4)
    room = np.full((3, size[0] + 2, size[1] + 2), -7.0)
    out = room[1:2, 1:-1, 1:-1]
    loops.conv_transpose2d(x, weight, out, 2, 3, 2)
    np.testing.assert_array_equal(out, transposed(x, weight, size, (2, 3, 2)))
    out[...] = -7
    assert (room == -7).all()


def test_conv_transpose2d_refuses_other_channels_before_it_writes() -> None:
    out = np.full((2, 4, 4), 7.0)
    for shape in ((2, 2, 2, 2), (3, 1, 2, 2)):
        with pytest.raises(ValueError, match="weight must have shape"):
            loops.conv_transpose2d(np.zeros((3, 2, 2)), np.zeros(shape), out, 2, 0, 1)
    assert (out == 7).all()


def test_conv_transpose2d_multiplies_nothing_outside() -> None:
    weight = np.full((1, 1, 3, 3), np.inf)
    weight[..., 1, 1] = 1
    out = np.empty((1, 5, 5))
    loops.conv_transpose2d(np.ones((1, 2, 2)), weight, out, 3, 0, 1)
    assert not np.isnan(out).any()
    assert out[0, 1, 1] == out[0, 4, 4] == 1


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
from fastresample.loops import bilinear, conv_transpose2d, lerp, nearest

@njit(parallel=True)
def batch(images, large, steps, weight, spread):
    for n in prange(images.shape[0]):
        conv_transpose2d(images[n], weight, spread[n], 2, 1, 1)
        bilinear(images[n], large[n])
        nearest(images[n], steps[n])
        large[n, 0, 0] = lerp(0.0, large[n, 0, 0], 1.0, 0.0, 0.0)

images = np.random.default_rng(0).random((16, 9, 7, 3))
large, steps = np.empty((16, 20, 15, 3)), np.empty((16, 4, 3, 3))
weight, spread = np.random.default_rng(1).random((9, 2, 4, 4)), np.empty((16, 2, 14, 6))
batch(images, large, steps, weight, spread)
for n in range(16):
    want, near, planes = np.empty((20, 15, 3)), np.empty((4, 3, 3)), np.empty((2, 14, 6))
    bilinear(images[n], want)
    nearest(images[n], near)
    conv_transpose2d(images[n], weight, planes, 2, 1, 1)
    assert (large[n] == want).all() and (steps[n] == near).all() and (spread[n] == planes).all()
print("equal")
"""


def test_callable_under_the_users_prange() -> None:
    # A child process: GNU OpenMP kills every fork made after its first use, and other tests fork.
    done = subprocess.run([sys.executable, "-c", PARALLEL], capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout == "equal\n", done.stderr
