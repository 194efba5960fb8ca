"""The pictures in `images/`: the generator still makes them, and each is what its description says."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

IMAGES = Path(__file__).parents[1] / "images"

LOSSLESS = {  # name: (mode, (width, height))
    "zone_plate.png": ("L", (320, 320)),
    "siemens_star.png": ("L", (320, 320)),
    "slanted_edge.png": ("L", (320, 256)),
    "colour_ramps.png": ("RGB", (512, 384)),
    "fine_text.png": ("RGB", (600, 400)),
    "logo_soft.png": ("RGBA", (256, 256)),
    "gradient_deep.png": ("I;16", (516, 257)),
    "moon_grey.png": ("L", (320, 240)),
    "island_palette.png": ("P", (320, 240)),
}
LOSSY = {"lake_phone.jpg": ("RGB", (720, 1080)), "lake_web.webp": ("RGB", (1080, 720))}

ORIENTATION, MAKE, DATE_TIME, EXIF_IFD, EXPOSURE_TIME, ISO = 0x0112, 0x010F, 0x0132, 0x8769, 0x829A, 0x8827


def pictures(folder):
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".py")


def signed_pixels(name):
    """Pixels in a type in which differences do not wrap around."""
    with Image.open(IMAGES / name) as picture:
        return np.asarray(picture).astype(np.int64)


@pytest.fixture(scope="module")
def remade(tmp_path_factory):
    """Everything made anew, by the command that the generator's docstring gives."""
    folder = tmp_path_factory.mktemp("images")
    subprocess.run([sys.executable, "-B", "-W", "error", IMAGES / "generate.py", folder], check=True, timeout=300)
    return folder


def test_the_generator_makes_exactly_what_is_committed(remade):
    committed = [path.name for path in pictures(IMAGES)]
    assert [path.name for path in pictures(remade)] == committed
    assert committed == sorted(LOSSLESS | LOSSY)


def test_stems_are_distinct_so_that_one_folder_can_hold_all_in_one_format():
    stems = [path.stem.casefold() for path in pictures(IMAGES)]
    assert len(set(stems)) == len(stems)


def test_all_pictures_together_are_small():
    assert sum(path.stat().st_size for path in pictures(IMAGES)) < 600_000


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_pictures_come_out_the_same(name, remade):
    with Image.open(IMAGES / name) as committed, Image.open(remade / name) as again:
        assert (committed.mode, committed.size) == LOSSLESS[name]
        assert again.mode == committed.mode
        np.testing.assert_array_equal(np.asarray(again), np.asarray(committed))  # a palette picture: its indices
        assert again.getpalette() == committed.getpalette()


@pytest.mark.parametrize("name", LOSSY)
def test_lossy_pictures_keep_their_form(name, remade):
    """Pixels are not compared: they depend on the codec that wrote them and on the one that reads them."""
    for folder in (IMAGES, remade):
        with Image.open(folder / name) as picture:
            assert (picture.mode, picture.size) == LOSSY[name]
            picture.load()


@pytest.mark.parametrize("made", ["committed", "remade"])
def test_the_phone_picture_carries_orientation_exif_and_a_profile(made, remade):
    folder = {"committed": IMAGES, "remade": remade}[made]
    with Image.open(folder / "lake_phone.jpg") as picture:
        exif = picture.getexif()
        profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
    assert exif[ORIENTATION] == 6
    assert exif[MAKE] == "fastresample"
    assert exif[DATE_TIME] == "2024:06:21 20:15:00"
    assert exif.get_ifd(EXIF_IFD)[EXPOSURE_TIME] == pytest.approx(1 / 125)
    assert exif.get_ifd(EXIF_IFD)[ISO] == 200
    assert "sRGB" in ImageCms.getProfileDescription(profile)


def test_the_web_picture_carries_no_metadata():
    with Image.open(IMAGES / "lake_web.webp") as picture:
        assert not picture.getexif()
        assert "icc_profile" not in picture.info


def test_orientation_6_turns_the_phone_picture_upright():
    with Image.open(IMAGES / "lake_phone.jpg") as phone, Image.open(IMAGES / "lake_web.webp") as web:
        upright = np.asarray(web).astype(float)
        turned = np.asarray(ImageOps.exif_transpose(phone)).astype(float)
        wrong_way = np.rot90(np.asarray(phone)).astype(float)
    assert np.abs(turned - upright).mean() < 4  # two lossy codecs, one scene
    assert np.abs(wrong_way - upright).mean() > 40


def test_the_lake_looks_like_a_photograph():
    """A bright sun over a dark shore, mirrored in the water; noise in the smooth sky; most levels in use."""
    with Image.open(IMAGES / "lake_web.webp") as picture:
        grey = np.asarray(picture.convert("L")).astype(float)
    sun, shore, reflection = grey[305:325, 731:751], grey[428:434], grey[535:565, 731:751]
    assert sun.min() > 245
    assert shore.mean() < 80
    assert reflection.max() > 240
    assert 0.3 < np.diff(grey[20:60, 860:], axis=1).std() < 6
    assert np.unique(grey).size > 220


