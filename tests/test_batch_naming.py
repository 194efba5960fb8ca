"""Names of results: templates that stay below the output, several sizes, formats, patterns, pictures in place."""

import io
import os
import shutil
import stat
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fastresample import batch
from fastresample.batch import rendering
from fastresample.batch.files import naming, writing
from fastresample.batch.files.naming import Job
from fastresample.batch.files.patterns import matches
from fastresample.batch.files.templates import FIELDS, parse_template

PIXELS = np.random.default_rng(3).integers(0, 256, (30, 40, 3), dtype=np.uint8)


def pick(samples, placement):
    """A resize without kernels."""
    top, left, bottom, right = placement.box or (0, 0, *samples.shape[:2])
    rows = np.linspace(top, bottom - 1, placement.inner[0]).astype(int)
    columns = np.linspace(left, right - 1, placement.inner[1]).astype(int)
    return samples[rows][:, columns]


def resize(source, target, size="50%", **options):
    options = batch.Options(size, **options)
    return batch.process(batch.prepare(source, target, options), options, apply=pick)


def sizes(folder):
    """Return the names below a folder and the (width, height) of each picture."""
    found = {}
    for path in sorted(folder.rglob("*.*")):
        with Image.open(path) as image:
            found[path.relative_to(folder).as_posix()] = image.size
    return found


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    (folder / "may").mkdir(parents=True)
    Image.fromarray(PIXELS).save(folder / "a.png")
    Image.fromarray(PIXELS).save(folder / "may/b.jpg")
    return folder


def test_several_sizes_from_one_reading(photos, tmp_path, monkeypatch):
    opened = []
    real = rendering.decoding.opened
    monkeypatch.setattr(
        rendering.decoding, "opened", lambda path, *rest, **how: opened.append(path) or real(path, *rest, **how)
    )
    report = resize(photos, tmp_path / "out", "20,50%,10x10")
    assert report.written == len(opened) == 2
    assert sizes(tmp_path / "out") == {
        "a-10.png": (10, 8),
        "a-20.png": (20, 15),
        "a-50pct.png": (20, 15),
        "may/b-10.jpg": (10, 8),
        "may/b-20.jpg": (20, 15),
        "may/b-50pct.jpg": (20, 15),
    }


def test_missing_sizes_are_made_and_the_others_left(photos, tmp_path):
    resize(photos, tmp_path / "out", "20,10")
    (tmp_path / "out/a-10.png").unlink()
    before = (tmp_path / "out/a-20.png").stat().st_mtime_ns
    report = resize(photos, tmp_path / "out", "20,10", existing="skip")
    assert (report.written, report.existing) == (1, 1)
    assert (tmp_path / "out/a-10.png").exists()
    assert (tmp_path / "out/a-20.png").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{stem}_small{ext}", ["a_small.png", "may/b_small.jpg"]),
        ("{size}/{parent}/{stem}{ext}", ["20/a.png", "20/may/b.jpg"]),
        ("./{stem}{ext}", ["a.png", "b.jpg"]),
        ("{parent}_{stem}{ext}", ["_a.png", "may_b.jpg"]),
        ("{stem}-{width}x{height}{ext}", ["a-20x15.png", "may/b-20x15.jpg"]),
        ("{stem}{ext}.gif", ["a.png.gif", "may/b.jpg.gif"]),
        ("{{{stem}}}{ext}", ["may/{b}.jpg", "{a}.png"]),
    ],
)
def test_templates(photos, tmp_path, template, expected):
    report = resize(photos, tmp_path / "out", "20", name=template)
    assert report.written == 2, report.failures
    assert list(sizes(tmp_path / "out")) == expected


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("../{stem}{ext}", "must be the name of a file below the output folder, without .."),
        ("a/../../{stem}{ext}", "without .."),
        ("/tmp/{stem}{ext}", "must be a path below the output folder"),
        ("c:{stem}{ext}", "must be a path below the output folder"),
        ("a\\{stem}{ext}", "must be a path below the output folder"),
        ("{stem}\0{ext}", "must be a path below the output folder"),
        ("{stem}/", "must be the name of a file"),
        ("{name}{ext}", r"has an unknown field \{name\}; accepted are \{parent\}, \{stem\}"),
        ("{stem.__class__}", "has an unknown field"),
        ("{stem!r}", "has an unknown field"),
        ("{stem:>20}", "has an unknown field"),
        ("{}", "has an unknown field"),
        ("{stem", "is no template"),
        ("small{ext}", r"lacks \{stem\}: all pictures would get one name"),
        (5, "must be text with fields"),
    ],
)
def test_templates_that_are_refused(template, message):
    with pytest.raises((ValueError, TypeError), match=message):
        batch.Options("20", name=template)


