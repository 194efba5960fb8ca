"""How much memory this process may use, and a budget of it to which pictures are admitted before they are decoded."""

import ctypes
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Condition
from typing import Any

from fastresample.batch.codecs import jpeg
from fastresample.batch.codecs.headers import Header
from fastresample.batch.errors import TooLargeError
from fastresample.batch.quantities import in_bytes

SHARE = 2  # the budget is one half of what the process may use, unless the user says another
UNKNOWN = 4 * 10**9  # taken for the memory of systems that do not say how much they have

# Where Linux keeps the limits of a group of processes, by the controllers in /proc/self/cgroup ("" is version 2).
_GROUPS = {"": ("", "memory.max"), "memory": ("memory", "memory.limit_in_bytes")}

_WORTH_TRIMMING = 64 * 10**6  # bytes of a picture: the pages of smaller ones are better used again

Admit = Callable[[int], None]

# Bytes of a pixel, by mode: in Pillow's memory, with what palettes become; and as samples.
_STORED = {"1": 1, "L": 1, "I;16": 2, "P": 5, "PA": 8, "RGB;16": 14, "RGBA;16": 18}
_SAMPLES = {"1": 1, "L": 1, "I;16": 2, "LA": 2, "RGB": 3, "RGB;16": 6, "RGBA;16": 8}
_WIDEST = 4  # of all other modes
_ALPHA_MODES = ("LA", "La", "PA", "P", "RGBA", "RGBa", "RGBA;16")
_DECODERS = {"WEBP": 12, "AVIF": 12, "TIFF": 4, "GIF": 4}  # what they hold beside the picture
_COEFFICIENT = 2  # bytes of one of a JPEG's numbers, which are kept of the whole picture when scans refine it
_ALWAYS = 4 * 10**6  # rows, tables, buffers of files
_RESULT = 20  # bytes of a pixel of the result that is encoded, beside the picture: resized in float32, in the encoder
_ENCODERS = {"AVIF": 40, "WEBP": 30}  # the same, where encoders take more; WebP without loss
_MOVING = 10  # of a pixel of an animation's result: resized, with its palette, held by the encoder


def needed(
    header: Header,
    factor: int,
    results: Sequence[tuple[int, int]],
    blends: bool,
    *,
    formats: Iterable[str] = (),
    held: int = 1,
    linear: bool = False,
    converts: bool = False,
) -> int:
    """Return about how many bytes it takes to resize a picture; rather too many than too few.

    Parameters
    ----------
    header : Header
        Of the file.
    factor : int
        By how much the picture is shrunk while it is decoded.
    results : sequence of (int, int)
        The sizes that it gets; they are encoded one at a time.
    blends : bool
        Whether pixels are mixed, and with them what is transparent, in float32.
    formats : iterable of str
        The names of the formats in which results are written.
    held : int
        How many pictures of each size there are before they are encoded; more than one of an animation.
    linear : bool
        Whether they are mixed in linear light, all in float32.
    converts : bool
        Whether colours are converted, from one of Pillow's pictures to another.
    """
    pixels = header.shape[0] * header.shape[1]
    samples = _SAMPLES.get(header.mode, _WIDEST)
    # Decoded, copied out as samples, turned; then samples and what is made of them.
    decoding = _STORED.get(header.mode, _WIDEST) + 2 * samples + _DECODERS.get(header.format, 0)
    if header.format == "JPEG" and header.mode != "CMYK" and jpeg.turbo():  # straight into samples
        decoding = samples
    floats = 8 if linear else 4 if header.mode in _ALPHA_MODES else 0  # light on its way to its place is there twice
    working = samples + (floats * samples if blends else 0) + (samples if converts else 0)
    converting = 3 * samples + 2 * _WIDEST if converts else 0
    coefficients = _COEFFICIENT * samples * pixels if header.progressive else 0
    results_pixels = [height * width for height, width in results]
    waiting = _WIDEST if held == 1 else _MOVING
    encoded = max([_RESULT, *(_ENCODERS.get(name, 0) for name in formats)])
    resized = held * sum(results_pixels) * waiting + max(results_pixels, default=0) * encoded
    decoded = pixels // factor**2 * max(decoding, working, converting)
    return _ALWAYS + header.length + coefficients + decoded + resized


def usable() -> int:
    """Return how many bytes this process may use: of the machine, of its control group, of its own limits."""
    return min([_physical(), *_group_limits(), *_process_limits()])


def default_budget() -> int:
    """Return the budget of a run for which none is given."""
    return usable() // SHARE


class Budget:
    """Bytes that all workers together may hold; pictures wait, in the order in which they come, until theirs are free.

    Parameters
    ----------
    limit : int
        In bytes.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._used = 0
        self._waiting: deque[object] = deque()
        self._changed = Condition()

    def check(self, needed: int) -> None:
        """Raise `ImageError` if so many bytes are more than the whole budget."""
        if needed > self.limit:
            raise TooLargeError(
                f"needs about {in_bytes(needed)} of memory, the budget is {in_bytes(self.limit)}; raise it with "
                "--memory (memory= in Python), or leave the picture out"
            )

    @contextmanager
    def share(self) -> Iterator[Admit]:
        """Yield ``admit(needed)``, which waits for so many bytes in all; they are given back at the end.

        It raises `ImageError` if they are more than the budget. Once: who holds bytes must not wait for more.
        """
        held = 0

        def admit(needed: int) -> None:
            nonlocal held
            self.check(needed)
            self._take(needed)
            held += needed

        try:
            yield admit
        finally:
            if held >= _WORTH_TRIMMING:
                _trim()
            self._give_back(held)

    def _take(self, count: int) -> None:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._waiting[0] is ticket and self._used + count <= self.limit)
            self._waiting.popleft()
            self._used += count
            self._changed.notify_all()

    def _give_back(self, count: int) -> None:
        with self._changed:
            self._used -= count
            self._changed.notify_all()


def _trim() -> None:
    """Hand freed memory back to the system; glibc keeps as much as was used in every thread's arena."""
    trim = _trimmer()
    if trim is not None:
        trim(0)


@cache
def _trimmer() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library
        return None


def _physical() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return UNKNOWN


def _group_limits(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> Iterator[int]:
    """Find the limits of the control group and of those around it."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for controller in set(controllers.split(",")) & set(_GROUPS):
            folder, name = _GROUPS[controller]
            inner = Path(path.strip("/"))
            for group in (inner, *inner.parents):
                try:
                    limit = (root / folder / group / name).read_text().strip()
                except OSError:
                    continue
                if limit.isdecimal():  # else "max"
                    yield int(limit)


def _process_limits() -> Iterator[int]:
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        soft, _ = resource.getrlimit(kind)
        if soft != resource.RLIM_INFINITY:
            yield soft
