"""Why a picture cannot be resized, in words for its owner."""


class ImageError(ValueError):
    """A file's content cannot be used; the message says why and what its owner can do."""


class FormatError(ImageError):
    """A format cannot hold what others can.

    Attributes
    ----------
    formats : tuple of str
        Those that can, as the option ``format`` calls them.
    """

    def __init__(self, problem: str, formats: tuple[str, ...], remedy: str = "") -> None:
        self.formats = formats
        super().__init__(f"{problem}; choose the format {' or '.join(formats)}{remedy and f', or {remedy}'}")
