"""Kernels of convolutions: every variant, tile and number of phases gives the plain definition's numbers and touches
nothing but its arrays, on every kind of processor.

Variants and tiles are forced here, so that each is met by extents that are awkward for it. Where the processor has no
vectors, or without the compiler, only the definition remains, and test_convolution.py is about that.
"""

import hashlib
import os
import platform
import signal
import sys
import textwrap
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, NamedTuple

import child
import llvmlite.binding
import numpy as np
import pytest
from guard import guarded, relocated
from numba import config

from fastresample import correlation, kernels, threads
from fastresample.convolution import conv2d, conv_transpose2d
from fastresample.correlation import channels, depthwise, padded, pixels, tables
from fastresample.kernels import tiers
from fastresample.kernels.correlation import compiled, tiles
from fastresample.kernels.tiers import tier
from fastresample.spec.convolution import ConvolutionSpec

needs_vectors = pytest.mark.skipif(not tier().registers, reason="kernels of vectors need AVX2 and the compiler")
HAS_AVX2 = platform.machine() in ("x86_64", "AMD64") and {"avx2", "fma"} <= {
    name for name, has in llvmlite.binding.get_host_cpu_features().items() if has
}
RUNS_AVX2 = HAS_AVX2 and sys.platform == "linux" and not config.DISABLE_JIT
needs_x86 = pytest.mark.skipif(not HAS_AVX2 or bool(config.DISABLE_JIT), reason="the processor is named as an x86 one")
needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
# Children are about a processor or about what is compiled, not about how the tests were started.
NEUTRAL = {name: None for name in os.environ if name.startswith("NUMBA_")}
STRIDES = (1, 2, 3, 4, 5)
DTYPES = ("float32", "float64")


# --- what is walked -----------------------------------------------------------------------------------------------


class Job(NamedTuple):
    """A variant with the tile (of depthwise rows: the taps) and the phases of columns that it is compiled for."""

    variant: str
    dtype: str
    tile: tuple[int, ...]
    phases: int = 0  # 0: any

    def compiled(self) -> Any:
        """The kernels."""
        if self.variant == "pixels":
            return compiled.pixel_kernels(self.dtype, tiles.PixelTile(*self.tile), self.phases)
        if self.variant == "images":
            return compiled.image_kernels(self.dtype, tiles.PixelTile(*self.tile), self.phases)
        if self.variant == "channels":
            return compiled.channel_kernels(self.dtype, tiles.ChannelTile(*self.tile))
        if self.variant == "depthwise":
            return compiled.depthwise_kernel(self.dtype, self.tile[:2])
        return compiled.plain_kernel(self.dtype)

    def plan(self, spec: ConvolutionSpec) -> correlation.Run:
        """What computes a call by this job, whatever suits."""
        made = tables.make(spec)
        request = padded.request(spec, made)
        if self.variant == "depthwise":  # also where it would not be worth its weights' memory
            request = request._replace(taps=self.tile)
        return correlation.RUNS[self.variant](spec, made, request, self.compiled())

    @property
    def lanes(self) -> int:
        return compiled.lanes(self.dtype)

    @property
    def across(self) -> int:
        """Columns of a phase in one tile."""
        pixels = self.tile[-1] * self.lanes if self.variant in ("images", "pixels") else self.lanes
        return self.tile[1] if self.variant == "channels" else pixels


def jobs() -> list[Job]:
    """Every tile of the menus and every number of phases, in this or that dtype: each takes a second to compile."""
    of_pixels, of_channels = (menu.get(tier().registers, ()) for menu in (tiles.PIXEL_TILES, tiles.CHANNEL_TILES))
    if not tier().registers:
        return []
    phases = range(1, 1 + max(len(of_pixels), tiles.MOST_PHASES))
    of_images = [(number, tiles.image_tiles(number)) for number in range(1, tiles.MOST_PHASES + 1)]
    found = [
        *(("images", menu[number % len(menu)], number) for number, menu in of_images if menu),
        *(("pixels", of_pixels[number % len(of_pixels) - 1], number) for number in phases),
        *(("channels", tile, 0) for tile in of_channels),
        *(("depthwise", taps, 0) for taps in ((2, 2), (3, 1))),
    ]
    return [Job(variant, DTYPES[n % 2], tile, number) for n, (variant, tile, number) in enumerate(found)]


