"""Animations: what is shown at each moment is what Pillow shows of the source, in every format that moves."""

import io
import weakref

import numpy as np
import pytest
from PIL import Image

from fastresample import batch
from fastresample.batch.codecs.formats import BY_NAME, FORMATS

EXTENSIONS = [format_.extensions[0] for format_ in FORMATS if format_.animation]
DURATIONS = (100, 50, 30, 80, 20, 60)  # what GIF can tell: tens of milliseconds
FIRST_ONLY = "holds several pictures (frames or pages); only the first was resized"
EXACT = {".png": {}, ".webp": {"lossless": True}, ".gif": {}, ".avif": {"quality": 100, "subsampling": "4:4:4"}}


def resize(source, target, size="100%", apply=lambda samples, placement: samples, **options):
    options = batch.Options(size, **options)
    return batch.process(batch.prepare(source, target, options), options, apply=apply)


def pictures(*, transparent):
    """Draw a ball that runs over a picture, and vanishes once; where transparent, nothing is around it."""
    drawn = []
    for step in range(len(DURATIONS)):
        pixels = np.zeros((24, 36, 4), np.uint8)
        if step != 3:
            pixels[4:12, 4 * step : 4 * step + 9] = (200, 40 * step, 10, 255)
        pixels[18:, : 30 - step] = (9, 200, 90, 255)
        if not transparent:
            pixels[..., 3] = 255
        drawn.append(Image.fromarray(pixels if transparent else pixels[..., :3]))
    return drawn


def save(path, images, durations=DURATIONS, **settings):
    extension = path.suffix
    if extension == ".gif" and images[0].mode == "RGBA":
        settings = {"disposal": 2, **settings}
    images[0].save(
        path, save_all=True, append_images=images[1:], duration=list(durations), **EXACT[extension], **settings
    )


def shown(path):
    """Return what Pillow shows of a file: from when to when, and which pixels."""
    scenes, moment = [], 0
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()
            duration = image.info.get("duration") or 0
            scenes.append((moment, moment + duration, np.asarray(image.convert("RGBA")).astype(int)))
            moment += duration
    return scenes


def at(scenes, moment):
    return next(pixels for begin, end, pixels in scenes if begin <= moment < end)


def difference(one, other):
    """Return the mean difference of what is seen."""
    alpha = np.abs(one[..., 3] - other[..., 3]).mean()
    seen = (one[..., 3] > 127) & (other[..., 3] > 127)
    return max(alpha, np.abs(one - other)[seen].mean() if seen.any() else 0)


@pytest.mark.parametrize("transparent", [False, True], ids=["opaque", "transparent"])
@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("origin", EXTENSIONS)
def test_every_moment_looks_as_before(tmp_path, origin, extension, transparent):
    source, target = tmp_path / f"a{origin}", tmp_path / f"b{extension}"
    save(source, pictures(transparent=transparent), loop=0)
    report = resize(source, target)
    assert (report.written, report.notes) == (1, {})
    before, after = shown(source), shown(target)
    assert len(before) == len(after) == len(DURATIONS)
    assert [end for _, end, _ in after] == [end for _, end, _ in before]
    exact = extension == ".png" or (extension, origin) in ((".webp", ".webp"), (".gif", ".gif"))
    for begin, end, pixels in before:
        assert difference(at(after, (begin + end) / 2), pixels) <= (0 if exact else 5)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_each_picture_is_resized_on_its_own(tmp_path, extension):
    """Halved by area; the pictures of a lossless animation are those of files with one picture each."""
    images = pictures(transparent=False)
    save(tmp_path / "a.png", images)
    assert resize(tmp_path / "a.png", tmp_path / f"b{extension}", "50%", None, method="area", linear=True).ok
    for image, (_, _, pixels) in zip(images, shown(tmp_path / f"b{extension}"), strict=True):
        image.save(tmp_path / "one.png")
        resize(
            tmp_path / "one.png", tmp_path / "half.png", "50%", None, method="area", linear=True, existing="overwrite"
        )
        half = np.asarray(Image.open(tmp_path / "half.png").convert("RGBA"))
        assert difference(pixels, half) <= (0 if extension in (".png", ".gif") else 6)


