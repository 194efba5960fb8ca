"""Vectors of 512 bits as values of compiled code, and what can be done with them: an instruction or two each.

Kernels stay ordinary loops over addresses; only what LLVM's vectoriser does not find is said here, operation by
operation. A vector knows its lanes: `Bytes` (64 of 8 bits), `Words` (32 of 16), `Ints` (16 of 32), `Floats` (16).
Addresses are plain integers, of `address_of`; whoever takes one keeps the array alive and stays inside it. Operations
are module-level intrinsics, so that kernels with them meet the disk cache. All need AVX-512 with byte permutations and
dot products (`tiers.VBMI`): one that the processor lacks ends the process, so ask first.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

_LANES = {"i1": ir.IntType(1), "i8": ir.IntType(8), "i16": ir.IntType(16), "i32": ir.IntType(32)}
_LANES |= {"i64": ir.IntType(64), "f32": ir.FloatType()}


class Vector(types.Type):
    """A vector type: the kind of a lane and how many there are."""

    def __init__(self, lane, count):
        self.lane, self.count = lane, count
        super().__init__(name=f"Vector[{count}x{lane}]")

    @property
    def llvm(self):
        return ir.VectorType(_LANES[self.lane], self.count)

    def constant(self, values):
        """Vector of literal values; a single one fills all lanes."""
        values = list(values) if hasattr(values, "__len__") else [values] * self.count
        return ir.Constant(self.llvm, values)


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, kind.llvm)


Bytes, HalfBytes, QuarterBytes = Vector("i8", 64), Vector("i8", 32), Vector("i8", 16)
Words, Ints, Floats = Vector("i16", 32), Vector("i32", 16), Vector("f32", 16)
_ADDRESS, _I32, _F32 = types.int64, types.int32, types.float32


def _operation(result, arguments, emit):
    """Return an intrinsic of one signature; ``emit(builder, *values)`` writes its code."""

    def generate(context, builder, signature, values):
        value = emit(builder, *values)
        return context.get_dummy_value() if value is None else value

    signature = result(*arguments)
    takes = {  # an intrinsic's parameters are counted by name
        0: lambda typing: (signature, generate),
        1: lambda typing, a: (signature, generate),
        2: lambda typing, a, b: (signature, generate),
        3: lambda typing, a, b, c: (signature, generate),
    }
    return intrinsic(takes[len(arguments)])


def _call(builder, name, result, values):
    kind = ir.FunctionType(result, [value.type for value in values])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), values)


def _instruction(name, result, *arguments):
    """Operation that is a function of LLVM, of the same types."""
    return _operation(result, arguments, lambda builder, *values: _call(builder, name, result.llvm, values))


def _pointer(builder, address):
    return builder.inttoptr(address, ir.PointerType())


def _splat(builder, value, kind):
    first = builder.insert_element(ir.Constant(kind.llvm, ir.Undefined), value, ir.Constant(_LANES["i32"], 0))
    zeros = ir.Constant(ir.VectorType(_LANES["i32"], kind.count), [0] * kind.count)
    return builder.shuffle_vector(first, first, zeros)


# ---- memory: any address, no alignment


def _load(kind):
    return _operation(kind, (_ADDRESS,), lambda b, address: b.load(_pointer(b, address), align=1, typ=kind.llvm))


def _store(kind):
    """Operation that stores a vector or an integer."""

    def emit(builder, address, value):
        builder.store(value, _pointer(builder, address), align=1)

    return _operation(types.void, (_ADDRESS, kind), emit)


load_bytes, load_half_bytes, load_words = _load(Bytes), _load(HalfBytes), _load(Words)
load_ints, load_floats = _load(Ints), _load(Floats)
store_bytes, store_half_bytes, store_words = _store(Bytes), _store(HalfBytes), _store(Words)
store_ints, store_floats = _store(Ints), _store(Floats)


def _masked(builder, count):
    """Mask of the first ``count`` of 64 bytes."""
    wide = ir.VectorType(_LANES["i8"], 64)
    numbers = ir.Constant(wide, list(range(64)))
    small = builder.trunc(count, _LANES["i8"])
    first = builder.insert_element(ir.Constant(wide, ir.Undefined), small, ir.Constant(_LANES["i32"], 0))
    zeros = ir.Constant(ir.VectorType(_LANES["i32"], 64), [0] * 64)
    return builder.icmp_unsigned("<", numbers, builder.shuffle_vector(first, first, zeros))


def _emit_load_first(builder, address, count):
    mask, align = _masked(builder, count), ir.Constant(_LANES["i32"], 1)
    values = [_pointer(builder, address), align, mask, Bytes.constant(0)]
    return _call(builder, "llvm.masked.load.v64i8.p0", Bytes.llvm, values)


def _emit_store_first(builder, address, value, count):
    mask, align = _masked(builder, count), ir.Constant(_LANES["i32"], 1)
    values = [value, _pointer(builder, address), align, mask]
    _call(builder, "llvm.masked.store.v64i8.p0", ir.VoidType(), values)


# The first ``count`` (at most 64) bytes; others are read as zeros and not touched.
load_first_bytes = _operation(Bytes, (_ADDRESS, types.int64), _emit_load_first)
store_first_bytes = _operation(types.void, (_ADDRESS, Bytes, types.int64), _emit_store_first)


def _scalar(kind, lane):
    return _operation(kind, (_ADDRESS,), lambda b, address: b.load(_pointer(b, address), align=1, typ=_LANES[lane]))


load_i64, load_i32 = _scalar(types.int64, "i64"), _scalar(_I32, "i32")
store_i64, store_i32 = _store(types.int64), _store(_I32)


def _prefetch(writing):
    def emit(builder, address):
        numbers = [ir.Constant(_LANES["i32"], value) for value in (writing, 3, 1)]
        _call(builder, "llvm.prefetch.p0", ir.VoidType(), [_pointer(builder, address), *numbers])

    return _operation(types.void, (_ADDRESS,), emit)


# Ask for the line of an address that will be read, or written, soon; it need not exist.
prefetch, prefetch_to_write = _prefetch(0), _prefetch(1)

# ---- the same value in every lane

spread_i32 = _operation(Ints, (_I32,), lambda b, value: _splat(b, value, Ints))
spread_i16 = _operation(Words, (types.int16,), lambda b, value: _splat(b, value, Words))
spread_f32 = _operation(Floats, (_F32,), lambda b, value: _splat(b, value, Floats))
zero_ints = _operation(Ints, (), lambda b: Ints.constant(0))
zero_bytes = _operation(Bytes, (), lambda b: Bytes.constant(0))

# ---- permutations: lane i of the result is lane index[i] of the source

permute_bytes = _instruction("llvm.x86.avx512.permvar.qi.512", Bytes, Bytes, Bytes)
# Indices 0 to 127 into two vectors, one after the other: (first, index, second).
permute_two_bytes = _instruction("llvm.x86.avx512.vpermi2var.qi.512", Bytes, Bytes, Bytes, Bytes)


def _emit_permute_ints(builder, value, index):
    whole = builder.bitcast(value, Ints.llvm)
    return builder.bitcast(_call(builder, "llvm.x86.avx512.permvar.si.512", Ints.llvm, [whole, index]), Bytes.llvm)


permute_ints = _operation(Bytes, (Bytes, Ints), _emit_permute_ints)


def _shuffle(order):
    """Fixed order of the bytes of one vector."""
    mask = ir.Constant(ir.VectorType(_LANES["i32"], 64), order)
    return _operation(Bytes, (Bytes,), lambda b, value: b.shuffle_vector(value, value, mask))


# 4 x 4 bytes transposed inside every 128 bits.
transpose_fours = _shuffle([block * 16 + j % 4 * 4 + j // 4 for block in range(4) for j in range(16)])
# Undoes the order in which two steps of packing leave groups of four bytes, and one step groups of eight.
in_order_fours = _shuffle([k * 16 + q * 4 + i for q in range(4) for k in range(4) for i in range(4)])
in_order_eights = _shuffle([k * 16 + q * 8 + i for q in range(2) for k in range(4) for i in range(8)])


def _interleave(bits, low):
    """Lanes of ``bits`` bits of two vectors in turn, inside every 128 bits: their lower or upper halves."""
    count, block = 512 // bits, 128 // bits
    start = 0 if low else block // 2
    order = [side + k * block + start + i for k in range(4) for i in range(block // 2) for side in (0, count)]
    kind = ir.VectorType(_LANES[f"i{bits}"], count)
    mask = ir.Constant(ir.VectorType(_LANES["i32"], count), order)

    def emit(builder, a, b):
        return builder.bitcast(
            builder.shuffle_vector(builder.bitcast(a, kind), builder.bitcast(b, kind), mask), Bytes.llvm
        )

    return _operation(Bytes, (Bytes, Bytes), emit)


interleave_bytes_low, interleave_bytes_high = _interleave(8, True), _interleave(8, False)
interleave_words_low, interleave_words_high = _interleave(16, True), _interleave(16, False)


def merge_bytes(parts, part):
    """Operation that takes part ``part`` of so many equal ones from the first vector and the rest from the second."""
    width = 64 // parts
    chosen = [int(part * width <= lane < (part + 1) * width) for lane in range(64)]
    mask = ir.Constant(ir.VectorType(_LANES["i1"], 64), chosen)
    return _operation(Bytes, (Bytes, Bytes), lambda b, new, old: b.select(mask, new, old))


def _emit_blend(builder, chosen, new, old):
    return builder.select(builder.bitcast(chosen, ir.VectorType(_LANES["i1"], 64)), new, old)


# Lanes of the first vector where a bit of the mask is set, the lowest bit for lane 0, and of the second elsewhere.
blend_bytes = _operation(Bytes, (types.int64, Bytes, Bytes), _emit_blend)

# ---- arithmetic, lane by lane; sums wrap


def _emit_dot(builder, total, unsigned, signed):
    values = [total, builder.bitcast(unsigned, Ints.llvm), builder.bitcast(signed, Ints.llvm)]
    return _call(builder, "llvm.x86.avx512.vpdpbusd.512", Ints.llvm, values)


# total + the four products of the unsigned and signed bytes of each 32-bit lane.
dot_bytes = _operation(Ints, (Ints, Bytes, Bytes), _emit_dot)


def _emit_dot_words(builder, total, a, b):
    values = [total, builder.bitcast(a, Ints.llvm), builder.bitcast(b, Ints.llvm)]
    return _call(builder, "llvm.x86.avx512.vpdpwssd.512", Ints.llvm, values)


# total + the two products of the signed words of each 32-bit lane.
dot_words = _operation(Ints, (Ints, Bytes, Bytes), _emit_dot_words)
# Sums of neighbouring products, unsigned by signed bytes, saturated at 16 bits.
multiply_add_bytes = _instruction("llvm.x86.avx512.pmaddubs.w.512", Words, Bytes, Bytes)


def _emit_high(builder, a, b):
    wide = ir.VectorType(_LANES["i32"], 32)
    product = builder.mul(builder.sext(a, wide), builder.sext(b, wide))
    return builder.trunc(builder.ashr(product, ir.Constant(wide, [16] * 32)), Words.llvm)


# Upper 16 bits of the products.
multiply_high = _operation(Words, (Words, Words), _emit_high)
add_ints = _operation(Ints, (Ints, Ints), lambda b, x, y: b.add(x, y))
add_words = _operation(Words, (Words, Words), lambda b, x, y: b.add(x, y))


def shift_right(kind, places):
    """Operation that divides by ``2**places``, rounding down."""
    return _operation(kind, (kind,), lambda b, value: b.ashr(value, kind.constant(places)))


def shift_left(kind, places):
    """Operation that multiplies by ``2**places``."""
    return _operation(kind, (kind,), lambda b, value: b.shl(value, kind.constant(places)))


def _emit_shift_by(builder, value, places):
    return builder.ashr(value, _splat(builder, places, Ints))


shift_right_by = _operation(Ints, (Ints, _I32), _emit_shift_by)

# ---- from one width to another; narrower lanes are clipped

# Two vectors, interleaved by blocks of 128 bits.
pack_ints = _instruction("llvm.x86.avx512.packssdw.512", Words, Ints, Ints)
pack_words = _instruction("llvm.x86.avx512.packuswb.512", Bytes, Words, Words)
lower_bytes = _operation(HalfBytes, (Words,), lambda b, value: b.trunc(value, HalfBytes.llvm))

# ---- the same bits by another name


def _cast(result, given):
    return _operation(result, (given,), lambda b, value: b.bitcast(value, result.llvm))


words_as_bytes, ints_as_bytes = _cast(Bytes, Words), _cast(Bytes, Ints)
bytes_as_words, bytes_as_ints = _cast(Words, Bytes), _cast(Ints, Bytes)
