"""One image in memory: bytes in, bytes out."""

import io
from pathlib import Path
from typing import Any, BinaryIO

from fastresample.batch.codecs.opening import strict_pillow
from fastresample.batch.files.naming import Output
from fastresample.batch.memory import Budget, default_budget
from fastresample.batch.options import Options
from fastresample.batch.rendering import render
from fastresample.batch.resizing import Resize


def resize_bytes(data: bytes, *, size: Any, **options: Any) -> bytes:
    """Resize an image file in memory, as `resize_folder` does those on disk.

    Parameters
    ----------
    data : bytes
        The content of a JPEG, PNG, WebP, AVIF, TIFF, BMP or GIF file.
    size : str, int, (int, int) or Size
        One size, as for `Options`.
    **options
        Fields of `Options`: of these, what is about pixels and formats counts.

    Returns
    -------
    bytes
        The content of a file of the format that the options name, else of the input's.

    Raises
    ------
    TypeError, ValueError
        For unusable options and several sizes; `ImageError` for an unusable picture.

    Examples
    --------
    >>> from io import BytesIO
    >>> from PIL import Image
    >>> file = BytesIO()
    >>> Image.new("RGB", (64, 48), "teal").save(file, "PNG")
    >>> small = resize_bytes(file.getvalue(), size="50%", format="webp")
    >>> Image.open(BytesIO(small)).size
    (32, 24)
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"data must be the bytes of an image file, got {type(data).__name__}")
    content, _ = resize_stream(io.BytesIO(data), Options(size, **options))
    return content


def resize_stream(
    source: Path | BinaryIO, options: Options, target: Path | None = None
) -> tuple[bytes, tuple[str, ...]]:
    """Return the bytes of one result, and what its owner should know.

    Parameters
    ----------
    source : Path or seekable binary file
        The picture.
    options : Options
        With one size.
    target : Path or None
        The name that the result will have, whose ending says its format.

    Raises
    ------
    ValueError
        For several sizes; `ImageError` for an unusable picture.
    """
    if len(options.sizes) > 1:
        raise ValueError(f"size names {len(options.sizes)} sizes, but there is one result; give one")
    outputs = [Output(target or Path("result"), options.sizes[0])]
    budget = Budget(options.memory or default_budget())
    with strict_pillow(options.max_pixels), budget.share() as admit:
        (result,) = render(source, outputs, options, Resize(options), admit)
    return result.data, result.notes
