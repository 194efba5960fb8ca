"""What is refused by a file's header, before anything is decoded."""

from typing import NamedTuple

from fastresample.batch.errors import TooLargeError
from fastresample.batch.pixels.sizes import MAX_PIXELS
from fastresample.batch.quantities import in_bytes, in_pixels

MAX_FRAMES = 10_000
MAX_BYTES = 2 * 10**9
HUGE_ADVICE = "files that claim to be huge can exhaust the memory; split it, or shrink it with a tool that streams"


class Limits(NamedTuple):
    """The most that a file may hold.

    Attributes
    ----------
    pixels : int
        Of one picture.
    frames : int
        Pictures in a file.
    bytes : int
        Of the file.
    """

    pixels: int = MAX_PIXELS
    frames: int = MAX_FRAMES
    bytes: int = MAX_BYTES

    def check(self, shape: tuple[int, int], frames: int, length: int) -> None:
        """Raise ImageError if a file of `length` bytes, with `frames` pictures of ``shape = (h, w)``, holds more."""
        height, width = shape
        if height * width > self.pixels:
            raise TooLargeError(
                f"refused as too large ({width} x {height} pixels, the limit is {in_pixels(self.pixels)}); "
                f"{HUGE_ADVICE}"
            )
        if frames > self.frames:
            raise TooLargeError(
                f"refused: {frames} pictures in one file, the limit is {self.frames}; raise --max-frames"
            )
        if length > self.bytes:
            raise TooLargeError(
                f"refused: a file of {in_bytes(length)}, the limit is {in_bytes(self.bytes)}; raise --max-bytes"
            )


DEFAULT_LIMITS = Limits()
