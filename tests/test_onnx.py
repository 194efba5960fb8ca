"""The ONNX operator Resize: examples by hand, ours against its specification, the specification against its library."""

from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
import pytest
from numba import config
from specs import onnx as spec

import fastresample
from fastresample.compat import onnx
from fastresample.conventions.onnx import METHODS, ONNX

# Uncompiled kernels are slow.
SHARE = 0.05 if config.DISABLE_JIT else 1.0
GRID = np.arange(1.0, 17.0).reshape(4, 4)
EPS = float(np.finfo(float).eps)
COORDINATES = list(spec.COORDINATES)
ROUNDINGS = list(spec.NEAREST)
INTEGERS = ["uint8", "int8", "uint16", "int16", "uint32", "int32"]
FLOATS = ["float16", "float32", "float64"]


# By hand: the examples of the operator's documentation, and what can be checked in the head.

EXAMPLES = {
    "nearest doubles": ([[1, 2], [3, 4]], {"scales": [2, 3]}, np.repeat(np.repeat([[1, 2], [3, 4]], 2, 0), 3, 1)),
    "nearest shrinks": ([[1, 2, 3, 4], [5, 6, 7, 8]], {"scales": [0.6, 0.6]}, [[1, 3]]),
    "nearest to sizes": ([[1, 2, 3, 4], [5, 6, 7, 8]], {"sizes": [1, 3]}, [[1, 2, 4]]),
    "linear doubles": ([[1, 2]], {"scales": [1, 2], "mode": "linear"}, [[1, 1.25, 1.75, 2]]),
    "linear shrinks": (
        [[1, 2, 3, 4], [5, 6, 7, 8]],
        {"scales": np.float32([0.6, 0.6]), "mode": "linear"},
        [[2.6666665, 4.3333331]],
    ),
    "align_corners doubles": (
        [1, 2],
        {"scales": [2], "mode": "linear", "coordinate_transformation_mode": "align_corners"},
        [1, 4 / 3, 5 / 3, 2],
    ),
    "align_corners divides by the fractional length": (
        [[1, 2, 3, 4], [5, 6, 7, 8]],
        {"scales": [0.6, 0.6], "mode": "linear", "coordinate_transformation_mode": "align_corners"},
        [[1, 3.142857]],
    ),
    "cubic to sizes": (
        [[0, 0, 64, 0, 0]],
        {"scales": [1, 2], "mode": "cubic"},
        # Keys' cubic, a = -0.75, at the distances 7/4, 5/4, 3/4, 1/4, ... from the 64.
        [[0, -2.25, -6.75, 16.75, 56.25, 56.25, 16.75, -6.75, -2.25, 0]],
    ),
    "cubic, a = -1/2": (
        [[0, 0, 64, 0, 0]],
        {"scales": [1, 2], "mode": "cubic", "cubic_coeff_a": -0.5},
        [[0, -1.5, -4.5, 14.5, 55.5, 55.5, 14.5, -4.5, -1.5, 0]],
    ),
    "crop": (
        GRID,
        {
            "roi": np.float32([0.4, 0.6, 0.6, 0.8]),
            "sizes": [3, 3],
            "mode": "linear",
            "coordinate_transformation_mode": "tf_crop_and_resize",
        },
        [[7.6, 7.9, 8.2], [8.8, 9.1, 9.4], [10, 10.3, 10.6]],
    ),
    "crop of swapped axes": (
        GRID,
        {
            "roi": np.float32([0.6, 0.4, 0.8, 0.6]),
            "sizes": [3, 3],
            "axes": [1, 0],
            "mode": "linear",
            "coordinate_transformation_mode": "tf_crop_and_resize",
        },
        [[7.6, 7.9, 8.2], [8.8, 9.1, 9.4], [10, 10.3, 10.6]],
    ),
    "crop beyond the array": (
        GRID,
        {
            "roi": np.float32([0.4, 0.6, 1.2, 1.7]),
            "sizes": [3, 3],
            "mode": "linear",
            "coordinate_transformation_mode": "tf_crop_and_resize",
            "extrapolation_value": 10.0,
        },
        [[7.6, 10, 10], [12.4, 10, 10], [10, 10, 10]],
    ),
    "the only output of pytorch_half_pixel": (
        GRID,
        {"sizes": [3, 1], "mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"},
        [[5 / 3], [7], [37 / 3]],
    ),
    "antialias": (
        [0, 0, 0, 84, 0, 0, 0, 0],
        # Output 1 lies at 2.5: weights 1/8, 3/8, 3/8, 1/8; output 2 at 4.5.
        {"scales": [0.5], "mode": "linear", "antialias": 1},
        [0, 31.5, 10.5, 0],
    ),
    "antialias repeats the edge": ([84, 0, 0, 0], {"scales": [0.5], "mode": "linear", "antialias": 1}, [42, 0]),
    "exclude_outside drops it": (
        [84, 0, 0, 0],
        {"scales": [0.5], "mode": "linear", "antialias": 1, "exclude_outside": 1},
        [36, 0],
    ),
    "not_larger": (np.arange(8).reshape(2, 4), {"sizes": [1, 3], "keep_aspect_ratio_policy": "not_larger"}, [[0, 2]]),
    "not_smaller": (
        np.arange(8).reshape(2, 4),
        {"sizes": [1, 3], "keep_aspect_ratio_policy": "not_smaller"},
        [[0, 1, 3], [4, 5, 7]],
    ),
    "half_pixel_symmetric": (
        [[1, 2, 3, 4]],
        {
            "scales": np.float32([1, 0.6]),
            "mode": "linear",
            "coordinate_transformation_mode": "half_pixel_symmetric",
        },
        [[1.6666667, 3.3333333]],
    ),
    "integers round half to even": (np.arange(4, dtype=np.int32), {"sizes": [2], "mode": "linear"}, [0, 2]),
    "integers saturate": (
        np.array([0, 0, 250, 250], np.uint8),
        {"sizes": [8], "mode": "cubic"},
        [0, 0, 0, 57, 193, 255, 255, 250],
    ),
}


