"""The layers of networks that bench.py times, here and in torch: what they are, how far results are off.

A layer is a call of one function that has the same name and the same options in both. Ours is timed with ``out=`` and,
as "allocating", without. torch takes no ``out=`` here: it always allocates.
"""

import argparse
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from itertools import product
from math import nan, prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark.measuring import calls_per_turn, measure, thread_counts
from fastresample.sizes import conv_output_size
from fastresample.validate.comparison import OURS
from fastresample.validate.libraries import settings

ALLOCATING, TORCH = "allocating", "torch"
DTYPES = ("float32", "float64")
CONV, DECONV, MAX, UNPOOL, MEAN = "conv2d", "conv_transpose2d", "max_pool2d", "max_unpool2d", "avg_pool2d"
FAMILIES = {"convolution": (CONV, DECONV), "pooling": (MAX, UNPOOL, MEAN)}
LETTERS = {"stride": "s", "padding": "p", "output_padding": "op", "dilation": "d", "groups": "g"}

Shape = tuple[int, int, int, int]
Arrays = tuple[NDArray[Any], ...]
Calls = dict[str, Callable[[], Any]]


class Layer(NamedTuple):
    """A function on x of a shape (N, C, H, W), with a square kernel or window and options."""

    name: str
    function: str
    shape: Shape
    kernel: int
    channels: int  # of a convolution's result, 0 for pooling
    options: dict[str, int]

    @property
    def label(self) -> str:
        """Name the layer in the tables: the shape of x, less a batch of 1, and the options."""
        shape = "x".join(map(str, self.shape[self.shape[0] == 1 :]))
        options = [f"{letter}{self.options[name]}" for name, letter in LETTERS.items() if name in self.options]
        return f"{self.name}, {shape}, {' '.join([f'k{self.kernel}', *options])}"

    @property
    def family(self) -> str:
        """Name the module that has the function, and the mean that the layer counts in."""
        return next(family for family, functions in FAMILIES.items() if self.function in functions)

    @property
    def weight(self) -> Shape:
        """Return the shape of a convolution's weights."""
        groups = self.options.get("groups", 1)
        if self.function == CONV:
            return self.channels, self.shape[1] // groups, self.kernel, self.kernel
        return self.shape[1], self.channels // groups, self.kernel, self.kernel

    @property
    def arguments(self) -> dict[str, int]:
        """Return the keyword arguments of the call."""
        return self.options if self.channels else {"kernel_size": self.kernel, **self.options}

    @property
    def gflop(self) -> float:
        """Count the multiplications and additions of a convolution in 10**9, padding not left out; 0 for pooling."""
        rows, columns = self.shape[2:]
        if self.function == CONV:
            steps = {name: value for name, value in self.options.items() if name != "groups"}
            rows, columns = (conv_output_size(n, self.kernel, **steps) for n in (rows, columns))
        return 2e-9 * self.shape[0] * prod(self.weight) * rows * columns


def row(name: str, function: str, shape: Shape, kernel: int, channels: int = 0, **options: int) -> Layer:
    """Return a row of the table below."""
    return Layer(name, function, shape, kernel, channels, options)


