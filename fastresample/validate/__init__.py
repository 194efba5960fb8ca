"""How libraries differ: every installed one on the same image, against each other and against the exact value."""

from fastresample.validate.comparing import compare
from fastresample.validate.comparison import Comparison, Row
from fastresample.validate.libraries import LIBRARIES
from fastresample.validate.matrix import Breach, Cell, Comparisons, Skipped, compare_all
from fastresample.validate.metrics import Metrics
from fastresample.validate.promises import check_promises
from fastresample.validate.summary import Summary
from fastresample.validate.validation import Finding, Validation

__all__ = [
    "LIBRARIES",
    "Breach",
    "Cell",
    "Comparison",
    "Comparisons",
    "Finding",
    "Metrics",
    "Row",
    "Skipped",
    "Summary",
    "Validation",
    "check_promises",
    "compare",
    "compare_all",
]
