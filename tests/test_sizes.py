"""The size arithmetic: against counting, against PyTorch where it is installed, and what it refuses."""

import itertools
import re

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from fastresample.sizes import (
    check_integer,
    check_pair,
    conv_output_size,
    conv_transpose_output_size,
    output_padding_for,
    receptive_field,
)

SETS = list(itertools.product(range(1, 12), range(1, 6), range(1, 5), range(4), range(1, 4)))


def fits(n: int, kernel: int, padding: int, dilation: int) -> bool:
    return dilation * (kernel - 1) + 1 <= n + 2 * padding


def windows(n: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Count the windows that lie within the padded axis."""
    starts = range(-padding, n + padding, stride)
    return sum(start + dilation * (kernel - 1) < n + padding for start in starts)


def test_convolution_counts_the_windows_that_fit() -> None:
    for n, kernel, stride, padding, dilation in SETS:
        if fits(n, kernel, padding, dilation):
            assert conv_output_size(n, kernel, stride, padding, dilation) == windows(
                n, kernel, stride, padding, dilation
            )
        else:
            with pytest.raises(ValueError, match="kernel must fit the padded input"):
                conv_output_size(n, kernel, stride, padding, dilation)


def test_convolution_has_as_many_samples_as_numpy_has_windows() -> None:
    for n, kernel, stride in itertools.product((7, 8, 20), (1, 2, 3, 7), (1, 2, 3)):
        assert len(sliding_window_view(np.zeros(n), kernel)[::stride]) == conv_output_size(n, kernel, stride)


def test_transposed_convolution_ends_where_its_last_tap_falls() -> None:
    for n, kernel, stride, padding, dilation in SETS:
        last = max(i * stride + k * dilation for i in range(n) for k in range(kernel)) - 2 * padding
        for extra in range(max(stride, dilation)):
            if last + 1 + extra >= 1:
                size = conv_transpose_output_size(n, kernel, stride, padding, extra, dilation)
                assert size == last + 1 + extra
            else:
                with pytest.raises(ValueError, match="padding must leave a sample"):
                    conv_transpose_output_size(n, kernel, stride, padding, extra, dilation)


def test_a_transposed_convolution_goes_back_to_every_size_that_a_convolution_came_from() -> None:
    for n, kernel, stride, padding, dilation in SETS:
        if not fits(n, kernel, padding, dilation):
            continue
        small = conv_output_size(n, kernel, stride, padding, dilation)
        extra = output_padding_for(small, n, kernel, stride, padding, dilation)
        assert extra == (n + 2 * padding - dilation * (kernel - 1) - 1) % stride
        assert conv_transpose_output_size(small, kernel, stride, padding, extra, dilation) == n


def test_stride_many_sizes_share_one() -> None:
    for kernel, stride, padding, dilation in itertools.product(range(1, 6), range(1, 5), range(3), range(1, 4)):
        sharing = [
            n
            for n in range(1, 60)
            if fits(n, kernel, padding, dilation) and conv_output_size(n, kernel, stride, padding, dilation) == 9
        ]
        assert len(sharing) == stride
        assert [output_padding_for(9, n, kernel, stride, padding, dilation) for n in sharing] == list(range(stride))


@pytest.mark.parametrize("n_out", [1, 16, 19, 100])
def test_a_size_that_no_output_padding_gives_is_refused_with_those_that_there_are(n_out: int) -> None:
    message = f"n_out must be from 17 to 18 for 8 samples, 3 taps, stride 2, padding 0 and dilation 1, got {n_out}"
    with pytest.raises(ValueError, match=f"^{message}$"):
        output_padding_for(8, n_out, 3, 2)


def test_sizes_are_those_of_torch() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    torch.set_num_threads(1)
    functional = torch.nn.functional
    for n, kernel, stride, padding, dilation in SETS[::7]:
        x, weight = torch.zeros(1, 1, n), torch.zeros(1, 1, kernel)
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        if fits(n, kernel, padding, dilation):
            theirs = functional.conv1d(x, weight, **options).shape[-1]
            assert conv_output_size(n, kernel, stride, padding, dilation) == theirs
        for extra in range(max(stride, dilation) + 1):
            try:
                theirs = functional.conv_transpose1d(x, weight, output_padding=extra, **options).shape[-1]
            except RuntimeError:
                theirs = 0
            if theirs:
                assert conv_transpose_output_size(n, kernel, stride, padding, extra, dilation) == theirs
            else:
                with pytest.raises(ValueError, match="must"):
                    conv_transpose_output_size(n, kernel, stride, padding, extra, dilation)


def test_receptive_fields_of_the_literature() -> None:
    dilated = [(3, 1, 2**level) for level in range(3)]
    assert [receptive_field(dilated[:depth]) for depth in range(4)] == [1, 3, 7, 15]
    wavenet = [(2, 1, 2**level) for level in range(10)]
    assert receptive_field(wavenet) == 1024
    block = [(3, 1, 1)] * 2 + [(2, 2, 1)]
    vgg16 = 2 * block + 3 * [(3, 1, 1), *block]
    assert receptive_field(vgg16) == 212


@pytest.mark.parametrize(
    "layers",
    [
        [(3, 2, 1), (3, 2, 1)],
        [(3, 1, 2), (5, 2, 3), (2, 1, 1)],
        [(7, 2, 1), (3, 2, 1), (3, 1, 4)],
        [(4, 3, 1), (3, 3, 1), (1, 1, 1)],
    ],
)
def test_receptive_field_is_what_a_stack_really_reads(layers: list[tuple[int, int, int]]) -> None:
    """Follow which input samples one output depends on, from the last layer back to the first."""
    reached = {0}
    for kernel, stride, dilation in reversed(layers):
        reached = {i * stride + k * dilation for i in reached for k in range(kernel)}
    assert receptive_field(iter(layers)) == max(reached) - min(reached) + 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conv_output_size(0, 3), "n must be at least 1, got 0"),
        (lambda: conv_output_size(5, 0), "kernel must be at least 1, got 0"),
        (lambda: conv_output_size(5, 3, 0), "stride must be at least 1, got 0"),
        (lambda: conv_output_size(5, 3, 1, -1), "padding must be at least 0, got -1"),
        (lambda: conv_output_size(5, 3, 1, 0, 0), "dilation must be at least 1, got 0"),
        (
            lambda: conv_output_size(5, 3, 1, 1, 4),
            "kernel must fit the padded input: 3 taps with dilation 4 span 9 samples, "
            "got 5 with padding 1 on both sides, which is 7",
        ),
        (lambda: conv_transpose_output_size(5, 3, output_padding=-1), "output_padding must be at least 0, got -1"),
        (
            lambda: conv_transpose_output_size(5, 3, 2, output_padding=3, dilation=3),
            "output_padding must be less than stride or dilation, got 3 with stride 2 and dilation 3",
        ),
        (
            lambda: conv_transpose_output_size(1, 3, 2, padding=2),
            "padding must leave a sample of the result, got 2, which cuts 4 off 3 "
            "(1 samples, 3 taps, stride 2, dilation 1, output_padding 0)",
        ),
        (lambda: output_padding_for(1, 0, 3), "n_out must be at least 1, got 0"),
        (lambda: receptive_field([(3, 1, 1), (3, 0, 1)]), "layers[1]'s stride must be at least 1, got 0"),
        (lambda: check_pair("stride", (2, 0), 1), "stride[1] must be at least 1, got 0"),
        (
            lambda: check_pair("stride", (1, 2, 3), 1),
            "stride must be an integer or (vertical, horizontal), got (1, 2, 3)",
        ),
    ],
)
def test_wrong_values_are_named(call, message) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize("value", [2.0, "2", None, True, np.True_, np.array([2]), (2, 2)])
def test_only_integers_are_integers(value) -> None:
    with pytest.raises(TypeError, match=re.escape(f"n must be an integer, got {value!r}")):
        conv_output_size(value, 1)


def test_layers_are_triples() -> None:
    for layer in (3, (3, 1), "311"):
        with pytest.raises(TypeError, match=re.escape(f"layers[0] must be (kernel, stride, dilation), got {layer!r}")):
            receptive_field([layer])


def test_integers_of_numpy_are_welcome_and_results_are_pythons() -> None:
    size = conv_output_size(np.int32(7), np.uint8(3), np.int64(2), np.int8(1), np.array(1))
    assert (size, type(size)) == (4, int)
    assert check_integer("n", np.uint8(200), 0) == 200
    assert check_pair("n", np.int64(3), 0) == check_pair("n", [3, 3], 0) == (3, 3)
