"""``fastresample compare``: its table, its file, its exit codes."""

import csv
import io
import json
import os
import re
from importlib.util import find_spec

import numpy as np
import PIL
import pytest
from click.testing import CliRunner
from PIL import Image

from fastresample.cli import compare as compare_command
from fastresample.cli import main, outputs
from fastresample.conventions import CONVENTIONS
from fastresample.validate import libraries
from fastresample.validate.calls import installed


def run(*arguments):
    return CliRunner().invoke(main, ["compare", *map(str, arguments)])


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "noise.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(path)
    return path


def test_table_of_one_image(picture):
    result = run(picture, "--size", "50%", "--against", "pillow")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(
        f"{picture}: bilinear: uint8, 30 wide, 20 high, 3 channels, to 15 wide, 10 high; convention native\n"
    )
    assert "fastresample against" in result.stdout
    assert "antialiases always" in result.stdout
    assert "opencv" not in result.stdout


def test_antialias_and_method_reach_the_comparison(picture):
    result = run(picture, "--size", "50%", "--against", "pillow", "--antialias")
    assert "bilinear antialiased" in result.stdout
    assert "antialiases always" not in result.stdout
    result = run(picture, "--size", "x7", "--method", "nearest", "--against", "pillow")
    assert "nearest: uint8, 30 wide, 20 high, 3 channels, to 10 wide, 7 high;" in result.stdout


def test_the_convention_reaches_the_comparison(picture):
    result = run(picture, "--size", "50%", "--against", "pillow", "--convention", "pillow", "--method", "bicubic")
    assert result.exit_code == 0, result.output
    assert "bicubic antialiased: uint8" in result.stdout
    assert "convention pillow promises exact" in result.stdout
    assert re.search(r"^pillow +100.00 % +0 ", result.stdout, re.MULTILINE)
    result = run(picture, "--size", "50%", "--against", "pillow", "--convention", "pillow", "--no-antialias")
    assert result.exit_code == 2
    assert "antialias must be True or None for method 'bilinear', by convention 'pillow'" in result.stderr


def test_every_method_of_every_convention_is_accepted():
    assert set(compare_command.METHODS) == {m for convention in CONVENTIONS.values() for m in convention.methods}


def test_samples_that_the_convention_lacks_are_one_line(picture, tmp_path):
    deep = tmp_path / "deep.png"
    Image.fromarray(np.linspace(0, 65535, 63, dtype=np.uint16).reshape(7, 9)).save(deep)
    result = run(deep, picture, "--size", "4", "--against", "pillow", "--convention", "torch", "--method", "nearest")
    assert result.exit_code == 1
    assert result.stderr == (
        f"{deep}, nearest, 4: image must have one of the dtypes uint8, float32, float64 for convention 'torch', got "
        "uint16\n"
    )


def test_all_installed_libraries_take_part(picture):
    output = run(picture, "--size", "12x12").stdout
    for name, module in (("opencv", "cv2"), ("torch", "torch"), ("pyvips", "pyvips")):
        missing = f"{name} left out: not installed" in output
        assert missing == (find_spec(module) is None)


def test_json_holds_every_image(picture, tmp_path):
    other = tmp_path / "grey.png"
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(6, 8)).save(other)
    target = tmp_path / "figures.json"
    target.write_text("of an earlier run")
    assert run(picture, other, "--size", "5", "--against", "pillow", "--json", target).exit_code == 0
    document = json.loads(target.read_text())
    assert [cell["image"] for cell in document["comparisons"]] == [str(picture), str(other)]
    assert [cell["size"] for cell in document["comparisons"]] == [[3, 5], [4, 5]]
    assert document["comparisons"][0]["rows"][1]["first"] == "pillow"
    assert [(row["library"], row["cells"]) for row in document["summary"]] == [("fastresample", 2), ("pillow", 2)]


