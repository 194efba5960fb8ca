"""Pages in one file: text from outside is escaped, and a browser loads and runs nothing but what is in the page."""

import base64
import hashlib
from pathlib import Path
from typing import Any


def templates(folder: Path) -> Any:
    """Return the environment of the templates in a folder, a `jinja2.Environment`; a name that is missing is an error.

    Raises
    ------
    ModuleNotFoundError
        If jinja2 is not installed.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)


def inlined(folder: Path, name: str) -> dict[str, Any]:
    """Return what a page is given: its ``style`` and ``script``, from files of this name, and a ``policy`` of both.

    They are put in unescaped; the policy (Content-Security-Policy) lets pictures in that are part of the page, and
    these two, which it names by their hashes.
    """
    from markupsafe import Markup

    style, script = ((folder / f"{name}.{ending}").read_text("utf-8") for ending in ("css", "js"))
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return {"style": Markup(style), "script": Markup(script), "policy": policy}


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
