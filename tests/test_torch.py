"""compat.torch and convention torch: every promised cell against the specification, and against torch where it is 2.13.

``FASTRESAMPLE_CASES`` is the number of random cases, 2100 by default.
"""

import math
import os
import re
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import child
import numpy as np
import pytest
from numba import config
from specs import torch as specification

import fastresample
from fastresample.compat.torch import interpolate
from fastresample.conventions import CONVENTIONS

TORCH = CONVENTIONS["torch"]
MODES = {
    "nearest": ("nearest",),
    "nearest_exact": ("nearest-exact",),
    "bilinear": ("bilinear", "linear", "trilinear"),
    "bicubic": ("bicubic",),
    "lanczos3": ("lanczos",),
    "area": ("area",),
}
AXES = {"linear": (1,), "bilinear": (2,), "bicubic": (2,), "lanczos": (2,), "trilinear": (3,)}
CELLS = [
    (method, dtype, antialias)
    for method, rules in TORCH.methods.items()
    for dtype in rules.dtypes
    for antialias in rules.antialias
]
CASES = int(os.environ.get("FASTRESAMPLE_CASES", "2100"))
PER_CELL = 12 if config.DISABLE_JIT else math.ceil(CASES / len(CELLS))
EPS = {dtype: float(np.finfo(dtype).eps) for dtype in ("float32", "float64")}
LARGEST = {1: 300, 2: 70, 3: 9}


@pytest.fixture
def torch():
    """The library at 2.13 with two threads, which is what the convention reproduces."""
    if find_spec("torch") is None:
        pytest.skip("torch is not installed")
    library = import_module("torch")
    if not library.__version__.startswith(f"{TORCH.version}."):
        pytest.skip(f"convention torch reproduces {TORCH.version}, installed is {library.__version__}")
    before = library.get_num_threads()
    library.set_num_threads(2)
    yield library
    library.set_num_threads(before)


class Case(NamedTuple):
    """An image and the arguments."""

    image: np.ndarray
    arguments: dict[str, Any]

    @property
    def label(self) -> str:
        return f"{self.image.dtype} {self.image.shape} {self.arguments}"

    @property
    def mode(self) -> str:
        return self.arguments["mode"]

    def theirs(self, torch, image=None):
        tensor = torch.from_numpy(self.image) if image is None else image
        return torch.nn.functional.interpolate(tensor, **self.arguments).numpy()


def lengths(rng, count: int, dtype: str) -> tuple[list[int], list[int]]:
    """Sizes of input and output: free, one pixel, exactly doubled, shrunk by whole numbers, equal."""
    most = 6 if config.DISABLE_JIT else LARGEST[count]
    kinds = ["free", "free", "free", "large", "pixel", "doubled", "ratio", "some equal"]
    kind = str(rng.choice(kinds))
    n_in, n_out = rng.integers(1, most, count), rng.integers(1, most, count)
    if kind == "large" and count == 2 and not config.DISABLE_JIT:  # more than 128 together: other kernels
        n_out = rng.integers(50, 140, count)
    elif kind == "pixel":
        n_in = np.where(rng.random(count) < 0.7, 1, n_in)
        n_out = np.where(rng.random(count) < 0.3, 1, n_out)
    elif kind == "doubled":
        n_out = 2 * n_in
    elif kind == "ratio":
        n_out = rng.integers(1, 4, count)
        n_in = n_out * rng.choice([2, 3, 49, 93, 98] if count < 3 and not config.DISABLE_JIT else [2, 3], count)
    elif kind == "some equal":
        n_out = np.where(rng.random(count) < 0.5, n_in, n_out)
    if count == 3 and not config.DISABLE_JIT:  # few kinds of kernels to compile: one slice is one pixel, or many
        n_out[1:] = (1, 1) if math.prod(n_out[1:]) < 9 else np.maximum(n_out[1:], 9 if dtype == "float64" else 5)
        n_in[1] += n_in[1] == n_out[1] and dtype == "float64"
    return [int(n) for n in n_in], [int(n) for n in n_out]


