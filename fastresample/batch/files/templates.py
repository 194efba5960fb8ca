"""The names of results: a template with a fixed list of fields, which cannot lead out of the output folder."""

from pathlib import Path, PureWindowsPath
from string import Formatter
from typing import NamedTuple

from fastresample.batch.files.confinement import check_names
from fastresample.batch.files.writing import OURS

FIELDS = ("parent", "stem", "ext", "size", "width", "height")
ONE_SIZE = "{stem}{ext}"
SEVERAL_SIZES = "{stem}-{size}{ext}"


class Template(NamedTuple):
    """A checked template.

    Attributes
    ----------
    pieces : tuple of (str, str or None)
        Literal text and the field behind it.
    mirrors : bool
        Whether it names files only, in folders that mirror the source's.
    """

    pieces: tuple[tuple[str, str | None], ...]
    mirrors: bool

    @property
    def fields(self) -> set[str]:
        """The fields that it uses."""
        return {field for _, field in self.pieces if field}

    def path(self, root: Path, parent: Path, **values: object) -> Path:
        """Fill in the fields; the path lies below `root`, as far as no folder is a link.

        Parameters
        ----------
        root : Path
            The output folder.
        parent : Path
            The source's folder below the input, relative.
        **values
            The other fields.

        Raises
        ------
        UnwritableError
            If a name is none that a result may have (`confinement.check_names`).
        """
        values["parent"] = "" if parent == Path() else parent.as_posix()
        text = "".join(literal + (str(values[field]) if field else "") for literal, field in self.pieces)
        text = text.lstrip("/")  # of a parent that is none
        check_names(text.split("/"))
        return root / parent / text if self.mirrors else root / text


def parse_template(text: str) -> Template:
    """Read a name template.

    Parameters
    ----------
    text : str
        ``{stem}`` and ``{ext}``: the name's two parts, the second with its dot; ``{size}``: the wanted size, such as
        ``800x600``; ``{width}`` and ``{height}``: of the result, in pixels; ``{parent}``: the source's folder below the
        input. A template without ``/`` and ``{parent}`` names files in folders that mirror the source's, any other the
        whole path below the output.

    Raises
    ------
    TypeError, ValueError
        For what is no such text: unknown fields, conversions, absolute paths, ``..``, a name that no picture changes.

    Examples
    --------
    >>> from pathlib import Path
    >>> parse_template("{size}/{parent}/{stem}{ext}").path(Path("out"), Path("a"), size="800", stem="b", ext=".jpg")
    PosixPath('out/800/a/b.jpg')
    """
    if not isinstance(text, str):
        raise TypeError(f"name must be text with fields such as {SEVERAL_SIZES}, got {text!r}")
    accepted = ", ".join(f"{{{field}}}" for field in FIELDS)
    try:
        parsed = list(Formatter().parse(text.removeprefix("./")))  # only there for the slash
    except ValueError as error:
        raise ValueError(f"name {text!r} is no template ({error}); accepted fields are {accepted}") from None
    for _, field, format_spec, conversion in parsed:
        if field is not None and (field not in FIELDS or format_spec or conversion):
            raise ValueError(f"name {text!r} has an unknown field {{{field}}}; accepted are {accepted}")
    pieces = tuple((literal, field) for literal, field, _, _ in parsed)
    _check_confined(text, "".join(literal + ("x" if field else "") for literal, field in pieces))
    template = Template(pieces, "/" not in text and "{parent}" not in text)
    if not template.fields & {"stem"}:
        raise ValueError(f"name {text!r} lacks {{stem}}: all pictures would get one name")
    return template


def _check_confined(text: str, filled: str) -> None:
    """Refuse text that could lead out of the output folder on any system, whatever the fields hold."""
    if "\0" in filled or "\\" in filled or filled.startswith("/") or PureWindowsPath(filled).drive:
        raise ValueError(f"name {text!r} must be a path below the output folder, with / between folders")
    names = filled.split("/")
    if {".", ".."} & set(names) or filled.endswith("/"):
        raise ValueError(f"name {text!r} must be the name of a file below the output folder, without .. and .")
    if any(name.startswith(OURS) for name in names):
        raise ValueError(f"name {text!r} begins as temporary files do ({OURS}), which later runs remove")
