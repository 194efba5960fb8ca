"""Vectors of real numbers, 16 of float32 or 8 of float64, from samples of any dtype and back.

Which ones is said by the types of arguments that are otherwise not looked at: ``sample``, a number of the samples' type,
and ``real``, one of the vectors'.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastresample.kernels.simd.kinds import (
    ADDRESS,
    LANES,
    Doubles,
    Floats,
    Ints,
    call,
    instruction,
    operation,
    pointer,
)

_I1, _I8, _I32, _I64 = LANES["i1"], LANES["i8"], LANES["i32"], LANES["i64"]
_KINDS = {types.float32: Floats, types.float64: Doubles}
_SUFFIX = {Floats: "v16f32", Doubles: "v8f64"}
FOUR = 4


def _lane(kind):
    """Type of a sample in memory."""
    if isinstance(kind, types.Float):
        return LANES[f"f{kind.bitwidth}"]
    return ir.IntType(kind.bitwidth)


def _as_reals(builder, value, sample, lane):
    """Vector of samples as real numbers of the type ``lane``."""
    target = ir.VectorType(lane, value.type.count)
    if isinstance(sample, types.Float):
        if value.type == target:
            return value
        return builder.fpext(value, target)
    return (builder.sitofp if sample.signed else builder.uitofp)(value, target)


def _as_samples(builder, value, sample):
    """Vector of real numbers as samples; whole numbers in range become integers."""
    count = value.type.count
    target = ir.VectorType(_lane(sample), count)
    if isinstance(sample, types.Float):
        if value.type == target:
            return value
        return builder.fptrunc(value, target) if sample.bitwidth == 32 else builder.fpext(value, target)
    wide = ir.VectorType(_I32, count)
    unsigned = sample.bitwidth == 32 and not sample.signed
    whole = (builder.fptoui if unsigned else builder.fptosi)(value, wide)
    return whole if sample.bitwidth == 32 else builder.trunc(whole, target)


def _splat(builder, value, count):
    first = builder.insert_element(ir.Constant(ir.VectorType(value.type, count), ir.Undefined), value, _I32(0))
    return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(_I32, count), [0] * count))


def _first(builder, count, lanes):
    """Mask of the lanes below ``count``."""
    numbers = ir.Constant(ir.VectorType(_I64, lanes), list(range(lanes)))
    return builder.icmp_signed("<", numbers, _splat(builder, count, lanes))


def _load_whole(builder, address, lane, count):
    return builder.load(pointer(builder, address), align=1, typ=ir.VectorType(lane, count))


@intrinsic
def load_reals(typing, sample, real, address):
    """As many samples as there are lanes, as real numbers."""
    kind = _KINDS[real]

    def generate(context, builder, signature, values):
        value = _load_whole(builder, values[2], _lane(sample), kind.count)
        return _as_reals(builder, value, sample, kind.llvm.element)

    return kind(sample, real, ADDRESS), generate


def _short(sample):
    return f"f{sample.bitwidth}" if isinstance(sample, types.Float) else f"i{sample.bitwidth}"


@intrinsic
def load_first_reals(typing, sample, real, address, count):
    """The first ``count`` samples as real numbers; others are zeros and not touched."""
    kind = _KINDS[real]

    def generate(context, builder, signature, values):
        vector = ir.VectorType(_lane(sample), kind.count)
        mask = _first(builder, values[3], kind.count)
        name = f"llvm.masked.load.v{kind.count}{_short(sample)}.p0"
        value = call(builder, name, vector, [pointer(builder, values[2]), _I32(1), mask, ir.Constant(vector, None)])
        return _as_reals(builder, value, sample, kind.llvm.element)

    return kind(sample, real, ADDRESS, types.int64), generate


@intrinsic
def spread_real(typing, real, address):
    """The number at an address in all lanes."""
    kind = _KINDS[real]

    def generate(context, builder, signature, values):
        lane = kind.llvm.element
        return _splat(builder, builder.load(pointer(builder, values[1]), align=1, typ=lane), kind.count)

    return kind(real, ADDRESS), generate


@intrinsic
def store_reals(typing, sample, address, value):
    """Store real numbers as samples; whole ones that fit, where samples are integers."""

    def generate(context, builder, signature, values):
        builder.store(_as_samples(builder, values[2], sample), pointer(builder, values[1]), align=1)
        return context.get_dummy_value()

    return types.void(sample, ADDRESS, value), generate


@intrinsic
def store_first_reals(typing, sample, address, value, count):
    """Store the first ``count`` real numbers as samples."""
    kind = value

    def generate(context, builder, signature, values):
        result = _as_samples(builder, values[2], sample)
        mask = _first(builder, values[3], kind.count)
        name = f"llvm.masked.store.v{kind.count}{_short(sample)}.p0"
        call(builder, name, ir.VoidType(), [result, pointer(builder, values[1]), _I32(1), mask])
        return context.get_dummy_value()

    return types.void(sample, ADDRESS, value, types.int64), generate


def _of_two(emit):
    @intrinsic
    def lane_by_lane(typing, a, b):
        return a(a, b), lambda context, builder, signature, values: emit(builder, *values)

    return lane_by_lane


# Lane by lane; nothing is fused.
add_reals = _of_two(lambda builder, a, b: builder.fadd(a, b))
multiply_reals = _of_two(lambda builder, a, b: builder.fmul(a, b))


@intrinsic
def fuse_reals(typing, a, b, c):
    """``a * b + c`` in one rounding."""

    def generate(context, builder, signature, values):
        return call(builder, f"llvm.fma.{_SUFFIX[a]}", a.llvm, values)

    return a(a, b, c), generate


def _of_one(emit):
    @intrinsic
    def lane_by_lane(typing, value):
        return value(value), lambda context, builder, signature, values: emit(builder, value, values[0])

    return lane_by_lane


def _named(name):
    return _of_one(lambda builder, kind, value: call(builder, f"llvm.{name}.{_SUFFIX[kind]}", kind.llvm, [value]))


def _emit_single(builder, kind, value):
    return builder.fpext(builder.fptrunc(value, ir.VectorType(LANES["f32"], kind.count)), kind.llvm)


# Whole numbers: the nearest, ties to even; the next below.
round_even, round_down = _named("rint"), _named("floor")
add_zero = _of_one(lambda builder, kind, value: builder.fadd(value, kind.constant(0.0)))
add_half = _of_one(lambda builder, kind, value: builder.fadd(value, kind.constant(0.5)))


def _emit_away(builder, kind, value):
    half = builder.fcmp_ordered("<", value, kind.constant(0.0))
    half = builder.select(half, kind.constant(-0.5), kind.constant(0.5))
    return call(builder, f"llvm.trunc.{_SUFFIX[kind]}", kind.llvm, [builder.fadd(value, half)])


round_away = _of_one(_emit_away)  # the nearest whole numbers, ties away from zero


@intrinsic
def to_single(typing, value):
    """Numbers that float32 has, too: rounded."""

    def generate(context, builder, signature, values):
        return values[0] if value is Floats else _emit_single(builder, value, values[0])

    return value(value), generate


def _bounds(builder, kind, values):
    lane = kind.llvm.element
    for value in values:
        yield _splat(builder, value if value.type == lane else builder.fptrunc(value, lane), kind.count)


@intrinsic
def clip_reals(typing, value, low, high):
    """Limit to ``low`` and ``high``, which are float64."""

    def generate(context, builder, signature, values):
        below, above = _bounds(builder, value, values[1:])
        result = builder.select(builder.fcmp_ordered("<", values[0], below), below, values[0])
        return builder.select(builder.fcmp_ordered(">", result, above), above, result)

    return value(value, low, high), generate


@intrinsic
def lowest_outside(typing, value, low, high):
    """Replace by ``low`` what is not between the two."""

    def generate(context, builder, signature, values):
        below, above = _bounds(builder, value, values[1:])
        inside = builder.and_(
            builder.fcmp_ordered("<=", below, values[0]), builder.fcmp_ordered("<=", values[0], above)
        )
        return builder.select(inside, values[0], below)

    return value(value, low, high), generate


# ---- rows become columns: vectors whose lanes are rows


def _shuffle(builder, a, b, order):
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(_I32, len(order)), order))


def _transposed(builder, vectors):
    """Transpose 4 x 4 numbers in every four lanes of four vectors."""
    count = vectors[0].type.count
    blocks = range(0, count, FOUR)
    low = [lane for b in blocks for lane in (b, count + b, b + 1, count + b + 1)]
    high = [lane + 2 for lane in low]
    first = [lane for b in blocks for lane in (b, b + 1, count + b, count + b + 1)]
    second = [lane + 2 for lane in first]
    a, b, c, d = vectors
    low_ab, low_cd = _shuffle(builder, a, b, low), _shuffle(builder, c, d, low)
    high_ab, high_cd = _shuffle(builder, a, b, high), _shuffle(builder, c, d, high)
    return [
        _shuffle(builder, low_ab, low_cd, first),
        _shuffle(builder, low_ab, low_cd, second),
        _shuffle(builder, high_ab, high_cd, first),
        _shuffle(builder, high_ab, high_cd, second),
    ]


def _joined(builder, parts):
    """One vector of several."""
    while len(parts) > 1:
        width = 2 * parts[0].type.count
        parts = [_shuffle(builder, a, b, list(range(width))) for a, b in zip(parts[::2], parts[1::2], strict=True)]
    return parts[0]


def _rows(builder, table, offset, count):
    """Addresses in as many rows as there are lanes."""
    for lane in range(count):
        entry = builder.load(pointer(builder, builder.add(table, _I64(8 * lane))), typ=_I64, align=8)
        yield builder.add(entry, offset)


@intrinsic
def rows_to_columns(typing, sample, real, table, offset, target):
    """Store four vectors whose lanes are rows: of four samples ``offset`` bytes behind each address of a table."""
    kind = _KINDS[real]

    def generate(context, builder, signature, values):
        _, _, table, offset, target = values
        lane = _lane(sample)
        rows = [_load_whole(builder, place, lane, FOUR) for place in _rows(builder, table, offset, kind.count)]
        if lane in (LANES["i8"], LANES["i16"]):
            extend = builder.sext if sample.signed else builder.zext
            rows = [extend(row, ir.VectorType(_I32, FOUR)) for row in rows]
        columns = _transposed(builder, [_joined(builder, rows[k::FOUR]) for k in range(FOUR)])
        for k, column in enumerate(columns):
            place = pointer(builder, builder.add(target, _I64(64 * k)))
            builder.store(_as_reals(builder, column, sample, kind.llvm.element), place, align=1)
        return context.get_dummy_value()

    return types.void(sample, real, ADDRESS, ADDRESS, ADDRESS), generate


@intrinsic
def columns_to_rows(typing, real, columns, table, offset):
    """Undo `rows_to_columns`: four vectors at an address become four numbers in each of the rows of a table."""
    kind = _KINDS[real]

    def generate(context, builder, signature, values):
        _, columns, table, offset = values
        lane = kind.llvm.element
        given = [_load_whole(builder, builder.add(columns, _I64(64 * k)), lane, kind.count) for k in range(FOUR)]
        rows = _transposed(builder, given)
        for row, place in enumerate(_rows(builder, table, offset, kind.count)):
            block = row // FOUR * FOUR
            four = _shuffle(builder, rows[row % FOUR], rows[row % FOUR], list(range(block, block + FOUR)))
            builder.store(four, pointer(builder, place), align=1)
        return context.get_dummy_value()

    return types.void(real, ADDRESS, ADDRESS, ADDRESS), generate


# ---- 16 of float32 from windows of a row


def _load_parts(builder, sample, places):
    """Equal parts of a vector from several places."""
    parts = [_load_whole(builder, place, _lane(sample), 16 // len(places)) for place in places]
    return _as_reals(builder, _joined(builder, parts), sample, LANES["f32"])


@intrinsic
def load_halves(typing, sample, first, second):
    """Eight samples from each of two places, as float32."""

    def generate(context, builder, signature, values):
        return _load_parts(builder, sample, values[1:])

    return Floats(sample, ADDRESS, ADDRESS), generate


@intrinsic
def load_quarters(typing, sample, a, b, c, d):
    """Four samples from each of four places, as float32."""

    def generate(context, builder, signature, values):
        return _load_parts(builder, sample, values[1:])

    return Floats(sample, ADDRESS, ADDRESS, ADDRESS, ADDRESS), generate


permute_floats = instruction("llvm.x86.avx512.permvar.sf.512", Floats, Floats, Ints)
# Indices 0 to 31 into two vectors, one after the other: (first, index, second).
permute_two_floats = instruction("llvm.x86.avx512.vpermi2var.ps.512", Floats, Floats, Ints, Floats)


def _emit_blend(builder, chosen, new, old):
    bits = builder.bitcast(builder.trunc(chosen, LANES["i16"]), ir.VectorType(_I1, 16))
    return builder.select(bits, new, old)


# Lanes of the first vector where a bit of the mask is set, the lowest bit for lane 0, and of the second elsewhere.
blend_floats = operation(Floats, (types.int64, Floats, Floats), _emit_blend)