def test_sixteen_bits_palettes_and_transparency_are_read(tmp_path):
    deep, palette, soft = (tmp_path / name for name in ("deep.png", "palette.png", "soft.png"))
    Image.fromarray(np.linspace(0, 65535, 63, dtype=np.uint16).reshape(7, 9)).save(deep)
    Image.linear_gradient("L").convert("P").save(palette)
    Image.new("RGBA", (9, 5), (1, 2, 3, 4)).save(soft)
    result = run(deep, palette, soft, "--size", "4", "--against", "pillow", "--full")
    assert result.exit_code == 0, result.output
    for line in (
        "uint16, 9 wide, 7 high, to 4 wide, 3 high",
        "uint8, 256 wide, 256 high, 3 channels, to 4 wide, 4 high",
        "uint8, 9 wide, 5 high, 4 channels, to 4 wide, 2 high",
    ):
        assert line in result.stdout


def test_a_bad_file_is_one_line_and_the_others_are_done(picture, tmp_path):
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    empty = tmp_path / "empty.png"
    empty.touch()
    result = run(text, picture, empty, "--size", "50%", "--against", "pillow")
    assert result.exit_code == 1
    assert f"{picture}, bilinear, 30x20 to 15x10: nearest fastresample; " in result.stdout
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{text}: the content is no ")
    assert lines[1] == f"{empty}: the file is empty; fetch it again or remove it"


def test_what_cannot_be_read_is_in_all_files(picture, tmp_path):
    bad, files = tmp_path / "empty.png", [tmp_path / f"a.{kind}" for kind in ("html", "json", "csv")]
    bad.touch()
    reason = "the file is empty; fetch it again or remove it"
    asked = [option for path in files for option in (f"--{path.suffix[1:]}", path)]
    for inputs in ([bad, picture], [bad]):
        assert run(*inputs, "--size", "50%", "--against", "pillow", *asked).exit_code == 1
        page, figures, table = (path.read_text() for path in files)
        assert f"{bad}: {reason}" in page
        assert json.loads(figures)["skipped"] == [{"image": str(bad), "size": "", "method": "", "reason": reason}]
        *_, last = csv.DictReader(io.StringIO(table))
        assert (last["image"], last["first"], last["remark"]) == (str(bad), "", f"not compared: {reason}")
    assert "<h1>No image was compared</h1>" in page


def test_links_to_pictures_in_a_folder_are_read(picture, tmp_path):
    (tmp_path / "link.png").symlink_to(picture.name)
    result = run(tmp_path, "--size", "50%", "--against", "pillow")
    assert [line.split(",")[0] for line in result.stdout.splitlines()[:2]] == [f"{tmp_path}/link.png", str(picture)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--size", "big"), "size 'big' is not understood"),
        (("--size", "0"), "not positive"),
        (("--size", "5", "--method", "cubik"), "'cubik' is not one of"),
        (("--size", "5", "--method", "bicubik"), "Did you mean 'bicubic'?"),
        (("--size", "5", "--against", "gimp"), "'gimp' is not one of opencv, "),
        (("--size", "5", "--against", "cv2"), "Did you mean 'opencv'?"),
        (("--size", "5", "--against", "opencv,pilow"), "Did you mean 'pillow'?"),
        (("--size", "5", "--fail-above", "nan"), "nan is no limit"),
        (("--size", "5", "--json", "x", "--html", "./x"), "--html and --json name one file"),
        (("--size", "5", "--method", "nearest", "--antialias"), "antialias must be False or None for method 'nearest'"),
        (("--size", "5", "--method", "lanczos3", "--convention", "opencv"), "unknown method 'lanczos3' for convention"),
        (("--size", "5", "--convention", "gimp"), "'gimp' is not one of 'native'"),
        (("--size", "5", "--method", "lanczos3", "--against", "opencv"), "library 'opencv' has no lanczos3, it has"),
        (("--size", "5", "--against", ""), "names no library; leave the option out for all"),
        ((), "Missing option '--size'"),
    ],
)
def test_usage_errors(picture, arguments, message):
    result = run(picture, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


@pytest.fixture
def folder(picture, tmp_path):
    inner = tmp_path / "photos" / "inner"
    inner.mkdir(parents=True)
    picture.rename(inner / "noise.png")
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(6, 8)).save(inner.parent / "grey.png")
    (inner / "notes.txt").write_text("no image")
    return inner.parent


