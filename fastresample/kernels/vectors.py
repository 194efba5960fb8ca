"""Explicit vector instructions for Numba: what intrinsics are written with.

LLVM's own vectoriser keeps no block of accumulators in registers, so a few loops are written in its language.
Intrinsics are module-level (others never meet the disk cache), take their sizes as integer literals, and see memory as
integer addresses: whoever calls them keeps the arrays alive.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

I64, I32 = ir.IntType(64), ir.IntType(32)
_REALS = {32: ir.FloatType(), 64: ir.DoubleType()}


class Lanes:
    """Vectors of one kind while code is generated: memory at integer addresses, masks, fused multiply-add."""

    def __init__(self, builder, bits, lanes):
        self.builder, self.lanes, self.bytes = builder, lanes, bits // 8
        self.real = _REALS[bits]
        self.vector = ir.VectorType(self.real, lanes)
        self.mask = ir.VectorType(ir.IntType(1), lanes)
        self._suffix = f"v{lanes}f{bits}"

    def _function(self, name, result, arguments):
        return cgutils.get_or_insert_function(self.builder.module, ir.FunctionType(result, arguments), name)

    def at(self, address, index):
        """Address of the sample ``index`` (an int or a value) behind ``address``."""
        if isinstance(index, int):
            return address if index == 0 else self.builder.add(address, I64(index * self.bytes))
        return self.builder.add(address, self.builder.mul(index, I64(self.bytes)))

    def pointer(self, address, offset=0):
        pointer = self.builder.inttoptr(address, ir.PointerType())
        if offset:
            pointer = self.builder.gep(pointer, [I64(offset * self.bytes)], source_etype=ir.IntType(8))
        return pointer

    def load(self, address, offset=0):
        return self.builder.load(self.pointer(address, offset), typ=self.vector, align=self.bytes)

    def store(self, value, address, offset=0):
        self.builder.store(value, self.pointer(address, offset), align=self.bytes)

    def broadcast(self, address, offset=0):
        return self.splat(
            self.builder.load(self.pointer(address, offset), typ=self.real, align=self.bytes), self.vector
        )

    def splat(self, value, vector):
        undefined = ir.Constant(vector, ir.Undefined)
        first = self.builder.insert_element(undefined, value, I32(0))
        return self.builder.shuffle_vector(
            first, undefined, ir.Constant(ir.VectorType(I32, self.lanes), [0] * self.lanes)
        )

    def zero(self):
        return ir.Constant(self.vector, [0.0] * self.lanes)

    def fma(self, a, b, c):
        return self.builder.call(self._function(f"llvm.fma.{self._suffix}", self.vector, [self.vector] * 3), [a, b, c])

    def first(self, count):
        """Mask of the lanes below ``count``."""
        indices = ir.VectorType(I64, self.lanes)
        numbers = ir.Constant(indices, list(range(self.lanes)))
        return self.builder.icmp_signed("<", numbers, self.splat(count, indices))

    def load_first(self, address, mask):
        """Load where the mask is set, zeros elsewhere; nothing else is read."""
        arguments = [ir.PointerType(), I32, self.mask, self.vector]
        function = self._function(f"llvm.masked.load.{self._suffix}.p0", self.vector, arguments)
        return self.builder.call(function, [self.pointer(address), I32(self.bytes), mask, self.zero()])

    def store_first(self, value, address, mask):
        """Store where the mask is set."""
        arguments = [self.vector, ir.PointerType(), I32, self.mask]
        function = self._function(f"llvm.masked.store.{self._suffix}.p0", ir.VoidType(), arguments)
        self.builder.call(function, [value, self.pointer(address), I32(self.bytes), mask])

    def store_some(self, value, address, count):
        """Store the first ``count`` lanes, all of them if there are as many."""
        whole = self.builder.icmp_signed(">=", count, I64(self.lanes))
        with self.builder.if_else(whole, likely=True) as (all_lanes, some):
            with all_lanes:
                self.store(value, address)
            with some:
                self.store_first(value, address, self.first(count))

    def integer(self, table, index):
        """Entry of a table of 64-bit integers."""
        pointer = self.builder.gep(self.builder.inttoptr(table, ir.PointerType()), [index], source_etype=I64)
        return self.builder.load(pointer, typ=I64)

    def prefetch(self, address):
        """Ask for the line of an address that will be read soon; it need not exist."""
        function = self._function("llvm.prefetch.p0", ir.VoidType(), [ir.PointerType(), I32, I32, I32])
        self.builder.call(function, [self.builder.inttoptr(address, ir.PointerType()), I32(0), I32(2), I32(1)])

    def shuffle(self, a, b, numbers):
        return self.builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(I32, self.lanes), numbers))

    def interleaved(self, rows, part):
        """Vector ``part`` of the samples of some rows, taken in turn: the first of each row, the second of each ..."""
        numbers = range(part * self.lanes, (part + 1) * self.lanes)
        count, result = len(rows), rows[0]
        if count > 1:
            own = [n // count + (self.lanes if n % count == 1 else 0) for n in numbers]
            result = self.shuffle(rows[0], rows[1], own)
        for row in range(2, count):
            own = [self.lanes + n // count if n % count == row else lane for lane, n in enumerate(numbers)]
            result = self.shuffle(result, rows[row], own)
        return result

    def transposed(self, rows):
        """Transpose ``lanes`` vectors in log2(lanes) rounds of exchanges."""
        half = 1
        while half < self.lanes:
            low = [i if not i & half else self.lanes + (i ^ half) for i in range(self.lanes)]
            high = [i | half if not i & half else self.lanes + i for i in range(self.lanes)]
            exchanged = list(rows)
            for j in range(self.lanes):
                if not j & half:
                    exchanged[j] = self.shuffle(rows[j], rows[j | half], low)
                    exchanged[j | half] = self.shuffle(rows[j], rows[j | half], high)
            rows, half = exchanged, 2 * half
        return rows


def literal_sizes(*literals):
    """Values of literal arguments; None while Numba has not made them literal yet."""
    if all(isinstance(literal, types.IntegerLiteral) for literal in literals):
        return tuple(literal.literal_value for literal in literals)
    return None


def signature_of(sizes, count, result=types.void):
    """Signature of literal sizes and then ``count`` addresses, distances and counts."""
    return result(*map(types.IntegerLiteral, sizes), *[types.int64] * count)


@intrinsic
def address_of(typing, array):
    """Address of an array's first sample; the array must be kept alive by the caller's caller."""

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.ptrtoint(data, I64)

    return types.int64(array), generate
