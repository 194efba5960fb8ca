"""What ``bench.py --part folder`` runs as processes of their own: each shrinks a folder of JPEG files with one library.

    python -m benchmark.peers TOOL SOURCE TARGET WORKERS

Each does what its library's users would write, on as many threads as there are workers, one for an image.
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

SIDE, QUALITY = 800, 85

Convert = Callable[[Path, Path], Any]


def pyvips_thumbnail() -> Convert:
    """``thumbnail``: shrinks while decoding, turns upright, keeps EXIF and profile."""
    os.environ["VIPS_CONCURRENCY"] = "1"  # threads of an image; there is one for each image already
    import pyvips

    return lambda source, target: pyvips.Image.thumbnail(str(source), SIDE).jpegsave(str(target), Q=QUALITY)


def pillow_thumbnail() -> Convert:
    """``thumbnail``: draft, then reducing_gap; the result is turned, EXIF and profile are handed over."""
    from PIL import Image, ImageOps

    def convert(source: Path, target: Path) -> None:
        with Image.open(source) as image:
            profile = image.info.get("icc_profile")
            image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
            ImageOps.exif_transpose(image, in_place=True)
            image.save(target, quality=QUALITY, exif=image.getexif(), icc_profile=profile)

    return convert


def opencv_area() -> Convert:
    """IMREAD_REDUCED as far as it keeps twice the result, then INTER_AREA; turned upright, no metadata."""
    import cv2
    from PIL import Image

    cv2.setNumThreads(1)
    reduced = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4}
    reduced[8] = cv2.IMREAD_REDUCED_COLOR_8

    def convert(source: Path, target: Path) -> None:
        with Image.open(source) as header:
            factor = _factor(header.size)
        picture = cv2.imread(str(source), reduced[factor])
        height, width = picture.shape[:2]
        small = cv2.resize(picture, _fitted((width, height)), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(target), small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])

    return convert


def bound() -> Convert:
    """Our decoder and encoder, and between them nothing: a corner of the picture for a result."""
    import numpy as np
    import simplejpeg
    from PIL import Image, JpegImagePlugin

    def convert(source: Path, target: Path) -> None:
        data = source.read_bytes()
        with Image.open(source) as header:
            width, height = header.size
            kept = {name: header.info[name] for name in ("exif", "icc_profile") if name in header.info}
            kept["subsampling"] = JpegImagePlugin.get_sampling(header)
        factor = _factor((width, height))
        picture = simplejpeg.decode_jpeg(data, min_height=-(-height // factor), min_width=-(-width // factor))
        columns, rows = _fitted((width, height))
        Image.fromarray(np.ascontiguousarray(picture[:rows, :columns])).save(target, quality=QUALITY, **kept)

    return convert


def _factor(size: tuple[int, int]) -> int:
    return next((factor for factor in (8, 4, 2) if max(size) >= 2 * factor * SIDE), 1)


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    zoom = SIDE / max(size)
    return max(1, round(size[0] * zoom)), max(1, round(size[1] * zoom))


TOOLS = {function.__name__: function for function in (pyvips_thumbnail, pillow_thumbnail, opencv_area, bound)}


def main(tool: str, source: str, target: str, workers: str) -> None:
    """Convert every file of a folder."""
    convert = TOOLS[tool]()
    Path(target).mkdir(parents=True)
    with ThreadPoolExecutor(int(workers)) as pool:
        done = [pool.submit(convert, path, Path(target, path.name)) for path in sorted(Path(source).iterdir())]
        for future in done:
            future.result()


if __name__ == "__main__":
    main(*sys.argv[1:])
