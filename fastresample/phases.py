"""Which inputs an output of a convolution reads along one axis: residue phases, for convolution and its transpose.

A transposed convolution of stride s adds input i, weighed by tap k, to output ``i * s - p + k * d``. Read from the
output's side: output o receives tap k if s divides ``o + p - k * d``, from input ``(o + p - k * d) / s``. Which taps
these are depends on ``o mod s`` only, so the outputs fall into s phases, and each phase is an ordinary correlation with
a short list of taps: no zero is inserted and none is multiplied. A convolution is one phase whose inputs lie s apart.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]


class AxisPhases(NamedTuple):
    """Output ``r + t * output_step`` of phase r reads input ``t * input_step + offset`` by each of the phase's taps.

    Inputs outside the axis do not exist and count nothing. A phase may have no tap (k < s, or s and d share a factor).
    There are ``output_step`` phases: as many as the stride, or as there are outputs if these are fewer. A single output
    has no next one: its steps are 1, however large the stride.
    """

    counts: Index  # outputs of each phase, at least one
    tap_begin: Index  # phase r has the taps [tap_begin[r], tap_begin[r + 1])
    tap: Index  # position in the kernel, ascending within a phase
    offset: Index
    output_step: int
    input_step: int


def axis_phases(transposed: bool, size: int, kernel: int, stride: int, padding: int, dilation: int) -> AxisPhases:
    """Return the phases of ``size`` outputs; ``padding`` is the one before the axis."""
    taps = np.arange(kernel)
    if not transposed:
        step = stride if size > 1 else 1
        return AxisPhases(np.array([size]), np.array([0, kernel]), taps, taps * dilation - padding, 1, step)
    phases = min(stride, size)  # the others would have no output; a stride may be huge
    residue = (taps * dilation - padding) % stride
    tap = np.argsort(residue, kind="stable")
    begin = np.searchsorted(residue[tap], np.arange(phases + 1))
    count = (size - 1 - np.arange(phases)) // phases + 1
    offset = (residue + padding - taps * dilation) // stride
    return AxisPhases(count, begin, tap, offset[tap], phases, 1)
