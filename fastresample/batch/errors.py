"""Why a picture cannot be resized, in words for its owner."""


class ImageError(ValueError):
    """A file's content cannot be used; the message says why and what its owner can do.

    Attributes
    ----------
    kind : str
        The class of the reason, one of `reasons.KINDS`.
    """

    kind = "damaged"


class UnsupportedError(ImageError):
    """The file is no picture that is read, or its result nothing that the format holds."""

    kind = "unsupported"


class TooLargeError(ImageError):
    """A picture, or what is asked of it, goes beyond a limit."""

    kind = "too-large"


class UnreadableError(ImageError):
    """The file cannot be opened."""

    kind = "unreadable"


class UnwritableError(ImageError):
    """A result may not be written under its name."""

    kind = "unwritable"


class ChangedError(ImageError):
    """A file is not what it was when it was read."""

    kind = "changed"


class FormatError(UnsupportedError):
    """A format cannot hold what others can.

    Attributes
    ----------
    formats : tuple of str
        Those that can, as the option ``format`` calls them.
    """

    def __init__(self, problem: str, formats: tuple[str, ...], remedy: str = "") -> None:
        self.formats = formats
        super().__init__(f"{problem}; choose the format {' or '.join(formats)}{remedy and f', or {remedy}'}")