def test_folders_sizes_and_methods_are_a_matrix(folder):
    result = run(folder, "--size", "5,50%", "--size", "7x9", "--method", "nearest,bilinear", "--against", "pillow")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    cells = lines[: lines.index("")]
    assert len(cells) == 2 * 3 * 2
    assert cells[0].startswith(f"{folder / 'grey.png'}, nearest, 8x6 to 5x4: nearest ")
    assert cells[-1].startswith(f"{folder / 'inner' / 'noise.png'}, bilinear, 30x20 to 7x5: nearest ")
    heads = [line.split(",")[0] for line in lines if "all cells" in line]
    assert heads == ["nearest", "bilinear"]
    assert [line.split()[1] for line in lines if line.startswith(("pillow", "fastresample "))] == ["6"] * 4


def test_sizes_may_be_stretched(picture):
    result = run(picture, "--size", "12x14", "--fit", "stretch", "--against", "pillow")
    assert "to 12 wide, 14 high" in result.stdout
    result = run(picture, "--size", "50%", "--fit", "stretch")
    assert result.exit_code == 2
    assert "size 50% has no height and width; write both, such as 800x600" in result.stderr


def test_csv_has_a_line_per_pair(folder, tmp_path):
    target = tmp_path / "figures.csv"
    assert run(folder, "--size", "5", "--against", "pillow", "--csv", target).exit_code == 0
    rows = list(csv.DictReader(target.read_text().splitlines()))
    assert [(row["image"], row["first"], row["second"]) for row in rows[:3]] == [
        (str(folder / "grey.png"), *pair)
        for pair in (("fastresample", "exact"), ("pillow", "exact"), ("fastresample", "pillow"))
    ]
    assert (rows[0]["operator"], rows[0]["width"], rows[0]["height"]) == ("bilinear", "5", "4")


def test_a_page_of_all_comparisons(folder, tmp_path):
    pytest.importorskip("jinja2", reason="pages need jinja2")
    target = tmp_path / "report.html"
    result = run(folder, "--size", "5,50%", "--against", "pillow", "--html", target)
    assert result.exit_code == 0, result.output
    text = target.read_text(encoding="utf-8")
    assert "How libraries resize 2 images" in text
    assert text.count('<details class="cell"') == text.count('<div class="viewer"') == 4
    result = run(folder, "--size", "5", "--html", tmp_path / "report.png")
    assert "--html" in result.stderr
    assert "is an image; give a name that ends in .html before the images" in result.stderr


def test_a_page_needs_jinja2(picture, tmp_path, monkeypatch):
    monkeypatch.setattr(compare_command, "installed", lambda module: False)
    monkeypatch.setattr(compare_command, "compare_all", lambda *arguments, **options: pytest.fail("it was computed"))
    result = run(picture, "--size", "5", "--html", tmp_path / "report.html")
    assert result.exit_code == 2
    assert 'pages need jinja2; to write them: pip install "fastresample[validate]"' in result.stderr


def test_a_library_needs_one_of_the_methods_only(picture):
    result = run(picture, "--size", "5", "--method", "bilinear,lanczos3", "--against", "opencv,pillow")
    if find_spec("cv2") is None:
        assert 'to compare with it: pip install "fastresample[validate]"' in result.stderr
        return
    assert result.exit_code == 0, result.output
    assert "opencv left out: has no lanczos3" in result.stdout
    result = run(picture, "--size", "5", "--method", "nearest,lanczos3", "--against", "opencv,gimp")
    assert result.exit_code == 2
    assert "'gimp' is not one of opencv, " in result.stderr


