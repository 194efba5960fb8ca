"""Bilinear kernels, inserted zeros and the matrix of a convolution: each against what it is said to be."""

import itertools
import re
import sys

import numpy as np
import pytest
from numba import config

import fastresample
from fastresample.constructions import bilinear_kernel, conv_matrix, insert_zeros
from fastresample.convolution import conv2d, conv_transpose2d
from fastresample.sizes import conv_output_size

# Kernel, stride, padding and dilation, vertical and horizontal; input; output and input channels.
CASES = [
    ((3, 3), (1, 1), (0, 0), (1, 1), (4, 4), (1, 1)),
    ((2, 2), (2, 2), (0, 0), (1, 1), (4, 6), (2, 3)),
    ((4, 4), (2, 2), (1, 1), (1, 1), (5, 8), (3, 2)),
    ((3, 3), (2, 2), (1, 1), (2, 2), (7, 6), (2, 2)),
    ((3, 2), (1, 3), (2, 0), (2, 4), (5, 9), (1, 2)),
    ((1, 5), (4, 2), (3, 4), (1, 1), (6, 3), (2, 1)),
    ((2, 3), (3, 2), (1, 5), (3, 2), (4, 4), (2, 2)),
    ((1, 1), (3, 3), (2, 2), (1, 1), (1, 1), (1, 2)),
]
case = pytest.mark.parametrize(("kernel", "stride", "padding", "dilation", "size", "channels"), CASES)