LAYERS = (
    row("a1 FCN depthwise", DECONV, (1, 21, 128, 128), 4, 21, stride=2, padding=1, groups=21),
    row("a2 FCN depthwise", DECONV, (1, 21, 64, 64), 16, 21, stride=8, padding=4, groups=21),
    row("a3 FCN depthwise", DECONV, (1, 21, 16, 16), 64, 21, stride=32, padding=16, groups=21),
    row("a4 FCN dense", DECONV, (1, 21, 128, 128), 4, 21, stride=2, padding=1),
    row("a5 FCN dense", DECONV, (1, 21, 64, 64), 16, 21, stride=8, padding=4),
    row("a6 FCN dense", DECONV, (1, 21, 16, 16), 64, 21, stride=32, padding=16),
    row("b1 image to 3", DECONV, (1, 3, 540, 960), 4, 3, stride=2, padding=1),
    row("b2 image depthwise", DECONV, (1, 3, 540, 960), 4, 3, stride=2, padding=1, groups=3),
    row("c1 DCGAN to 256", DECONV, (16, 512, 4, 4), 4, 256, stride=2, padding=1),
    row("c2 DCGAN to 128", DECONV, (16, 256, 8, 8), 4, 128, stride=2, padding=1),
    row("c3 DCGAN to 64", DECONV, (16, 128, 16, 16), 4, 64, stride=2, padding=1),
    row("c4 DCGAN to 3", DECONV, (16, 64, 32, 32), 4, 3, stride=2, padding=1),
    row("d1 U-Net to 512", DECONV, (1, 1024, 28, 28), 2, 512, stride=2),
    row("d2 U-Net to 64", DECONV, (1, 128, 196, 196), 2, 64, stride=2),
    row("e1 deep to 256", DECONV, (1, 2048, 8, 8), 4, 256, stride=2, padding=1),
    row("e2 deep to 256", DECONV, (4, 2048, 8, 8), 4, 256, stride=2, padding=1),
    row("f1 deconv to 64", DECONV, (1, 64, 56, 56), 3, 64),
    row("f2 deconv to 64", DECONV, (1, 64, 56, 56), 3, 64, padding=2, dilation=2),
    row("f3 deconv to 64", DECONV, (1, 64, 56, 56), 3, 64, stride=3, padding=1, output_padding=1),
    row("f4 deconv to 64", DECONV, (1, 64, 56, 56), 4, 64, stride=2, padding=1, groups=4),
    row("g1 conv to 64", CONV, (1, 64, 56, 56), 3, 64, padding=1),
    row("g2 conv to 64", CONV, (1, 64, 56, 56), 3, 64, padding=2, dilation=2),
    row("g3 conv to 64", CONV, (1, 64, 56, 56), 3, 64, padding=4, dilation=4),
    row("h1 conv to 128", CONV, (1, 64, 56, 56), 3, 128, stride=2, padding=1),
    row("h2 conv depthwise", CONV, (1, 64, 112, 112), 3, 64, padding=1, groups=64),
    row("p1 max_pool2d with indices", MAX, (1, 64, 224, 224), 2, stride=2, return_indices=True),
    row("p2 max_unpool2d", UNPOOL, (1, 64, 112, 112), 2, stride=2),
    row("p3 max_pool2d with indices", MAX, (1, 64, 112, 112), 3, stride=2, padding=1, return_indices=True),
    row("p4 max_pool2d", MAX, (1, 64, 112, 112), 3, stride=2, padding=1),
    row("p5 avg_pool2d", MEAN, (1, 64, 112, 112), 2, stride=2),
    row("p6 avg_pool2d", MEAN, (1, 64, 112, 112), 3, stride=2, padding=1),
)
QUICK_LAYERS = tuple(layer for layer in LAYERS if layer.name[:2] in ("a1", "b1", "c4", "g1", "p1", "p2", "p5"))


class Accuracy(NamedTuple):
    """How far results are off: convolutions from float64, relative to its largest value, poolings from torch's."""

    ours: float = 0.0
    theirs: float = 0.0
    differing: int = 0  # values and indices of a pooling

    @property
    def ratio(self) -> float:
        """Our error over torch's; NaN where torch's own result is what errors are taken from."""
        return self.ours / self.theirs if self.theirs else nan


class NetworkCell(NamedTuple):
    """One measurement: milliseconds of ours, with and without ``out=``, and of torch."""

    layer: Layer
    dtype: str
    mode: str
    ms: dict[str, float]
    accuracy: Accuracy

    def ratio(self, name: str = OURS) -> float:
        """Return torch's time over ours."""
        return self.ms[TORCH] / self.ms[name]

    @property
    def record(self) -> dict[str, Any]:
        """All of it for JSON."""
        nested = {"layer": self.layer.label, "accuracy": self.accuracy._asdict()}
        return {**self.layer._asdict(), **self._asdict(), **nested}