JOBS = jobs()
ONE_EACH = {job.variant: job for job in reversed(JOBS)}


class Kind(NamedTuple):
    """A convolution but for its extent along the columns."""

    transposed: bool
    groups: int
    inputs: int  # of a group
    outputs: int
    kernel: tuple[int, int]
    stride_y: int
    dilation: tuple[int, int]
    rows: int  # of the highest phase
    images: int = 1


KINDS = [
    Kind(transposed, *rest)
    for transposed in (False, True)
    for rest in (
        (1, 1, 1, (1, 1), 1, (1, 1), 1),  # with one column a single sample
        (1, 3, 8, (4, 4), 1, (1, 1), 6),
        (2, 31, 33, (2, 3), 2, (1, 2), 3, 2),
        (1, 33, 31, (3, 2), 3, (2, 1), 5),
        (3, 2, 13, (3, 3), 4, (2, 4), 4, 2),  # dilations share factors with strides
        (1, 129, 5, (2, 2), 2, (1, 1), 3),  # several blocks of channels
        (1, 2, 3, (12, 13), 1, (1, 1), 2),  # several chunks of taps
        (5, 1, 1, (3, 5), 5, (1, 1), 7, 3),  # fewer taps than phases: some have none
        (2, 1, 17, (7, 1), 2, (1, 3), 9),
    )
]
LONG = Kind(True, 1, 2, 3, (64, 64), 32, (1, 1), 2)


class Axis(NamedTuple):
    """One axis of a convolution."""

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int
    size_out: int