TEXTS = st.lists(
    st.sampled_from([*(f"{{{field}}}" for field in FIELDS), "/", "./", *"\\:~a.", "..", "{{", "\0", writing.OURS]),
    max_size=3,
).map("".join)
NAMES = st.sampled_from(["b", ".", "..", "...", "..b", "~", "a b", writing.OURS, f"{writing.OURS}0123456789ab"])


@settings(max_examples=400)
@given(TEXTS, TEXTS, NAMES, st.sampled_from(["", ".", "..", ".jpg"]), st.sampled_from([".", "may", "may/x", "a."]))
def test_no_template_leads_out_of_the_output_or_to_names_of_ours(before, behind, stem, ending, parent):
    try:
        template = parse_template(f"{before}{{stem}}{behind}")
        made = template.path(Path("/root/out"), Path(parent), stem=stem, ext=ending, size="800", width=8, height=6)
    except ValueError:
        return
    assert Path(os.path.normpath(made)) == made, "as it is read, so it is meant"
    names = made.relative_to("/root/out").parts
    assert len(names) > 0
    assert not any(name in (".", "..") or name.startswith(writing.OURS) for name in names)


def test_a_name_that_would_lead_elsewhere_is_a_failure(photos, tmp_path):
    shutil.copy(photos / "a.png", photos / "...png")
    shutil.copy(photos / "a.png", photos / "..png")
    report = resize(photos, tmp_path / "out", name="{stem}/{size}{ext}")
    assert sorted(sizes(tmp_path / "out")) == ["a/50pct.png", "b/50pct.jpg"]
    assert {(path.name, kind) for path, _, kind in report.failures} == {
        ("...png", "unwritable"),
        ("..png", "unwritable"),
    }
    assert "its result would go to a folder called '..'" in next(
        reason for path, reason, _ in report.failures if path.name == "...png"
    )
    assert resize(photos, tmp_path / "mirrored").ok


@pytest.mark.parametrize("template", ["{parent}.fastresample-{stem}", "{stem}/.fastresample-{size}/{stem}{ext}"])
def test_templates_of_temporary_names_are_refused(template):
    with pytest.raises(ValueError, match="begins as temporary files do"):
        batch.Options("20", name=template.replace("{parent}", ""))


@pytest.mark.parametrize("in_place", [False, True])
def test_a_result_that_a_later_run_would_remove_is_a_failure(photos, tmp_path, in_place):
    name = f"{writing.OURS}0123456789ab"
    shutil.copy(photos / "a.png", photos / name)
    shutil.copy(photos / "a.png", photos / "0123456789ab")
    target, options = (None, {"in_place": True}) if in_place else (tmp_path / "out", {})
    report = resize([photos / name, photos / "a.png"], target, **options)
    assert [(failure.path.name, failure.kind) for failure in report.failures] == [(name, "unwritable")]
    assert report.written == 1


@pytest.mark.parametrize("names", [("A", "A/y"), ("A/y", "A"), ("k/A", "k/A/y"), ("a", "A/y/z"), ("k/a/b", "K/A")])
def test_a_name_that_is_a_folder_of_another_is_refused(tmp_path, names):
    size = batch.parse_size(5)
    jobs = [Job(Path(name), (batch.Output(tmp_path / name, size),), tmp_path) for name in names]
    with pytest.raises(ValueError, match=r"would stand where .* needs a folder; rename one"):
        naming._refuse_clashes(jobs)


def test_a_file_and_a_folder_of_one_name_stop_the_run_before_it_writes(tmp_path):
    (tmp_path / "in/A").mkdir(parents=True)
    Image.fromarray(PIXELS).save(tmp_path / "in/A.png")
    Image.fromarray(PIXELS).save(tmp_path / "in/A/y.png")
    with pytest.raises(ValueError, match=r"the result .*out/A of .*A\.png would stand where .*out/A/y needs a folder"):
        resize(tmp_path / "in", tmp_path / "out", name="{stem}", format="png")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
