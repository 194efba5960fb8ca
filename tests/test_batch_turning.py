"""Pictures that lie turned in their files give the results that turning them first gives."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from fastresample import batch
from fastresample.batch.pixels.layout import Placement
from fastresample.batch.pixels.turning import lying, turned, turned_shape

COARSE = np.random.default_rng(8).integers(0, 256, (9, 13, 3), dtype=np.uint8)
HEIGHT, WIDTH = 202, 301
PICTURE = Image.fromarray(COARSE).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
ORIENTATION = 0x0112


def stored(path, orientation, **settings):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    PICTURE.save(path, exif=exif, **settings)
    return path


def resized(source, target, **options):
    report = batch.resize_folder(source, target, **{"method": "area", "existing": "overwrite", **options})
    assert report.ok, report.failures
    with Image.open(target) as image:
        assert image.getexif().get(ORIENTATION, 1) == 1
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("turn", [None, *Image.Transpose])
@pytest.mark.parametrize("samples", [np.arange(6).reshape(2, 3), COARSE, COARSE[..., :1], COARSE.astype(np.float32)])
def test_samples_are_turned_as_pillow_turns_pictures(turn, samples):
    image = turned(np.arange(samples.shape[0] * samples.shape[1]).reshape(samples.shape[:2]), turn)
    expected = Image.fromarray(
        np.arange(samples.shape[0] * samples.shape[1], dtype=np.int32).reshape(samples.shape[:2])
    )
    if turn is not None:
        expected = expected.transpose(turn)
    np.testing.assert_array_equal(image, np.asarray(expected))
    channels = turned(samples, turn)
    np.testing.assert_array_equal(
        channels.reshape(-1, *samples.shape[2:])[np.argsort(image.ravel())].ravel(), samples.ravel()
    )
    assert channels.flags.c_contiguous or turn is None
    assert channels.shape[:2] == turned_shape(samples.shape[:2], turn)


@pytest.mark.parametrize("turn", [None, *Image.Transpose])
def test_a_part_is_found_in_the_picture_as_it_lies(turn):
    """Cutting the box out of the lying picture and turning it cuts it out of the upright one."""
    picture = np.arange(30).reshape(5, 6)
    upright = turned(picture, turn)
    top, left, bottom, right = 1, 2, 4, 5
    placement = Placement((3, 3), (top, left, bottom, right), (3, 3))
    box = tuple(map(int, lying(placement, upright.shape, turn).box))
    cut = turned(picture[box[0] : box[2], box[1] : box[3]], turn)
    np.testing.assert_array_equal(cut, upright[top:bottom, left:right])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    "options",
    [
        {"size": "40x40"},
        {"size": "40x25", "fit": "cover", "gravity": "north"},
        {"size": "40x25", "fit": "cover", "gravity": "southwest"},
        {"size": "40x25", "fit": "pad", "gravity": "east"},
        {"size": "40x30", "fit": "stretch"},
    ],
    ids=lambda options: " ".join(options.values()),
)
def test_results_are_those_of_the_picture_that_was_turned_first(tmp_path, orientation, options):
    """The same bits after flips; after quarter turns the two passes round in the other order."""
    source = stored(tmp_path / "a.png", orientation)
    with Image.open(source) as image:
        ImageOps.exif_transpose(image).save(tmp_path / "upright.png")
    actual = resized(source, tmp_path / "b.png", **options)
    expected = resized(tmp_path / "upright.png", tmp_path / "c.png", **options)
    assert actual.shape == expected.shape
    assert np.abs(actual.astype(int) - expected).max() <= (orientation > 4)
    assert np.mean(actual != expected) < 0.01


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("options", [{"size": "24x24"}, {"size": "24x18", "fit": "cover", "gravity": "southeast"}])
def test_a_shrunk_jpeg_stays_in_its_place(tmp_path, orientation, options):
    """Sides that are no multiples of the factor: what is decoded beyond the picture must not shift it."""
    source = stored(tmp_path / "a.jpg", orientation, quality=95, subsampling=0)
    shrunk = resized(source, tmp_path / "b.png", method="lanczos3", **options)
    whole = resized(source, tmp_path / "c.png", method="lanczos3", shrink_on_load=False, **options)
    assert shrunk.shape == whole.shape
    assert (shrunk != whole).any(), "nothing was shrunk"
    assert np.abs(shrunk.astype(int) - whole).max() <= 6


def test_the_decoder_shrinks_only_where_every_pixel_counts(tmp_path):
    buffer = io.BytesIO()
    PICTURE.save(buffer, "JPEG", quality=95)
    (tmp_path / "a.jpg").write_bytes(buffer.getvalue())
    seen = []

    def apply(samples, placement):
        seen.append(samples.shape[:2])
        return samples[: placement.inner[0], : placement.inner[1]]

    def first_shape(**settings):
        options = batch.Options(**{"size": 40, "existing": "overwrite", **settings})
        batch.process(batch.prepare(tmp_path / "a.jpg", tmp_path / "b.jpg", options), options, apply=apply)
        return seen.pop()

    assert first_shape() == (101, 151)
    assert first_shape(size=(10, 20)) == (26, 38)
    assert first_shape(size=(20, 10)) == (26, 38)
    assert first_shape(size=("40", "100")) == (202, 301)
    for whole in (
        {"method": "nearest"},
        {"antialias": False},
        {"shrink_on_load": False},
        {"linear": True},
        {"size": 76},
    ):
        assert first_shape(**whole) == (202, 301), whole
    assert first_shape(size=75) == (101, 151)
