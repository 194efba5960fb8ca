"""Beyond input and output a resize needs rows, not images."""

import child
import pytest
from numba import config

SCRIPT = """
import resource
import sys
import numpy as np
import fastresample
from child import tell

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

image = np.full((4000, 4000, 3), 7, np.{dtype})
view = {view}
out = np.full((*{size}, 3), 1, view.dtype)
options = dict(method={method!r}, antialias={antialias}, threads=2)
small = [n * 40 // 4000 for n in {size}]
fastresample.resize(view[:40, :40], small, **options)  # the same kernel: compiled, imported
before = peak()
fastresample.resize(view, {size}, out=out, **options)
tell([peak() - before, view.nbytes])
"""


@pytest.mark.skipif(config.DISABLE_JIT, reason="large images take minutes without the compiler")
@pytest.mark.parametrize(
    ("dtype", "view", "size", "method", "antialias"),
    [
        ("uint8", "image", (1100, 1300), "bilinear", True),
        ("uint8", "image", (2000, 2000), "bilinear", False),
        ("uint8", "image[..., ::-1]", (1100, 1300), "bilinear", True),
        ("uint8", "image[10:-10, 10:-10]", (5000, 4500), "bilinear", False),
        ("uint8", "image[::-1]", (1100, 1300), "nearest", False),
        ("uint16", "image.view('>u2')", (1100, 1300), "bilinear", True),
    ],
)
def test_peak_memory_is_rows(dtype: str, view: str, size: tuple[int, int], method: str, antialias: bool) -> None:
    pytest.importorskip("resource", reason="peak memory is asked of POSIX")
    extra, image = child.run(SCRIPT.format(dtype=dtype, view=view, size=size, method=method, antialias=antialias)).told
    assert extra < 6e6 < image / 7, f"{extra / 1e6:.1f} MB"