class TestLinksInTheOutput:
    @pytest.mark.parametrize("existing", ["error", "skip", "overwrite"])
    def test_they_do_not_lead_out(self, photos, tmp_path, existing):
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "out").mkdir()
        (tmp_path / "elsewhere/.fastresample-0123456789ab").touch()
        os.symlink("../elsewhere", tmp_path / "out/may")
        report = resize(photos, tmp_path / "out", existing=existing)
        ((path, reason, kind),) = report.failures
        assert (path, kind) == (photos / "may/b.jpg", "unwritable")
        assert reason.startswith(
            f"{tmp_path / 'out/may'}, where its result belongs, leads to {tmp_path / 'elsewhere'} by"
        )
        assert os.listdir(tmp_path / "elsewhere") == [".fastresample-0123456789ab"]
        assert report.written == 1

    def test_nor_do_those_that_appear_during_the_run(self, photos, tmp_path):
        (tmp_path / "elsewhere").mkdir()

        def interfere(samples, placement):
            (tmp_path / "out").mkdir(exist_ok=True)
            os.symlink("../elsewhere", tmp_path / "out/may")
            return pick(samples, placement)

        options = batch.Options("50%", include=["*.jpg"])
        report = batch.process(batch.prepare(photos, tmp_path / "out", options), options, apply=interfere)
        assert [failure.kind for failure in report.failures] == ["unwritable"]
        assert os.listdir(tmp_path / "elsewhere") == []

    def test_a_loop(self, photos, tmp_path):
        (tmp_path / "out").mkdir()
        os.symlink("may", tmp_path / "out/may")
        assert "is a loop of links" in resize(photos, tmp_path / "out").failures[0].reason

    def test_the_output_may_be_one_and_so_may_folders_that_stay_inside(self, photos, tmp_path):
        (tmp_path / "disk/real").mkdir(parents=True)
        os.symlink("disk", tmp_path / "out")
        os.symlink("real", tmp_path / "disk/may")
        assert resize(photos, tmp_path / "out").written == 2
        assert (tmp_path / "disk/real/b.jpg").exists()

    def test_two_names_that_are_one_by_a_link(self, photos, tmp_path):
        (photos / "june").mkdir()
        shutil.copy(photos / "may/b.jpg", photos / "june/b.jpg")
        (tmp_path / "out/june").mkdir(parents=True)
        os.symlink("june", tmp_path / "out/may")
        with pytest.raises(ValueError, match=r"june/b\.jpg and .*may/b\.jpg would both be written to"):
            resize(photos, tmp_path / "out", existing="overwrite")


def test_two_names_that_are_one(photos, tmp_path):
    Image.fromarray(PIXELS).save(photos / "b.jpg")
    with pytest.raises(ValueError, match=r"b\.jpg and .*b\.jpg would both be written to .*another template of names"):
        resize(photos, tmp_path / "out", name="./{stem}{ext}")
    with pytest.raises(ValueError, match=r"two sizes of .*a\.png would both be written to"):
        resize(photos / "a.png", tmp_path / "out", "20,10", name="{stem}{ext}")
    assert not (tmp_path / "out").exists()


def test_another_format(photos, tmp_path):
    assert resize(photos, tmp_path / "out", format="webp").written == 2
    assert sorted(sizes(tmp_path / "out")) == ["a.webp", "may/b.webp"]
    for path in (tmp_path / "out").rglob("*.webp"):
        assert path.read_bytes()[8:12] == b"WEBP"
    for name in ("both.png", "both.jpg"):
        Image.fromarray(PIXELS).save(photos / name)
    with pytest.raises(ValueError, match=r"both\.jpg and .*both\.png would both be written to"):
        resize(photos, tmp_path / "out2", format="webp")
    with pytest.raises(ValueError, match=r"x\.png does not end as jpeg files do"):
        resize(photos / "a.png", tmp_path / "x.png", format="jpeg")
    assert resize(photos / "may/b.jpg", tmp_path / "x.JPEG", format="jpeg").written == 1


def test_names_and_the_option_may_not_contradict_each_other(photos, tmp_path):
    """Whatever ends like an image has to end like those of the format; the others leave it to the option."""
    with pytest.raises(ValueError, match=r"a\.webp does not end as jpeg files do .*; name one of both"):
        resize(photos, tmp_path / "out", format="jpeg", name="{stem}.webp")
    assert not (tmp_path / "out").exists()
    assert resize(photos, tmp_path / "out", format="jpeg", name="{stem}_small").written == 2
    for name in ("a_small", "may/b_small"):
        with Image.open(tmp_path / "out" / name) as image:
            assert image.format == "JPEG"


