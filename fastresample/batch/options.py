"""What a run is to do: one record, checked once, for the function and the command line alike."""

import operator
from dataclasses import dataclass

from fastresample.batch.sizes import Size
from fastresample.conventions import CONVENTIONS

METHODS = tuple(CONVENTIONS["native"].methods)
EXISTING = ("error", "skip", "overwrite")
ON_ERROR = ("report", "raise")


@dataclass(frozen=True, slots=True)
class Options:
    """How the images of a run are resized and written; the fields are the arguments of `resize_folder`.

    Raises
    ------
    TypeError, ValueError
        If a field has none of the values that it may have.
    """

    size: Size
    method: str = "lanczos3"
    antialias: bool = True
    existing: str = "error"
    workers: int | None = None
    on_error: str = "report"

    def __post_init__(self) -> None:
        _check_choice("method", self.method, METHODS)
        _check_choice("existing", self.existing, EXISTING)
        _check_choice("on_error", self.on_error, ON_ERROR)
        if not isinstance(self.antialias, bool):
            raise TypeError(f"antialias must be True or False, got {self.antialias!r}")
        if self.workers is not None:
            _check_workers(self.workers)

    @property
    def blends(self) -> bool:
        """Whether the method mixes pixels, and does not only pick them."""
        return self.method != "nearest"


def _check_workers(workers: int) -> None:
    message = f"workers must be a positive integer or None (one per core), got {workers!r}"
    if isinstance(workers, bool) or not hasattr(workers, "__index__"):
        raise TypeError(message)
    if operator.index(workers) < 1:
        raise ValueError(message)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}")
