"""A row of the table of kernels: one way to compute a family."""

from collections.abc import Callable
from typing import Any, NamedTuple


def always(request: Any) -> bool:
    """Serve every request."""
    return True


class Variant(NamedTuple):
    """One way to compute a family; every variant that matches a request gives the same numbers."""

    family: str
    name: str
    matches: Callable[[Any], bool]  # whether it can serve a request, which has the family's name and what it depends on
    make: Callable[..., Any]  # compiles for a request and, where there is ``prepare``, what that says
    suits: Callable[[Any], bool] = always  # whether it should, where it can
    # Packs the tables of a resize as the kernel wants them: what ``make`` is told about them, and the packed ones; None
    # where these tables are beyond it. Without it the kernel takes them as they are.
    prepare: Callable[[Any, Any], Any] | None = None
    speed: float = 1.0  # how many times as fast as the plain kernel it is about, for deciding on threads
