"""What commands write to a terminal: lines, a progress bar, and the library's log; each knows of the other two."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from fastresample.printable import printable as printable


def say(text: object) -> None:
    """Write one line to stderr, above a progress bar if there is one."""
    if sys.stderr is None:  # closed by whoever started the process
        return
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    try:
        tqdm.write(printable(text).encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)
    except OSError:  # whoever listened has gone, which is no reason to stop working
        sys.stderr = None


def is_terminal() -> bool:
    """Whether stderr is a terminal, and so somebody may be watching."""
    return sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def progress_bar(total: int, *, unit: str, quiet: bool = False) -> Iterator[Any]:
    """Show a bar on a terminal; yields an object with ``update()``, which does nothing elsewhere."""
    hidden = quiet or not is_terminal()
    with tqdm(total=total, unit=unit, file=sys.stderr, disable=hidden, leave=False, dynamic_ncols=True) as bar:
        yield bar


@contextmanager
def library_log(*, quiet: bool = False) -> Iterator[None]:
    """Show what the library logs (that it compiles a kernel, once) on a terminal."""
    if quiet or not is_terminal():
        yield
        return
    logger = logging.getLogger("fastresample")
    handler, level = _LineHandler(), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)


class _LineHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(f"fastresample: {record.getMessage()}")
