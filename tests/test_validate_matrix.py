"""Many comparisons: which cells there are, what their summary adds up, and where differences are above a limit."""

import csv
import io
import json
import math

import numpy as np
import pytest

from fastresample.validate import LIBRARIES, compare, compare_all
from fastresample.validate.calls import Call, Library, Remark
from fastresample.validate.matrix import line

IMAGES = {
    "noise": np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8),
    "ramp": np.arange(64, dtype=np.uint8).reshape(8, 8),
}


@pytest.fixture
def off(monkeypatch):
    """A library for bilinear whose results are ours, made brighter by so many levels in one sample."""

    def register(name, levels, *remarks):
        def make(image, size, *, planned=True, threads=None):
            if image.dtype != np.uint8:
                raise NotImplementedError("bytes only")
            result = compare(image, size, libraries=()).crop.samples["fastresample"].copy()
            result.flat[0] = result.flat[0] + levels if result.flat[0] <= 255 - levels else result.flat[0] - levels
            return Call(lambda: result, lambda value: value)

        monkeypatch.setitem(LIBRARIES["bilinear"], name, Library("numpy", make, remarks))
        return name

    return register


def test_every_image_size_and_method_is_a_cell_in_this_order():
    seen = []
    found = compare_all(
        IMAGES, [(5, 6), "50%"], methods=("nearest", "bilinear"), libraries=(), progress=lambda cell: seen.append(cell)
    )
    assert [(cell.image, cell.comparison.size, cell.comparison.operator) for cell in found.cells] == [
        (name, size, method)
        for name, half in (("noise", (10, 15)), ("ramp", (4, 4)))
        for size in ((5, 6), half)
        for method in ("nearest", "bilinear")
    ]
    assert tuple(seen) == found.cells
    for cell in found.cells:
        alone = compare(IMAGES[cell.image], cell.comparison.size, method=cell.comparison.operator, libraries=())
        assert cell.comparison == alone


def test_images_are_taken_one_by_one():
    def images():
        for name in ("a", "b"):
            held.append(name)
            yield name, IMAGES["ramp"]

    held, order = [], []
    compare_all(images(), ["50%"], libraries=(), progress=lambda cell: order.append((cell.image, tuple(held))))
    assert order == [("a", ("a",)), ("b", ("a", "b"))]


def test_the_summary_adds_up_each_library(off):
    found = compare_all(IMAGES, ["50%", (8, 8)], libraries=(off("near", 1), off("far", 40)))
    ours, near, far = found.summary()
    assert [row.library for row in (ours, near, far)] == ["fastresample", "near", "far"]
    assert {(row.operator, row.cells) for row in (ours, near, far)} == {("bilinear", 4)}
    assert (ours.ours, near.ours, far.ours) == (None, 1, 40)
    assert (ours.nearest, near.nearest, far.nearest) == (4, 0, 0)
    sizes = [math.prod(cell.comparison.size) * math.prod(cell.comparison.shape[2:]) for cell in found.cells]
    assert far.equal == 1 - 1 / min(sizes)
    squares = [cell.comparison.row("far").metrics.rmse ** 2 for cell in found.cells]
    assert far.rmse == pytest.approx(math.sqrt(sum(squares) / 4))
    assert far.misrounded == pytest.approx(sum(1 / size for size in sizes) / 4)


def test_differences_above_a_limit(off):
    remark = Remark("is bright")
    found = compare_all(IMAGES, ["50%"], libraries=(off("near", 1), off("far", 40, remark)))
    assert found.above(40) == ()
    assert [(b.cell.image, b.library) for b in found.above(39.9)] == [("noise", "far"), ("ramp", "far")]
    assert str(found.above(2)[1]) == (
        "ramp, bilinear, 8x8 to 4x4: fastresample against far: up to 40 apart, 93.75 % of samples equal (is bright)"
    )
    assert len(found.above(0)) == 4


def test_what_was_not_compared_is_above_every_limit(off):
    image = {"reals": IMAGES["ramp"].astype(np.float32)}
    found = compare_all(image, ["50%"], libraries=(off("far", 40),))
    assert [str(b) for b in found.above(math.inf)] == [
        "reals, bilinear, 8x8 to 4x4: fastresample against far: not compared: bytes only"
    ]
    alone = compare_all(image, ["50%"], libraries=())
    assert [b.reason for b in alone.above(math.inf)] == ["not compared: none has this method"]


def test_a_difference_that_is_no_number_is_above_every_limit(monkeypatch):
    def broken(image, size, *, planned=True, threads=None):
        return Call(lambda: np.full(size, np.nan, np.float32), lambda value: value)

    monkeypatch.setitem(LIBRARIES["bilinear"], "broken", Library("numpy", broken))
    found = compare_all({"reals": IMAGES["ramp"].astype(np.float32)}, [(2, 2)], libraries=("broken",))
    assert [b.reason for b in found.above(1e300)] == ["up to inf apart, 0.00 % of samples equal"]


