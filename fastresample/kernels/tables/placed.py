"""Windows and copies at positions that are given one by one, as whole numbers and fractions: no rounding decides."""

import math

from fastresample.kernels.tables.filters import filter_value


def given(numbers, index):
    """Numbers: the sample of each output."""
    for i in range(index.size):
        index[i] = numbers[i]


def placed(numbers, first, count, weights):
    """Weights of a continuous filter.

    Numbers: n_in, spread, support, code and two parameters of the filter, repeat, then where each output lies: the
    whole numbers of all, then the fractions. A sample at distance d weighs ``filter(d / spread)``, divided by the sum
    of all weights. Samples outside the image are as the edge sample, to whose weight theirs are added (repeat), or they
    drop out; where nothing is left all weights are 0.
    """
    n_in, spread, code, a, b = numbers[0], numbers[1], int(numbers[3]), numbers[4], numbers[5]
    repeat = numbers[6] != 0.0
    # A hair less, lest a rounded spread reaches a sample that lies where the filter ends.
    reach = numbers[2] * spread * (1.0 - 2.0**-50)
    peak = 0.0
    for i in range(first.size):
        whole, fraction = numbers[7 + i], numbers[7 + first.size + i]
        left, right = math.floor(fraction - reach) + 1.0, math.ceil(fraction + reach) - 1.0
        low = min(max(whole + left, 0.0), n_in - 1.0)
        high = max(min(whole + right, n_in - 1.0), low)
        taps = min(int(high - low) + 1, weights.shape[1])
        for k in range(taps):
            weights[i, k] = 0.0
        total = 0.0
        for k in range(int(right - left) + 1):
            at = whole + left + k
            if repeat or (low <= at and at <= high):
                weight = filter_value(code, a, b, abs(left + k - fraction) / spread)
                weights[i, min(max(int(at - low), 0), taps - 1)] += weight
                total += weight
        if total == 0.0:
            total = 1.0
        begin, end = 0, taps
        while begin < end - 1 and weights[i, begin] == 0.0:
            begin += 1
        while end > begin + 1 and weights[i, end - 1] == 0.0:
            end -= 1
        for k in range(end - begin):
            weights[i, k] = weights[i, begin + k] / total
            peak = max(peak, weights[i, k])
        first[i] = low + begin
        count[i] = end - begin
    return peak


INDEX_BUILDERS = (given,)
BUILDERS = (placed,)
