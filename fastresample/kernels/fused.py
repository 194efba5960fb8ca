"""``fused(a, b, c)``: ``a * b + c`` rounded once, in the type of the arguments, on every processor.

LLVM's operation becomes one instruction where the processor has it and a call of the C library where it has not.
"""

import math

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def _instruction(context, a, b, c):
    """Numba's description of the operation for three floats of one type."""
    if not (a == b == c and a in (types.float32, types.float64)):
        return None

    def generate(context, builder, signature, arguments):
        real = arguments[0].type
        name = "llvm.fma.f32" if signature.return_type == types.float32 else "llvm.fma.f64"
        function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(real, [real] * 3), name)
        return builder.call(function, arguments)

    return a(a, a, a), generate


def _exactly(a, b, c):
    """Plain Python, for kernels that run uncompiled."""
    number = type(a)
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
        return number(a * b + c)
    (an, ad), (bn, bd), (cn, cd) = (float(v).as_integer_ratio() for v in (a, b, c))
    top, bottom = an * bn * cd + cn * ad * bd, ad * bd * cd
    if number is not np.float32:
        return number(top / bottom)  # one division of integers rounds correctly
    nearest = top / bottom
    near, exact = nearest.as_integer_ratio()
    rest = top * exact - near * bottom
    if rest and not np.float64(nearest).view(np.int64) & 1:  # to odd, so that the second rounding is the right one
        nearest = math.nextafter(nearest, math.inf if rest > 0 else -math.inf)
    return number(nearest)


fused = _exactly if config.DISABLE_JIT else _instruction