@pytest.mark.parametrize("method", ["nearest", "area"])
def test_what_moves_may_be_opaque_where_nothing_is_around_it(tmp_path, method):
    """Encoders look at the parts that change, which have no transparency here."""
    drawn = []
    for step in range(3):
        pixels = np.zeros((32, 32, 4), np.uint8)
        pixels[8:24, 4 + 4 * step : 20 + 4 * step] = (250, 40 * step, 9, 255)
        drawn.append(Image.fromarray(pixels))
    drawn[0].save(tmp_path / "a.png", save_all=True, append_images=drawn[1:], duration=100)
    assert resize(tmp_path / "a.png", tmp_path / "b.webp", "50%", None, method=method).ok
    scenes = shown(tmp_path / "b.webp")
    for image, (_, _, pixels) in zip(drawn, scenes, strict=True):
        np.testing.assert_array_equal(pixels[..., 3], np.asarray(image)[::2, ::2, 3])


def test_several_sizes_of_one_animation(tmp_path):
    save(tmp_path / "a.gif", pictures(transparent=True), loop=0)
    assert resize(tmp_path / "a.gif", tmp_path / "out", "36,18", None).ok
    for size in (36, 18):
        scenes = shown(tmp_path / f"out/a-{size}.gif")
        assert [end - begin for begin, end, _ in scenes] == list(DURATIONS)
        assert scenes[0][2].shape == (size * 2 // 3, size, 4)


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_what_gif_disposes_of_is_disposed_of(tmp_path, disposal):
    """Pillow writes differences only, and shows whole pictures."""
    save(tmp_path / "a.gif", pictures(transparent=True), disposal=disposal)
    assert resize(tmp_path / "a.gif", tmp_path / "b.gif").ok
    before, after = shown(tmp_path / "a.gif"), shown(tmp_path / "b.gif")
    for begin, end, pixels in before:
        assert difference(at(after, (begin + end) / 2), pixels) == 0


# How often an animation is shown, as Pillow's encoders are told: GIF counts repetitions, the others showings.
PLAYS = {
    "once": {".gif": {}, ".webp": {"loop": 1}, ".png": {"loop": 1}},
    "thrice": {".gif": {"loop": 2}, ".webp": {"loop": 3}, ".png": {"loop": 3}},
    "for ever": {".gif": {"loop": 0}, ".webp": {"loop": 0}, ".png": {"loop": 0}},
}


@pytest.mark.parametrize("plays", PLAYS)
@pytest.mark.parametrize("extension", [".gif", ".webp", ".png"])
@pytest.mark.parametrize("origin", [".gif", ".webp", ".png"])
def test_animations_end_when_they_did(tmp_path, origin, extension, plays):
    save(tmp_path / f"a{origin}", pictures(transparent=False), **PLAYS[plays][origin])
    assert resize(tmp_path / f"a{origin}", tmp_path / f"b{extension}").notes == {}
    with Image.open(tmp_path / f"b{extension}") as image:
        assert image.info.get("loop") == PLAYS[plays][extension].get("loop")


@pytest.mark.skipif("AVIF" not in BY_NAME, reason="Pillow was built without AVIF")
def test_avif_goes_on_for_ever_and_says_so(tmp_path):
    save(tmp_path / "a.gif", pictures(transparent=False))
    assert list(resize(tmp_path / "a.gif", tmp_path / "b.avif").notes) == [
        "its animation ends after a while, which cannot be stored in AVIF; it goes on for ever"
    ]


def test_times_that_gif_cannot_tell_do_not_add_up(tmp_path):
    save(tmp_path / "a.png", pictures(transparent=False), (33, 33, 34, 5, 5, 12.5))
    resize(tmp_path / "a.png", tmp_path / "b.gif")
    ends = [end for _, end, _ in shown(tmp_path / "b.gif")]
    assert ends == [30, 70, 100, 110, 110, 120]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_times_beyond_reason_are_shortened(tmp_path, extension):
    save(tmp_path / "a.webp", pictures(transparent=False), (10, 10_000_000, 10, 10, 10, 10))
    assert resize(tmp_path / "a.webp", tmp_path / f"b{extension}").ok
    (_, first, _), (_, second, _), *_ = shown(tmp_path / f"b{extension}")
    assert second - first == (65_535 if extension == ".png" else 655_350)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_poster_is_no_part_of_the_animation(tmp_path, extension):
    """PNG may begin with a picture for programs that show no animations."""
    poster = Image.new("RGB", (36, 24), "orange")
    save(tmp_path / "a.png", [poster, *pictures(transparent=False)], default_image=True)
    assert resize(tmp_path / "a.png", tmp_path / f"b{extension}").ok
    scenes = shown(tmp_path / f"b{extension}")
    with Image.open(tmp_path / f"b{extension}") as image:
        assert image.info.get("default_image", False) is (extension == ".png")
    assert len(scenes) == len(DURATIONS) + (extension == ".png")
    assert difference(scenes[0][2], np.asarray(poster.convert("RGBA"))) == 0 or extension != ".png"
    assert difference(scenes[-1][2], np.asarray(pictures(transparent=False)[-1].convert("RGBA"))) <= 4


@pytest.mark.parametrize("extension", [".jpg", ".tif", ".bmp"])
def test_a_format_that_does_not_move_gets_the_first_picture(tmp_path, extension):
    seen = []
    save(tmp_path / "a.gif", pictures(transparent=False))
    report = resize(
        tmp_path / "a.gif", tmp_path / f"b{extension}", apply=lambda samples, _: seen.append(samples) or samples
    )
    assert list(report.notes) == [FIRST_ONLY]
    assert len(seen) == 1  # the others are not even decoded
    with Image.open(tmp_path / f"b{extension}") as image:
        assert getattr(image, "n_frames", 1) == 1
    (_, _, before), *_ = shown(tmp_path / "a.gif")
    assert difference(shown(tmp_path / f"b{extension}")[0][2], before) <= (8 if extension == ".jpg" else 0)


def test_orientation_turns_every_picture(tmp_path):
    block = Image.Exif()
    block[0x0112] = 6
    save(tmp_path / "a.webp", pictures(transparent=False), exif=block.tobytes())
    resize(tmp_path / "a.webp", tmp_path / "b.webp")
    for (_, _, before), (_, _, after) in zip(shown(tmp_path / "a.webp"), shown(tmp_path / "b.webp"), strict=True):
        np.testing.assert_array_equal(after, np.rot90(before, -1))
    with Image.open(tmp_path / "b.webp") as image:
        assert image.getexif()[0x0112] == 1


def test_grey_and_colour_in_one_animation(tmp_path):
    grey = Image.new("L", (36, 24), 90)
    save(tmp_path / "a.gif", [grey, *pictures(transparent=False)[1:]])
    for extension in EXTENSIONS:
        assert resize(tmp_path / "a.gif", tmp_path / f"b{extension}").ok
        scenes = shown(tmp_path / f"b{extension}")
        assert len(scenes) == len(DURATIONS)
        assert difference(scenes[0][2], np.asarray(grey.convert("RGBA"))) <= 1


def test_decoded_pictures_are_not_held(tmp_path):
    """At any time there is one of them, not all."""
    save(tmp_path / "a.webp", pictures(transparent=False))
    before, alive = [], []

    def apply(samples, placement):
        alive.append(sum(reference() is not None for reference in before))
        before.append(weakref.ref(samples))
        return samples[::2, ::2].copy()

    resize(tmp_path / "a.webp", tmp_path / "b.webp", "50%", apply)
    assert len(alive) == len(DURATIONS)
    assert max(alive) <= 1


def test_too_many_pictures_are_refused(tmp_path):
    save(tmp_path / "a.gif", pictures(transparent=False))
    assert resize(tmp_path / "a.gif", tmp_path / "b.gif", max_frames=5).failures[0].reason == (
        "refused: 6 pictures in one file, the limit is 5; raise --max-frames"
    )


def test_an_animation_larger_than_the_memory_is_refused(tmp_path):
    """Its results are held until they are encoded together."""
    save(tmp_path / "a.gif", pictures(transparent=False))
    reason = resize(tmp_path / "a.gif", tmp_path / "b.gif", "1000", None, memory="30MB").failures[0].reason
    assert "needs about" in reason
    assert resize(tmp_path / "a.gif", tmp_path / "b.jpg", "1000", None, memory="30MB").ok


@pytest.mark.parametrize("extension", [".gif", ".png"])
def test_an_animation_that_ends_too_early(tmp_path, extension):
    noise = [Image.fromarray(np.random.default_rng(k).integers(0, 256, (60, 60, 3), np.uint8)) for k in range(4)]
    save(tmp_path / f"a{extension}", noise, DURATIONS[:4])
    data = (tmp_path / f"a{extension}").read_bytes()
    (tmp_path / f"a{extension}").write_bytes(data[: len(data) * 5 // 8])
    assert "damaged or incomplete" in resize(tmp_path / f"a{extension}", tmp_path / f"b{extension}").failures[0].reason
    report = resize(tmp_path / f"a{extension}", tmp_path / f"b{extension}", on_damage="warn")
    assert report.written == 1
    assert all(note.startswith("is damaged") for note in report.notes)
    assert len(report.notes) == 1
    assert 2 <= len(shown(tmp_path / f"b{extension}")) <= 3
