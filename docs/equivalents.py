"""Which call here gives the picture of which call of another library: rows of two expressions, and their values.

What the page which-resize.md prints is what is evaluated here, on the zone plate of images/.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

import fastresample
from fastresample import compat

PLATE = np.asarray(Image.open(Path(__file__).parents[1] / "images" / "zone_plate.png"))
# (height, width): 3/8 of the plate, and 3/2 by 15/8 of it.
SHRUNK, ENLARGED = (120, 120), (480, 600)


class Row(NamedTuple):
    """One way to resize: its short name, the library's call and ours."""

    name: str
    theirs: str
    ours: str


class Library(NamedTuple):
    """A table: whose, the module that its calls need, which names it gives them, and its rows."""

    title: str
    module: str
    names: Callable[[Any], dict[str, Any]]
    rows: tuple[Row, ...]


def _native(name: str, ours: str) -> Row:
    return Row(name, "", f"resize(image, (h, w), {ours})")


def _opencv_names(cv2: Any) -> dict[str, Any]:
    cv2.ipp.setUseIPP(False)  # its results depend on the processor
    return {"cv2": cv2}


def _opencv(flag: str, method: str) -> Row:
    theirs = f"cv2.resize(image, (w, h), interpolation=cv2.{flag})"
    return Row(flag, theirs, f'resize(image, (h, w), method="{method}", convention="opencv")')


def _pillow(name: str, method: str) -> Row:
    theirs = f"picture.resize((w, h), Filter.{name})"
    return Row(name, theirs, f'resize(image, (h, w), method="{method}", convention="pillow")')


def _torch_names(torch: Any) -> dict[str, Any]:
    tensor = torch.from_numpy(PLATE.copy())[None, None]
    return {"tensor": tensor, "floats": tensor.float(), "interpolate": torch.nn.functional.interpolate}


def _torch(name: str, method: str, theirs: str = "", ours: str = "") -> Row:
    call = f'interpolate(tensor, (h, w), mode="{name.partition(" ")[0]}"{theirs})'
    return Row(name, call, f'resize(image, (h, w), method="{method}", convention="torch"{ours})')


def _tensorflow(method: str, ours: str) -> Row:
    theirs = f'tf.image.resize(batch, (h, w), "{method}")'
    return Row(method, theirs, ours)


def _tensorflow_smooth(method: str, ours: str) -> Row:
    theirs = f'tf.image.resize(batch, (h, w), "{method}", antialias=True)'
    return Row(f"{method} antialias", theirs, f'resize(real, (h, w), method="{ours}", antialias=True)')


def _skimage(name: str, ours: str) -> Row:
    return Row(name, f"transform.resize(real, (h, w), {name})", ours)


