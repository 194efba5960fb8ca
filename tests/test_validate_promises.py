"""What conventions promise, checked here: what counts as kept, broken, of another version, or not checked."""

import json
from importlib.util import find_spec

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from fastresample.cli import main
from fastresample.conventions import CONVENTIONS
from fastresample.conventions.records import Promise
from fastresample.validate import LIBRARIES, check_promises, promises, synthetic
from fastresample.validate.calls import Call, installed
from fastresample.validate.promises import jobs
from fastresample.validate.validation import BROKEN, HOLDS, OTHER, UNCHECKED


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Pictures that uncompiled kernels do quickly."""
    monkeypatch.setattr(synthetic, "HEIGHT", 8)
    monkeypatch.setattr(synthetic, "WIDTH", 12)
    monkeypatch.setattr(promises, "SIZES", ((4, 6), (5, 17), (12, 12)))
    monkeypatch.setattr(promises, "REDUCED", ((4, 6), (2, 12)))


def run(*arguments):
    return CliRunner().invoke(main, ["validate", *map(str, arguments)])


def only(validation):
    (finding,) = validation.findings
    return finding


def promise(monkeypatch, convention, *rows, **changes):
    monkeypatch.setitem(CONVENTIONS, convention, CONVENTIONS[convention]._replace(promises=rows, **changes))


@pytest.mark.parametrize(("convention", "module"), [("opencv", "cv2"), ("pillow", "PIL"), ("torch", "torch")])
def test_what_libraries_are_promised_to_do_they_do(convention, module):
    if not installed(module):
        pytest.skip(f"{module} is not installed")
    found = check_promises(conventions=[convention], dtypes=["uint8"])
    checked = [finding for finding in found.findings if finding.status != UNCHECKED]
    assert {finding.promise.method for finding in checked} == {
        p.method for p in CONVENTIONS[convention].promises if "uint8" in p.dtypes
    }
    if any(finding.status == OTHER for finding in checked):
        pytest.skip(f"{checked[0].against} is installed, promised is {CONVENTIONS[convention].version}")
    assert {finding.status for finding in checked} == {HOLDS}
    assert not found.broken
    least = 2 * 4 if convention == "pillow" else 3 * 4 * 3  # sizes, pictures, channels
    assert all(finding.cases >= least for finding in checked)


def test_every_promise_has_its_rows_and_every_dtype_of_it():
    everything = jobs(tuple(CONVENTIONS), None)
    assert len(everything) == sum(
        len(p.dtypes) * len(p.antialias) for convention in CONVENTIONS.values() for p in convention.promises
    )
    some = jobs(["pillow"], ["uint16"])
    assert {job.dtype for job in some} == {"uint16"}
    assert {job.promise.method for job in some} == {
        p.method for p in CONVENTIONS["pillow"].promises if "uint16" in p.dtypes
    }


def test_native_is_held_against_the_exact_value(monkeypatch):
    found = check_promises(conventions=["native"], dtypes=["uint8"])
    assert {(f.status, f.against) for f in found.findings} == {(HOLDS, "exact value")}
    assert all(0 < f.worst <= 0.55 for f in found.findings if f.promise.method != "nearest")
    promise(monkeypatch, "native", Promise("bilinear", ("uint8",), (False,), "0.4 levels"))
    broken = only(check_promises(conventions=["native"]))
    assert broken.status == BROKEN
    assert 0.4 < broken.worst <= 0.52
    assert 0 < broken.differing < broken.samples


def test_bounds_of_eps_are_relative_to_the_largest_sample(monkeypatch):
    promise(monkeypatch, "native", Promise("bicubic", ("float32",), (True,), "4 eps"))
    monkeypatch.setattr(promises, "pictures", lambda dtype: [np.float32(1000) * np.eye(8, 12, dtype=np.float32)])
    finding = only(check_promises(conventions=["native"]))
    assert finding.status == HOLDS
    assert 0 < finding.worst < 2
    monkeypatch.setattr(promises, "_exact", lambda image, size, *rest: np.full(size, 1e9))
    far = only(check_promises(conventions=["native"]))
    assert far.status == BROKEN
    assert far.worst == pytest.approx(1e9 / (1000 * 2.0**-23), rel=1e-3)


@pytest.fixture
def off_by_one(monkeypatch):
    """A Pillow whose bilinear is one level brighter in one sample."""
    row = LIBRARIES["bilinear antialiased"]["pillow"]

    def make(image, size, *, planned=True, threads=None):
        call = row.make(image, size)

        def brighter(result):
            array = call.array(result).copy()
            array.flat[-1] ^= 1
            return array

        return Call(call.run, brighter)

    promise(monkeypatch, "pillow", Promise("bilinear", ("uint8",), (True,), "exact"))
    monkeypatch.setitem(LIBRARIES["bilinear antialiased"], "pillow", row._replace(make=make))


def test_one_level_in_one_sample_breaks_a_promise(off_by_one, monkeypatch):
    monkeypatch.setattr(promises, "same_version", lambda found, expected: True)
    found = check_promises(conventions=["pillow"])
    finding = only(found)
    assert finding.status == BROKEN
    assert (finding.differing, finding.worst) == (finding.cases, 1)
    assert found.broken == (finding,)
    assert f"{finding.differing} of {finding.samples} samples differ, by up to 1" in str(found)
    result = run("--convention", "pillow")
    assert result.exit_code == 1
    assert "BROKEN" in result.stdout


def test_a_library_of_another_version_breaks_no_promise(off_by_one, monkeypatch):
    monkeypatch.setattr(promises, "same_version", lambda found, expected: False)
    finding = only(check_promises(conventions=["pillow"]))
    assert (finding.status, finding.note) == (OTHER, "promised of 13.0.0")
    result = run("--convention", "pillow")
    assert result.exit_code == 0
    assert "other version" in result.stdout
    assert "promised of 13.0.0" in result.stdout


def test_missing_libraries_are_named(monkeypatch):
    monkeypatch.setattr(promises, "installed", lambda module: module != "torch")
    found = check_promises(conventions=["torch"], dtypes=["uint8"])
    assert {finding.status for finding in found.findings} == {UNCHECKED}
    assert found.missing == {"torch": "not installed (pip install torch)"}
    assert "convention torch was not checked: its library is not installed (pip install torch)" in str(found)
    assert not found.broken


def test_what_no_library_here_can_show_is_said_to_be_unchecked():
    found = check_promises(conventions=["onnx"], dtypes=["uint8"])
    assert {finding.status for finding in found.findings} == {UNCHECKED}
    assert "the tests hold it against its specification" in str(found)
    if find_spec("torch"):
        notes = {f.note for f in check_promises(conventions=["torch"], dtypes=["float64"]).findings if f.note}
        assert "volumes are no images" in notes


def test_what_a_library_refuses_is_no_case(monkeypatch):
    def refusing(image, size, *, planned=True, threads=None):
        raise NotImplementedError("no such mode")

    row = LIBRARIES["bilinear antialiased"]["pillow"]
    promise(monkeypatch, "pillow", Promise("bilinear", ("uint8",), (True,), "exact"))
    monkeypatch.setitem(LIBRARIES["bilinear antialiased"], "pillow", row._replace(make=refusing))
    finding = only(check_promises(conventions=["pillow"]))
    assert (finding.status, finding.cases, finding.measured) == (UNCHECKED, 0, "no such mode")


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "uint16", "int32", "uint64", "float32"])
def test_built_in_pictures_use_the_whole_range(dtype):
    kinds = list(synthetic.pictures(dtype))
    assert [picture.shape for picture in kinds] == [(8, 12)] * 4 + [(8, 12, 3)] * 4 + [(8, 12, 4)] * 4
    assert {picture.dtype.name for picture in kinds} == {dtype}
    assert all(picture.min() < picture.max() for picture in kinds)
    extremes = kinds[1]
    if extremes.dtype.kind in "iu" and extremes.itemsize <= 4:
        info = np.iinfo(dtype)
        assert set(np.unique(extremes).tolist()) == {info.min, info.max}


def test_images_of_ones_own_are_tried_too(monkeypatch):
    rows = (Promise("nearest", ("uint8",), (False,), "exact"), Promise("reduce", ("uint8",), (False,), "exact"))
    promise(monkeypatch, "pillow", *rows)
    image = np.random.default_rng(0).integers(0, 256, (14, 10), dtype=np.uint8)
    asked = {"conventions": ["pillow"], "dtypes": ["uint8"]}
    alone = {f.promise.method: f.cases for f in check_promises(**asked).findings}
    both = {f.promise.method: f.cases for f in check_promises({"one": image, "two": image}, **asked).findings}
    assert {method: both[method] - cases for method, cases in alone.items()} == {
        method: 2 if method == "reduce" else 6 for method in alone
    }
    deep = check_promises([("deep", image.astype(np.uint16))], **asked)
    assert {f.promise.method: f.cases for f in deep.findings} == alone


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"conventions": ["gimp"]}, "unknown convention 'gimp'; choose from native, "),
        ({"conventions": ["torch"], "dtypes": ["uint16"]}, "no promise of torch is about 'uint16'; choose from"),
    ],
)
def test_wrong_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        check_promises(**options)


def test_the_table_joins_what_one_line_can_say(monkeypatch):
    everything = CONVENTIONS["native"].promises
    promise(monkeypatch, "native", *(p for p in everything if p.method in ("nearest", "bilinear", "area")))
    lines = str(check_promises(conventions=["native"], dtypes=["uint8", "int8"])).splitlines()
    assert lines[0].split() == [
        "convention",
        "methods",
        "samples",
        "antialiased",
        "promise",
        "against",
        "result",
        "measured",
    ]
    assert lines[1].split()[:7] == ["native", "nearest", "u8,", "i8", "no", "exact", "[1]"]
    assert lines[-1].startswith("promises for one dtype each: ")
    assert lines[-1].endswith(" holds")
    assert "[1] the exact value" in lines
    area = next(line for line in lines if "area" in line).split()
    assert area[1:7] == ["area", "u8,", "i8", "no", "or", "yes"]


def test_the_command_writes_json(tmp_path):
    photo = tmp_path / "photo.png"
    Image.fromarray(np.arange(100, dtype=np.uint8).reshape(10, 10)).save(photo)
    target = tmp_path / "promises.json"
    result = run(photo, "--convention", "native", "--dtype", "uint8", "--json", target)
    assert result.exit_code == 0, result.output
    document = json.loads(target.read_text())
    assert document["broken"] == 0
    assert {row["status"] for row in document["findings"]} == {"holds"}
    assert {row["dtype"] for row in document["findings"]} == {"uint8"}
    assert document["findings"][1]["promise"] == "0.52 levels"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--convention", "gimp"), "'gimp' is not one of native, onnx, opencv, pillow, torch"),
        (("--convention", ""), "names no convention"),
        (("--dtype", "uint7"), "'uint7' is not one of"),
        (("--dtype", "int8", "--convention", "torch"), "no promise of torch is about 'int8'"),
        (("nowhere.png",), "does not exist"),
    ],
)
def test_usage_errors(arguments, message):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_file_that_cannot_be_read_is_a_failure(tmp_path):
    (tmp_path / "broken.png").write_text("no picture")
    result = run(tmp_path / "broken.png", "--convention", "native", "--dtype", "bool")
    assert result.exit_code == 1
    assert "broken.png: the content is no " in result.stderr