def our_call(layer: Layer, arrays: Arrays, threads: int) -> Callable[..., Any]:
    """Return our call on these operands; it takes ``out=``."""
    function = getattr(import_module(f"fastresample.{layer.family}"), layer.function)
    return partial(function, *arrays, threads=threads, **layer.arguments)


def torch_call(layer: Layer, arrays: Arrays) -> Callable[[], Any]:
    """Return torch's call on the same memory."""
    function = getattr(import_module("torch.nn.functional"), layer.function)
    return partial(function, *map(import_module("torch").from_numpy, arrays), **layer.arguments)


def layer_calls(layer: Layer, arrays: Arrays, threads: int) -> Calls:
    """Return the calls to time, warmed up."""
    ours = our_call(layer, arrays, threads)
    return {OURS: partial(ours, out=ours()), ALLOCATING: ours, TORCH: torch_call(layer, arrays)}


def operands(layer: Layer, dtype: str) -> Arrays:
    """Return noise to read: x, weight and bias of a convolution, x of a pooling, maxima and their places to unpool."""
    normal = np.random.default_rng(0).standard_normal
    samples, channels, rows, columns = layer.shape
    if layer.function == UNPOOL:
        pooled = layer._replace(function=MAX, options={**layer.options, "return_indices": True})
        x = normal((samples, channels, rows * layer.kernel, columns * layer.kernel)).astype(dtype)
        return as_arrays(torch_call(pooled, (x,))())
    x = normal(layer.shape).astype(dtype)
    if not layer.channels:
        return (x,)
    terms = channels // layer.options.get("groups", 1) * layer.kernel**2
    return x, (normal(layer.weight) / np.sqrt(terms)).astype(dtype), normal(layer.channels).astype(dtype)


def as_arrays(result: Any) -> Arrays:
    """Return one result or several as arrays."""
    return tuple(map(np.asarray, result if isinstance(result, tuple) else (result,)))


def compared(layer: Layer, arrays: Arrays, threads: int) -> Accuracy:
    """Compare our pooling with torch's, or both convolutions with torch's in float64."""
    ours, theirs = as_arrays(our_call(layer, arrays, threads)()), as_arrays(torch_call(layer, arrays)())
    if not layer.channels:
        return Accuracy(differing=sum(int(np.sum(a != b)) for a, b in zip(ours, theirs, strict=True)))
    (exact,) = as_arrays(torch_call(layer, tuple(array.astype(np.float64) for array in arrays))())
    largest = np.abs(exact).max()
    errors = [float(np.abs(result - exact).max() / largest) for (result,) in (ours, theirs)]
    return Accuracy(errors[0], errors[1])


def run(arguments: argparse.Namespace, cores: int) -> Iterable[NetworkCell]:
    """Measure layers of networks cell by cell."""
    layers = QUICK_LAYERS if arguments.quick else LAYERS
    dtypes = DTYPES[:1] if arguments.quick else DTYPES
    for layer, dtype, (mode, threads) in product(layers, dtypes, thread_counts(cores).items()):
        if arguments.only in f"{layer.label} {dtype} {mode}":
            yield time_layer(layer, dtype, mode, threads, arguments.seconds)


def time_layer(layer: Layer, dtype: str, mode: str, threads: int, seconds: float) -> NetworkCell:
    """Measure one cell: each call of ours in turns with torch's, so that all of them find caches filled by another."""
    import torch

    with settings({TORCH}, threads=threads), torch.inference_mode():
        arrays = operands(layer, dtype)
        accuracy = compared(layer, arrays, threads)
        calls = layer_calls(layer, arrays, threads)
        pairs = [{name: calls[name], TORCH: calls[TORCH]} for name in (OURS, ALLOCATING)]
        repeats = calls_per_turn(threads)
        given, new = (measure(pair, seconds / 2, turns=5, repeats=repeats) for pair in pairs)
    return NetworkCell(layer, dtype, mode, {**given, **new, TORCH: min(given[TORCH], new[TORCH])}, accuracy)
