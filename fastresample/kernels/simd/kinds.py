"""Kinds of vectors, and how operations on them are made."""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

LANES = {"i1": ir.IntType(1), "i8": ir.IntType(8), "i16": ir.IntType(16), "i32": ir.IntType(32)}
LANES |= {"i64": ir.IntType(64), "f32": ir.FloatType(), "f64": ir.DoubleType()}


class Vector(types.Type):
    """A vector type: the kind of a lane and how many there are."""

    def __init__(self, lane, count):
        self.lane, self.count = lane, count
        super().__init__(name=f"Vector[{count}x{lane}]")

    @property
    def llvm(self):
        return ir.VectorType(LANES[self.lane], self.count)

    def constant(self, values):
        """Vector of literal values; a single one fills all lanes."""
        values = list(values) if hasattr(values, "__len__") else [values] * self.count
        return ir.Constant(self.llvm, values)


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, kind.llvm)


Bytes, HalfBytes, QuarterBytes = Vector("i8", 64), Vector("i8", 32), Vector("i8", 16)
Words, Ints, Floats, Doubles = Vector("i16", 32), Vector("i32", 16), Vector("f32", 16), Vector("f64", 8)
HalfWords, HalfInts = Vector("i16", 16), Vector("i32", 8)
ADDRESS, I32, F32 = types.int64, types.int32, types.float32
_HALF = {Bytes: HalfBytes, Words: HalfWords, Ints: HalfInts}


def operation(result, arguments, emit, *, halves=False):
    """Return an intrinsic; ``emit(builder, *values)`` writes its code.

    With ``halves`` it takes vectors of 256 bits as well; the first argument says which they are.
    """

    def generate(context, builder, signature, values):
        value = emit(builder, *values)
        return context.get_dummy_value() if value is None else value

    whole = result(*arguments)
    half = _HALF.get(result, result)(*(_HALF.get(kind, kind) for kind in arguments)) if halves else whole

    def signature(first):
        return half if first == half.args[0] else whole

    takes = {  # an intrinsic's parameters are counted by name
        0: lambda typing: (whole, generate),
        1: lambda typing, a: (signature(a), generate),
        2: lambda typing, a, b: (signature(a), generate),
        3: lambda typing, a, b, c: (signature(a), generate),
        4: lambda typing, a, b, c, d: (signature(a), generate),
    }
    return intrinsic(takes[len(arguments)])


def call(builder, name, result, values):
    kind = ir.FunctionType(result, [value.type for value in values])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), values)


def instruction(name, result, *arguments, halves=""):
    """Operation that is a function of LLVM, of the same types; ``halves`` is its name on 256 bits."""

    def emit(builder, *values):
        if values[0].type == arguments[0].llvm:
            return call(builder, name, result.llvm, values)
        return call(builder, halves, _HALF[result].llvm, values)

    return operation(result, arguments, emit, halves=bool(halves))


def filled(kind, value):
    """Vector of one of LLVM's types, all lanes a literal value."""
    return ir.Constant(kind, [value] * kind.count)


def pointer(builder, address):
    return builder.inttoptr(address, ir.PointerType())


def splat(builder, value, kind):
    first = builder.insert_element(ir.Constant(kind.llvm, ir.Undefined), value, ir.Constant(LANES["i32"], 0))
    zeros = ir.Constant(ir.VectorType(LANES["i32"], kind.count), [0] * kind.count)
    return builder.shuffle_vector(first, first, zeros)