_SMOOTH = ", antialias=True"
LIBRARIES = {
    "native": Library(
        "here",
        "fastresample",
        lambda _: {},
        (
            _native("nearest", 'method="nearest"'),
            _native("area", 'method="area"'),
            _native("bilinear", 'method="bilinear"'),
            _native("bilinear antialias", 'method="bilinear", antialias=True'),
            _native("bicubic", 'method="bicubic"'),
            _native("bicubic antialias", 'method="bicubic", antialias=True'),
            _native("lanczos3", 'method="lanczos3"'),
            _native("lanczos3 antialias", 'method="lanczos3", antialias=True'),
        ),
    ),
    "opencv": Library(
        "OpenCV",
        "cv2",
        _opencv_names,
        (
            _opencv("INTER_NEAREST", "nearest"),
            _opencv("INTER_NEAREST_EXACT", "nearest_exact"),
            _opencv("INTER_LINEAR", "bilinear"),
            _opencv("INTER_LINEAR_EXACT", "bilinear_exact"),
            _opencv("INTER_CUBIC", "bicubic"),
            _opencv("INTER_AREA", "area"),
            _opencv("INTER_LANCZOS4", "lanczos4"),
            Row(
                "INTER_LINEAR, fx, fy",
                "cv2.resize(image, None, fx=w / 321, fy=h / 321)",
                "compat.opencv.resize(image, None, fx=w / 321, fy=h / 321)",
            ),
        ),
    ),
    "pillow": Library(
        "Pillow",
        "PIL",
        lambda _: {"Filter": Image.Resampling},
        (
            _pillow("NEAREST", "nearest"),
            _pillow("BOX", "box"),
            _pillow("BILINEAR", "bilinear"),
            _pillow("HAMMING", "hamming"),
            _pillow("BICUBIC", "bicubic"),
            _pillow("LANCZOS", "lanczos3"),
            _pillow("MKS2013", "mks2013"),
            _pillow("MKS2021", "mks2021"),
            Row(
                "BICUBIC, reducing_gap",
                "picture.resize((w, h), Filter.BICUBIC, reducing_gap=1)",
                "compat.pillow.resize(picture, (w, h), Filter.BICUBIC, reducing_gap=1)",
            ),
            Row("reduce", "picture.reduce(3)", "compat.pillow.reduce(picture, 3)"),
        ),
    ),
    "torch": Library(
        "PyTorch",
        "torch",
        _torch_names,
        (
            _torch("nearest", "nearest"),
            _torch("nearest-exact", "nearest_exact"),
            _torch("bilinear", "bilinear"),
            _torch("bilinear antialias", "bilinear", _SMOOTH, _SMOOTH),
            _torch("bilinear align_corners", "bilinear", ", align_corners=True", ', coordinates="align_corners"'),
            _torch("bicubic", "bicubic"),
            _torch("bicubic antialias", "bicubic", _SMOOTH, _SMOOTH),
            _torch("lanczos antialias", "lanczos3", _SMOOTH),
            Row(
                "area",
                'interpolate(floats, (h, w), mode="area")',
                'resize(real, (h, w), method="area", convention="torch")',
            ),
            Row(
                "bilinear, scale_factor",
                'interpolate(tensor, scale_factor=w / 321, mode="bilinear")',
                'compat.torch.interpolate(tensor, scale_factor=w / 321, mode="bilinear")',
            ),
        ),
    ),
    "tensorflow": Library(
        "TensorFlow",
        "tensorflow",
        lambda tf: {"tf": tf, "v1": tf.compat.v1.image, "batch": PLATE[None, ..., None]},
        (
            _tensorflow("nearest", 'resize(image, (h, w), method="nearest")'),
            _tensorflow("bilinear", "resize(real, (h, w))"),
            _tensorflow_smooth("bilinear", "bilinear"),
            _tensorflow(
                "bicubic",
                'compat.onnx.resize(real, sizes=(h, w), mode="cubic", cubic_coeff_a=-0.5, exclude_outside=1)',
            ),
            _tensorflow_smooth("bicubic", "bicubic"),
            _tensorflow_smooth("lanczos3", "lanczos3"),
            _tensorflow_smooth("lanczos5", "lanczos5"),
            _tensorflow_smooth("mitchellcubic", "mitchell"),
            _tensorflow_smooth("gaussian", "gaussian"),
            _tensorflow("area", 'resize(real, (h, w), method="area")'),
            Row(
                "v1 nearest",
                "v1.resize_nearest_neighbor(batch, (h, w))",
                'resize(image, (h, w), method="nearest", convention="torch")',
            ),
            Row("v1 bilinear", "v1.resize_bilinear(batch, (h, w))", 'resize(real, (h, w), coordinates="asymmetric")'),
            Row(
                "v1 bilinear align_corners",
                "v1.resize_bilinear(batch, (h, w), align_corners=True)",
                'resize(real, (h, w), coordinates="align_corners")',
            ),
            Row(
                "v1 bicubic",
                "v1.resize_bicubic(batch, (h, w))",
                'compat.onnx.resize(real, sizes=(h, w), mode="cubic", coordinate_transformation_mode="asymmetric")',
            ),
        ),
    ),
    "skimage": Library(
        "scikit-image",
        "skimage",
        lambda _: {"transform": import_module("skimage.transform")},
        (
            _skimage("order=0, anti_aliasing=False", 'resize(real, (h, w), method="nearest")'),
            _skimage('order=1, mode="edge", anti_aliasing=False', "resize(real, (h, w))"),
            _skimage("order=1, anti_aliasing=False", "resize(real, (h, w))"),
            _skimage("order=1", 'resize(real, (h, w), method="hamming", antialias=True)'),
            _skimage("order=3, anti_aliasing=False", 'resize(real, (h, w), method="lanczos3")'),
        ),
    ),
}


# --- their values -------------------------------------------------------------------------------------------------


def _common(size: tuple[int, int]) -> dict[str, Any]:
    height, width = size
    return {
        "image": PLATE,
        "real": PLATE.astype(np.float32),
        "picture": Image.fromarray(PLATE),
        "h": height,
        "w": width,
        "resize": fastresample.resize,
        "compat": compat,
    }


def value(expression: str, size: tuple[int, int], names: dict[str, Any]) -> np.ndarray:
    """Evaluate a call for a size (height, width): rows and columns, without axes of length one."""
    return np.squeeze(np.asarray(eval(expression, _common(size) | names)))


def find(library: str, name: str) -> Row:
    """Return the row of that name."""
    return next(row for row in LIBRARIES[library].rows if row.name == name)


def installed(library: str) -> bool:
    """Tell whether a library can be run."""
    return find_spec(LIBRARIES[library].module) is not None


def names_of(library: str) -> dict[str, Any]:
    """Return what the calls of an installed library need."""
    found = LIBRARIES[library]
    return found.names(import_module(found.module))


@cache
def theirs(library: str, name: str, size: tuple[int, int]) -> np.ndarray:
    """Evaluate a library's own call."""
    return value(find(library, name).theirs, size, names_of(library))


@cache
def ours(library: str, name: str, size: tuple[int, int]) -> np.ndarray:
    """Evaluate our call that stands for a library's; few of them need something of the library itself."""
    call = find(library, name).ours
    return value(call, size, names_of(library) if "Filter" in call or "tensor" in call else {})


@cache
def operator(attributes: str, size: tuple[int, int], image: str = "image") -> np.ndarray:
    """Evaluate ONNX's operator Resize."""
    return value(f"compat.onnx.resize({image}, sizes=(h, w), {attributes})", size, {})


def levels(result: np.ndarray) -> np.ndarray:
    """Return a result as 8-bit samples: real ones are rounded and clipped."""
    return result if result.dtype == np.uint8 else np.clip(np.rint(result), 0, 255).astype(np.uint8)