def test_pictures_are_kept_of_those_that_differ_most(off):
    def images():
        for i in (3, 1, 4, 2):
            off("far", 10 * i)
            yield str(i), IMAGES["ramp"]

    off("far", 1)
    found = compare_all(images(), ["50%"], libraries=("far",), pictures=2)
    assert [cell.image for cell in found.cells if cell.comparison.crop is not None] == ["3", "4"]
    assert [cell.comparison.difference for cell in found.cells] == [30, 10, 40, 20]
    assert not any(cell.comparison.crop for cell in compare_all(IMAGES, ["50%"], libraries=()).cells)


def test_a_library_is_left_out_of_methods_that_it_lacks():
    pytest.importorskip("PIL")
    found = compare_all(IMAGES, ["50%"], methods=("lanczos5", "bilinear"), libraries=("pillow",))
    assert [cell.comparison.left_out for cell in found.cells] == [{"pillow": "has no lanczos5"}, {}] * 2
    with pytest.raises(ValueError, match=r"library 'pillow' has no lanczos5, it has nearest, .*choose from none"):
        compare_all(IMAGES, ["50%"], methods=("lanczos5",), libraries=("pillow",))


def test_what_an_image_is_unfit_for_is_skipped_and_the_others_are_compared():
    images = {"deep": IMAGES["ramp"].astype(np.uint16), "flat": np.zeros(3), "ramp": IMAGES["ramp"]}
    found = compare_all(images, [(4, 4), "30000"], convention="torch", libraries=())
    assert [(cell.image, cell.comparison.size) for cell in found.cells] == [("ramp", (4, 4))]
    assert [(s.image, s.size, s.method) for s in found.skipped] == [
        ("deep", "4x4", "bilinear"),
        ("deep", "30000", "bilinear"),
        ("flat", "4x4", "bilinear"),
        ("flat", "30000", "bilinear"),
        ("ramp", "30000", "bilinear"),
    ]
    assert "image must have one of the dtypes" in found.skipped[0].reason
    assert "image must be a non-empty array" in found.skipped[2].reason
    assert "the limit is 178 megapixels" in found.skipped[4].reason
    assert "flat, bilinear, 4x4: not compared: image must be" in "\n".join(found.summary_lines())


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"methods": ("cubik",)}, ValueError, "unknown method 'cubik'"),
        ({"libraries": ("gimp",)}, ValueError, "unknown library 'gimp' for bilinear"),
        ({"libraries": "pillow"}, TypeError, "must be a sequence of names, got the text 'pillow'"),
        ({"sizes": ["big"]}, ValueError, "size 'big' is not understood"),
        ({"sizes": ["50%"], "fit": "stretch"}, ValueError, "size 50% has no height and width"),
        ({"fit": "cover"}, ValueError, "fit must be one of contain, stretch, got 'cover'"),
        ({"methods": ("nearest",), "antialias": True}, ValueError, "antialias must be False or None"),
    ],
)
def test_wrong_arguments_are_refused_before_an_image_is_taken(options, error, message):
    def images():
        pytest.fail("an image was taken")
        yield

    with pytest.raises(error, match=message):
        compare_all(images(), **{"sizes": ["50%"], **options})


def test_lines_say_who_is_nearest_and_who_is_farthest(off):
    off("near", 1), off("far", 40)
    found = compare_all({"ramp": IMAGES["ramp"]}, ["50%", (4, 5)], libraries=("near", "far"))
    assert line(found.cells[0]) == (
        "ramp, bilinear, 8x8 to 4x4: nearest fastresample; farthest apart fastresample and far, by up to 40"
    )
    assert str(found).splitlines()[0] == line(found.cells[0])
    assert any(text.startswith("bilinear, all cells  cells  nearest in") for text in str(found).splitlines())
    one = compare_all({"ramp": IMAGES["ramp"]}, ["50%"], libraries=())
    assert str(one) == f"ramp: {one.cells[0].comparison}"
    assert line(one.cells[0]) == "ramp, bilinear, 8x8 to 4x4: nearest fastresample"
    off("near", 0)
    same = compare_all({"ramp": IMAGES["ramp"]}, ["50%"], libraries=("near",))
    assert line(same.cells[0]) == "ramp, bilinear, 8x8 to 4x4: nearest fastresample, near; all are equal"


def test_as_json_and_csv(off):
    found = compare_all(IMAGES, ["50%", (8, 8)], libraries=(off("far", 40),))
    document = json.loads(found.to_json())
    assert [cell["image"] for cell in document["comparisons"]] == ["noise", "noise", "ramp", "ramp"]
    assert document["comparisons"][3]["rows"][0]["psnr"] is None  # nothing to resize
    assert document["summary"][1]["library"] == "far"
    assert document["skipped"] == []
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert len(rows) == 4 * 3
    assert (rows[0]["image"], rows[0]["width"], rows[0]["height"]) == ("noise", "15", "10")
    assert {row["max_abs"] for row in rows if row["second"] == "far"} == {"40.0"}
