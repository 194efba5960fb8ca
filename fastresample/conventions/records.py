"""The records that a convention is made of; plain data, read by the checks and by the planner."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample import codes
from fastresample.arithmetic import Arithmetic, Mean
from fastresample.geometry import Grid


class Method(NamedTuple):
    """One row of what exists: a method and the arguments that it takes."""

    dtypes: tuple[str, ...]
    antialias: tuple[bool, ...] = (False,)  # the first one is the habit
    axes: tuple[int, ...] = (1, 2, 3)  # how many axes may change in one call
    coordinates: tuple[str, ...] = ("half_pixel",)  # the first one is the habit
    boxes: bool = False  # whether a part of the image may fill the result


class Options(NamedTuple):
    """What only an operator's own signature can ask for, beyond the arguments of ``resize``."""

    rounding: int = codes.NEAREST_DOWN
    cubic: float = -0.75  # a of the cubic filter
    exclude_outside: bool = False  # drop samples outside the image and renormalise


class Task(NamedTuple):
    """One or two axes of a resize, as a convention sees them."""

    method: str
    antialias: bool
    dtype: str
    rows: Grid
    columns: Grid
    channels: int  # samples of one pixel, behind the columns
    planes: int  # length of the axis before the rows, 1 if there is none
    single: bool  # whether this is the only stage of the resize
    axes: int  # how many axes the whole resize has
    options: Options


class Rule(NamedTuple):
    """Which compiled builder makes the table of an axis, with which numbers."""

    builder: str  # name in kernels/tables
    numbers: tuple[float, ...] | NDArray[np.float64]
    taps: int = 1  # at most so many samples in a window
    outside: bool = False  # windows may reach outside the axis, where the edge sample repeats


class Operation(NamedTuple):
    """What a convention does for a task: data only."""

    family: str  # of kernels: 'gather', 'separable', 'mean', ...
    rows: Rule | None  # None: not filtered
    columns: Rule | None
    arithmetic: Arithmetic | Mean | None = None
    order: int = codes.HORIZONTAL_FIRST
    halving: bool = False  # both axes are exactly halved from the first pixel on, two taps of 1/2 each


class Promise(NamedTuple):
    """What a convention promises about its cells: tested cell by cell, and printed in the documentation."""

    method: str
    dtypes: tuple[str, ...]
    antialias: tuple[bool, ...]
    bound: str  # 'exact' (every element equal) or the largest difference, such as '5 eps'
    reason: str = ""  # why it is not exact, or under which condition it is


class Convention(NamedTuple):
    """One library's rules."""

    methods: Mapping[str, Method]
    operation: Callable[[Task], Operation]
    # Whether an axis of this method is left alone; the rest is resized, two axes at a time.
    unchanged: Callable[[str, Grid], bool]
    joint: bool  # whether two axes are resized together even where one is unchanged
    version: str = ""  # of the library that is reproduced; empty: none
    promises: tuple[Promise, ...] = ()
