"""A run as lines of JSON, each written when its file is done, so that a run that is killed leaves what it knew."""

import json
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

from fastresample import __version__
from fastresample.batch.files.writing import LineFile
from fastresample.batch.options import Options
from fastresample.batch.reports.report import Outcome, Report

SCHEMA = 1


class Journal:
    """A report in JSON Lines: a record of the run, one per file, a summary.

    Parameters
    ----------
    path : Path
        The file; one that is there is replaced.
    options : Options
        Those of the run.
    images : int
        How many files are to be resized.

    Raises
    ------
    OSError
        From every method, if the file cannot be written.
    """

    def __init__(self, path: Path, options: Options, images: int) -> None:
        self._file = LineFile(path, fresh=True)
        started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._append(
            record="run",
            schema=SCHEMA,
            fastresample=__version__,
            started=started,
            images=images,
            options={name: _plain(value) for name, value in described(options).items()},
        )

    def add(self, outcome: Outcome) -> None:
        """Write the record of a file."""
        self._append(**file_record(outcome))

    def end(self, report: Report) -> None:
        """Write the summary and close the file."""
        self._append(**summary_record(report))
        self._file.close()

    def _append(self, **record: Any) -> None:
        self._file.append(json.dumps(record))


def described(options: Options) -> dict[str, Any]:
    """Return the options of a run by name, as they were given."""
    return {field.name: getattr(options, field.name) for field in fields(options) if field.init}


def file_record(outcome: Outcome) -> dict[str, Any]:
    """Return what became of a file as values of JSON."""
    made = {result.target: result for result in outcome.results}
    outputs = [
        {"target": str(target), **_measures(made[target])} if target in made else {"target": str(target)}
        for target in outcome.targets
    ]
    width, height = outcome.pixels or (None, None)
    return {
        "record": "file",
        "source": str(outcome.source),
        "status": outcome.status,
        "class": outcome.kind or None,
        "reason": outcome.reason or None,
        "notes": list(outcome.notes),
        "input": {"width": width, "height": height, "bytes": outcome.bytes},
        "outputs": outputs,
        "ms": round(outcome.seconds * 1e3, 3),
    }


def _measures(result: Any) -> dict[str, Any]:
    return {"width": result.width, "height": result.height, "bytes": result.bytes, "sha256": result.sha256}


def summary_record(report: Report) -> dict[str, Any]:
    """Return the counts of a run as values of JSON."""
    return {
        "record": "summary",
        "ok": report.ok,
        "written": report.written,
        "existing": report.existing,
        "failed": len(report.failures),
        "left": report.left,
        "classes": dict(report.kinds),
        "skipped": dict(report.skipped),
        "stopped": report.stopped or None,
        "seconds": round(report.seconds, 3),
    }


def _plain(value: Any) -> Any:
    """Return a value that JSON has, else its text."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
