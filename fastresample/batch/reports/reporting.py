"""The files that a run reports to; one that cannot be written costs the report, not the run."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from fastresample.batch.files.scanning import Failure
from fastresample.batch.options import Options
from fastresample.batch.reports.journal import Journal
from fastresample.batch.reports.page import Page
from fastresample.batch.reports.reasons import explain
from fastresample.batch.reports.report import Outcome, Report


class Writer(Protocol):
    """What a report's file is to a run."""

    def add(self, outcome: Outcome) -> None:
        """Take what became of a file."""

    def end(self, report: Report) -> None:
        """Take the end of the run."""


_WRITERS: dict[str, Callable[[Path, Options, int], Writer]] = {".jsonl": Journal, ".html": Page}


class Reports:
    """The reports that the options ask for.

    Parameters
    ----------
    options : Options
        Those of the run.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._writers: dict[Path, Writer] = {}
        self._failures: list[Failure] = []

    def begin(self, images: int, known: Iterable[Outcome]) -> None:
        """Open all reports, of a run of so many images, and tell them what is known before it."""
        for path in self._options.report:
            try:
                self._writers[path] = _WRITERS[path.suffix.lower()](path, self._options, images)
            except Exception as error:
                self._give_up(path, error)
        for outcome in known:
            self.add(outcome)

    def add(self, outcome: Outcome) -> None:
        """Tell all reports what became of a file."""
        for path, writer in tuple(self._writers.items()):
            try:
                writer.add(outcome)
            except Exception as error:
                self._give_up(path, error)

    def end(self, report: Report) -> None:
        """Finish all reports; those that could not be written become failures of the run."""
        for path, writer in tuple(self._writers.items()):
            try:
                writer.end(report)
            except Exception as error:
                self._give_up(path, error)
        report.failures += self._failures

    def _give_up(self, path: Path, error: Exception) -> None:
        self._writers.pop(path, None)
        reason = explain(error, path)
        self._failures.append(Failure(path, f"the report is incomplete: {reason.text}", reason.kind))
