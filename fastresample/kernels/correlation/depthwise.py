"""Convolution of every channel by itself: rows with each sample repeated ``stride`` times, weights in registers."""

import numpy as np

from fastresample.kernels.correlation.products import weigh_row
from fastresample.kernels.vectors import address_of

# Unsigned indices: a signed one costs a wraparound test at each access.
_U = np.uintp


def make_depthwise(taps_y, taps_x, lanes, bits, number):
    taps, bytes_ = taps_y * taps_x, bits // 8
    zero = number(0)

    def depthwise(
        x, weight, bias, out, begin, end, lines, weights, places, stride_y, stride_x, shift_y, shift_x, behind, way
    ):
        """Compute rows ``[begin, end)`` of all planes (plane, channel of ``weight``, row).

        ``lines`` holds ``taps_y`` repeated rows and one of zeros; ``weights`` those of a plane by residue of the row,
        tap and column, periodic. Row ``y`` reads row ``(y + shift_y) / stride_y`` and those before or, where ``way`` is
        1 and not -1, behind it; likewise along columns. ``behind`` zeros are left in front of a line.
        """
        _, rows, columns = x.shape
        channels, kernel_y, kernel_x = weight.shape
        rows_out, columns_out = out.shape[1], out.shape[2]
        held = np.full(taps_y, -1)
        period = weights.shape[2]
        width = lines.shape[1]
        for i in range(width):
            lines[taps_y, i] = zero
        current = -1
        for unit in range(begin, end):
            plane, y = unit // rows_out, unit % rows_out
            if plane != current:
                current = plane
                channel = plane % channels
                for row in range(taps_y):
                    held[row] = -1
                for residue in range(stride_y):
                    for tap_y in range(taps_y):
                        ky = tap_y * stride_y + residue
                        for tap_x in range(taps_x):
                            kx = shift_x % stride_x
                            for i in range(period):
                                tap = tap_x * stride_x + kx
                                inside = ky < kernel_y and tap < kernel_x
                                weights[residue, tap_y * taps_x + tap_x, i] = (
                                    weight[channel, ky, tap] if inside else zero
                                )
                                kx = kx + 1 if kx + 1 < stride_x else 0
            residue, nearest = (y + shift_y) % stride_y, (y + shift_y) // stride_y
            for tap_y in range(taps_y):
                source = nearest + way * tap_y
                row = taps_y
                if 0 <= source < rows:
                    row = source % taps_y
                    if held[row] != source:
                        held[row] = source
                        place = behind
                        if stride_x == 1:
                            for i in range(_U(columns)):
                                lines[_U(row), _U(place) + i] = x[_U(plane), _U(source), i]
                        elif stride_x == 2:
                            for i in range(_U(columns)):
                                value = x[_U(plane), _U(source), i]
                                lines[_U(row), _U(place) + i + i] = value
                                lines[_U(row), _U(place) + i + i + _U(1)] = value
                        else:
                            for i in range(columns):
                                value = x[plane, source, i]
                                for copy in range(stride_x):
                                    lines[row, place + copy] = value
                                place += stride_x
                start = address_of(lines) + (row * width + behind + shift_x) * bytes_
                for tap_x in range(taps_x):
                    places[tap_y * taps_x + tap_x] = start + way * tap_x * stride_x * bytes_
            weigh_row(
                taps, lanes, bits,
                address_of(out) + (plane * rows_out + y) * columns_out * bytes_, address_of(places),
                address_of(weights) + residue * taps * period * bytes_, period // lanes,
                address_of(bias) + channel * bytes_, columns_out,
            )  # fmt: skip

    return depthwise
