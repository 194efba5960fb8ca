"""Rows become columns, vectors whose lanes are rows, and rows again; 16 of float32 from several windows of a row."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastresample.kernels.simd.kinds import ADDRESS, LANES, Floats, Ints, instruction, operation, pointer
from fastresample.kernels.simd.reals import KINDS, as_reals, lane_of, load_whole

_I32, _I64 = LANES["i32"], LANES["i64"]
FOUR = 4


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
    kind = KINDS[real]

    def generate(context, builder, signature, values):
        _, _, table, offset, target = values
        lane = lane_of(sample)
        rows = [load_whole(builder, place, lane, FOUR) for place in _rows(builder, table, offset, kind.count)]
        if lane in (LANES["i8"], LANES["i16"]):
            extend = builder.sext if sample.signed else builder.zext
            rows = [extend(row, ir.VectorType(_I32, FOUR)) for row in rows]
        columns = _transposed(builder, [_joined(builder, rows[k::FOUR]) for k in range(FOUR)])
        for k, column in enumerate(columns):
            place = pointer(builder, builder.add(target, _I64(64 * k)))
            builder.store(as_reals(builder, column, sample, kind.llvm.element), place, align=1)
        return context.get_dummy_value()

    return types.void(sample, real, ADDRESS, ADDRESS, ADDRESS), generate


@intrinsic
def columns_to_rows(typing, real, columns, table, offset):
    """Undo `rows_to_columns`: four vectors at an address become four numbers in each of the rows of a table."""
    kind = KINDS[real]

    def generate(context, builder, signature, values):
        _, columns, table, offset = values
        lane = kind.llvm.element
        given = [load_whole(builder, builder.add(columns, _I64(64 * k)), lane, kind.count) for k in range(FOUR)]
        rows = _transposed(builder, given)
        for row, place in enumerate(_rows(builder, table, offset, kind.count)):
            block = row // FOUR * FOUR
            four = _shuffle(builder, rows[row % FOUR], rows[row % FOUR], list(range(block, block + FOUR)))
            builder.store(four, pointer(builder, place), align=1)
        return context.get_dummy_value()

    return types.void(real, ADDRESS, ADDRESS, ADDRESS), generate


def _load_parts(builder, sample, places):
    """Equal parts of a vector from several places."""
    parts = [load_whole(builder, place, lane_of(sample), 16 // len(places)) for place in places]
    return as_reals(builder, _joined(builder, parts), sample, LANES["f32"])


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
    bits = builder.bitcast(builder.trunc(chosen, LANES["i16"]), ir.VectorType(LANES["i1"], 16))
    return builder.select(bits, new, old)


# Lanes of the first vector where a bit of the mask is set, the lowest bit for lane 0, and of the second elsewhere.
blend_floats = operation(Floats, (types.int64, Floats, Floats), _emit_blend)
