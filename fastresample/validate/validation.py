"""Which promises hold: the record of a check, printed as a table or written as JSON."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np

from fastresample.conventions.records import Promise
from fastresample.validate.figures import left_table, number

_STATUSES = HOLDS, BROKEN, OTHER, UNCHECKED = "holds", "BROKEN", "other version", "not checked"

_SHORT = {
    f"{kind}{bits}": f"{kind[0]}{bits}"
    for kind, sizes in {"uint": (8, 16, 32, 64), "int": (8, 16, 32, 64), "float": (16, 32, 64)}.items()
    for bits in sizes
}


class Finding(NamedTuple):
    """One promise for one dtype and one choice of antialiasing, and what was measured."""

    convention: str
    promise: Promise
    dtype: str
    antialias: bool
    status: str  # 'holds', 'BROKEN', 'other version' (differs from another one than is reproduced) or 'not checked'
    against: str  # library and version, or 'exact value'
    cases: int
    samples: int
    differing: int  # samples that are not equal; of bounds: beyond it
    worst: float  # the largest difference, in levels, or in eps of the largest sample for a bound of eps
    note: str = ""

    @property
    def measured(self) -> str:
        """The measurement in words."""
        if self.status == UNCHECKED:
            return self.note
        if self.promise.bound == "exact":
            if not self.differing:
                return f"equal in {self.cases} resizes, {self.samples} samples"
            return f"{self.differing} of {self.samples} samples differ, by up to {number(self.worst)}"
        unit = self.promise.bound.split()[1]
        return f"{number(self.worst)} {unit} in {self.cases} resizes"


@dataclass(frozen=True)
class Validation:
    """What `check_promises` found. ``print(validation)`` shows a line per promise.

    Attributes
    ----------
    findings : tuple of Finding
        A row per promise, dtype and antialiasing.
    missing : dict
        Convention -> how to install its library, of those that are not installed.
    """

    findings: tuple[Finding, ...]
    missing: dict[str, str]

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The promises that do not hold."""
        return tuple(finding for finding in self.findings if finding.status == BROKEN)

    def __str__(self) -> str:
        heads = ["convention", "methods", "samples", "antialiased", "promise", "against", "result", "measured"]
        conditions = list(dict.fromkeys(f.promise.reason for f in self.findings if f.promise.reason))
        lines = left_table(heads, [_cells(group, conditions) for group in self._groups()])
        lines += ["", *(f"[{i}] {text}" for i, text in enumerate(conditions, start=1))]
        lines += [f"convention {name} was not checked: its library is {how}" for name, how in self.missing.items()]
        counts = Counter(finding.status for finding in self.findings)
        total = ", ".join(f"{counts[status]} {status}" for status in _STATUSES if counts[status])
        return "\n".join([*lines, f"promises for one dtype each: {total}"])

    def _groups(self) -> list[list[Finding]]:
        """Return findings that differ in method, dtype and antialiasing only, as far as one line can say so."""
        groups: dict[tuple[Any, ...], list[Finding]] = {}
        for f in self.findings:
            _, dtypes, antialias, bound, reason = f.promise
            key = (f.convention, dtypes, tuple(sorted(antialias)), bound, reason, f.status, f.against, f.note)
            groups.setdefault(key, []).append(f)
        return list(groups.values())

    def to_json(self) -> str:
        """Return all findings as a JSON document."""
        rows = [
            {
                "convention": f.convention,
                "method": f.promise.method,
                "dtype": f.dtype,
                "antialias": f.antialias,
                "promise": f.promise.bound,
                "condition": f.promise.reason,
                "against": f.against,
                "status": f.status,
                "cases": f.cases,
                "samples": f.samples,
                "differing": f.differing,
                "worst": f.worst if np.isfinite(f.worst) else None,
                "note": f.note,
            }
            for f in self.findings
        ]
        return json.dumps({"broken": len(self.broken), "missing": self.missing, "findings": rows}, indent=2)


def _cells(group: Sequence[Finding], conditions: Sequence[str]) -> list[str]:
    first = group[0]
    total = first._replace(
        cases=sum(f.cases for f in group),
        samples=sum(f.samples for f in group),
        differing=sum(f.differing for f in group),
        worst=max(f.worst for f in group),
    )
    methods = ", ".join(dict.fromkeys(f.promise.method for f in group))
    dtypes = ", ".join(dict.fromkeys(_SHORT.get(f.dtype, f.dtype) for f in group))
    smooth = " or ".join(dict.fromkeys("yes" if f.antialias else "no" for f in group))
    reason = f" [{conditions.index(first.promise.reason) + 1}]" if first.promise.reason else ""
    note = f" ({first.note})" if first.note and first.status != UNCHECKED else ""
    wrapped = ["\n".join(wrap(text, 30)) for text in (methods, dtypes)]
    return [
        first.convention, *wrapped, smooth, first.promise.bound + reason, first.against, first.status,
        total.measured + note,
    ]  # fmt: skip
