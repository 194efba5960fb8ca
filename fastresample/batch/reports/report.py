"""What became of the files of a run."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from fastresample.batch.files.scanning import LEFT_OUT, Failure


class Result(NamedTuple):
    """A file that was written.

    Attributes
    ----------
    target : Path
        Its name.
    width, height : int
        Its size in pixels.
    bytes : int
        Its length.
    sha256 : str
        The hash of its content, in hexadecimal digits.
    """

    target: Path
    width: int
    height: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one image.

    Attributes
    ----------
    source : Path
        The file that was read.
    targets : tuple of Path
        The names under which its results go, one per size.
    status : str
        ``"written"``; ``"existing"``: all names were taken and left alone; ``"failed"``.
    kind : str
        The class of a failure, one of `reasons.KINDS`; else empty.
    reason : str
        Why it failed, and what can be done.
    notes : tuple of str
        What its owner should know although it went well.
    results : tuple of Result
        What was written; of a failure, what was written before it.
    pixels : (int, int) or None
        Width and height of the source's picture, upright; None if it was not read so far.
    bytes : int or None
        Length of the source.
    seconds : float
        What it took, from opening the source to naming the last result.
    error : BaseException or None
        What went wrong, for programs.
    stops : bool
        Whether every further file would fail in the same way (a full disk).
    """

    source: Path
    targets: tuple[Path, ...]
    status: Literal["written", "existing", "failed"]
    kind: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    pixels: tuple[int, int] | None = None
    bytes: int | None = None
    seconds: float = 0.0
    error: BaseException | None = None
    stops: bool = False


@dataclass
class Report:
    """The counts of a run, its failures and its notes.

    Attributes
    ----------
    written, existing : int
        Images written, and images passed over because their output was there.
    skipped : Counter
        What was passed over in folders, by ending or kind: files that are no images, and what patterns and the rules
        for links leave out.
    failures : list of Failure
        Path, reason and its class of each file that could not be resized.
    notes : dict of str to list of Path
        What the owner of these files should know.
    bytes_read, bytes_written : int
        Lengths of the images written, before and after.
    left : int
        Images that were not reached because the run was stopped or interrupted.
    stopped : str
        Why the run ended early; empty when it did not.
    seconds : float
        Duration of the run.
    """

    written: int = 0
    existing: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    notes: dict[str, list[Path]] = field(default_factory=dict)
    bytes_read: int = 0
    bytes_written: int = 0
    left: int = 0
    stopped: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether every image was written or was there."""
        return not (self.failures or self.left or self.stopped)

    @property
    def kinds(self) -> Counter[str]:
        """How many failures there are of each class."""
        return Counter(failure.kind for failure in self.failures)

    @property
    def no_images(self) -> Counter[str]:
        """Of `skipped`: files that are no images."""
        return Counter({kind: count for kind, count in self.skipped.items() if kind not in LEFT_OUT})

    @property
    def left_out(self) -> Counter[str]:
        """Of `skipped`: what patterns and the rules for links leave out, images or not."""
        return self.skipped - self.no_images

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self.left -= 1
        if outcome.status == "written":
            self.written += 1
            self.bytes_read += outcome.bytes or 0
            self.bytes_written += sum(result.bytes for result in outcome.results)
        elif outcome.status == "existing":
            self.existing += 1
        else:
            self.failures.append(Failure(outcome.source, outcome.reason, outcome.kind))
        for note in outcome.notes:
            self.notes.setdefault(note, []).append(outcome.source)
        if outcome.stops:
            self.stopped = outcome.reason

    def __str__(self) -> str:
        """Return one line, such as ``12 resized, 1 skipped (no image: .py), 0 failed in 1.2 s``."""
        parts = [f"{self.written} resized"]
        if self.existing:
            parts.append(f"{self.existing} there already")
        if self.skipped:
            parts.append(f"{self.skipped.total()} skipped ({self._skipped_kinds()})")
        parts.append(f"{len(self.failures)} failed")
        if self.left:
            parts.append(f"{self.left} not reached")
        return f"{', '.join(parts)} in {self.seconds:.1f} s"

    def _skipped_kinds(self) -> str:
        said = [f"no image: {_kinds(self.no_images)}"] if self.no_images else []
        return "; ".join([*said, _kinds(self.left_out)] if self.left_out else said)


def _kinds(skipped: Counter[str], shown: int = 4) -> str:
    """Name the most frequent kinds, so that a folder of pictures in a format that is not read does not go unnoticed."""
    kinds = [kind if count == 1 else f"{kind} {count}x" for kind, count in skipped.most_common(shown)]
    return ", ".join(kinds) + (", ..." if len(skipped) > shown else "")
