"""The continuous filters: one row each, with the citation of its formula."""

from typing import NamedTuple

from fastresample import codes


class Filter(NamedTuple):
    """A symmetric filter h(x), x in source samples, before any stretching."""

    code: int  # which scalar h(x) of kernels/tables.py
    support: float  # h(x) = 0 for |x| >= support


FILTERS: dict[str, Filter] = {
    # h(x) = 1 - |x|: linear interpolation. W. K. Pratt, Digital Image Processing, 3rd ed. (2001), section 4.3.
    "bilinear": Filter(codes.TRIANGLE, 1.0),
}
