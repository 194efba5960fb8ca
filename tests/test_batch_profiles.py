"""Colour profiles: sRGB as computed from the primaries, and pictures whose profile cannot be used."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import icc
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastresample.batch.pixels.profiles import to_srgb

RNG = np.random.default_rng(11)
COLOURS = RNG.integers(0, 256, (40, 50, 3), dtype=np.uint8)
# White paper; colour inks take their part of the lightness; black takes all.
PRESS = {
    inks: (0 if inks[3] else 100 - 30 * sum(inks[:3]), 60 * inks[1] - 60 * inks[0], 60 * inks[2])
    for inks in itertools.product((0, 1), repeat=4)
}


def test_colours_are_those_of_the_primaries():
    converted = to_srgb(COLOURS, "RGB", icc.rgb())
    assert (converted.mode, converted.icc, converted.notes) == ("RGB", None, ())
    assert np.abs(converted.samples - icc.srgb_of(COLOURS)).max() <= 1.5
    assert np.abs(COLOURS - icc.srgb_of(COLOURS)).max() > 20  # the profile matters


def test_alpha_stays():
    alpha = RNG.integers(0, 256, (40, 50, 1), dtype=np.uint8)
    samples = np.concatenate((COLOURS, alpha), axis=-1)
    before = samples.copy()
    converted = to_srgb(samples, "RGBA", icc.rgb())
    assert converted.mode == "RGBA"
    np.testing.assert_array_equal(converted.samples[..., 3], alpha[..., 0])
    np.testing.assert_array_equal(converted.samples[..., :3], to_srgb(COLOURS, "RGB", icc.rgb()).samples)
    np.testing.assert_array_equal(samples, before)


@pytest.mark.parametrize("profile", [icc.grey(1.0), icc.rgb(gamma=1.0)], ids=["GRAY", "RGB"])
def test_grey_stays_grey(profile):
    """Half of the light is level 188, whether the profile speaks of grey or of three equal colours."""
    samples = np.array([[0, 128, 255]], np.uint8)
    converted = to_srgb(samples, "L", profile)
    assert (converted.mode, converted.samples.tolist()) == ("L", [[0, 188, 255]])
    with_alpha = to_srgb(np.dstack((samples, samples[:, ::-1])), "LA", profile)
    assert (with_alpha.mode, with_alpha.samples.tolist()) == ("LA", [[[0, 255], [188, 128], [255, 0]]])


def test_inks_become_colours():
    overprints = np.array([list(PRESS)], np.uint8) * 255
    converted = to_srgb(overprints, "CMYK", icc.cmyk(PRESS))
    assert (converted.mode, converted.notes) == ("RGB", ())
    for inks, colour in zip(PRESS, converted.samples[0], strict=True):
        assert np.abs(colour - icc.srgb_of_lab(*PRESS[inks])).max() <= 1.5, inks


def test_many_threads_share_a_profile():
    pictures = [RNG.integers(0, 256, (200, 300, 3), dtype=np.uint8) for _ in range(8)]
    alone = [to_srgb(picture, "RGB", icc.rgb()).samples for picture in pictures]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda picture: to_srgb(picture, "RGB", icc.rgb()).samples, pictures * 5))
    for number, samples in enumerate(together):
        np.testing.assert_array_equal(samples, alone[number % 8])


def test_without_a_profile_colour_is_srgb():
    converted = to_srgb(COLOURS, "RGB", None)
    assert converted.samples is COLOURS
    assert converted[1:] == ("RGB", None, ())


def test_a_profile_that_is_srgb_moves_nothing():
    assert to_srgb(COLOURS, "RGB", icc.rgb(icc.SRGB, 2.2)).samples is not COLOURS  # nearly
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert to_srgb(COLOURS, "RGB", profile).samples is COLOURS


def test_cmyk_without_a_profile_is_converted_roughly():
    inks = np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [255, 0, 0, 0]]], np.uint8)
    converted = to_srgb(inks, "CMYK", None)
    assert (converted.mode, converted.samples.tolist()) == ("RGB", [[[255] * 3, [0] * 3, [0, 255, 255]]])
    assert converted.notes == ("is CMYK without a usable colour profile; its colours are roughly right only",)


@pytest.mark.parametrize(
    ("mode", "profile"),
    [
        ("RGB", b"nonsense"),
        ("RGB", icc.rgb()[:200]),
        ("RGB", icc.grey(2.0)),
        ("L", icc.cmyk(PRESS)),
        ("CMYK", icc.rgb()),
    ],
    ids=["nonsense", "cut", "for grey", "for inks", "for colour"],
)
def test_a_profile_that_cannot_be_used_costs_only_itself(mode, profile):
    samples = {"RGB": COLOURS, "L": COLOURS[..., 0], "CMYK": np.zeros((1, 1, 4), np.uint8)}[mode]
    converted = to_srgb(samples, mode, profile)
    assert converted.icc is None
    assert converted.notes[0].startswith("its colour profile is damaged or for another kind of picture")
    if mode == "CMYK":
        assert (converted.mode, converted.samples.tolist()) == ("RGB", [[[255, 255, 255]]])
        assert len(converted.notes) == 2
    else:
        assert converted.samples is samples


def test_more_than_eight_bits_keep_their_profile():
    deep = np.array([[1, 60000]], np.uint16)
    converted = to_srgb(deep, "I;16", icc.grey(1.0))
    assert converted[:3] == (deep, "I;16", icc.grey(1.0))
    assert converted.notes == ("has more than 8 bits, which are not converted to sRGB; its colour profile was kept",)
    assert to_srgb(deep, "I;16", None).notes == ()


@given(st.lists(st.tuples(st.integers(0, 299), st.integers(0, 255)), min_size=1, max_size=8), st.integers(1, 480))
def test_no_damage_of_a_profile_escapes(changes, length):
    damaged = bytearray(icc.rgb())
    for position, value in changes:
        damaged[position] = value
    for profile in (bytes(damaged), bytes(damaged[:length])):
        converted = to_srgb(COLOURS, "RGB", profile)
        assert (converted.samples.shape, converted.mode, converted.icc) == (COLOURS.shape, "RGB", None)