def pixels(rng, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Noise, extremes, nearly constant, steps that overshoot; floats of several magnitudes."""
    kind = rng.choice(["noise", "noise", "extremes", "constant", "steps"])
    if kind == "noise":
        values = rng.integers(0, 256, shape) if dtype == "uint8" else rng.standard_normal(shape)
    elif kind == "extremes":
        values = 255.0 * rng.integers(0, 2, shape)
    elif kind == "constant":
        values = float(rng.integers(0, 255)) + (rng.random(shape) < 0.05)
    else:
        values = 255.0 * (np.cumsum(rng.random(shape) < 0.2, axis=-1) % 2)
    return (values * (1.0 if dtype == "uint8" else rng.choice([1.0, 1e-3, 1e4]))).astype(dtype)


def random_case(rng, method: str, dtype: str, antialias: bool) -> Case:
    modes = [mode for mode in MODES[method] if not (mode != "bilinear" and (antialias or dtype == "uint8"))]
    mode = str(rng.choice(modes if method == "bilinear" else MODES[method]))
    count = int(rng.choice(AXES.get(mode, (1, 2, 2, 3))))
    n_in, n_out = lengths(rng, count, dtype)
    small = max(math.prod(n_in), math.prod(n_out)) < 2000
    channels = int(rng.choice([1, 2, 3, 4, 5, 19, 31] if small else [1, 2, 3, 4, 5]))
    shape = (int(rng.integers(1, 3)) if channels < 5 else 1, channels, *n_in)
    arguments: dict[str, Any] = {"mode": mode}
    how = rng.choice(["size", "factor", "recomputed"])
    if how == "size":
        arguments["size"] = tuple(n_out)
    else:
        # A little more than the ratio, so that the size is the one wanted and the grid is not.
        arguments["scale_factor"] = [
            b / a * float(rng.uniform(1, 1.02)) + 1e-9 for a, b in zip(n_in, n_out, strict=True)
        ]
        arguments["recompute_scale_factor"] = bool(how == "recomputed")
    if len(TORCH.methods[method].coordinates) > 1:
        arguments["align_corners"] = [None, False, True][rng.integers(3)]
    if antialias:
        arguments["antialias"] = True
    return Case(pixels(rng, shape, dtype), arguments)


class Cell(NamedTuple):
    """A cell of the promise with its cases and our results."""

    method: str
    dtype: str
    solved: list[tuple[Case, np.ndarray]]


@pytest.fixture(scope="module", params=CELLS, ids=lambda cell: "-".join(map(str, cell)))
def cell(request) -> Cell:
    method, dtype, antialias = request.param
    rng = np.random.default_rng([antialias, *method.encode(), *dtype.encode()])
    cases = [random_case(rng, method, dtype, antialias) for _ in range(PER_CELL)]
    return Cell(method, dtype, [(case, interpolate(case.image, **case.arguments)) for case in cases])


def bound(case: Case, size: tuple[int, ...]) -> float:
    """Largest difference that the promise of the case's cell allows."""
    spatial, count = case.image.shape[2:], len(size)
    exceptional = (case.mode == "area" and (count == 3 or max(size) == 1)) or (
        case.mode == "trilinear" and max(spatial) == 1 and case.image.shape[1] > 3
    )
    cell = (next(m for m, modes in MODES.items() if case.mode in modes), str(case.image.dtype))
    promised = [
        promise.bound
        for promise in TORCH.promises
        if promise.method == cell[0]
        and cell[1] in promise.dtypes
        and case.arguments.get("antialias", False) in promise.antialias
    ]
    assert promised
    if config.DISABLE_JIT and case.mode == "lanczos" and case.image.dtype == np.float32:
        return 5 * EPS["float32"]  # Python has no sine in single precision
    if not exceptional:
        assert "exact" in promised, cell
        return 0.0
    (number,) = (text.removesuffix(" eps") for text in promised if text != "exact")
    window = math.prod(math.ceil(n_in / n_out) + 1 for n_in, n_out in zip(spatial, size, strict=True))
    return (window if number == "n" else float(number)) * EPS[case.image.dtype.name]


def hold(case: Case, ours: np.ndarray, expected: np.ndarray) -> None:
    """Hold a result to the promise of its cell; differences are relative to the largest magnitude of the image."""
    assert type(ours) is np.ndarray
    assert (ours.shape, ours.dtype) == (expected.shape, expected.dtype), case.label
    allowed = bound(case, ours.shape[2:])
    if not allowed:
        assert np.array_equal(ours, expected), f"{case.label}: {np.count_nonzero(ours != expected)} differ"
    else:
        assert np.abs(ours - expected).max() <= allowed * np.abs(case.image).max(), case.label


def skip_without_fused(torch, dtype: str, method: str) -> None:
    if dtype != "uint8" and not method.startswith("nearest") and method != "area":
        capability = torch.backends.cpu.get_cpu_capability()
        if capability not in ("AVX2", "AVX512"):
            pytest.skip(f"torch runs without fused multiply-add here ({capability})")


def defective(case: Case, width: int) -> bool:
    """Whether torch 2.13 may repeat the first row: a result of width 1 by separable kernels."""
    separable = case.image.dtype == np.uint8 and case.mode in ("bilinear", "bicubic")
    return width == 1 and (separable or "antialias" in case.arguments)


# --- every cell of the promise ------------------------------------------------------------------------------------


def test_every_cell_is_promised_once_as_exact_or_bounded() -> None:
    for method, dtype, antialias in CELLS:
        rows = [p for p in TORCH.promises if p.method == method and dtype in p.dtypes and antialias in p.antialias]
        assert rows, (method, dtype, antialias)
        assert len({row.bound for row in rows}) == len(rows)
        assert all(row.bound == "exact" or (row.reason and re.fullmatch(r"(\d+|n) eps", row.bound)) for row in rows)


def test_results_are_the_specifications(cell: Cell) -> None:
    for case, ours in cell.solved:
        hold(case, ours, specification.interpolate(case.image, **case.arguments))


def test_results_are_torchs(torch, cell: Cell) -> None:
    skip_without_fused(torch, cell.dtype, cell.method)
    sound = [(case, ours) for case, ours in cell.solved if not defective(case, ours.shape[-1])]
    assert len(sound) >= PER_CELL // 2
    for case, ours in sound:
        hold(case, ours, case.theirs(torch))


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_the_rows_that_torch_repeats_are_ours_as_other_layouts_of_torch_give_them(torch, dtype: str) -> None:
    skip_without_fused(torch, dtype, "bilinear")
    rng = np.random.default_rng(5)
    for mode in ("bilinear", "bicubic"):
        case = Case((255 * rng.random((2, 5, 40, 9))).astype(dtype), {"size": (17, 1), "mode": mode, "antialias": True})
        channels_last = torch.from_numpy(case.image).contiguous(memory_format=torch.channels_last)
        ours = interpolate(case.image, **case.arguments)
        assert np.array_equal(ours, case.theirs(torch, channels_last)), case.label
        assert np.array_equal(ours, specification.interpolate(case.image, **case.arguments)), case.label
        assert any(not np.array_equal(ours[:, :, 0], ours[:, :, row]) for row in range(17))


@pytest.mark.skipif(config.DISABLE_JIT, reason="half a million indices: too many for uncompiled kernels")
def test_indices_of_long_lines_are_torchs(torch) -> None:
    rng = np.random.default_rng(9)
    for dtype in ("uint8", "float32", "float64"):
        for mode in ("nearest", "nearest-exact"):
            for n_in, n_out in [*rng.integers(1, 5000, (30, 2)).tolist(), (66, 1815), (1815, 66)]:
                image = (np.arange(n_in) % 251).astype(dtype)[None, None]
                for arguments in ({"size": n_out}, {"scale_factor": n_out / n_in * 1.0001}):
                    case = Case(image, {"mode": mode, **arguments})
                    assert np.array_equal(interpolate(image, **case.arguments), case.theirs(torch)), case.label


@pytest.mark.skipif(config.DISABLE_JIT, reason="a photograph: too many pixels for uncompiled kernels")
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_photographs_are_resized_as_torch_does(torch, dtype: str) -> None:
    skip_without_fused(torch, dtype, "bilinear")
    data = pytest.importorskip("skimage.data", reason="scikit-image brings the photograph")
    image = np.ascontiguousarray(data.astronaut().transpose(2, 0, 1))[None].astype(dtype)
    for mode, antialias in [(m, a) for m in ("bilinear", "bicubic") for a in (False, True)] + [("lanczos", True)]:
        for size in ((300, 231), (600, 777), (30, 64)):
            case = Case(image, {"size": size, "mode": mode, "antialias": antialias})
            hold(case, interpolate(image, **case.arguments), case.theirs(torch))


# --- inputs -------------------------------------------------------------------------------------------------------


def layouts(image: np.ndarray) -> dict[str, np.ndarray]:
    """The same values in other layouts of memory."""
    padded = np.zeros((*image.shape[:-1], 2 * image.shape[-1]), image.dtype)
    padded[..., ::2] = image
    crop = np.pad(image, ((0, 0), (0, 0), (1, 2), (3, 1)))
    shifted = np.frombuffer(b"\0" + image.tobytes(), np.uint8)[1:].view(image.dtype).reshape(image.shape)
    return {
        "channels last": np.ascontiguousarray(image.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2),
        "strided": padded[..., ::2],
        "reversed": np.ascontiguousarray(image[:, :, ::-1, ::-1])[:, :, ::-1, ::-1],
        "crop": crop[:, :, 1:-2, 3:-1],
        "Fortran": np.asfortranarray(image),
        "byte-swapped": image.astype(image.dtype.newbyteorder()),
        "misaligned": shifted,
    }


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("size", [(7, 20), (90, 60)])
def test_the_layout_of_the_input_changes_nothing(dtype: str, size: tuple[int, int]) -> None:
    if config.DISABLE_JIT:
        size = (size[0] // 5, size[1] // 5)
    image = pixels(np.random.default_rng(1), (1, 9, 4, 5) if config.DISABLE_JIT else (2, 19, 11, 6), dtype)
    modes = ("nearest-exact", "bilinear") + (("area",) if dtype == "float32" else ())
    for mode in modes:
        expected = interpolate(image, size, mode=mode)
        for name, array in layouts(image).items():
            before = array.tobytes()
            ours = interpolate(array, size, mode=mode)
            assert ours.dtype == array.dtype
            assert ours.flags.c_contiguous
            assert np.array_equal(ours, expected), (mode, name)
            assert array.tobytes() == before


def test_tensors_come_back_as_tensors_and_are_not_written_to(torch) -> None:
    functional = torch.nn.functional
    tensor = torch.rand(2, 5, 9, 8)
    last = tensor.contiguous(memory_format=torch.channels_last)
    kept = tensor.clone()
    for given in (tensor, last, tensor.flip(3).flip(3), tensor.permute(0, 1, 3, 2).contiguous().permute(0, 1, 3, 2)):
        ours = interpolate(given, (20, 30), mode="bilinear")
        assert isinstance(ours, torch.Tensor)
        assert ours.is_contiguous()
        if torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512"):
            assert torch.equal(ours, functional.interpolate(tensor, (20, 30), mode="bilinear"))
    assert torch.equal(tensor, kept)
    with torch.no_grad():
        assert not interpolate(tensor.clone().requires_grad_(), 3).requires_grad
    same = interpolate(tensor, (9, 8))
    assert torch.equal(same, tensor)
    assert same.data_ptr() != tensor.data_ptr()
    with pytest.raises(TypeError, match=r"input must not need a gradient.*detach"):
        interpolate(tensor.clone().requires_grad_(), 3)
    with pytest.raises(TypeError, match="input must be on the CPU, got a tensor on meta"):
        interpolate(torch.empty(1, 1, 3, 3, device="meta"), 3)
    with pytest.raises(NotImplementedError, match=r"dtype uint8, float32 or float64, got torch\.bfloat16"):
        interpolate(tensor.bfloat16(), 3)
    with pytest.raises(NotImplementedError, match="dense tensor"):
        interpolate(tensor.to_sparse(), 3)


def test_torch_is_never_imported_for_arrays() -> None:
    script = """
        import sys
        import child
        import numpy as np
        from fastresample.compat.torch import interpolate
        interpolate(np.zeros((1, 1, 4, 4), np.float32), 2)
        child.tell("torch" in sys.modules)
    """
    assert child.run(script).told is False


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_resize_with_convention_torch_is_interpolate(dtype: str) -> None:
    rng = np.random.default_rng(3)
    shapes = [((9, 7), (12, 5)), ((6, 8), (70, 90))] if not config.DISABLE_JIT else [((4, 3), (3, 5))]
    for channels in (1, 19):
        for (height, width), size in shapes:
            image = pixels(rng, (height, width, channels), dtype)
            planes = np.ascontiguousarray(image.transpose(2, 0, 1))
            for method, modes in MODES.items():
                if dtype not in TORCH.methods[method].dtypes:
                    continue
                mode = modes[0]
                for antialias in TORCH.methods[method].antialias:
                    options = {"method": method, "antialias": antialias, "convention": "torch"}
                    expected = interpolate(planes[None], size, mode=mode, antialias=antialias)[0]
                    assert np.array_equal(fastresample.resize(planes, size, axes=(1, 2), **options), expected)
                    behind = fastresample.resize(image, size, **options).transpose(2, 0, 1)
                    assert np.array_equal(behind, expected), (method, antialias, channels)


def test_resize_lists_what_the_library_lacks() -> None:
    image = np.zeros((8, 8), np.uint8)
    resize = fastresample.resize
    with pytest.raises(ValueError, match=r"method 'bilinear'.*dtype uint8 on two axes only, got 1; .* float32"):
        resize(image, 4, axes=1, convention="torch")
    with pytest.raises(ValueError, match=r"antialias=True on two axes only, got 1"):
        resize(image.astype(np.float32), 4, axes=1, antialias=True, convention="torch")
    with pytest.raises(ValueError, match=r"antialias must be True or None for method 'lanczos3'"):
        resize(image, (4, 4), method="lanczos3", antialias=False, convention="torch")
    with pytest.raises(ValueError, match=r"unknown method 'mitchell' for convention torch; choose from area, bicubic"):
        resize(image, (4, 4), method="mitchell", convention="torch")


# --- arguments ----------------------------------------------------------------------------------------------------


def test_the_signature_is_torchs(torch) -> None:
    from inspect import signature

    theirs = signature(torch.nn.functional.interpolate).parameters
    ours = signature(interpolate).parameters
    assert [(p.name, p.default, p.kind) for p in ours.values()] == [
        (p.name, p.default, p.kind) for p in theirs.values()
    ]


# Shape and dtype of the input, the arguments, the error, words of ours.
IMAGE, LINE, VOLUME = (1, 1, 4, 4), (1, 1, 4), (1, 1, 4, 4, 4)
WRONG: list[tuple[tuple[int, ...], str, dict[str, Any], type[Exception], str]] = [
    (IMAGE, "float32", {}, ValueError, "exactly one of size and scale_factor, got neither"),
    (IMAGE, "float32", {"size": 2, "scale_factor": 3}, ValueError, "got size=2 and scale_factor=3"),
    (IMAGE, "float32", {"size": (2, 2, 2)}, ValueError, "size must have one number for each of 2"),
    (IMAGE, "float32", {"scale_factor": (2, 2, 2)}, ValueError, "scale_factor must have one number for each of 2"),
    (IMAGE, "float32", {"size": (2.0, 2)}, TypeError, r"size must be integers, got \(2.0, 2\)"),
    (IMAGE, "float32", {"size": 2.0}, TypeError, "size must be integers, got 2.0"),
    (IMAGE, "float32", {"size": "a"}, TypeError, "size must be integers, got 'a'"),
    (IMAGE, "float32", {"size": True}, TypeError, "size must be integers, got True"),
    (IMAGE, "float32", {"size": (True, 3)}, TypeError, "size must be integers"),
    (IMAGE, "float32", {"size": (None, 3)}, TypeError, "size must be integers"),
    (IMAGE, "float32", {"size": np.array([3, 2])}, TypeError, "size must be integers"),
    (IMAGE, "float32", {"size": 0}, RuntimeError, r"at least 1 along each axis, got \(0, 0\)"),
    (IMAGE, "float32", {"size": -1}, RuntimeError, "at least 1"),
    (IMAGE, "float32", {"size": (0, 3)}, RuntimeError, "at least 1"),
    (IMAGE, "float32", {"size": 2**30}, RuntimeError, "must fit into memory"),
    (IMAGE, "float32", {"size": 2**62}, RuntimeError, "sizes must be at most 2147483647"),
    (IMAGE, "float32", {"scale_factor": 0}, RuntimeError, "at least 1"),
    (IMAGE, "float32", {"scale_factor": -1}, RuntimeError, "at least 1"),
    (IMAGE, "float32", {"scale_factor": 0.1}, RuntimeError, "at least 1"),
    (IMAGE, "float32", {"scale_factor": 0, "recompute_scale_factor": True}, RuntimeError, "at least 1"),
    (IMAGE, "float32", {"scale_factor": "a"}, TypeError, "scale_factor must be a number or a sequence of numbers"),
    (IMAGE, "float32", {"scale_factor": 2j}, TypeError, "scale_factor must be a number"),
    (IMAGE, "float32", {"scale_factor": np.array([2.0, 2.0])}, TypeError, "scale_factor must be a number"),
    (IMAGE, "float32", {"scale_factor": math.nan}, RuntimeError, "scale_factor must be finite, got nan"),
    (IMAGE, "float32", {"scale_factor": math.inf}, RuntimeError, "scale_factor must be finite, got inf"),
    (IMAGE, "float32", {"scale_factor": 1e30}, RuntimeError, "sizes must be at most"),
    (IMAGE, "float32", {"scale_factor": math.nan, "recompute_scale_factor": True}, ValueError, "NaN"),
    (IMAGE, "float32", {"scale_factor": math.inf, "recompute_scale_factor": True}, OverflowError, "infinity"),
    (IMAGE, "float32", {"size": 2, "recompute_scale_factor": True}, ValueError, "recompute_scale_factor must be None"),
    (
        IMAGE,
        "float32",
        {"size": 2, "align_corners": False},
        ValueError,
        "align_corners must be None for mode 'nearest'",
    ),
    (IMAGE, "float32", {"size": 2, "align_corners": True, "mode": "area"}, ValueError, "align_corners must be None"),
    (IMAGE, "float32", {"size": 2, "align_corners": 1, "mode": "bilinear"}, TypeError, "must be True, False or None"),
    (IMAGE, "float32", {"size": 2, "antialias": True}, ValueError, "antialias must be False but for modes bilinear"),
    (IMAGE, "float32", {"size": 2, "antialias": True, "mode": "area"}, ValueError, "antialias must be False"),
    (LINE, "float32", {"size": 2, "antialias": True, "mode": "linear"}, ValueError, "antialias must be False"),
    (LINE, "float32", {"size": 2, "antialias": True, "mode": "lanczos"}, ValueError, "antialias must be False"),
    (IMAGE, "float32", {"size": 2, "mode": "lanczos"}, ValueError, "antialias must be True for mode 'lanczos'"),
    (
        IMAGE,
        "float32",
        {"size": 2, "mode": "lanczos", "antialias": True, "align_corners": True},
        ValueError,
        "align_corners must be None or False for mode 'lanczos'",
    ),
    (
        IMAGE,
        "float32",
        {"size": 2, "mode": "linear"},
        NotImplementedError,
        "no mode 'linear' for .* 4 dimensions; choose",
    ),
    (LINE, "float32", {"size": 2, "mode": "bilinear"}, NotImplementedError, "choose from nearest, linear, area"),
    (LINE, "float32", {"size": 2, "mode": "bicubic"}, NotImplementedError, "3 dimensions"),
    (IMAGE, "float32", {"size": 2, "mode": "trilinear"}, NotImplementedError, "choose from nearest, bilinear"),
    (VOLUME, "float32", {"size": 2, "mode": "bicubic"}, NotImplementedError, "choose from nearest, trilinear, area"),
    (IMAGE, "float32", {"size": 2, "mode": "cubic"}, NotImplementedError, "no mode 'cubic'"),
    (IMAGE, "float32", {"size": 2, "mode": None}, NotImplementedError, "no mode None"),
    ((4, 4), "float32", {"size": 2}, NotImplementedError, r"input must be \(N, C, L\)"),
    ((4,), "float32", {"size": 2}, NotImplementedError, r"input must be \(N, C, L\)"),
    ((1, 1, 1, 1, 4, 4), "float32", {"size": 2}, NotImplementedError, "6 dimensions"),
    ((1, 0, 4, 4), "float32", {"size": 2}, RuntimeError, "a sample in each dimension but the first"),
    ((1, 0, 4), "float32", {"size": 2, "mode": "linear"}, RuntimeError, "a sample in each dimension"),
    ((1, 1, 0, 4), "float32", {"size": 2, "mode": "bilinear"}, RuntimeError, "a sample in each dimension"),
    ((1, 1, 0, 4), "float32", {"size": 2, "mode": "area"}, RuntimeError, "a sample in each dimension"),
    (IMAGE, "float32", {"size": -1, "mode": "area"}, RuntimeError, "at least 0"),
    (IMAGE, "float32", {"scale_factor": -1, "mode": "area"}, RuntimeError, "at least 0"),
    *[
        (IMAGE, dtype, {"size": 2, "mode": mode}, NotImplementedError, f"mode '{mode}' takes dtypes .*got {dtype}")
        for dtype in ("int8", "int16", "int32", "int64", "bool", "uint16", "uint32", "complex64")
        for mode in ("nearest", "bilinear", "area")
    ],
    (LINE, "uint8", {"size": 2, "mode": "linear"}, NotImplementedError, "takes dtypes float32, float64, got uint8"),
    (VOLUME, "uint8", {"size": 2, "mode": "trilinear"}, NotImplementedError, "takes dtypes float32, float64"),
    (IMAGE, "uint8", {"size": 2, "mode": "area"}, NotImplementedError, "takes dtypes float32, float64, got uint8"),
]


@pytest.mark.parametrize(("shape", "dtype", "arguments", "error", "words"), WRONG, ids=lambda value: str(value)[:40])
def test_wrong_arguments_are_named(shape, dtype: str, arguments, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        interpolate(np.zeros(shape, dtype), **arguments)
    assert caught.type is error


def test_wrong_arguments_raise_what_torch_raises(torch) -> None:
    for shape, dtype, arguments, error, _ in WRONG:
        tensor = torch.zeros(shape, dtype=getattr(torch, dtype))
        with pytest.raises(error) as caught:
            torch.nn.functional.interpolate(tensor, **arguments)
        assert caught.type is error, (shape, dtype, arguments)


@pytest.mark.parametrize("given", [[[[1.0]]], None, "image"])
def test_what_is_no_array_is_refused(given) -> None:
    with pytest.raises(TypeError, match=r"input must be a numpy\.ndarray or a torch\.Tensor, got"):
        interpolate(given, 2)


def test_float16_is_refused_although_torch_has_it() -> None:
    with pytest.raises(NotImplementedError, match="takes dtypes uint8, float32, float64, got float16"):
        interpolate(np.zeros((1, 1, 4, 4), np.float16), 2)


def test_unusual_arguments_that_torch_takes(torch) -> None:
    image = np.random.default_rng(2).random((2, 3, 4, 5)).astype(np.float32)
    unusual: list[dict[str, Any]] = [
        {"size": np.int64(3)},
        {"size": (np.int64(3), 2)},
        {"size": [3, 2]},
        {"size": torch.Size([3, 2])},
        {"size": (torch.tensor(3), 2)},
        {"size": 3, "recompute_scale_factor": False},
        {"scale_factor": np.float32(1.3)},
        {"scale_factor": np.float32(1.3), "recompute_scale_factor": True},
        {"scale_factor": True},
        {"scale_factor": [1.5, 2]},
        {"size": 3, "antialias": 0},
        {"size": 0, "mode": "area"},
        {"size": (0, 2), "mode": "area"},
        {"scale_factor": 0.1, "mode": "area"},
    ]
    for arguments in unusual:
        theirs = torch.nn.functional.interpolate(torch.from_numpy(image), **arguments).numpy()
        ours = interpolate(image, **arguments)
        assert ours.shape == theirs.shape, arguments
        assert np.array_equal(ours, theirs), arguments
    for shape, mode in [
        ((0, 1, 4, 4), "nearest"),
        ((0, 1, 4, 4), "bicubic"),
        ((1, 0, 4, 4), "area"),
        ((0, 1, 4), "linear"),
    ]:
        empty = np.zeros(shape, np.float32)
        theirs = torch.nn.functional.interpolate(torch.from_numpy(empty), 2, mode=mode)
        assert interpolate(empty, 2, mode=mode).shape == tuple(theirs.shape)
