"""Take the picture of a page of ``fastresample compare`` for accuracy.md: ``python docs/compare_page.py``.

Needs a Chromium and ``pip install "fastresample[browser]"``, as the tests of the page do.
"""

import io
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from fastresample.validate import compare_all

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from browser import chromium, missing  # noqa: E402

PHOTOGRAPH = HERE.parent / "images" / "lake_phone.jpg"
TARGET = HERE / "compare.jpg"
HEIGHT = 1930  # CSS pixels: down to the first results


def page() -> str:
    """Return the page of one comparison: a square for a network, as it is usually asked for."""
    samples = np.asarray(ImageOps.exif_transpose(Image.open(PHOTOGRAPH)))
    return compare_all({PHOTOGRAPH.name: samples}, [(224, 224)], pictures=1).to_html()


def main() -> None:
    """Write the picture."""
    if reason := missing():
        sys.exit(reason)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        path = Path(folder) / "page.html"
        path.write_text(page(), encoding="utf-8")
        with browser.open(path, width=1240, height=HEIGHT) as visit:
            visit.check()
            file = io.BytesIO(visit.page.screenshot())
    Image.open(file).convert("RGB").save(TARGET, quality=82, optimize=True)


if __name__ == "__main__":
    main()
