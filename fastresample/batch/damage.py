"""What becomes of damaged files: refused, or what a decoder could make of them is kept."""

from PIL import Image

POLICIES = ("fail", "warn")


def note(error: Exception) -> str:
    """Return what the owner of a damaged picture that was kept should know."""
    return f"is damaged ({error}); what could be decoded was kept, the rest is blank or wrong"


def load(image: Image.Image, *, lenient: bool = False) -> tuple[str, ...]:
    """Decode the pixels of an opened picture.

    Parameters
    ----------
    image : PIL.Image.Image
        Without its pixels as yet.
    lenient : bool
        Where the decoder stops, keep the pixels that came before, with a note. Decoders that need a whole file, and
        pictures of which nothing was decoded, fail nevertheless.

    Returns
    -------
    tuple of str
        What its owner should know.

    Raises
    ------
    Exception
        Whatever the decoder raises.
    """
    try:
        image.load()
    except MemoryError:
        raise
    except Exception as error:
        if not lenient or not _has_pixels(image):
            raise
        return (note(error),)
    return ()


def _has_pixels(image: Image.Image) -> bool:
    """Whether a decoder had begun to fill the picture; then it is taken for loaded."""
    image.tile = []  # type: ignore[attr-defined]
    try:
        return image.getbbox(alpha_only=False) is not None
    except Exception:  # no memory was set aside for pixels
        return False
