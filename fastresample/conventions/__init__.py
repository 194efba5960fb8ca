"""Whose arithmetic: every difference between libraries is a value in one of these records."""

from fastresample.conventions.native import NATIVE
from fastresample.conventions.records import Arithmetic, Convention

CONVENTIONS: dict[str, Convention] = {"native": NATIVE}

__all__ = ["CONVENTIONS", "Arithmetic", "Convention"]