@pytest.mark.parametrize("resize", [spec.resize, onnx.resize], ids=["specification", "ours"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_by_hand(name, resize):
    array, arguments, expected = EXAMPLES[name]
    array = array if "integers" in name else np.array(array, float)
    result = resize(array, **arguments)
    assert result.dtype == array.dtype
    np.testing.assert_allclose(result, expected, rtol=1e-6)


# Random cases


def random_array(rng, shape, dtype):
    if dtype == "bool":
        return rng.random(shape) < 0.5
    if dtype in FLOATS:
        return (10 * rng.random(shape) - 5).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


class Sort(NamedTuple):
    """Which random cases: those of few kernels are cheap, and float64 has the others."""

    ranks: tuple[int, ...]
    lengths: tuple[
        int, ...
    ]  # of the axes that change; without 3 and 4, which might be channels with kernels of their own
    zooms: tuple[float, ...]  # common ones, and all between the first and the last
    cases: int


SHRINKING, GROWING = (0.2, 0.5, 1 / 3, 0.6, 0.3), (1.5, 2, 2.5, 2.94, 3)
LENGTHS = (2, 5, 6, 7, 8)
ALL = Sort((1, 2, 3), (1, *LENGTHS), (*SHRINKING, 0.7, 0.8, 1, *GROWING), 260)
COPIES = ALL._replace(cases=70)
BOTH_CHANGE = Sort((2,), LENGTHS, (*SHRINKING, *GROWING), 80)
BOTH_GROW = Sort((2,), LENGTHS, GROWING, 25)


def sort_of(mode, dtype):
    if mode == "nearest":
        return COPIES
    return {"float64": ALL, "uint8": BOTH_CHANGE}.get(dtype, BOTH_GROW)


def random_zooms(rng, sort, count):
    between = rng.uniform(sort.zooms[0], sort.zooms[-1], count)
    if sort is BOTH_CHANGE:  # by enough to change the size
        between = np.where(rng.random(count) < 0.5, rng.uniform(0.2, 0.6, count), rng.uniform(1.5, 3, count))
    return np.where(rng.random(count) < 0.6, rng.choice(sort.zooms, count), between)


def random_geometry(rng, sort, shape, axes):
    """Inputs and attributes that say where the outputs lie."""
    count, zooms = len(axes), random_zooms(rng, sort, len(axes))
    inputs = {"coordinate_transformation_mode": str(rng.choice(COORDINATES))}
    if inputs["coordinate_transformation_mode"] == "tf_crop_and_resize":
        starts, ends = rng.choice([0, 0.1, 0.25, 0.5, -0.2, 1], count), rng.choice([1, 0.9, 0.75, 0.5, 1.3, 0], count)
        inputs["roi"] = np.concatenate([starts, ends]).astype(rng.choice(["float32", "float64"]))
        inputs["extrapolation_value"] = float(rng.choice([0, 3.3, -7.5]))
    if rng.random() < 0.5:
        inputs["scales"] = zooms.astype(np.float32)
    else:
        inputs["sizes"] = [max(1, round(shape[axis] * zoom)) for axis, zoom in zip(axes, zooms, strict=True)]
        inputs["keep_aspect_ratio_policy"] = str(rng.choice(["stretch", "stretch", "not_larger", "not_smaller"]))
    if axes != list(range(len(shape))) or rng.random() < 0.2:
        inputs["axes"] = [axis - len(shape) if rng.random() < 0.2 else axis for axis in axes]
    return inputs


def random_case(rng, mode, dtype, antialias=False, sort=None):
    """An array, and inputs and attributes as one dictionary."""
    sort = sort or sort_of(mode, dtype)
    rank = int(rng.choice(sort.ranks))
    fewest = 1 if rank == 2 and 1 in sort.lengths else rank
    axes = [int(axis) for axis in rng.permutation(rank)[: rng.integers(fewest, rank + 1)]]
    shape = tuple(int(rng.choice(sort.lengths if k in axes else (1, 5))) for k in range(rank))
    arguments = random_geometry(rng, sort, shape, axes)
    arguments |= {"mode": mode, "exclude_outside": int(rng.random() < 0.3)}
    if mode == "nearest":
        arguments["nearest_mode"] = str(rng.choice(ROUNDINGS))
    else:
        arguments["antialias"] = int(antialias)
    if mode == "cubic":
        arguments["cubic_coeff_a"] = float(rng.choice([-0.75, -0.5, -0.6, -1.0]))
    return random_array(rng, shape, dtype), arguments


def assert_fits(result, array, arguments, bound):
    """Hold a result against the specification: equal, equal but for ties, or as close as ``bound`` says."""
    expected = spec.resize(array, **arguments)
    assert (result.shape, result.dtype) == (expected.shape, expected.dtype), arguments
    if arguments["mode"] == "nearest":
        np.testing.assert_array_equal(result, expected, str(arguments))
        return
    if not array.size or not result.size:
        return
    real = spec.resize(array, **arguments, real=True)
    ones = np.ones(array.shape)
    gain = spec.resize(ones, **arguments | {"extrapolation_value": 0}, real=True, absolute=True).max()
    scale = float(np.abs(array.astype(float)).max()) * max(gain, 1)
    if bound == "exact":
        certain = np.abs(real % 1 - 0.5) > 4 * EPS * scale
        np.testing.assert_array_equal(result[certain], expected[certain], str(arguments))
        assert np.all(np.abs(result.astype(float) - expected.astype(float)) <= 1)
    else:
        room = float(bound.removesuffix(" eps")) * float(np.finfo(array.dtype).eps) * scale
        np.testing.assert_allclose(result.astype(float), real, rtol=0, atol=room, err_msg=str(arguments))


CELLS = [
    (mode, dtype, antialias, promise.bound)
    for promise in ONNX.promises
    for mode, method in METHODS.items()
    if method == promise.method
    for dtype in promise.dtypes
    for antialias in promise.antialias
]


@pytest.mark.parametrize(("mode", "dtype", "antialias", "bound"), CELLS)
def test_promises(mode, dtype, antialias, bound):
    rng = np.random.default_rng([len(mode), len(dtype), antialias, ord(dtype[0])])
    for _ in range(max(3, round(SHARE * sort_of(mode, dtype).cases))):
        array, arguments = random_case(rng, mode, dtype, antialias)
        assert_fits(onnx.resize(array, **arguments), array, arguments, bound)


def test_the_random_cases_are_many_and_cover_every_cell():
    assert sum(sort_of(mode, dtype).cases for mode, dtype, _, _ in CELLS) >= 2000
    exist = {
        (name, dtype, smooth) for name, row in ONNX.methods.items() for dtype in row.dtypes for smooth in row.antialias
    }
    assert {(METHODS[mode], dtype, antialias) for mode, dtype, antialias, _ in CELLS} == exist


# The specification against the operator's own library, and against a widespread runtime


def installed(module, version):
    """Import a library at the version that was compared, or skip and say why."""
    if find_spec(module) is None:
        pytest.skip(f"{module} is not installed: the specification stands alone")
    library = import_module(module)
    if not library.__version__.startswith(version):
        pytest.skip(f"compared with {module} {version}, installed is {library.__version__}")
    return library


def reference(array, arguments):
    """The result of the operator's reference implementation."""
    graph, feeds = model(array, arguments)
    return import_module("onnx.reference").ReferenceEvaluator(graph).run(None, feeds)[0]


def model(array, arguments):
    """A model of one operator, and its inputs."""
    make = installed("onnx", "1.23").helper
    dtypes = {"roi": None, "scales": np.float32, "sizes": np.int64}
    given = {name: np.asarray(arguments[name], dtype) for name, dtype in dtypes.items() if name in arguments}
    feeds = {"X": array, **given}
    inputs = [make.make_tensor_value_info(k, make.np_dtype_to_tensor_dtype(v.dtype), v.shape) for k, v in feeds.items()]
    output = make.make_tensor_value_info("Y", make.np_dtype_to_tensor_dtype(array.dtype), None)
    attributes = {name: value for name, value in arguments.items() if name not in dtypes}
    names = [name if name in feeds else "" for name in ("X", "roi", "scales", "sizes")]
    node = make.make_node("Resize", names, ["Y"], **attributes)
    graph = make.make_graph([node], "resize", inputs, [output])
    return make.make_model(graph, opset_imports=[make.make_opsetid("", 19)], ir_version=9), feeds


def robust(array, arguments):
    """Which outputs of each axis do not change when a coordinate moves by a rounding error; None: another rule is due.

    The reference computes in float64 (a region of interest: float32), and its windows are off by one sample where that
    crosses a whole number.
    """
    name = arguments["coordinate_transformation_mode"]
    rounds = "sizes" in arguments or name in ("half_pixel_symmetric", "tf_crop_and_resize")
    inputs = [arguments.get(name) for name in ("roi", "scales", "sizes", "axes")]
    kept = [np.ones(n, bool) for n in array.shape]
    for number, axis in spec.geometry(array.shape, *inputs, arguments.get("keep_aspect_ratio_policy")).items():
        if axis.n_out == 1 and name in ("pytorch_half_pixel", "tf_crop_and_resize"):
            return None
        halves = [2 * spec.COORDINATES[name](i, axis) for i in range(axis.n_out)]
        kept[number] = np.array([not rounds or abs(x - round(x)) > 1e-5 for x in halves], bool)
    return kept


@pytest.mark.parametrize(
    ("mode", "antialias"),
    [("nearest", False), ("linear", False), ("linear", True), ("cubic", False), ("cubic", True)],
)
def test_the_specification_is_the_reference_implementation(mode, antialias):
    rng, compared = np.random.default_rng(len(mode) + antialias), 0
    for _ in range(150):
        array, arguments = random_case(rng, mode, "float64", antialias, ALL)
        arguments["axes"] = [axis % array.ndim for axis in arguments.get("axes", range(array.ndim))]  # not from the end
        arguments.setdefault("keep_aspect_ratio_policy", "stretch")
        kept, expected = robust(array, arguments), spec.resize(array, **arguments)
        if kept is None or not expected.size:
            continue
        result, inside = reference(array, arguments), np.ix_(*kept)
        assert result.shape == expected.shape
        np.testing.assert_allclose(result[inside], expected[inside], rtol=0, atol=3e-5, err_msg=str(arguments))
        compared += expected[inside].size
    assert compared > 3000


@pytest.mark.parametrize("dtype", ["uint8", "int16"])
@pytest.mark.parametrize("mode", ["linear", "cubic"])
def test_integers_are_rounded_as_the_reference_does(mode, dtype):
    array = random_array(np.random.default_rng(7), (5, 6), dtype)
    arguments = {"scales": [2, 2], "mode": mode}  # weights are exact in binary, and there are ties
    np.testing.assert_array_equal(onnx.resize(array, **arguments), reference(array, arguments))


@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("coordinates", ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"])
def test_onnxruntime_agrees_where_it_follows_the_operator(mode, coordinates):
    runtime = installed("onnxruntime", "1.31")
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    rng = np.random.default_rng(3)
    for _ in range(15):
        shape = tuple(int(n) for n in rng.integers(2, 9, 2))
        sizes = [int(rng.choice([n for n in range(2, 14) if n != size])) for size in shape]  # it copies axes that stay
        array = random_array(rng, shape, "float32")
        arguments = {"sizes": sizes, "mode": mode, "coordinate_transformation_mode": coordinates}
        arguments |= {
            "antialias": int(rng.random() < 0.5),
            "exclude_outside": int(mode == "cubic" and rng.random() < 0.5),
        }
        graph, feeds = model(array, arguments)
        (result,) = runtime.InferenceSession(graph.SerializeToString(), options).run(None, feeds)
        np.testing.assert_allclose(result, onnx.resize(array, **arguments), rtol=0, atol=1e-4, err_msg=str(arguments))


# What no random case meets


def test_nearest_takes_every_sort_of_array():
    rng = np.random.default_rng(0)
    array = rng.integers(-(2**62), 2**62, (2, 1, 3, 1, 2, 4, 1))
    result = onnx.resize(array, scales=[2, 1, 1.5, 1, 3, 0.5, 4])
    np.testing.assert_array_equal(result, spec.resize(array, scales=[2, 1, 1.5, 1, 3, 0.5, 4]))


def test_more_than_three_axes_may_change():
    array = np.random.default_rng(1).random((3, 2, 4, 5, 2))
    sizes = [2, 3, 5, 4, 3]
    assert_fits(onnx.resize(array, sizes=sizes, mode="cubic"), array, {"sizes": sizes, "mode": "cubic"}, "4 eps")
    whole = random_array(np.random.default_rng(1), (3, 2, 4, 2), "uint8")
    sizes = [2, 3, 5, 4]
    assert_fits(onnx.resize(whole, sizes=sizes, mode="linear"), whole, {"sizes": sizes, "mode": "linear"}, "exact")


@pytest.mark.parametrize("dtype", FLOATS)
def test_long_windows_keep_the_bound(dtype):
    array = random_array(np.random.default_rng(5), (2, 300), dtype)
    arguments = {"sizes": [3, 7], "mode": "cubic", "antialias": 1}
    assert_fits(onnx.resize(array, **arguments), array, arguments, "4 eps")


def layouts(array):
    yield np.asfortranarray(array)
    yield np.repeat(array, 2, 1)[:, ::2]
    yield array[::-1].copy()[::-1]
    yield array.astype(array.dtype.newbyteorder())
    locked = array.copy()
    locked.setflags(write=False)
    yield locked


@pytest.mark.parametrize("mode", METHODS)
def test_the_layout_of_the_array_does_not_matter(mode):
    array = np.random.default_rng(2).random((5, 6))
    expected = onnx.resize(array, sizes=[7, 9], mode=mode)
    for same in layouts(array):
        result = onnx.resize(same, sizes=[7, 9], mode=mode)
        assert result.dtype == same.dtype
        np.testing.assert_array_equal(result, expected)
        np.testing.assert_array_equal(same, array)


def test_nan_reaches_what_weighs_it_and_no_more():
    array = np.arange(8.0)
    array[5] = np.nan
    assert np.flatnonzero(np.isnan(onnx.resize(array, scales=[2], mode="linear"))).tolist() == [9, 10, 11, 12]
    crossing = {"coordinate_transformation_mode": "asymmetric", "mode": "cubic"}
    assert np.flatnonzero(np.isnan(onnx.resize(array, scales=[2], **crossing))).tolist() == [7, 9, 10, 11, 13]


@pytest.mark.parametrize(
    ("mode", "n_in", "common"),
    [("linear", 10, (3, 11)), ("cubic", 9, (7, 17)), ("linear", 7, (1, 3)), ("cubic", 12, (2, 7))],
)
def test_samples_where_an_antialiased_filter_ends_are_not_read(mode, n_in, common):
    size, length = common  # of the first axis, whose scale is the other's, too
    sizes, rule = {"sizes": [size, 99], "keep_aspect_ratio_policy": "not_larger"}, {"mode": mode, "antialias": 1}
    axis = spec.geometry((length, n_in), None, None, [size, 99], None, "not_larger")[1]
    kernel, support = (spec.linear, 1) if mode == "linear" else (lambda x: spec.cubic(x, -0.75), 2)
    windows = [spec.taps(spec.half_pixel(i, axis), axis, kernel, support, True, True, False) for i in range(axis.n_out)]
    for bad in range(n_in):
        array = np.ones((length, n_in))
        array[:, bad] = np.nan
        result = onnx.resize(array, **sizes, **rule, exclude_outside=1)
        reads = [bad in near[weights != 0] for near, weights in windows]
        assert [row.tolist() for row in np.isnan(result)] == [reads] * size


def test_an_antialiased_axis_whose_samples_stay_in_place_is_filtered_all_the_same():
    array = np.random.default_rng(6).random((16, 5))
    # The scale is 15/16, which leaves five samples five; the end makes the step exactly one.
    arguments = {"sizes": [15, 99], "keep_aspect_ratio_policy": "not_larger", "roi": [0, 0, 1, 59 / 64]}
    arguments |= {"mode": "linear", "antialias": 1, "coordinate_transformation_mode": "tf_crop_and_resize"}
    assert_fits(onnx.resize(array, **arguments), array, arguments, "4 eps")


def test_coordinates_are_compared_exactly():
    # The last output lies at the last sample, where 0.1 + (1.0 - 0.1) may not be 1.0.
    crop = {"coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": -1}
    for n in range(2, 40):
        for start in (0.1, 0.3, 0.7):
            assert onnx.resize(np.arange(n), [start, 1.0], sizes=[13], **crop)[-1] == n - 1
    # i * 3 / 7 at i = 7 k is a whole number, of which a rounded quotient may fall short.
    exact = onnx.resize(
        np.arange(3 * 49), sizes=[7 * 49], coordinate_transformation_mode="asymmetric", nearest_mode="floor"
    )
    assert exact.tolist() == [i * 3 // 7 for i in range(7 * 49)]


def test_long_axes_of_fine_fractions():
    array = np.arange(2000)
    arguments = {"roi": [0.1, 0.7], "scales": [0.7], "coordinate_transformation_mode": "tf_crop_and_resize"}
    np.testing.assert_array_equal(onnx.resize(array, **arguments), spec.resize(array, **arguments))


def test_empty_results():
    assert onnx.resize(np.ones((3, 4)), scales=[0.3, 1], mode="linear").shape == (0, 4)
    assert onnx.resize(np.ones((3, 4)), sizes=[5, 0]).shape == (5, 0)
    assert onnx.resize(np.ones((0, 4)), scales=[2, 2]).shape == (0, 8)
    assert onnx.resize(np.ones((0, 4)), sizes=[0, 2]).shape == (0, 2)


def test_missing_inputs_may_be_empty():
    array = np.arange(6.0)
    empty = np.empty(0, np.float32)
    np.testing.assert_array_equal(onnx.resize(array, empty, empty, [12]), onnx.resize(array, sizes=[12]))


def test_values_given_to_outputs_saturate():
    crop = {"roi": [0, 2], "sizes": [3], "coordinate_transformation_mode": "tf_crop_and_resize"}
    for dtype, expected in {"uint8": 255, "int8": 127, "bool": True, "float16": 65504, "int64": 300000}.items():
        result = onnx.resize(np.ones(3, dtype), **crop, extrapolation_value=300000)
        assert result.tolist() == [1, 1, expected]


def test_the_convention_is_the_operator():
    array = np.random.default_rng(4).random((6, 5))
    for mode, method in METHODS.items():
        for coordinates in ("half_pixel", "align_corners", "asymmetric"):
            expected = onnx.resize(array, sizes=[9, 4], mode=mode, coordinate_transformation_mode=coordinates)
            result = fastresample.resize(array, (9, 4), method=method, convention="onnx", coordinates=coordinates)
            np.testing.assert_array_equal(result, expected)


# Errors

FLAT = np.arange(12.0).reshape(3, 4)
TWICE = {"scales": [2, 2]}
WRONG = [
    (
        TypeError,
        r"unknown attribute 'antialiased'; Resize has antialias, axes, .*nearest_mode",
        TWICE | {"antialiased": 1},
    ),
    (ValueError, r"unknown mode 'bilinear'; choose from nearest, linear, cubic", TWICE | {"mode": "bilinear"}),
    (TypeError, r"mode must be a string, got 1; choose from", TWICE | {"mode": 1}),
    (ValueError, r"unknown nearest_mode 'round'; choose from round_prefer_floor", TWICE | {"nearest_mode": "round"}),
    (
        ValueError,
        r"unknown coordinate_transformation_mode 'centre'; choose from half_pixel",
        TWICE | {"coordinate_transformation_mode": "centre"},
    ),
    (
        ValueError,
        r"unknown keep_aspect_ratio_policy 'fit'; choose from stretch",
        {"sizes": [2, 2], "keep_aspect_ratio_policy": "fit"},
    ),
    (ValueError, r"antialias must be 0 for mode 'nearest'", TWICE | {"antialias": 1}),
    (ValueError, r"antialias must be 0 or 1, got 2", TWICE | {"antialias": 2, "mode": "linear"}),
    (TypeError, r"exclude_outside must be 0 or 1, got 'yes'", TWICE | {"exclude_outside": "yes"}),
    (TypeError, r"cubic_coeff_a must be real numbers, got \['a'\]", TWICE | {"cubic_coeff_a": "a"}),
    (ValueError, r"cubic_coeff_a must be finite", TWICE | {"cubic_coeff_a": float("nan")}),
    (ValueError, r"extrapolation_value must be finite", TWICE | {"extrapolation_value": 1e300}),
    (ValueError, r"give exactly one of scales and sizes, got scales=None and sizes=None", {}),
    (ValueError, r"give exactly one of scales and sizes", TWICE | {"sizes": [2, 2]}),
    (ValueError, r"scales must have 2 elements, one for each of 2 axes, got \[2\]", {"scales": [2]}),
    (TypeError, r"scales must be a sequence, got 2", {"scales": 2}),
    (ValueError, r"scales must be positive, got \[2, 0\]", {"scales": [2, 0]}),
    (ValueError, r"scales must be finite", {"scales": [2, float("inf")]}),
    (TypeError, r"scales must be real numbers", {"scales": ["2", 2]}),
    (TypeError, r"sizes must be integers, got \[2.0, 2\]", {"sizes": [2.0, 2]}),
    (ValueError, r"sizes must not be negative, got \[-1, 2\]", {"sizes": [-1, 2]}),
    (ValueError, r"sizes must be at most 2147483647 samples", {"sizes": [2**31, 2]}),
    (ValueError, r"sizes must be at most 2147483647 samples", {"scales": [1e30, 2]}),
    (ValueError, r"the result must fit into memory", {"sizes": [2**31 - 1, 2**31 - 1]}),
    (ValueError, r"axes must be one or more of -2 to 1, got \[2\]", {"axes": [2], "scales": [2]}),
    (ValueError, r"axes must differ from each other, got \[0, -2\]", TWICE | {"axes": [0, -2]}),
    (TypeError, r"axes must be a sequence of integers, got 1", {"axes": 1, "scales": [2]}),
    (TypeError, r"axes must be integers, got \[0.5\]", {"axes": [0.5], "scales": [2]}),
    (
        ValueError,
        r"roi must have 4 elements for tf_crop_and_resize, got None",
        TWICE | {"coordinate_transformation_mode": "tf_crop_and_resize"},
    ),
    (
        ValueError,
        r"roi must have 4 elements, the starts and the ends of the axes, got \[0, 1\]",
        TWICE | {"coordinate_transformation_mode": "tf_crop_and_resize", "roi": [0, 1]},
    ),
]


@pytest.mark.parametrize(("kind", "message", "arguments"), WRONG)
def test_wrong_arguments_are_named(kind, message, arguments):
    with pytest.raises(kind, match=message):
        onnx.resize(FLAT, **arguments)


def test_wrong_arrays_are_named():
    with pytest.raises(TypeError, match="X must be a plain NumPy array, got list"):
        onnx.resize([1.0, 2.0], scales=[2])
    with pytest.raises(ValueError, match="X must have at least one dimension"):
        onnx.resize(np.array(1.0), scales=[])
    with pytest.raises(TypeError, match="X of dtype int64 can be resized with mode 'nearest' only, got mode 'linear'"):
        onnx.resize(np.arange(3), scales=[2], mode="linear")
    with pytest.raises(TypeError, match=r"X must have one of the dtypes uint8, .*, got complex128"):
        onnx.resize(np.ones(3, complex), scales=[2])
    with pytest.raises(ValueError, match=r"sizes must be 0 where X is empty, got \[2, 2\] for \[0, 3\]"):
        onnx.resize(np.ones((0, 3)), sizes=[2, 2])
