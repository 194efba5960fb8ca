"""The oracle against hand calculations, the specifications against the installed libraries, and ours against both."""

import math
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pytest
import reference
from specs import opencv, pillow
from specs import torch as torch_spec

import fastresample

SHAPES = [
    ((7, 9), (14, 18)),
    ((14, 18), (7, 9)),
    ((31, 17), (12, 40)),
    ((50, 33), (50, 7)),
    ((1, 5), (9, 1)),
    ((6, 6), (6, 6)),
]
EPS = {np.float32: float(np.finfo(np.float32).eps), np.float64: float(np.finfo(np.float64).eps)}


def installed(module, version):
    """Import a library at the version that its specification describes, or skip and say why."""
    if find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    library = import_module(module)
    if not library.__version__.startswith(version):
        pytest.skip(f"the specification is of {module} {version}, installed is {library.__version__}")
    return library


def noise(*shape, dtype=np.uint8):
    rng = np.random.default_rng(sum(shape))
    return rng.integers(0, 256, shape, dtype=np.uint8) if dtype == np.uint8 else rng.random(shape).astype(dtype)


def random_shapes(count, largest, seed):
    rng = np.random.default_rng(seed)
    return [((int(a), int(b)), (int(c), int(d))) for a, b, c, d in rng.integers(1, largest, (count, 4))]


# The oracle, by hand


def test_doubling_weighs_neighbours_by_quarters():
    assert reference.resize(np.array([0.0, 100.0]), 4).tolist() == [0, 25, 75, 100]


def test_halving_is_the_mean_of_pairs():
    assert reference.resize(np.array([[0.0, 10.0], [20.0, 30.0]]), (1, 1)).tolist() == [[15]]
    assert reference.resize(np.array([1.0, 2.0, 10.0, 20.0]), 2).tolist() == [1.5, 15]


def test_antialiased_halving_by_hand():
    # Triangle of half-width 2 around 0.5: 1/4 of pixel -1 (dropped), 3/4, 3/4, 1/4; the rest renormalised by 7/4.
    result = reference.resize(np.array([7.0, 14.0, 21.0, 28.0]), 2, antialias=True)
    np.testing.assert_allclose(result, [(3 * 7 + 3 * 14 + 21) / 7, (14 + 3 * 21 + 3 * 28) / 7], rtol=1e-15)


def test_antialias_changes_nothing_when_enlarging():
    image = noise(5, 8).astype(float)
    np.testing.assert_array_equal(reference.resize(image, (9, 13), antialias=True), reference.resize(image, (9, 13)))


@pytest.mark.parametrize("coordinates", ["half_pixel", "align_corners", "asymmetric"])
@pytest.mark.parametrize("n_out", [1, 3, 10, 27])
def test_ramp_is_reproduced_where_no_edge_interferes(coordinates, n_out):
    n_in = 10
    ramp = np.arange(n_in, dtype=float)
    positions = {
        "half_pixel": (np.arange(n_out) + 0.5) * n_in / n_out - 0.5,
        "align_corners": np.arange(n_out) * (n_in - 1) / max(n_out - 1, 1),
        "asymmetric": np.arange(n_out) * n_in / n_out,
    }[coordinates]
    result = reference.resize(ramp, n_out, coordinates=coordinates)
    np.testing.assert_allclose(result, np.clip(positions, 0, n_in - 1), atol=1e-14)


@pytest.mark.parametrize("antialias", [False, True])
def test_constants_stay(antialias):
    result = reference.resize(np.full((7, 5), 3.25), (4, 11), antialias=antialias)
    np.testing.assert_allclose(result, 3.25, rtol=1e-15)


def test_box_reads_its_neighbours_but_nothing_outside_the_image():
    ramp = np.arange(8.0)
    assert reference.resize(ramp, 4, box=(2, 4)).tolist() == [1.75, 2.25, 2.75, 3.25]
    assert reference.resize(ramp, 2, box=(0, 1)).tolist() == [0, 0.25]
    assert reference.resize(ramp, 2, box=(0.5, 4.5)).tolist() == [1, 3]


def test_nearest_takes_the_pixel_whose_area_holds_the_centre():
    assert reference.resize(np.arange(5), 3, method="nearest").tolist() == [0, 2, 4]
    assert reference.resize(np.arange(4), 2, method="nearest").tolist() == [1, 3]  # halfway: the higher one
    assert reference.resize(np.arange(3), 6, method="nearest").tolist() == [0, 0, 1, 1, 2, 2]
    assert reference.resize(np.arange(8), 2, method="nearest", box=(2, 4)).tolist() == [2, 3]