def test_zone_plate_reaches_nyquist_at_the_edges():
    """Phase pi r^2 / n: a row from the middle to the edge runs through (n / 2)^2 / n half cycles."""
    plate = signed_pixels("zone_plate.png") - 128
    n = len(plate)
    middle = plate[n // 2, n // 2 :]
    assert np.count_nonzero(np.diff(np.sign(middle)) != 0) == n // 4
    assert (np.diff(np.sign(middle[-4:])) != 0).all()  # every step changes sign: one cycle per two pixels
    assert plate[n // 2, n // 2] == plate.max() == 112  # white in the middle: a cosine, not a sine
    assert plate.min() == -112
    for mirrored in (plate[::-1], plate[:, ::-1], plate.T):
        np.testing.assert_array_equal(mirrored, plate)


def test_siemens_star_has_36_spokes_round_the_exact_centre():
    star = signed_pixels("siemens_star.png") - 128
    n = len(star)
    np.testing.assert_array_equal(star[::-1, ::-1], star)
    np.testing.assert_array_equal(star[:, ::-1], star)
    angle = np.arange(7200) * (2 * np.pi / 7200)
    for radius in (40, 90, 140):
        ring = star[(n / 2 + radius * np.sin(angle)).astype(int), (n / 2 + radius * np.cos(angle)).astype(int)]
        side = np.sign(ring[np.abs(ring) > 48])  # without the grey pixels on the border of two spokes
        assert np.count_nonzero(side != np.roll(side, 1)) == 2 * 36
    assert abs(star[n // 2 - 2 : n // 2 + 2, n // 2 - 2 : n // 2 + 2]).max() < 40  # the spokes run together to grey
    assert (star[0] == 0).all()
    assert set(np.unique(star[np.abs(star) > 95])) == {-96, 96}  # room for overshoot on both sides


def test_slanted_edge_moves_by_7_pixels_in_80_rows():
    dark = (224 - signed_pixels("slanted_edge.png")) / 192  # 0 on the ground, 1 in the square
    rows = dark[78:178, :160].sum(axis=1)  # the left edge crosses these; dark pixels left of the middle
    assert rows[80] - rows[0] == pytest.approx(7, abs=0.02)
    assert np.diff(rows) == pytest.approx(7 / 80, abs=0.01)  # 1/192 per rounded edge pixel
    assert set(np.unique(dark[108:148, 100:220])) == {1}
    assert dark.sum() == pytest.approx(150**2 / (1 + (7 / 80) ** 2), abs=2)
    np.testing.assert_array_equal(dark, dark[::-1, ::-1])


def test_colour_ramps_pass_through_every_level():
    ramps = signed_pixels("colour_ramps.png")[16::32]
    grey, red, steps = ramps[0], ramps[1], ramps[11]
    assert np.unique(grey).tolist() == list(range(256))
    assert set(np.diff(grey[:, 0])) == {0, 1}
    assert (grey == grey[:, :1]).all()
    assert (red[:, 1:] == 0).all()
    ends = [tuple(ramp[-1]) for ramp in ramps[:7]]
    on_off = 255 * np.array([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 0]])
    assert ends == [tuple(colour) for colour in on_off]
    assert np.ptp(ramps[7:10, [0, -1]].sum(axis=1)) == 0  # the ends of a complementary ramp add up to white
    assert np.unique(steps).tolist() == [17 * k for k in range(16)]


def test_fine_text_has_one_pixel_strokes_and_fading_hairlines():
    page = signed_pixels("fine_text.png")
    assert len(np.unique(page[264:322, 142:364].reshape(-1, 3), axis=0)) == 2  # screen font: ink and ground only
    hairlines = page[325, 20:130].sum(axis=-1)
    minima = [k for k in range(1, 109) if hairlines[k] < min(hairlines[k - 1], hairlines[k + 1] + 1)]
    assert len(minima) == 11
    assert hairlines[minima[0]] > hairlines[minima[5]] > hairlines[minima[-1]]
    smallest, largest = page[230:236, 16:205].min(), page[16:44, 16:430].min()
    assert largest == 20 < smallest  # strokes of 0.64 pixels cannot reach the colour of the ink


def test_logo_has_soft_alpha_over_hidden_green():
    logo = signed_pixels("logo_soft.png")
    colour, alpha = logo[..., :3], logo[..., 3]
    assert np.unique(alpha).size > 150
    assert (alpha == 255).mean() > 0.25
    assert (alpha == 0).mean() > 0.25
    assert (colour[alpha == 0] == (0, 255, 0)).all()
    greenness = colour[..., 1] - colour[..., 0]
    assert greenness[alpha > 0].max() <= 0  # any green in a resized logo came from under the alpha


def test_deep_gradient_rises_by_85_per_pixel_and_fills_16_bits():
    gradient = signed_pixels("gradient_deep.png")
    assert (np.diff(gradient, axis=0) == 85).all()
    assert (np.diff(gradient, axis=1) == 85).all()
    assert (gradient[0, 0], gradient[-1, -1]) == (0, 65535)


def test_moon_is_a_texture_without_clipping():
    moon = signed_pixels("moon_grey.png")
    assert np.unique(moon).size > 200
    assert moon.min() > 0
    assert moon.max() < 255
    assert np.count_nonzero(moon == moon.max()) < 0.03 * moon.size
    assert 30 < moon.std() < 70


def test_neighbouring_indices_of_the_map_mean_unrelated_colours():
    """Averaging indices (or palettes sorted by luck) would go unnoticed if the table were in order."""
    with Image.open(IMAGES / "island_palette.png") as picture:
        indices = np.asarray(picture)
        palette = np.array(picture.getpalette()).reshape(-1, 3)
        painted = np.asarray(picture.convert("RGB"))
    assert np.unique(indices).tolist() == list(range(16))
    np.testing.assert_array_equal(palette[indices], painted)
    steps = np.abs(np.diff(palette[:16].astype(int), axis=0)).sum(axis=1)
    assert steps.min() > 60
