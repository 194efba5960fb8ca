"""Vector kernels of bytes beside the plain ones: the same stage on the same memory, cut anyhow."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NamedTuple

import child
import guard
import numpy as np
import pytest

from fastresample import kernels, plan
from fastresample.kernels import Request, Variant, matching
from fastresample.kernels.tiers import VBMI, tier
from fastresample.spec import resize_spec
from fastresample.stage import Stage

HAS_VECTORS = tier() is VBMI


class Image(NamedTuple):
    """Canonical memory (planes, rows, row length) of which each row's first ``columns * channels`` bytes are pixels."""

    planes: int
    rows: int
    columns: int
    channels: int
    beside: int = 0  # bytes behind each row's own: a crop of a larger image


def stage_of(image: Image, size: tuple[int, int], options: Mapping[str, Any]) -> Stage | None:
    """Return the stage of a resize of rows and columns, or None if it is another."""
    given = {
        "method": "bilinear",
        "antialias": None,
        "box": None,
        "convention": "native",
        "coordinates": None,
        **options,
    }
    shape = (image.planes, image.rows, image.columns, image.channels)
    stages = plan.make(resize_spec(shape, np.dtype("uint8"), size=size, factor=None, axes=(1, 2), **given)).stages
    # A single axis may be planned as another shape.
    return stages[0] if stages and stages[0].axes == (1, 2) else None


def request_of(stage: Stage, channels: int) -> Request:
    """Return what the stage asks for in place, as `bind` sees it."""
    known = channels if channels in (1, 3, 4) else 0
    request: Request = stage.request
    if request.family == "gather":
        request = request._replace(source="uint8", result="uint8")
    return request._replace(direct=True, channels=known)


def named(request: Request, name: str) -> Variant:
    """Return the variant of that name that serves a request."""
    return next(variant for variant in matching(request) if variant.name == name)


def tables_of(stage: Stage, image: Image) -> tuple[Any, ...]:
    """Return the tables of the plain kernel."""
    sizes = np.array((image.channels, image.columns * image.channels, image.rows, 0), np.int64)
    return (sizes, *stage.tables_x, *stage.tables_y, *stage.constants)


def guarded(size: int, at_end: bool) -> np.ndarray:
    """Return so many bytes between two pages that nobody may touch, flush with one of them."""
    return guard.guarded(size, "uint8", at_end)


def unguarded(size: int) -> np.ndarray:
    """Return so many bytes."""
    return np.zeros(size, np.uint8)


def noise(image: Image, memory: Any = unguarded) -> np.ndarray:
    """Return canonical noise in memory that ends behind the last row's own bytes; extremes are frequent."""
    rng = np.random.default_rng(list(image))
    own, length = image.columns * image.channels, image.columns * image.channels + image.beside
    bytes_ = memory(image.planes * image.rows * length - image.beside)
    values = rng.integers(-60, 316, bytes_.size).clip(0, 255)
    bytes_[:] = values.astype(np.uint8)
    shape = (image.planes, image.rows, length)
    assert own <= length
    return np.lib.stride_tricks.as_strided(bytes_, shape, (image.rows * length, length, 1))


def run(
    variant: Variant, request: Request, tables: tuple[Any, ...], src: np.ndarray, out: np.ndarray, ends: list[int]
) -> bool:
    """Fill ``out``, band by band, the last one first; return False if the variant declines these tables."""
    special: tuple[Any, ...] = ()
    if variant.prepare is not None:
        prepared = variant.prepare(request, tables)
        if prepared is None:
            return False
        special, tables = (prepared[0],), prepared[1]
    kernel = variant.make(request, *special)
    for begin, end in reversed(list(pairwise(ends))):
        kernel(src, out, begin, end, *tables)
    return True


def compared(
    name: str, image: Image, size: tuple[int, int], options: Mapping[str, Any], cuts: list[int], memory: Any = unguarded
) -> bool | None:
    """Whether a variant gives the plain kernel's bytes; None if it does not serve the case."""
    stage = stage_of(image, size, options)
    if stage is None:
        return None
    request = request_of(stage, image.channels)
    if name not in [variant.name for variant in matching(request)]:
        return None
    tables, rows = tables_of(stage, image), image.planes * size[0]
    length = size[1] * image.channels
    expected, found = np.zeros((image.planes, size[0], length), np.uint8), memory(rows * length)
    found[:] = 123
    found = found.reshape(expected.shape)
    src = noise(image, memory)
    run(matching(request)[-1], request, tables, src, expected, [0, rows])
    ends = sorted({0, rows, *(cut % (rows + 1) for cut in cuts)})
    if not run(named(request, name), request, tables, src, found, ends):
        return None
    return bool(np.array_equal(found, expected))


# An image, the size of its result, options of `resize`, and cuts into bands.
Case = tuple[Image, tuple[int, int], dict[str, Any], list[int]]


def walked(name: str, cases: Iterable[Case], memory: Any = unguarded) -> int:
    """Compare every case; return how many the variant served."""
    served = 0
    for image, size, options, cuts in cases:
        same = compared(name, image, size, options, cuts, memory)
        assert same is not False, (image, size, options, cuts)
        served += same is True
    return served


_GUARDED = """
import json, resource, sys
from functools import partial
from importlib import import_module
from bytewise import guarded, walked
from child import tell
from fastresample.kernels.tiers import tier
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
name, module, drawn = sys.argv[1], import_module(sys.argv[2]), json.loads(sys.argv[3])
served = [walked(name, module.cases(*drawn), partial(guarded, at_end=at_end)) for at_end in (True, False)]
tell({"tier": tier().name, "served": min(served)})
"""


def walked_guarded(name: str, module: str, *drawn: Any, settings: Mapping[str, str | None] | None = None) -> Any:
    """Compare the module's ``cases(*drawn)`` in a child, which one byte touched beside an image or its result ends.

    Return the tier of its processor and how many cases the variant served.
    """
    return child.run(_GUARDED, name, module, json.dumps(drawn), settings=settings, timeout=300).told


@contextmanager
def without(name: str) -> Iterator[None]:
    """Let plans take what would serve if a variant did not exist."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kernels, "VARIANTS", tuple(v for v in kernels.VARIANTS if v.name != name))
        forget()
        yield
    forget()


def forget() -> None:
    """Let plans and the choice of variants be made anew."""
    plan.clear()
    kernels._choices.cache_clear()


def stripes() -> list[np.ndarray]:
    """Return pictures of black and white, which overshoot as far as a filter can, and a white one."""
    y, x = np.indices((64, 64))
    images = (x % 2 * 255, y % 2 * 255, (x + y) % 2 * 255, x // 3 % 2 * 255, np.full_like(x, 255))
    return [image.astype(np.uint8) for image in images]