def test_axes_are_named_by_number():
    image = noise(2, 6, 3).astype(float)
    moved = reference.resize(np.moveaxis(image, 0, 2), (4, 2))
    np.testing.assert_array_equal(reference.resize(image, (4, 2), axes=(1, 2)), np.moveaxis(moved, 2, 0))


def test_nan_reaches_only_what_weighs_it():
    image = np.array([0.0, np.nan, 2.0, 3.0])
    assert np.isnan(reference.resize(image, 4)).tolist() == [False, True, False, False]
    assert np.isnan(reference.resize(image, 8)).tolist() == [False, True, True, True, True, False, False, False]


# The specifications against the installed libraries


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
def test_opencv_specification_is_cv2(channels):
    cv2 = installed("cv2", "5.0.0")
    for shape, size in SHAPES + random_shapes(20, 90, channels):
        image = noise(*shape, channels)
        for flag in (cv2.INTER_LINEAR, cv2.INTER_NEAREST, cv2.INTER_NEAREST_EXACT):
            result = cv2.resize(image, size[::-1], interpolation=flag).reshape(*size, channels)
            ours = opencv.resize(image, size[::-1], interpolation=flag).reshape(*size, channels)
            np.testing.assert_array_equal(ours, result, f"flag {flag}, {shape} to {size}")


def pillow_image(mode, shape, rng):
    """Return a noise image and its samples, (height, width[, channels]) in this machine's byte order."""
    image_module = import_module("PIL.Image")
    blank = np.asarray(image_module.new(mode, shape[::-1]))
    if mode == "F":
        samples = rng.normal(0, 100, shape).astype(np.float32)
    else:
        samples = np.frombuffer(rng.bytes(blank.nbytes), blank.dtype).reshape(blank.shape)
    return image_module.frombytes(mode, shape[::-1], samples.tobytes()), samples.astype(blank.dtype.newbyteorder("="))


PILLOW_MODES = ["L", "LA", "RGB", "RGBA", "CMYK", "PA", "LAB", "P", "I", "F", "I;16", "I;16B", "I;16N"]


