"""A folder of JPEG files as cameras write them, made anew from a few real photographs; the same on every machine."""

import io
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

LARGE, SMALL = (4000, 3000), (2048, 1536)  # width and height: 12 and 3 megapixels
SOURCES = {  # packages that ship photographs: their folder, and which of its files are photographs
    "sklearn": ("datasets/images", ("china.jpg", "flower.jpg")),
    "skimage": ("data", ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")),
}
OWN = Path(__file__).parents[1] / "images"
OWN_PHOTOGRAPHS = ("lake_phone.jpg", "lake_web.webp")

LUMA_NOISE, CHROMA_NOISE = (3.0, 6.0), 1.5  # standard deviations, in steps of a byte
QUALITIES = (85, 92)
ORIENTATIONS = (1, 1, 1, 1, 1, 1, 3, 6, 6, 8)  # every tenth file each
_ORIENTATION_TAG, _MAKE_TAG = 0x0112, 0x010F


class Photograph(NamedTuple):
    """What one file of the folder is like."""

    size: tuple[int, int]
    quality: int
    subsampling: int  # Pillow's: 0 is 4:4:4, 2 is 4:2:0
    orientation: int
    profiled: bool


def folder_of(count_large: int, count_small: int, cache: Path, *, shrunk_by: int = 1) -> Path:
    """Return a folder of so many photographs of each size, made below ``cache`` unless it is there.

    ``shrunk_by`` divides their sides, for tests.
    """
    sources = _sources()
    name = f"photographs-{count_large}x{LARGE[0]}-{count_small}x{SMALL[0]}-{len(sources)}-{shrunk_by}"
    folder = cache / name
    if folder.is_dir():
        return folder
    unfinished = cache / f"{name}.unfinished"
    unfinished.mkdir(parents=True, exist_ok=True)
    sizes = [LARGE] * count_large + [SMALL] * count_small
    for number, photograph in enumerate(_kinds(sizes, shrunk_by)):
        rng = np.random.default_rng([number, len(sizes)])
        pixels = _noisy(_crop(sources[number % len(sources)], photograph.size, rng), rng)
        (unfinished / f"{number:03d}.jpg").write_bytes(_encoded(pixels, photograph))
    return unfinished.rename(folder)


def _kinds(sizes: list[tuple[int, int]], shrunk_by: int) -> Iterator[Photograph]:
    rng = np.random.default_rng(2026)
    for width, height in sizes:
        yield Photograph(
            size=(width // shrunk_by, height // shrunk_by),
            quality=int(rng.integers(QUALITIES[0], QUALITIES[1] + 1)),
            subsampling=int(rng.choice([0, 2])),
            orientation=int(rng.choice(ORIENTATIONS)),
            profiled=bool(rng.integers(0, 2)),
        )


def _sources() -> list[Image.Image]:
    paths = [OWN / name for name in OWN_PHOTOGRAPHS]
    for package, (inner, names) in SOURCES.items():
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            paths += [Path(spec.origin).parent / inner / name for name in names]
    return [Image.open(path).convert("RGB") for path in paths if path.exists()]


def _crop(source: Image.Image, size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Enlarge a random part of a photograph, half of it or more, with the shape of the result."""
    largest = min(source.width / size[0], source.height / size[1])
    part = rng.uniform(0.5, 1.0)
    width, height = (side * largest * part for side in size)
    left, top = rng.uniform(0, source.width - width), rng.uniform(0, source.height - height)
    return source.resize(size, Image.Resampling.LANCZOS, box=(left, top, left + width, top + height))


def _noisy(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Add what a sensor adds: noise of the brightness, and less of it of each colour."""
    values = np.asarray(picture, np.float32)
    luma = rng.standard_normal(values.shape[:2], np.float32)[..., None] * np.float32(rng.uniform(*LUMA_NOISE))
    chroma = rng.standard_normal(values.shape, np.float32) * np.float32(CHROMA_NOISE)
    noisy: NDArray[np.float32] = values + luma + chroma
    return Image.fromarray(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


def _encoded(picture: Image.Image, kind: Photograph) -> bytes:
    exif = Image.Exif()
    exif[_MAKE_TAG] = "benchmark"
    exif[_ORIENTATION_TAG] = kind.orientation
    buffer = io.BytesIO()
    settings = {"quality": kind.quality, "subsampling": kind.subsampling, "exif": exif}
    picture.save(buffer, "JPEG", **settings, icc_profile=_profile() if kind.profiled else None)
    return buffer.getvalue()


def _profile() -> bytes:
    """Return a profile of sRGB without the time at which it was made."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)
    return bytes(profile)