def test_quality(photos, tmp_path):
    sizes = []
    for quality in (10, 90, None, 100):
        resize(photos / "may/b.jpg", tmp_path / "q.jpg", "100%", quality=quality, existing="overwrite")
        sizes.append((tmp_path / "q.jpg").stat().st_size)
    assert sizes[0] < sizes[1] == sizes[2] < sizes[3]


def test_transparency_on_a_colour(tmp_path):
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(tmp_path / "a.png")
    assert not resize(tmp_path / "a.png", tmp_path / "b.jpg").ok
    assert resize(tmp_path / "a.png", tmp_path / "b.jpg", background="#00ff00").ok
    assert np.abs(np.asarray(Image.open(tmp_path / "b.jpg"), int) - (0, 255, 0)).max() <= 2


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        (["*.jpg"], [], ["may/b.jpg"]),
        (["*.jpg", "a*"], [], ["a.png", "may/b.jpg"]),
        ([], ["may"], ["a.png"]),
        ([], ["may/"], ["a.png"]),
        ([], ["*.png"], ["may/b.jpg"]),
        (["may/*"], [], ["may/b.jpg"]),
        (["*"], ["*"], []),
    ],
)
def test_patterns(photos, tmp_path, include, exclude, expected):
    resize(photos, tmp_path / "out", include=include, exclude=exclude)
    assert list(sizes(tmp_path / "out")) == expected


def test_what_a_pattern_is_held_against():
    path = PurePosixPath("2024/may/a.jpg")
    assert matches(path, ["a.jpg"])
    assert matches(path, ["2024/*"])
    assert matches(path, ["*/may/?.jpg"])
    assert not matches(path, ["may/*"])
    assert not matches(path, ["2024"])
    assert not matches(path, ["A.JPG"])
    with pytest.raises(ValueError, match="exclude '/' matches nothing"):
        batch.Options("5", exclude=["/"])
    with pytest.raises(TypeError, match="include must be patterns such as"):
        batch.Options("5", include=[b"*.jpg"])


def test_in_place(photos, tmp_path):
    (photos / "a.png").chmod(0o640)
    os.symlink("a.png", photos / "link.png")
    report = resize(photos, None, in_place=True)
    assert (report.written, report.skipped) == (2, {"links": 1})
    assert sizes(photos) == {"a.png": (20, 15), "link.png": (20, 15), "may/b.jpg": (20, 15)}
    assert stat.S_IMODE((photos / "a.png").stat().st_mode) == 0o640
    assert (photos / "link.png").is_symlink()


@pytest.mark.parametrize("size", ["100>", "20<", "100x100>", "40x30>"])
def test_pictures_that_need_no_change_keep_their_bytes(photos, tmp_path, size):
    before = {name: (photos / name).read_bytes() for name in ("a.png", "may/b.jpg")}
    assert resize(photos, tmp_path / "out", size).written == 2
    assert {name: (tmp_path / "out" / name).read_bytes() for name in before} == before
    times = {name: (photos / name).stat().st_mtime_ns for name in before}
    report = resize(photos, None, size, in_place=True)
    assert (report.written, report.existing, report.ok) == (0, 2, True)
    assert {name: (photos / name).stat().st_mtime_ns for name in before} == times


@pytest.mark.parametrize(
    ("size", "options"),
    [
        ("100%", {}),  # asked for by no rule that leaves pictures alone
        ("100>", {"quality": 90}),
        ("100>", {"icc": "srgb"}),
        ("100>", {"metadata": "strip"}),
        ("100x100>", {"fit": "pad"}),
        ("30x100>", {"fit": "cover"}),
        ("30>", {}),
        ("100<", {}),
    ],
)
def test_pictures_that_need_a_change_are_made_anew(photos, tmp_path, size, options):
    assert resize(photos / "may", tmp_path / "out", size, **options).written == 1
    assert (tmp_path / "out/b.jpg").read_bytes() != (photos / "may/b.jpg").read_bytes()


