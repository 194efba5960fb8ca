"""Vectors of real numbers, 16 of float32 or 8 of float64, from samples of any dtype and back.

Which ones is said by the types of arguments that are otherwise not looked at: ``sample`` is a number of the samples'
type, ``real`` one of the vectors'.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastresample.kernels.simd.kinds import ADDRESS, LANES, Doubles, Floats, call, operation, pointer

_I32, _I64 = LANES["i32"], LANES["i64"]
KINDS = {types.float32: Floats, types.float64: Doubles}
_SUFFIX = {Floats: "v16f32", Doubles: "v8f64"}


def lane_of(kind):
    """Type of a sample in memory."""
    if isinstance(kind, types.Float):
        return LANES[f"f{kind.bitwidth}"]
    return ir.IntType(kind.bitwidth)


def as_reals(builder, value, sample, lane):
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
    target = ir.VectorType(lane_of(sample), count)
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


def load_whole(builder, address, lane, count):
    return builder.load(pointer(builder, address), align=1, typ=ir.VectorType(lane, count))


@intrinsic
def load_reals(typing, sample, real, address):
    """As many samples as there are lanes, as real numbers."""
    kind = KINDS[real]

    def generate(context, builder, signature, values):
        value = load_whole(builder, values[2], lane_of(sample), kind.count)
        return as_reals(builder, value, sample, kind.llvm.element)

    return kind(sample, real, ADDRESS), generate


def _short(sample):
    return f"f{sample.bitwidth}" if isinstance(sample, types.Float) else f"i{sample.bitwidth}"


@intrinsic
def load_first_reals(typing, sample, real, address, count):
    """The first ``count`` samples as real numbers; others are zeros and not touched."""
    kind = KINDS[real]

    def generate(context, builder, signature, values):
        vector = ir.VectorType(lane_of(sample), kind.count)
        mask = _first(builder, values[3], kind.count)
        name = f"llvm.masked.load.v{kind.count}{_short(sample)}.p0"
        value = call(builder, name, vector, [pointer(builder, values[2]), _I32(1), mask, ir.Constant(vector, None)])
        return as_reals(builder, value, sample, kind.llvm.element)

    return kind(sample, real, ADDRESS, types.int64), generate


def _half(start):
    order = ir.Constant(ir.VectorType(_I32, Doubles.count), list(range(start, start + Doubles.count)))
    return operation(Doubles, (Floats,), lambda b, value: b.fpext(b.shuffle_vector(value, value, order), Doubles.llvm))


# The lower or the upper half of a vector, as float64.
lower_doubles, upper_doubles = _half(0), _half(Doubles.count)


def _emit_joined(builder, low, high):
    single = ir.VectorType(LANES["f32"], Doubles.count)
    order = ir.Constant(ir.VectorType(_I32, Floats.count), list(range(Floats.count)))
    return builder.shuffle_vector(builder.fptrunc(low, single), builder.fptrunc(high, single), order)


# Two vectors as one of float32.
join_singles = operation(Floats, (Doubles, Doubles), _emit_joined)


@intrinsic
def spread_real(typing, real, address):
    """The number at an address in all lanes."""
    kind = KINDS[real]

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
