"""Whose arithmetic: every difference between libraries is a value in one of these records."""

from fastresample.conventions.native import NATIVE
from fastresample.conventions.onnx import ONNX
from fastresample.conventions.opencv import OPENCV
from fastresample.conventions.pillow import PILLOW
from fastresample.conventions.records import Convention, Method, Operation, Options, Promise, Rule, Task
from fastresample.conventions.torch import TORCH

CONVENTIONS: dict[str, Convention] = {
    "native": NATIVE,
    "onnx": ONNX,
    "opencv": OPENCV,
    "pillow": PILLOW,
    "torch": TORCH,
}

__all__ = ["CONVENTIONS", "Convention", "Method", "Operation", "Options", "Promise", "Rule", "Task"]
