"""Animations: how long each picture is shown and how often all are, as the formats say it."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from PIL import Image

FOR_EVER = 0
_LONGEST = 655_350.0


class Animation(NamedTuple):
    """How pictures follow each other.

    Attributes
    ----------
    durations : tuple of float
        For how long each is shown, in milliseconds.
    plays : int
        How often all are shown; 0: for ever.
    poster : bool
        Whether the first is no part of it, but for programs that do not show animations (PNG).
    """

    durations: tuple[float, ...]
    plays: int = FOR_EVER
    poster: bool = False


def plays_of(image: Image.Image) -> int:
    """Return how often an opened animation is shown; 0: for ever.

    GIF counts repetitions, and without a count its pictures are shown once; the others count showings.
    """
    count = image.info.get("loop")
    if image.format != "GIF":
        return int(count or FOR_EVER)
    return 1 if count is None else count + 1 if count else FOR_EVER


def duration_of(image: Image.Image) -> float:
    """Return for how long the current picture of a loaded animation is shown, in milliseconds.

    At most what GIF can tell, eleven minutes: more is damage, and encoders count in 32 bits.
    """
    return min(max(0.0, float(image.info.get("duration") or 0)), _LONGEST)


def in_gif(animation: Animation, transparent: bool) -> dict[str, Any]:
    """Return what Pillow's encoder of GIF has to be told.

    What was seen before shows through transparent pixels, so that transparent pictures have to be cleared away.
    """
    repetitions = {} if animation.plays == 1 else {"loop": max(0, animation.plays - 1)}
    return {
        "duration": [10 * units for units in _whole(animation.durations, 10)],
        "disposal": 2 if transparent else 1,
        **repetitions,
    }


def in_webp(animation: Animation, transparent: bool) -> dict[str, Any]:
    """Return what Pillow's encoder of WebP has to be told; the method is that of single pictures, a seventh smaller."""
    times = _whole(animation.durations, 1)
    return {"duration": times, "loop": animation.plays, "background": (0, 0, 0, 0), "method": 4}


def in_png(animation: Animation, transparent: bool) -> dict[str, Any]:
    """Return what Pillow's encoder of PNG has to be told: a poster has no duration, and others are of 16 bits."""
    shown = animation.durations[1:] if animation.poster else animation.durations
    return {
        "duration": [min(duration, 65_535.0) for duration in shown],
        "loop": animation.plays,
        "default_image": animation.poster,
    }


def in_avif(animation: Animation, transparent: bool) -> dict[str, Any]:
    """Return what Pillow's encoder of AVIF has to be told: it knows no count, and no picture that takes no time."""
    return {"duration": [max(1, units) for units in _whole(animation.durations, 1)]}


def _whole(durations: Sequence[float], unit: int) -> list[int]:
    """Round durations to whole units; the moments are rounded, so that errors do not add up.

    Examples
    --------
    >>> _whole([33, 33, 34], 10)
    [3, 4, 3]
    """
    moments = [int(moment / unit + 0.5) for moment in accumulate(durations, initial=0)]
    return [later - earlier for earlier, later in pairwise(moments)]
