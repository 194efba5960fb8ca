"""One table of libraries: operator -> {library: how to call it}.

The comparison, the tests and the benchmark all take their calls from here, so that they speak of the same thing.
Libraries are imported when a call is made ready, never when this module is.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

import fastresample
from fastresample.validate.calls import INSTALL, Call, Image, Library, Make, Size, channels, installed, result_shape


@contextmanager
def settings(modules: set[str], *, threads: int | None = None, ipp: bool | None = None) -> Iterator[None]:
    """Set the process-wide switches of the installed ``modules`` and put them back afterwards.

    ``threads`` is the number of threads of one call, ``ipp`` whether OpenCV may use IPP; None leaves a switch alone.
    """
    switches: list[tuple[Callable[[], Any], Callable[[Any], object], Any]] = []
    if "cv2" in modules and installed("cv2"):
        import cv2

        switches += [(cv2.getNumThreads, cv2.setNumThreads, threads), (cv2.ipp.useIPP, cv2.ipp.setUseIPP, ipp)]
    if "torch" in modules and installed("torch"):
        import torch

        switches += [(torch.get_num_threads, torch.set_num_threads, threads)]
    if "pyvips" in modules and installed("pyvips"):
        import pyvips

        switches += [(pyvips.concurrency_get, pyvips.concurrency_set, threads)]
    with ExitStack() as restore:
        for get, put, value in switches:
            if value is not None:
                restore.callback(put, get())
                put(value)
        yield


def ours(method: str, antialias: bool, convention: str = "native") -> Make:
    """Return how to call this package."""

    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        options: dict[str, Any] = {"method": method, "antialias": antialias, "convention": convention}
        if not planned:
            return Call(lambda: fastresample.resize(image, size, threads=threads, **options), np.asarray)
        resizer = fastresample.Resizer(image.shape, size, image.dtype, **options)
        out = np.empty(result_shape(image, size), image.dtype)
        return Call(lambda: resizer(image, out=out, threads=threads), np.asarray)

    return make


def _require(library: str, image: Image, supported: bool) -> None:
    if not supported:
        raise NotImplementedError(f"{library} cannot do this on {channels(image)}-channel {image.dtype} images")


def _opencv(flag: str, dtypes: str) -> Make:
    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        import cv2

        _require("OpenCV", image, image.dtype.name in dtypes.split() and channels(image) <= 128)
        interpolation = getattr(cv2, flag)
        shape = result_shape(image, size)
        out = np.empty(shape, image.dtype) if planned else None
        return Call(
            lambda: cv2.resize(image, size[::-1], dst=out, interpolation=interpolation),
            lambda result: np.asarray(result).reshape(shape),
        )

    return make


# RGBX and La: the stored samples as they are; RGBA and LA would be multiplied by their alpha
_PILLOW_MODES = {
    ("uint8", 1): "L",
    ("uint8", 2): "La",
    ("uint8", 3): "RGB",
    ("uint8", 4): "RGBX",
    ("uint16", 1): "I;16",
    ("int32", 1): "I",
    ("float32", 1): "F",
}


def _pillow(filter_name: str) -> Make:
    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        from PIL import Image as Pillow

        mode = _PILLOW_MODES.get((image.dtype.name, channels(image)))
        if mode is None:
            raise NotImplementedError(f"Pillow has no mode for {channels(image)}-channel {image.dtype} images")
        picture = Pillow.frombuffer(mode, (image.shape[1], image.shape[0]), image.tobytes(), "raw", mode, 0, 1)
        resample = Pillow.Resampling[filter_name]
        shape = result_shape(image, size)
        return Call(lambda: picture.resize(size[::-1], resample), lambda result: np.asarray(result).reshape(shape))

    return make


def _torch(mode: str, antialias: bool = False) -> Make:
    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        import torch
        from torch.nn.functional import interpolate

        _require("torch", image, image.dtype.name in ("uint8", "float32", "float64"))
        height, width = image.shape[:2]
        tensor = torch.from_numpy(image.reshape(height, width, -1)).permute(2, 0, 1)[None]
        shape = result_shape(image, size)
        return Call(
            lambda: interpolate(tensor, size=size, mode=mode, antialias=antialias),
            lambda result: np.ascontiguousarray(result[0].permute(1, 2, 0).numpy()).reshape(shape),
        )

    return make


_CYKOOZ_TYPES = {"uint8": "U8", "uint16": "U16", "int32": "I32", "float32": "F32"}


def _cykooz(algorithm: str) -> Make:
    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        import cykooz_resizer as cykooz

        count = channels(image)
        name = _CYKOOZ_TYPES.get(image.dtype.name, "") + (f"x{count}" if count > 1 else "")
        _require("cykooz-resizer", image, name in cykooz.PixelType.__members__)
        pixel_type = cykooz.PixelType[name]
        rule = cykooz.ResizeAlg()
        if algorithm != "nearest":
            rule = cykooz.ResizeAlg.convolution(cykooz.FilterType.bilinear)
            rule._algorithm = cykooz.Algorithm[algorithm]  # "interpolation" has no public constructor
        pool = cykooz.ResizerThreadPool(threads) if threads is not None and threads > 1 else None
        options = cykooz.ResizeOptions(resize_alg=rule, use_alpha=False, thread_pool=pool)
        source = cykooz.ImageData(image.shape[1], image.shape[0], pixel_type, image.tobytes())
        ready = (cykooz.Resizer(), cykooz.ImageData(size[1], size[0], pixel_type)) if planned else None

        def run() -> Any:
            resizer, out = ready or (cykooz.Resizer(), cykooz.ImageData(size[1], size[0], pixel_type))
            resizer.resize(source, out, options)
            return out

        shape = result_shape(image, size)
        return Call(run, lambda result: np.frombuffer(result.get_buffer(), image.dtype).reshape(shape))

    return make


_VIPS_FORMATS = {
    "uint8": "uchar",
    "int8": "char",
    "uint16": "ushort",
    "int16": "short",
    "uint32": "uint",
    "int32": "int",
    "float32": "float",
    "float64": "double",
}


def _vips_affine(source: Any, size: Size, interpolation: str, shift: float) -> Any:
    """Map the rows and columns of a vips image onto ``size`` with pixel centres on pixel centres, edges repeated."""
    import pyvips

    height, width = size
    return source.affine(
        [width / source.width, 0, 0, height / source.height],
        interpolate=pyvips.Interpolate.new(interpolation),
        idx=shift,
        idy=shift,
        odx=-0.5,
        ody=-0.5,
        oarea=[0, 0, width, height],
        extend="copy",
    )


def _vips_nearest(source: Any, size: Size) -> Any:
    return _vips_affine(source, size, "nearest", 0.0)  # this interpolator rounds down, so corners are its centres


def _vips_bilinear(source: Any, size: Size) -> Any:
    return _vips_affine(source, size, "bilinear", 0.5)


def _vips_antialiased(source: Any, size: Size) -> Any:
    height, width = size
    if height < source.height:
        source = source.reducev(source.height / height, kernel="linear")
    if width < source.width:
        source = source.reduceh(source.width / width, kernel="linear")
    return source if (source.height, source.width) == size else _vips_bilinear(source, size)


def _pyvips(pipeline: Callable[[Any, Size], Any]) -> Make:
    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        import pyvips

        _require("pyvips", image, image.dtype.name in _VIPS_FORMATS)
        height, width = image.shape[:2]
        pixel_format = _VIPS_FORMATS[image.dtype.name]
        source = pyvips.Image.new_from_memory(image.data, width, height, channels(image), pixel_format)
        shape = result_shape(image, size)
        return Call(
            lambda: pipeline(source, size).write_to_memory(),
            lambda result: np.frombuffer(result, image.dtype).reshape(shape),
        )

    return make


_CV2_LINEAR = "uint8 uint16 int16 float32 float64"
_CV2_ANY = "int8 int32 " + _CV2_LINEAR
_CORNERS = "takes top-left corners, not centres"

LIBRARIES: dict[str, dict[str, Library]] = {
    "nearest": {
        "fastresample": Library("fastresample", ours("nearest", False)),
        "opencv": Library("cv2", _opencv("INTER_NEAREST", _CV2_ANY), _CORNERS),
        "opencv-exact": Library("cv2", _opencv("INTER_NEAREST_EXACT", _CV2_ANY)),
        "pillow": Library("PIL", _pillow("NEAREST")),
        "torch": Library("torch", _torch("nearest-exact")),
        "cykooz-resizer": Library("cykooz_resizer", _cykooz("nearest")),
        "pyvips": Library("pyvips", _pyvips(_vips_nearest)),
    },
    "bilinear": {
        "fastresample": Library("fastresample", ours("bilinear", False)),
        "opencv": Library("cv2", _opencv("INTER_LINEAR", _CV2_LINEAR)),
        "opencv-exact": Library("cv2", _opencv("INTER_LINEAR_EXACT", "uint8 int8 uint16 int16")),
        "pillow": Library("PIL", _pillow("BILINEAR"), "antialiases always", shrinking=True, incomparable=True),
        "torch": Library("torch", _torch("bilinear")),
        "cykooz-resizer": Library("cykooz_resizer", _cykooz("interpolation")),
        "pyvips": Library("pyvips", _pyvips(_vips_bilinear)),
    },
    "bilinear antialiased": {
        "fastresample": Library("fastresample", ours("bilinear", True)),
        "opencv": Library(
            "cv2", _opencv("INTER_LINEAR", _CV2_LINEAR), "does not antialias", shrinking=True, incomparable=True
        ),
        "pillow": Library("PIL", _pillow("BILINEAR")),
        "torch": Library("torch", _torch("bilinear", antialias=True)),
        "cykooz-resizer": Library("cykooz_resizer", _cykooz("convolution")),
        "pyvips": Library("pyvips", _pyvips(_vips_antialiased), "repeats edge pixels", shrinking=True),
    },
}


def operator_name(method: str, antialias: bool) -> str:
    """Return the operator of ``LIBRARIES`` that serves ``method``; ValueError if there is none."""
    name = {"linear": "bilinear"}.get(method, method) + (" antialiased" if antialias else "")
    if name not in LIBRARIES:
        known = ", ".join(LIBRARIES)
        raise ValueError(f"method {method!r} with antialias={antialias} cannot be compared; choose from {known}")
    return name


def choose(operator: str, names: Sequence[str] | None = None) -> tuple[list[str], dict[str, str]]:
    """Return the libraries to run beside ours, and of the others of the table the reasons why they do not.

    ``names=None`` means all that are installed. Raises ValueError for an unknown name, and ModuleNotFoundError for a
    library that was named but is not installed.
    """
    table = LIBRARIES[operator]
    peers = [name for name, library in table.items() if library.module != "fastresample"]
    missing = {name: table[name].module for name in peers if not installed(table[name].module)}
    if names is None:
        left_out = {name: f"not installed ({INSTALL[module]})" for name, module in missing.items()}
        return [name for name in peers if name not in missing], left_out
    for name in names:
        if name not in peers:
            raise ValueError(f"unknown library {name!r} for {operator}; choose from {', '.join(peers)}")
        if name in missing:
            module = missing[name]
            raise ModuleNotFoundError(f"{name} is not installed; to compare with it: {INSTALL[module]}", name=module)
    return list(dict.fromkeys(names)), {}