def test_pictures_that_lie_turned_are_made_anew(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(PIXELS).save(tmp_path / "turned.jpg", exif=exif)
    assert resize(tmp_path / "turned.jpg", None, "100>", in_place=True).written == 1
    with Image.open(tmp_path / "turned.jpg") as image:
        assert image.size == (30, 40)


def test_animations_that_need_no_change_keep_their_bytes(tmp_path):
    frames = [Image.fromarray(PIXELS[..., 0] // (index + 1)) for index in range(3)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert resize(tmp_path / "a.gif", tmp_path / "b.gif", "100>").written == 1
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_what_is_kept_is_whole_nevertheless(photos, tmp_path):
    whole = (photos / "a.png").read_bytes()
    (photos / "a.png").write_bytes(whole[:-30])
    report = resize(photos / "a.png", tmp_path / "out", "100>")
    assert (report.written, len(report.failures)) == (0, 1)


def test_in_place_a_failure_leaves_the_picture(photos):
    whole = (photos / "may/b.jpg").read_bytes()
    (photos / "may/b.jpg").write_bytes(whole[:300])
    report = resize(photos, None, in_place=True)
    assert (report.written, len(report.failures)) == (1, 1)
    assert (photos / "may/b.jpg").read_bytes() == whole[:300]
    assert sorted(os.listdir(photos / "may")) == ["b.jpg"]


@pytest.mark.parametrize(
    ("destination", "options", "message"),
    [
        ("out", {"in_place": True}, "destination must be a path, or None with in_place=True"),
        (None, {}, "destination must be a path, or None with in_place=True"),
        (None, {"in_place": True, "size": "20,10"}, "size names 2; give one"),
        (None, {"in_place": True, "name": "{stem}{ext}"}, "leave out name"),
        (None, {"in_place": True, "format": "png"}, "leave out format"),
        (None, {"in_place": True, "existing": "skip"}, "would leave all; give one of both"),
        (None, {"in_place": 1}, "in_place must be True or False, got 1"),
    ],
)
def test_in_place_is_for_one_result_under_the_same_name(photos, destination, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        resize(photos, destination, **options)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"fit": "fill"}, ValueError, "fit must be one of contain, cover, pad, stretch; got 'fill'"),
        ({"gravity": "left"}, ValueError, "gravity must be one of center, north"),
        ({"format": "jpg"}, ValueError, "format must be one of jpeg, png"),
        ({"quality": 0}, ValueError, "quality must be an integer from 1 to 100 or None"),
        ({"quality": 101}, ValueError, "quality must be an integer from 1 to 100 or None"),
        ({"quality": 5.5}, TypeError, "quality must be an integer"),
        ({"background": "blurple"}, ValueError, "background must be a colour such as white or #336699, got 'blurple'"),
        ({"background": 5}, ValueError, "background must be a colour"),
    ],
)
def test_options_are_checked(options, error, message):
    with pytest.raises(error, match=message):
        batch.Options("5", **options)


def test_preview_says_what_would_be_done(photos, tmp_path):
    (photos / "broken.jpg").write_bytes(b"no picture")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(PIXELS).save(photos / "turned.jpg", exif=exif)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.png").touch()
    options = batch.Options("50%", existing="skip")
    inputs = batch.prepare(photos, tmp_path / "out", options)
    found = {item.source.name: item[2:] for item in batch.preview(inputs, options)}
    assert found["a.png"] == ("existing", None, None, "there already")
    assert found["b.jpg"] == ("written", (30, 40), (15, 20), "")
    assert found["turned.jpg"] == ("written", (40, 30), (20, 15), "")
    assert found["broken.jpg"][:3] == ("failed", None, None)
    assert "is no JPEG" in found["broken.jpg"][3]
    assert os.listdir(tmp_path / "out") == ["a.png"]


def test_a_picture_in_memory():
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "PNG")
    result = Image.open(io.BytesIO(batch.resize_bytes(file.getvalue(), size="20x20", fit="pad", method="nearest")))
    assert (result.format, result.size) == ("PNG", (20, 20))
    with pytest.raises(ValueError, match="size names 2 sizes, but there is one result"):
        batch.resize_bytes(file.getvalue(), size="20,10")
    with pytest.raises(TypeError, match="data must be the bytes of an image file, got str"):
        batch.resize_bytes("photo.jpg", size="20")
    with pytest.raises(batch.ImageError, match="is no JPEG"):
        batch.resize_bytes(b"text", size="20")
