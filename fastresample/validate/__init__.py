"""How libraries differ: every installed one on the same image, against each other and against the exact value."""

from fastresample.validate.comparing import compare
from fastresample.validate.comparison import Comparison, Row
from fastresample.validate.libraries import LIBRARIES
from fastresample.validate.matrix import Breach, Cell, Comparisons, Skipped, compare_all
from fastresample.validate.metrics import Metrics
from fastresample.validate.summary import Summary

__all__ = [
    "LIBRARIES",
    "Breach",
    "Cell",
    "Comparison",
    "Comparisons",
    "Metrics",
    "Row",
    "Skipped",
    "Summary",
    "compare",
    "compare_all",
]