def axis(rng: Any, transposed: bool, count: int, kernel: int, stride: int, dilation: int) -> Axis:
    """Draw an axis with ``count`` outputs in its first phase; up to all of what one tap reaches may be padding."""
    span = dilation * (kernel - 1) + 1
    padding = int(rng.integers(0, span + 1))
    if transposed:
        size_out = stride * (count - 1) + int(rng.integers(1, stride + 1))
        return Axis(max(1, (size_out + 2 * padding - span) // stride + 1), kernel, stride, padding, dilation, size_out)
    return Axis(max(1, (count - 1) * stride + span - 2 * padding), kernel, stride, padding, dilation, count)


def spec_of(job: Job, kind: Kind, columns: int, rng: Any) -> ConvolutionSpec:
    """Draw a call of a kind, with so many columns in each phase, that the job can compute."""
    (kernel_y, kernel_x), (dilation_y, dilation_x), stride_y = kind.kernel, kind.dilation, kind.stride_y
    stride_x = job.phases if job.phases and kind.transposed else int(rng.choice(STRIDES))
    if stride_y == LONG.stride_y:
        stride_x = 32
    if job.variant == "depthwise" and not kind.transposed:
        stride_y = stride_x = 1
    if job.variant == "depthwise":
        kernel_y, kernel_x = (
            taps * s - int(rng.integers(s)) for taps, s in zip(job.tile, (stride_y, stride_x), strict=True)
        )
    y = axis(rng, kind.transposed, kind.rows, kernel_y, stride_y, dilation_y)
    if job.phases and kind.transposed:
        columns = max(columns, 2)  # as many phases as the stride
    x = axis(rng, kind.transposed, columns, kernel_x, stride_x, dilation_x)
    return ConvolutionSpec(
        kind.transposed,
        job.dtype,
        (kind.images, kind.groups * kind.inputs, y.size, x.size),
        kind.groups * kind.outputs,
        (kernel_y, kernel_x),
        (stride_y, stride_x),
        (y.padding, x.padding),
        (dilation_y, dilation_x),
        kind.groups,
        (y.size_out, x.size_out),
    )


def specs(job: Job) -> Iterator[ConvolutionSpec]:
    """Draw calls of every kind, one column to a column more than a tile; several numbers of columns per kind."""
    rng = np.random.default_rng([*job.variant.encode(), *job.tile, job.phases])
    columns = sorted({1, 2, job.lanes - 1, job.lanes, job.lanes + 1, job.across - 1, job.across, job.across + 1} - {0})
    kinds = [kind for kind in KINDS if kind.transposed or job.phases < 2]  # a convolution has one phase
    if job.phases == 0:
        kinds.append(LONG)
    if job.variant == "images":
        kinds = [kind._replace(inputs=min(kind.inputs, 8)) for kind in kinds]
    if job.variant == "depthwise":
        groups = (1, 2, 3, 5, 31, 33) * 4
        kinds = [
            kind._replace(groups=n, inputs=1, outputs=1, dilation=(1, 1))
            for kind, n in zip(kinds, groups, strict=False)
        ]
    turn = int(rng.integers(len(columns)))
    for number, kind in enumerate(kinds):
        spec = spec_of(job, kind, columns[(turn + number) % len(columns)], rng)
        if job.variant != "images" or padded.request(spec, tables.make(spec)).one_chunk:
            yield spec


class Arrays(NamedTuple):
    """Operands of a call, contiguous as `correlation.run` takes them."""

    x: np.ndarray
    weight: np.ndarray
    bias: np.ndarray

    def like(self) -> "Arrays":
        """Copies."""
        return Arrays(*(array.copy() for array in self))


def weight_shape(spec: ConvolutionSpec) -> tuple[int, ...]:
    channels_in = spec.shape[1]
    if spec.transposed:
        return (channels_in, spec.channels // spec.groups, *spec.kernel)
    return (spec.channels, channels_in // spec.groups, *spec.kernel)


def arrays(spec: ConvolutionSpec, seed: int = 1) -> Arrays:
    rng = np.random.default_rng(seed)
    shapes = (spec.shape, weight_shape(spec), (spec.channels,))
    return Arrays(*(rng.standard_normal(shape).astype(spec.dtype) for shape in shapes))


def empty(spec: ConvolutionSpec) -> np.ndarray:
    """An array for the result; what is not written is neither equal to anything nor NaN as results are."""
    return np.full((spec.shape[0], spec.channels, *spec.size), 12345.678, spec.dtype)


def computed(run: correlation.Run, spec: ConvolutionSpec, given: Arrays, count: int = 1) -> np.ndarray | None:
    """Return the result, or None if the job declined."""
    out = empty(spec)
    return out if run(*given, out, count) else None


def defined(spec: ConvolutionSpec, given: Arrays) -> np.ndarray:
    result = computed(Job("plain", spec.dtype, ()).plan(spec), spec, given)
    assert result is not None, "the definition serves everything"
    return result


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def cut(monkeypatch: pytest.MonkeyPatch, cutting: Callable[[int], list[int]]) -> None:
    """Let every call do its bands in an odd order, between the ends that ``cutting`` returns for a number of rows."""

    def run(band: threads.Band, rows: int, row_ns: float, count: int | None) -> None:
        ends = sorted({0, rows, *cutting(rows)})
        for begin, end in sorted(pairwise(ends), key=lambda limits: limits[0] * 7919 % 1009):
            band(begin, end)

    monkeypatch.setattr(threads, "run", run)


# --- numbers ------------------------------------------------------------------------------------------------------


def test_the_last_variant_is_the_definition_and_serves_everything() -> None:
    family = [variant for variant in kernels.VARIANTS if variant.family == "correlate"]
    assert [variant.name for variant in family] == list(correlation.RUNS)
    assert family[-1].name == "plain"
    nothing = tiles.Extent(*[0] * len(tiles.Extent._fields))
    request = kernels.correlation.Request("float32", 0, (0, 0), False, nothing)
    assert family[-1].matches(request)
    assert family[-1].suits(request)


@needs_vectors
def test_every_variant_tile_and_number_of_phases_has_a_job() -> None:
    assert {job.variant for job in JOBS} == set(correlation.RUNS) - {"plain"}
    for variant, menu in (("pixels", tiles.PIXEL_TILES), ("channels", tiles.CHANNEL_TILES)):
        assert {job.tile for job in JOBS if job.variant == variant} == set(menu[tier().registers])
    assert {job.phases for job in JOBS} == {0, *range(1, tiles.MOST_PHASES + 1)}
    for variant in ONE_EACH:
        assert {job.dtype for job in JOBS if job.variant == variant} == set(DTYPES)


@needs_vectors
def test_jobs_meet_what_is_rare() -> None:
    drawn = [(job, spec) for job in JOBS for spec in specs(job)]
    every = [spec for _, spec in drawn]
    assert any(spec.shape[2:] == spec.size == (1, 1) for spec in every)
    assert {1, 31, 33} <= {spec.shape[1] // spec.groups for spec in every}
    assert {s for spec in every for s in spec.stride} >= {*STRIDES, 32}
    assert any(k < s for spec in every for k, s in zip(spec.kernel, spec.stride, strict=True) if spec.transposed)
    assert any(np.gcd(spec.stride, spec.dilation).max() > 1 for spec in every if spec.transposed)
    made = [tables.make(spec) for spec in every[::5]]
    assert any(table.channel_block < spec.shape[1] // spec.groups for table, spec in zip(made, every[::5], strict=True))
    assert any(np.diff(table.pair_begin).max() > table.tap_chunk for table in made)
    for variant in ("images", "pixels", "channels"):
        beside = {  # columns of a phase, less those of whole tiles
            (-(-spec.size[1] // spec.stride[1]) if spec.transposed else spec.size[1]) % job.across
            for job, spec in drawn
            if job.variant == variant
        }
        assert {0, 1} <= beside


@needs_vectors
@pytest.mark.parametrize("job", JOBS, ids=str)
def test_numbers_are_the_definitions(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    for spec in specs(job):
        given = arrays(spec)
        before = [array.tobytes() for array in given]
        run = job.plan(spec)
        whole = computed(run, spec, given)
        assert whole is not None, spec
        assert np.array_equal(whole, defined(spec, given)), spec
        with monkeypatch.context() as odd:
            cut(odd, lambda rows: list(range(rows if rows < 20 else 0)) + list(rng.integers(0, rows, 4)))
            pieces = computed(run, spec, given)
        assert pieces is not None
        assert same_bits(whole, pieces), spec
        assert before == [array.tobytes() for array in given], "inputs are not written to"


def test_the_definition_does_not_depend_on_the_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    for dtype in DTYPES:
        job = Job("plain", dtype, ())
        for kind in KINDS[:2] if config.DISABLE_JIT else KINDS:
            rng = np.random.default_rng(3)
            spec = spec_of(job._replace(tile=(1, 1)), kind, 7, rng)
            given = arrays(spec)
            whole = defined(spec, given)
            with monkeypatch.context() as odd:
                cut(odd, lambda rows: list(range(rows)))
                assert same_bits(whole, defined(spec, given)), spec


# --- calls by the public operators: of each variant one ------------------------------------------------------------

# Operator, dtype, images, channels, rows and columns, output channels, kernel, stride, padding, groups.
CALLS = {
    "images": ("conv2d", "float64", 1, 3, (50, 110), 3, 3, 1, 1, 1),
    "images in phases": ("conv_transpose2d", "float32", 2, 6, (40, 94), 8, 3, 2, 1, 2),
    "pixels": ("conv2d", "float32", 1, 20, (40, 70), 24, 3, 1, 1, 1),
    "pixels in phases": ("conv_transpose2d", "float64", 1, 40, (40, 70), 12, 4, 2, 1, 1),
    "channels": ("conv2d", "float64", 1, 40, (12, 12), 64, 3, 1, 1, 1),
    "channels in phases": ("conv_transpose2d", "float32", 2, 130, (6, 5), 64, 4, 2, 1, 1),
    "depthwise": ("conv_transpose2d", "float32", 2, 21, (25, 40), 21, 4, 2, 1, 21),
    "depthwise convolution": ("conv2d", "float32", 1, 21, (50, 70), 21, 2, 1, 1, 21),
    "depthwise with gaps": ("conv_transpose2d", "float64", 2, 21, (25, 40), 21, 3, 2, 1, 21),
    "plain": ("conv_transpose2d", "float32", 1, 2, (5, 7), 3, 3, 2, 1, 1),
}


class Call(NamedTuple):
    """Arrays and options of a public operator."""

    operator: Callable[..., np.ndarray]
    given: Arrays
    options: dict[str, int]

    def __call__(self, **options: Any) -> np.ndarray:
        return self.operator(*self.given, **self.options, **options)

    @property
    def spec(self) -> ConvolutionSpec:
        """The call as the kernels' side sees it."""
        seen: list[ConvolutionSpec] = []
        with pytest.MonkeyPatch.context() as spying:
            spying.setattr(correlation, "run", lambda spec, *_: seen.append(spec))
            self()
        return seen[0]


def call(name: str) -> Call:
    operator, dtype, images, inputs, sides, outputs, kernel, stride, padding, groups = CALLS[name]
    transposed = operator == "conv_transpose2d"
    shape = (inputs, outputs // groups) if transposed else (outputs, inputs // groups)
    rng = np.random.default_rng(4)
    given = Arrays(
        rng.standard_normal((images, inputs, *sides)).astype(dtype),
        rng.standard_normal((*shape, kernel, kernel)).astype(dtype),
        rng.standard_normal(outputs).astype(dtype),
    )
    options = {"stride": stride, "padding": padding, "groups": groups}
    return Call(conv_transpose2d if transposed else conv2d, given, options)


def chosen(spec: ConvolutionSpec) -> str:
    return str(kernels.chosen(padded.request(spec, tables.make(spec))).name)


def digests(*names: str) -> dict[str, str]:
    """Hash of each call's result; zeros of either sign are the same."""
    results = {name: call(name)() for name in names}
    return {
        name: hashlib.sha256((result + result.dtype.type(0)).tobytes()).hexdigest() for name, result in results.items()
    }


@needs_vectors
@pytest.mark.parametrize("name", CALLS)
def test_calls_choose_the_variant_that_they_are_for(name: str) -> None:
    assert chosen(call(name).spec) == name.split()[0]


@needs_vectors
@pytest.mark.parametrize(
    ("images", "channels_in", "outputs", "sides", "reach", "tiled"),
    [
        (1, 512, 256, (14, 14), 18, True),  # far taps meet padding only, and there is much to compute
        (1, 32, 32, (8, 8), 1000, False),
        (64, 32, 32, (4, 4), 100, False),
        (1, 4, 4, (6, 5), 1, False),  # little to compute
    ],
)
def test_tiles_serve_what_is_worth_a_padded_copy(
    images: int, channels_in: int, outputs: int, sides: tuple[int, int], reach: int, tiled: bool
) -> None:
    """Taps ``reach`` apart and as much padding: the copy is longer by twice that along both axes."""
    far, shape = (reach, reach), (images, channels_in, *sides)
    spec = ConvolutionSpec(False, "float32", shape, outputs, (3, 3), (1, 1), far, far, 1, sides)
    assert (chosen(spec) != "plain") == tiled


@needs_vectors
@pytest.mark.parametrize("name", CALLS)
def test_threads_change_no_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_SHORTEST_BAND_NS", 1)
    made = call(name)
    alone = made(threads=1)
    assert np.array_equal(alone, defined(made.spec, made.given))
    for count in (2, 3, 7):
        for _ in range(3):
            assert same_bits(made(threads=count), alone)


@needs_vectors
def test_many_python_threads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_SHORTEST_BAND_NS", 1)
    monkeypatch.setattr(threads, "_limit", 3)
    calls = [call(name) for name in CALLS]
    wanted = [made(threads=1) for made in calls]
    with ThreadPoolExecutor(8) as executor:
        rounds = [
            (made, right, executor.submit(made)) for _ in range(20) for made, right in zip(calls, wanted, strict=True)
        ]
        for made, right, future in rounds:
            assert same_bits(future.result(60), right), made.spec


@needs_vectors
@pytest.mark.parametrize("name", CALLS)
def test_inputs_may_be_read_only(name: str) -> None:
    made = call(name)
    right = made()
    for array in made.given:
        array.flags.writeable = False
    assert same_bits(made(), right)


# --- infinity and NaN ---------------------------------------------------------------------------------------------

BAD = (np.inf, -np.inf, np.nan)


def corners_and_inside(array: np.ndarray) -> list[tuple[int, ...]]:
    """Places of the first sample, the last and one in the middle."""
    return [(0,) * array.ndim, tuple(n - 1 for n in array.shape), tuple(n // 2 for n in array.shape)]


def spoilt(given: Arrays, name: str, bad: float) -> Iterator[Arrays]:
    """Yield the operands with one bad value in one place."""
    for place in corners_and_inside(getattr(given, name)):
        changed = given.like()
        getattr(changed, name)[place] = bad
        yield changed


@needs_vectors
@pytest.mark.parametrize("name", CALLS)
def test_infinity_and_nan_spread_as_in_the_definition(name: str) -> None:
    made = call(name)
    spec = made.spec
    for bad in BAD:
        for operand in Arrays._fields:
            for given in spoilt(made.given, operand, bad):
                ours, right = made._replace(given=given)(), defined(spec, given)
                assert not np.isfinite(right).all()
                assert np.array_equal(ours, right, equal_nan=True), (operand, bad)


@needs_vectors
@pytest.mark.parametrize("job", ONE_EACH.values(), ids=str)
def test_what_zeros_would_spoil_is_declined_and_nothing_else(job: Job) -> None:
    """Tiles multiply all weights by zeros; depthwise rows also samples, if the kernel is no multiple of the stride."""
    for spec in specs(job):
        run, given = job.plan(spec), arrays(spec)
        gaps = job.variant == "depthwise" and any(k % s for k, s in zip(spec.kernel, spec.stride, strict=True))
        for bad in (np.inf, np.nan):
            for operand in Arrays._fields:
                for changed in spoilt(given, operand, bad):
                    ours = computed(run, spec, changed)
                    assert (ours is None) == (operand == "weight" or (operand == "x" and gaps)), (spec, operand)
                    if ours is not None:
                        assert np.array_equal(ours, defined(spec, changed), equal_nan=True), (spec, operand)


@needs_vectors
@pytest.mark.parametrize("name", CALLS)
def test_finite_numbers_whose_sum_is_not(name: str) -> None:
    made = call(name)
    x, weight, bias = made.given
    kind = np.finfo(x.dtype)
    largest, smallest = kind.max / 2, kind.tiny * 2  # sums of the largest are infinite
    for given, finite in (
        (Arrays(np.sign(x) * largest, weight, bias), False),
        (Arrays(x * smallest, np.sign(weight) * largest, bias), True),
        (Arrays(np.sign(x) * largest, weight * smallest, bias), True),
    ):
        ours, right = made._replace(given=given)(), defined(made.spec, given)
        assert np.isfinite(right).all() == finite
        assert np.array_equal(ours, right, equal_nan=True)


# --- memory -------------------------------------------------------------------------------------------------------


def buffers_guarded(monkeypatch: pytest.MonkeyPatch, at_end: bool) -> None:
    """Let plans take their buffers from guarded memory."""

    def zeros(shape: Any, dtype: Any = float) -> np.ndarray:
        array = guarded(shape, dtype, at_end)
        array[...] = 0
        return array

    changed = {**vars(np), "empty": lambda shape, dtype=float: guarded(shape, dtype, at_end), "zeros": zeros}
    for module in (pixels, channels, depthwise):
        monkeypatch.setattr(module, "np", SimpleNamespace(**changed))
    monkeypatch.setattr(channels, "_aligned", lambda samples, dtype: guarded(samples, dtype, at_end))


def walk_guarded(every: list[Job], share: int) -> int:
    """Compute each job's calls, or one in ``share`` of them, with everything in guarded memory; return how many."""
    done = 0
    for number, job in enumerate(every):
        for spec in list(specs(job))[number % share :: share]:
            given = arrays(spec)
            expected = defined(spec, given)
            for at_end in (False, True):
                run = job.plan(spec)
                for name, value in vars(run).items():
                    setattr(run, name, relocated(value, at_end))
                operands, out = relocated(given, at_end), relocated(empty(spec), at_end)
                with pytest.MonkeyPatch.context() as patched:
                    buffers_guarded(patched, at_end)
                    cut(patched, lambda rows: [rows // 3])
                    assert run(*operands, out, 1)
                assert np.array_equal(out, expected), (job, spec, at_end)
                done += 1
    return done


GUARDED = """
import resource, sys
import numpy as np
from child import tell
import test_correlation as tests
from fastresample.kernels.tiers import tier
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
"""


@needs_mprotect
@needs_vectors
def test_the_guard_pages_work() -> None:
    """Else the next test could not fail."""
    for at_end, inside, step in ((True, 16, 8), (False, 0, -8)):
        script = f"""
            array = tests.guarded(17, "float64", {at_end})
            array[...] = 5
            beside = np.lib.stride_tricks.as_strided(array[{inside}:], (2,), ({step},))
            print(beside[0], flush=True)
            tell(beside[1])
        """
        finished = child.run(GUARDED + textwrap.dedent(script))
        assert finished.out == "5.0\n"
        assert finished.status == -signal.SIGSEGV


@needs_mprotect
@needs_vectors
def test_nothing_is_touched_before_or_behind_an_array() -> None:
    """Inputs, weights, bias, result, tables and buffers: one sample read or written beside one ends the child."""
    finished = child.run(GUARDED + "tell(tests.walk_guarded([*tests.JOBS, *tests.PLAIN], 2))", timeout=300)
    assert finished.told > len(JOBS) * len(KINDS) / 2


PLAIN = [Job("plain", dtype, (1, 1)) for dtype in DTYPES]


# Shape of x, output channels, groups, kernel, stride, padding, dilation: what would be much larger than its arrays.
SPACIOUS = {
    "stride beyond the image": (False, (1, 256, 3, 3), 128, 1, 3, 10**6, 0, 1),
    "two columns far apart": (False, (1, 64, 2, 4001), 64, 1, (1, 2), (1, 3999), 0, 1),
    "dilated padding": (False, (1, 32, 8, 8), 32, 1, 3, 1, 1000, 1000),
    "dilated padding of many images": (False, (64, 32, 4, 4), 32, 1, 3, 1, 100, 100),
    "far dilation": (False, (1, 3, 900, 900), 24, 1, 3, 1, 0, 400),
    "one sample spread far": (True, (1, 64, 1, 1), 1, 1, 500, 500, 0, 1),
    "depthwise with a large odd stride": (True, (1, 2, 1, 1), 2, 2, 801, 801, 0, 1),
    "depthwise with a stride beyond the result": (True, (3400, 1, 1, 1), 1, 1, 9, 1500, 0, 1),
    "cut to little": (True, (1, 16, 300, 300), 16, 16, 3, 1000, 149500, 1),
}


def spacious(name: str) -> tuple[ConvolutionSpec, Call]:
    transposed, shape, outputs, groups, kernel, stride, padding, dilation = SPACIOUS[name]
    rng = np.random.default_rng(5)
    sides = (kernel, kernel) if isinstance(kernel, int) else kernel
    weight = (shape[1], outputs // groups, *sides) if transposed else (outputs, shape[1] // groups, *sides)
    given = Arrays(*(rng.standard_normal(n).astype("float32") for n in (shape, weight, outputs)))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    made = Call(conv_transpose2d if transposed else conv2d, given, options)
    return made.spec, made


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="interpreted kernels take long for large images")
@pytest.mark.parametrize("name", SPACIOUS)
def test_memory_is_that_of_the_arrays(name: str) -> None:
    spec, made = spacious(name)
    first = made(threads=1)  # compiles
    tracemalloc.start()
    try:
        again = made(threads=1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    held = sum(array.nbytes for array in made.given) + first.nbytes
    assert peak <= 4 * held + (8 << 20)
    assert same_bits(again, first)
    assert np.array_equal(first, defined(spec, made.given))


def test_large_tables_are_not_kept() -> None:
    correlation._remembered.cache_clear()
    x = np.zeros((1, 1, 160, 160), np.float32)
    made = conv2d(x, np.zeros((1, 1, 160, 160), np.float32))
    assert made.shape == (1, 1, 1, 1)
    assert correlation._remembered.cache_info().currsize == 0
    conv2d(x[..., :4, :4], np.zeros((1, 1, 4, 4), np.float32))
    assert correlation._remembered.cache_info().currsize == 1


# --- processors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "features", "expected"),
    [
        ("znver4", "+avx2,+fma,+avx512f,+avx512vl,+avx512dq,+avx512bw", "avx512"),
        ("skylake-avx512", "+avx2,+fma,+avx512f,-avx512vl,+avx512dq,+avx512bw", "avx2"),
        ("haswell", "+sse4.2,+avx2,+fma", "avx2"),
        ("piledriver", "+avx,+fma", "plain"),
        ("some", "+avx2,-fma", "plain"),
        ("generic", "", "plain"),
        ("x86-64-v2", "", "plain"),
        ("x86-64-v3", "", "avx2"),
        ("x86-64-v4", "", "avx512"),
        ("cortex-a72", "+neon,+fp-armv8", "plain"),
    ],
)
def test_the_tier_of_a_processor(name: str, features: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    find = tiers.tier.__wrapped__
    monkeypatch.setattr(tiers, "processor", lambda: (name, features))
    monkeypatch.setattr(tiers.config, "DISABLE_JIT", 0)
    monkeypatch.setattr(tiers.config, "ENABLE_AVX", 1)
    assert find().name == expected
    for switch, value in (("ENABLE_AVX", 0), ("DISABLE_JIT", 1)):
        with monkeypatch.context() as switched:
            switched.setattr(tiers.config, switch, value)
            assert find().name == "plain"


PROCESSOR = """
names = sys.argv[1:]
every = list({job[::2]: job for job in reversed(tests.JOBS)}.values())  # each tile once
every = [job._replace(dtype="float32") if job.variant == "channels" else job for job in every]  # and few other kernels
done = tests.walk_guarded(every, 2)
tell({"tier": tier().name, "digests": tests.digests(*names), "jobs": len(every), "done": done})
"""


@needs_x86
def test_on_a_processor_without_vectors_the_definition_gives_the_same() -> None:
    told = child.run(GUARDED + PROCESSOR, *CALLS, settings={**NEUTRAL, "NUMBA_CPU_NAME": "generic"}, timeout=120).told
    assert told == {"tier": "plain", "digests": digests(*CALLS), "jobs": 0, "done": 0}


AVX2_NAMES = ("channels in phases", "depthwise", "depthwise convolution", "plain")


@pytest.fixture(scope="module", autouse=True)
def avx2(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Start the child of the next test, if that will run, before all others: it compiles for long."""
    test = test_tiles_for_avx2_give_the_same_and_touch_nothing_else
    if not RUNS_AVX2 or not any(getattr(item, "function", None) is test for item in request.session.items):
        yield None
        return
    settings = {**NEUTRAL, "NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": ""}
    with child.start(GUARDED + PROCESSOR, *AVX2_NAMES, settings=settings) as process:
        yield process
        process.kill()


@pytest.mark.skipif(not RUNS_AVX2, reason="compiled code for AVX2, with guard pages of Linux")
def test_tiles_for_avx2_give_the_same_and_touch_nothing_else(avx2: Any) -> None:
    """No feature but those of the name, so nothing of a newer processor is used."""
    told = child.finish(avx2, timeout=300).told
    assert told["tier"] == "avx2"
    assert told["digests"] == digests(*AVX2_NAMES)
    assert told["jobs"] == len(tiles.PIXEL_TILES[16]) + len(tiles.CHANNEL_TILES[16]) + 4 + 2
    assert told["done"] >= 10 * told["jobs"]


# --- compilation, processes ---------------------------------------------------------------------------------------

OPERATORS = """
import numpy as np
from child import tell
from fastresample.convolution import conv2d, conv_transpose2d
from fastresample.kernels.common import statistics
x, weight = np.ones((1, 16, 40, 40), np.float32), np.ones((16, 16, 4, 4), np.float32)
counts = []
for call in (lambda: conv2d(x, weight), lambda: conv_transpose2d(x, weight, stride=2)):
    before = statistics["compiled"]
    call()
    counts.append(statistics["compiled"] - before)
tell([*counts, statistics["loaded"]])
"""


@needs_vectors
def test_a_first_call_compiles_few_kernels_and_a_second_process_none(tmp_path: Any) -> None:
    first, second = (child.run(OPERATORS, cache=tmp_path / "cache", settings=NEUTRAL).told for _ in range(2))
    assert 1 <= first[0] <= 4
    assert first[1] <= 4
    assert second == [0, 0, sum(first)]


@needs_fork
@needs_vectors
def test_after_a_fork_of_a_process_that_used_several_threads() -> None:
    script = """
import os
import test_correlation as tests
from child import cut_finely, tell
from fastresample import threads
cut_finely()
calls = [tests.call(name) for name in tests.CALLS]
right = [made(threads=1) for made in calls]
used = all(tests.same_bits(made(), wanted) for made, wanted in zip(calls, right)) and threads._pool._count > 0
codes = []
for _ in range(2):
    pid = os.fork()
    if not pid:
        well = threads._pool._count == 0 and all(tests.same_bits(made(), wanted) for made, wanted in zip(calls, right))
        os._exit(0 if well and threads._pool._count > 0 else 1)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
tell([used, codes])
"""
    assert child.run(script).told == [True, [0, 0]]