@pytest.mark.parametrize("mode", PILLOW_MODES)
def test_pillow_specification_is_pillow(mode):
    installed("PIL", "13.0.")
    rng = np.random.default_rng(len(mode))
    for shape, size in SHAPES + random_shapes(20, 60, len(mode)):
        image, samples = pillow_image(mode, shape, rng)
        left, upper = rng.random(2)
        box = (left / 2, upper / 2, shape[1] - left / 3, shape[0] - upper / 3)
        for resample in range(8):
            for options in ((resample,), (resample, box), (resample, None, 1.5)):
                if "16" in mode and len(options) == 3:
                    continue  # Pillow refuses
                result = np.asarray(image.resize(size[::-1], *options))
                expected = pillow.resize(samples, size[::-1], *options, mode=mode)
                np.testing.assert_array_equal(expected, result, f"{options}, {shape} to {size}")


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "LAB", "I", "F"])
def test_pillow_specification_of_block_means_and_thumbnails_is_pillow(mode):
    installed("PIL", "13.0.")
    rng = np.random.default_rng(len(mode))
    for shape, factor in random_shapes(30, 60, 9):
        image, samples = pillow_image(mode, shape, rng)
        factor = tuple(1 + n % 8 for n in factor) if shape[0] % 3 else factor
        box = (shape[1] // 4, shape[0] // 3, shape[1], shape[0] - shape[0] // 3)
        for options in ((factor,), (factor, box)):
            expected = pillow.reduce(samples, *options, mode=mode)
            np.testing.assert_array_equal(expected, np.asarray(image.reduce(*options)), f"{shape}, {options}")
        size = rng.uniform(1, 60, 2)
        image.thumbnail(size)
        np.testing.assert_array_equal(pillow.thumbnail(samples, size, mode=mode), np.asarray(image), f"{shape}, {size}")


def torch_resize(image, size, **options):
    torch = import_module("torch")
    result = torch.nn.functional.interpolate(torch.from_numpy(planes(image)), size=size, **options)
    return result[0].permute(1, 2, 0).numpy()


def planes(image):
    return np.ascontiguousarray(image.transpose(2, 0, 1))[None]


def torch_rule(image, size, **options):
    return torch_spec.interpolate(planes(image), size, **options)[0].transpose(1, 2, 0)


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_torch_bilinear_specification(dtype, align_corners):
    torch = installed("torch", "2.13.")
    fused = torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
    for shape, size in [*SHAPES, ((20, 31), (90, 77)), ((140, 60), (33, 120))]:
        image = noise(*shape, 2, dtype=dtype)
        options = {"mode": "bilinear", "align_corners": align_corners}
        distance = np.abs(torch_resize(image, size, **options) - torch_rule(image, size, **options)).max()
        # Without fused multiply-adds the coordinates round differently, by an error that grows with the size.
        assert distance <= (0 if fused else 4 + sum(shape)) * EPS[dtype], (shape, size)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_torch_antialias_specification(dtype):
    torch = installed("torch", "2.13.")
    fused = torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
    for shape, size in SHAPES + random_shapes(10, 60, 3):
        if size[1] == 1 and shape[0] != size[0]:
            continue  # torch 2.13 repeats row 0 here, a defect
        image = noise(*shape, 2, dtype=dtype)
        options = {"mode": "bilinear", "antialias": True}
        distance = np.abs(torch_resize(image, size, **options) - torch_rule(image, size, **options)).max()
        assert distance <= (0 if fused else 2) * EPS[dtype], (shape, size)


def test_torch_nearest_specification():
    torch = installed("torch", "2.13.")
    for (n_in, n_out), _ in random_shapes(200, 2000, 4):
        line = torch.arange(n_in, dtype=torch.float32)[None, None]
        result = torch.nn.functional.interpolate(line, size=n_out, mode="nearest-exact")[0, 0].numpy()
        np.testing.assert_array_equal(torch_index(n_in, n_out, generic=True), result)


def torch_index(n_in, n_out, generic):
    return torch_spec.nearest_index(n_in, n_out, True, None, not generic, np.float32)


# Ours against torch's specification, whether torch is there or not


@pytest.mark.parametrize("coordinates", ["half_pixel", "align_corners"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_our_bilinear_agrees_with_torch_within_its_coordinates_rounding(dtype, coordinates):
    """Torch rounds coordinates, up to n, to the working type; ours are exact: n eps per axis, 4 for the sums."""
    for shape, size in SHAPES + random_shapes(10, 60, 5):
        image = noise(*shape, 3, dtype=dtype)
        ours = fastresample.resize(image, size, coordinates=coordinates)
        expected = torch_rule(image, size, mode="bilinear", align_corners=coordinates == "align_corners")
        assert np.abs(ours - expected).max() <= (4 + sum(shape)) * EPS[dtype], (shape, size)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_our_antialiased_bilinear_agrees_with_torch(dtype):
    for shape, size in SHAPES + random_shapes(10, 60, 6):
        image = noise(*shape, 3, dtype=dtype)
        ours = fastresample.resize(image, size, antialias=True)
        expected = torch_rule(image, size, mode="bilinear", antialias=True)
        assert np.abs(ours - expected).max() <= (4 + sum(shape)) * EPS[dtype]


def assert_at_rounding_of_float32(n_in, n_out, ours, theirs):
    """Indices may differ by one, where the exact coordinate is within three float32 roundings of a whole number."""
    for i in np.flatnonzero(ours != theirs):
        exact = Fraction((2 * int(i) + 1) * n_in, 2 * n_out)
        border = max(int(ours[i]), int(theirs[i]))
        assert abs(int(ours[i]) - int(theirs[i])) == 1, (n_in, n_out, i)
        assert abs(exact - border) <= 3 * exact / 2**24, (n_in, n_out, i)


@pytest.mark.parametrize("generic", [False, True])
def test_our_nearest_is_torch_nearest_exact_but_where_float32_rounds_across_a_border(generic):
    differing = total = 0
    small = [(n_in, n_out) for n_in in range(1, 25) for n_out in range(1, 25)]
    large = [pair for pairs in random_shapes(40, 3000, 7) for pair in pairs]
    for n_in, n_out in [*small, *large, (66, 1815)]:
        ours = fastresample.resize(np.arange(n_in, dtype=np.int32), n_out, method="nearest")
        theirs = torch_index(n_in, n_out, generic)
        assert_at_rounding_of_float32(n_in, n_out, ours, theirs)
        differing += np.count_nonzero(ours != theirs)
        total += n_out
    assert differing / total < 0.01  # rare: an exact tie, or nearly one


def test_our_nearest_index_is_the_exact_one():
    for n_in, n_out in [pair for pairs in random_shapes(20, 3000, 8) for pair in pairs]:
        index = [math.floor(Fraction((2 * i + 1) * n_in, 2 * n_out)) for i in range(n_out)]
        np.testing.assert_array_equal(
            fastresample.resize(np.arange(n_in, dtype=np.int32), n_out, method="nearest"), index
        )