def test_a_limit_for_differences(picture):
    asked = (picture, "--size", "50%", "--against", "pillow")
    result = run(*asked, "--fail-above", "255")
    assert result.exit_code == 0
    assert result.stdout.endswith("no library is more than 255 away from this package, in 1 comparisons\n")
    result = run(*asked, "--fail-above", "1.5")
    assert result.exit_code == 1
    assert re.fullmatch(
        rf"above 1\.5: {picture}, bilinear, 30x20 to 15x10: fastresample against pillow: up to \d+ apart, [\d.]+ % of "
        r"samples equal \(antialiases always\)\n",
        result.stderr,
    )
    result = run(*asked, "--convention", "pillow", "--fail-above", "0")
    assert result.exit_code == (0 if PIL.__version__.startswith("13.0.") else result.exit_code)
    assert run(*asked, "--fail-above", "-1").exit_code == 2
    assert run(*asked, "--fail-above", "nan").exit_code == 2


def test_a_limit_is_not_kept_where_nothing_was_compared(tmp_path):
    Image.fromarray(np.linspace(0, 65535, 63, dtype=np.uint16).reshape(7, 9)).save(tmp_path / "deep.png")
    result = run(tmp_path / "deep.png", "--size", "4", "--against", "torch", "--fail-above", "65535")
    if find_spec("torch") is None:
        assert result.exit_code == 2
        return
    assert result.exit_code == 1
    assert "fastresample against torch: not compared: torch cannot do this on 1-channel uint16 images" in result.stderr
    result = run(tmp_path / "deep.png", "--size", "4", "--method", "lanczos5", "--fail-above", "65535")
    assert result.exit_code == 1
    assert "fastresample against no library: not compared: none has this method" in result.stderr


def test_a_folder_without_images_is_a_failure(tmp_path):
    result = run(tmp_path, "--size", "4", "--fail-above", "5")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"no images found in {tmp_path}\n")
    assert "no library is more than" not in result.output


def test_a_missing_file_is_a_usage_error(tmp_path):
    result = run(tmp_path / "gone.png", "--size", "5")
    assert result.exit_code == 2
    assert "does not exist" in result.stderr


def test_missing_opencv_names_the_extra(picture, monkeypatch):
    monkeypatch.setattr(libraries, "installed", lambda module: module != "cv2" and installed(module))
    result = run(picture, "--size", "5", "--against", "opencv")
    assert result.exit_code == 2
    assert 'pip install "fastresample[validate]"' in result.stderr
    result = run(picture, "--size", "5")
    assert result.exit_code == 0
    assert 'opencv left out: not installed (pip install "fastresample[validate]")' in result.stdout


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("noise.png", "is an image; give a name that ends in .json before the images"),
        ("other.PNG", "is an image"),
        ("linked.json", "is an image"),
        ("notes.txt", "exists and is no .json file; give another name"),
        ("missing/figures.json", "there is no folder"),
        ("notes.txt/figures.json", "there is no folder"),
    ],
)
def test_a_figures_file_replaces_nothing_else(picture, tmp_path, monkeypatch, name, message):
    monkeypatch.setattr(compare_command, "compare_all", lambda *arguments, **options: pytest.fail("it was computed"))
    (tmp_path / "notes.txt").write_text("notes")
    os.link(picture, tmp_path / "linked.json")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = run(picture, "--size", "5", "--json", tmp_path / name)
    assert result.exit_code == 2
    assert message in result.stderr
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_result_above_the_limit_is_refused(picture):
    result = run(picture, "--size", "20000", "--against", "pillow")
    assert result.exit_code == 1
    assert "the result would have 20000 x 13333 pixels, the limit is 178 megapixels" in result.stderr


def test_a_figures_file_that_cannot_be_written_is_an_error(picture, tmp_path, monkeypatch):
    def fail(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs, "write_atomic", fail)
    result = run(picture, "--size", "5", "--against", "pillow", "--json", tmp_path / "figures.json")
    assert result.exit_code == 1
    assert "figures.json" in result.stderr
