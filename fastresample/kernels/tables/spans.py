"""Window builders for means, which need no weights: each returns the samples of a whole window, 0 if there is none."""


def blocks(numbers, first, count, weights):
    """Adjoining windows of equal size; the axis's end may cut the last one. Numbers: block, n_in."""
    block, n_in = int(numbers[0]), int(numbers[1])
    for i in range(first.size):
        start = min(i * block, n_in - 1)
        first[i] = start
        count[i] = min(block, n_in - start)
    return float(block)


def adaptive(numbers, first, count, weights):
    """All samples that ``[i, i + 1) * n_in / n_out`` touches. Numbers: n_in, n_out."""
    n_in, n_out = int(numbers[0]), int(numbers[1])
    for i in range(first.size):
        start = i * n_in // n_out
        first[i] = start
        count[i] = ((i + 1) * n_in + n_out - 1) // n_out - start
    return 0.0


BUILDERS = (blocks, adaptive)