def noise(*shape: int, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(len(shape) + sum(shape)).standard_normal(shape).astype(dtype)


def close(a: np.ndarray, b: np.ndarray) -> None:
    """Compare sums that were added up in different orders."""
    assert a.dtype == b.dtype
    bound = 64 * np.finfo(b.dtype).eps * max(1, np.abs(b).max())
    np.testing.assert_allclose(a, b, rtol=0, atol=bound)


# --- bilinear kernels ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1, 2, 3, 4, 5, 8] if config.DISABLE_JIT else [1, 2, 3, 4, 5, 6, 7, 8, 16, 32])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_transposed_convolution_with_a_bilinear_kernel_is_bilinear_resize(scale: int, dtype: str) -> None:
    x, taps = noise(3, 4, 5, dtype=dtype), 2 * scale - scale % 2
    depthwise = np.repeat(bilinear_kernel(1, 1, taps, dtype), 3, axis=0)
    dense = bilinear_kernel(3, 3, taps, dtype)
    options = {"stride": scale, "padding": (taps - scale) // 2}
    resized = fastresample.resize(x, factor=scale, axes=(-2, -1))
    inside = slice(scale // 2, -(scale // 2) or None)
    for weight, groups in ((depthwise, 3), (dense, 1)):
        result = conv_transpose2d(x, weight, groups=groups, **options)
        assert result.shape == resized.shape
        close(result[:, inside, inside], resized[:, inside, inside])
        if scale > 1:
            edge = np.abs(result - resized)[:, 0]
            assert edge.max() > 0.01, "at the border resize repeats the edge, a transposed convolution fades"


def test_bilinear_kernels_of_small_sizes() -> None:
    halves, quarters = np.array([0.5, 1, 0.5]), np.array([0.25, 0.75, 0.75, 0.25])
    thirds = np.array([1, 2, 3, 2, 1]) / 3
    for taps, row in ((1, [1.0]), (2, [0.5, 0.5]), (3, halves), (4, quarters), (5, thirds)):
        np.testing.assert_allclose(bilinear_kernel(1, 1, taps, "float64")[0, 0], np.outer(row, row), rtol=1e-15)
    np.testing.assert_array_equal(bilinear_kernel(1, 1, (4, 3), float)[0, 0], np.outer(quarters, halves))


@pytest.mark.parametrize(("channels_in", "channels_out"), [(3, 3), (2, 4), (4, 2)])
def test_each_channel_goes_to_itself(channels_in: int, channels_out: int) -> None:
    weight = bilinear_kernel(channels_in, channels_out, 4)
    assert weight.shape == (channels_in, channels_out, 4, 4)
    assert weight.dtype == np.float32
    for i, o in np.ndindex(channels_in, channels_out):
        np.testing.assert_array_equal(weight[i, o], bilinear_kernel(1, 1, 4)[0, 0] * (i == o))


@pytest.mark.parametrize("scale", range(1, 9))
def test_every_output_away_from_the_border_is_a_mean(scale: int) -> None:
    """The weights that reach one output, a stride apart in the kernel, add up to one."""
    kernel = bilinear_kernel(1, 1, 2 * scale - scale % 2, "float64")[0, 0]
    for row, column in itertools.product(range(scale), repeat=2):
        assert kernel[row::scale, column::scale].sum() == pytest.approx(1, abs=1e-15)


# --- inserted zeros -----------------------------------------------------------------------------------------------


def test_zeros_are_inserted_between_samples_and_not_after_the_last() -> None:
    x = np.arange(1, 13, dtype=">i2").reshape(2, 2, 3)
    result = insert_zeros(x, (3, 2))
    assert result.shape == (2, 4, 5)
    assert result.dtype == x.dtype
    np.testing.assert_array_equal(result[:, ::3, ::2], x)
    assert np.count_nonzero(result) == x.size
    same = insert_zeros(x, 1)
    np.testing.assert_array_equal(same, x)
    assert not np.shares_memory(same, x)


@case
def test_a_transposed_convolution_is_a_convolution_over_inserted_zeros(
    kernel, stride, padding, dilation, size, channels
) -> None:
    """With the kernel turned and its channels exchanged; a padding beyond the kernel's reach crops instead."""
    x, weight = noise(channels[0], *size), noise(*channels, *kernel)
    around = [d * (k - 1) - p for d, k, p in zip(dilation, kernel, padding, strict=True)]
    spread = insert_zeros(x, stride)
    crop = [slice(max(0, -a), n - max(0, -a)) for a, n in zip(around, spread.shape[1:], strict=True)]
    if any(s.stop <= s.start for s in crop):
        with pytest.raises(ValueError, match="padding"):
            conv_transpose2d(x, weight, stride=stride, padding=padding, dilation=dilation)
        return
    turned = np.ascontiguousarray(weight.swapaxes(0, 1)[..., ::-1, ::-1])
    result = conv2d(
        np.ascontiguousarray(spread[:, crop[0], crop[1]]),
        turned,
        padding=(max(0, around[0]), max(0, around[1])),
        dilation=dilation,
    )
    close(conv_transpose2d(x, weight, stride=stride, padding=padding, dilation=dilation), result)


@case
def test_a_dilated_convolution_is_one_by_a_kernel_with_inserted_zeros(
    kernel, stride, padding, dilation, size, channels
) -> None:
    x, weight = noise(channels[1], *size), noise(*channels, *kernel)
    wide = insert_zeros(weight, dilation)
    options = {"stride": stride, "padding": padding}
    close(conv2d(x, weight, dilation=dilation, **options), conv2d(x, wide, **options))


# --- the matrix ---------------------------------------------------------------------------------------------------


@case
def test_the_matrix_is_the_convolution_and_its_transpose_the_transposed_one(
    kernel, stride, padding, dilation, size, channels
) -> None:
    x, weight = noise(channels[1], *size), noise(*channels, *kernel)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    matrix = conv_matrix(weight, size, **options)
    forward = conv2d(x, weight, **options)
    assert matrix.shape == (forward.size, x.size)
    close((matrix @ x.ravel()).reshape(forward.shape), forward)
    y = noise(*forward.shape)
    back = conv_transpose2d(y, weight, output_size=size, **options)
    close((matrix.T @ y.ravel()).reshape(back.shape), back)


@case
def test_products_with_both_agree(kernel, stride, padding, dilation, size, channels) -> None:
    """<C x, y> = <x, C.T y>."""
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    x, weight = noise(channels[1], *size), noise(*channels, *kernel)
    forward = conv2d(x, weight, **options)
    y = noise(*forward.shape)
    back = conv_transpose2d(y, weight, output_size=size, **options)
    assert np.vdot(forward, y) == pytest.approx(np.vdot(x, back), rel=1e-12, abs=1e-12)


@case
def test_the_matrix_holds_what_the_loops_read(kernel, stride, padding, dilation, size, channels) -> None:
    weight = np.arange(1, 1 + np.prod(channels) * np.prod(kernel)).reshape(*channels, *kernel)
    rows, columns = (
        conv_output_size(n, *axis) for n, *axis in zip(size, kernel, stride, padding, dilation, strict=True)
    )
    want = np.zeros((channels[0], rows, columns, channels[1], *size), int)
    for o, i, j, c, ky, kx in np.ndindex(channels[0], rows, columns, channels[1], *kernel):
        y, z = i * stride[0] - padding[0] + ky * dilation[0], j * stride[1] - padding[1] + kx * dilation[1]
        if 0 <= y < size[0] and 0 <= z < size[1]:
            want[o, i, j, c, y, z] = weight[o, c, ky, kx]
    matrix = conv_matrix(weight, size, stride, padding, dilation)
    dense = want.reshape(matrix.shape)
    np.testing.assert_array_equal(matrix.toarray(), dense)
    np.testing.assert_array_equal(matrix.T.toarray(), dense.T)
    assert len(matrix.values) == np.count_nonzero(dense)
    places = list(zip(matrix.rows.tolist(), matrix.columns.tolist(), strict=True))
    assert places == sorted(set(places))


def test_two_dimensions_are_one_channel() -> None:
    weight = noise(3, 2)
    a, b = conv_matrix(weight, (5, 4), 2, 1), conv_matrix(weight[None, None], (5, 4), 2, 1)
    assert a.shape == b.shape
    np.testing.assert_array_equal(a.toarray(), b.toarray())


def test_products_from_both_sides_with_vectors_and_matrices() -> None:
    matrix = conv_matrix(np.array([[1, -2], [3, 4]]), (3, 4), stride=(1, 2), padding=1)
    dense = matrix.toarray()
    for other in (np.arange(12), np.arange(36).reshape(12, 3), np.zeros((12, 0), int)):
        np.testing.assert_array_equal(matrix @ other, dense @ other)
    for other in (np.arange(12), np.arange(24).reshape(2, 12)):
        np.testing.assert_array_equal(other @ matrix, other @ dense)
    assert (matrix @ np.ones(12, np.float32)).dtype == np.result_type(np.int64, np.float32)


def test_nan_spreads_along_stored_elements_only() -> None:
    matrix = conv_matrix(np.array([[1.0, 0.0]]), (1, 4))
    assert np.isnan(matrix @ np.array([1, np.nan, 3, 4])).tolist() == [True, True, False]
    assert np.isnan(matrix.toarray() @ np.array([1, np.nan, 3, 4])).all()


def test_to_scipy_is_the_same_matrix() -> None:
    pytest.importorskip("scipy", reason="SciPy is not installed")
    matrix = conv_matrix(noise(2, 3, 3, 2), (5, 6), 2, 1, (1, 2))
    sparse = matrix.to_scipy()
    assert sparse.format == "csr"
    np.testing.assert_array_equal(sparse.toarray(), matrix.toarray())


def test_without_scipy_to_scipy_says_what_is_missing(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(ImportError, match="needs SciPy: pip install scipy"):
        conv_matrix(np.ones((1, 1)), (1, 1)).to_scipy()


# --- what is refused ----------------------------------------------------------------------------------------------

X = np.ones((4, 4))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: bilinear_kernel(0, 1, 3), ValueError, "in_channels must be at least 1, got 0"),
        (lambda: bilinear_kernel(1, 1.0, 3), TypeError, "out_channels must be an integer, got 1.0"),
        (lambda: bilinear_kernel(1, 1, 0), ValueError, "kernel_size must be at least 1, got 0"),
        (lambda: bilinear_kernel(1, 1, 3, "uint8"), TypeError, "dtype must be floating point, got uint8"),
        (lambda: insert_zeros([[1]], 2), TypeError, "x must be a plain NumPy array, got list"),
        (lambda: insert_zeros(np.ma.masked_array(X), 2), TypeError, "x must be a plain NumPy array, got MaskedArray"),
        (
            lambda: insert_zeros(X[0], 2),
            ValueError,
            "x must have at least two dimensions and no empty row or column, got shape (4,)",
        ),
        (
            lambda: insert_zeros(X[:, :0], 2),
            ValueError,
            "x must have at least two dimensions and no empty row or column, got shape (4, 0)",
        ),
        (lambda: insert_zeros(X, (1, 0)), ValueError, "stride[1] must be at least 1, got 0"),
        (
            lambda: conv_matrix(np.ones((2, 2, 2)), (4, 4)),
            ValueError,
            "weight must have shape (kh, kw) or (C_out, C_in, kh, kw), got (2, 2, 2)",
        ),
        (lambda: conv_matrix(X > 0, (4, 4)), TypeError, "weight must have a dtype of numbers, got bool"),
        (lambda: conv_matrix(X, 4), TypeError, "input_size must be (rows, columns), got 4"),
        (lambda: conv_matrix(X, (4, 0)), ValueError, "input_size[1] must be at least 1, got 0"),
        (lambda: conv_matrix(X, (4, 4), stride=0), ValueError, "stride must be at least 1, got 0"),
        (
            lambda: conv_matrix(X, (4, 3)),
            ValueError,
            "kernel must fit the padded input: 4 taps with dilation 1 span 4 samples, "
            "got 3 with padding 0 on both sides, which is 3",
        ),
        (
            lambda: conv_matrix(X, (4, 4)) @ np.ones(3),
            ValueError,
            "the right factor must have 16 rows, got shape (3,)",
        ),
        (
            lambda: np.ones((2, 2)) @ conv_matrix(X, (4, 4)),
            ValueError,
            "the left factor must have 1 columns, got shape (2, 2)",
        ),
    ],
)
def test_wrong_arguments_are_named(call, error, message) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
