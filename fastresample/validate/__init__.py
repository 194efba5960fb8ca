"""How libraries differ: every installed one on the same image, against each other and against the exact value."""

from fastresample.validate.comparing import compare
from fastresample.validate.comparison import Comparison, Row
from fastresample.validate.libraries import LIBRARIES
from fastresample.validate.metrics import Metrics

__all__ = ["LIBRARIES", "Comparison", "Metrics", "Row", "compare"]
