"""The size grammar: what is accepted, what it gives, and how mistakes are explained."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastresample.batch import Size, parse_size

SIDES = st.integers(1, 20_000)


@pytest.mark.parametrize(
    ("size", "shape", "expected"),
    [
        ("800", (3000, 4000), (600, 800)),
        ("800", (4000, 3000), (800, 600)),
        (800, (4000, 3000), (800, 600)),
        (np.int64(800), (4000, 3000), (800, 600)),
        ("800x600", (3000, 4000), (600, 800)),
        ("800x600", (4000, 3000), (600, 450)),
        ("800X600", (4000, 3000), (600, 450)),
        ("800×600", (4000, 3000), (600, 450)),
        (" 800x600 ", (4000, 3000), (600, 450)),
        ("800 x 600", (4000, 3000), (600, 450)),
        ("800>", (4000, 3000), (800, 600)),
        ("8000 >", (4000, 3000), (4000, 3000)),
        ("800<", (4000, 3000), (4000, 3000)),
        ("200%>", (40, 30), (40, 30)),
        ("x100<", (40, 30), (100, 75)),
        ("x600", (3000, 4000), (600, 800)),
        ("800x", (3000, 2000), (1200, 800)),
        ("50%", (301, 200), (150, 100)),  # 150.5: ties go to even, as in round()
        ("12.5 %", (80, 8), (10, 1)),
        (".5%", (1000, 2000), (5, 10)),
        ("200%", (3, 4), (6, 8)),
        ("2MP", (3000, 4000), (1225, 1633)),
        ("0.5mp", (1000, 2000), (500, 1000)),
        ((600, 800), (3000, 4000), (600, 800)),
        ([600, 800], (4000, 3000), (600, 450)),
        ("100", (1, 60_000), (1, 100)),
        ("1%", (5, 3), (1, 1)),
        ("0.000001%", (5000, 3000), (1, 1)),
        ("800", (30, 40), (600, 800)),
    ],
)
def test_size_of_an_image(size, shape, expected):
    assert parse_size(size).of(*shape) == expected


def test_the_tuple_is_height_first_and_the_text_width_first():
    assert parse_size((600, 800)) == parse_size("800x600") == Size(height=600, width=800)
    assert parse_size(parse_size("50%")) == Size(factor=Fraction(1, 2))


@given(SIDES, SIDES, SIDES, SIDES)
def test_a_box_is_met_on_one_side_and_never_exceeded(height, width, box_height, box_width):
    got = Size(height=box_height, width=box_width).of(height, width)
    assert 1 <= got[0] <= box_height
    assert 1 <= got[1] <= box_width
    assert got[0] == box_height or got[1] == box_width


@given(SIDES, SIDES, st.fractions(Fraction(1, 1000), 2))
def test_megapixels_are_met_within_the_rounding_of_the_sides(height, width, megapixels):
    rows, columns = Size(megapixels=megapixels).of(height, width)
    target = float(megapixels) * 1e6
    assert (rows - 0.5001) * (columns - 0.5001) <= target or min(rows, columns) == 1
    assert (rows + 0.5001) * (columns + 0.5001) >= target


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("", "not understood"),
        ("x", "not understood"),
        ("big", "not understood.*accepted: 800 .longest side"),
        ("800x600x3", "not understood"),
        ("8e2", "not understood"),
        ("800.5", "not understood"),
        ("800*600", "not understood"),
        ("800px", r"\(write the number without px\)"),
        ("0.5", r"did you mean 50%\?"),
        (".125", r"did you mean 12\.5%\?"),
        ("-800", r"\(sizes are positive\)"),
        ("1/2", r"did you mean 50%\?"),
        ("0.5x", r"did you mean 50%\?"),
        ("800 600", r"did you mean 800x600\?"),
        ("800*600>", r"did you mean 800x600\?"),
        ("800by600", r"did you mean 800x600\?"),
        ("1080p", r"did you mean x1080\?"),
        ("50 percent", r"did you mean 50%\?"),
        ("2 megapixels", r"did you mean 2MP\?"),
        ("2M", r"did you mean 2MP\?"),
        (">800", r"> and < stand behind the size"),
        ("nan", "not understood"),
        ("nan%", "not understood"),
        ("inf", "not understood"),
        ("infMP", "not understood"),
        ("٨٠٠", "not understood"),
        ("800\n600", "not understood"),
        ("0", "not positive"),
        ("0x600", "not positive"),
        ("800x0", "not positive"),
        ("0%", "not positive"),
        ("0.0MP", "not positive"),
        (0, "not positive"),
        (-5, "not positive"),
        ((0, 5), "not positive"),
        ((5, -1), "not positive"),
        ("1000001", "at most 1000000 pixels"),
        ("9" * 5000, "at most 1000000 pixels"),
        ("5x" + "9" * 5000, "at most 1000000 pixels"),
        ((5, 10**30), "at most 1000000 pixels"),
        ("100001%", "at most 100000%"),
        ("179MP", "at most 178MP"),
        ((5,), r"two positive integers \(height, width\)"),
        ((5, 5, 3), r"two positive integers \(height, width\)"),
    ],
)
def test_mistakes_are_explained(size, message):
    with pytest.raises(ValueError, match=message) as error:
        parse_size(size)
    assert len(str(error.value)) < 300


@given(st.text(alphabet="0123456789.xX×%mMpP/<> *-", max_size=9))
def test_any_text_is_a_size_or_explained(text):
    try:
        size = parse_size(text)
    except ValueError as error:
        explained = str(error)
    else:
        assert parse_size(str(size)).of(300, 400) == size.of(300, 400)
        return
    assert len(explained) < 320


@pytest.mark.parametrize(
    "size", [0.5, 800.0, float("nan"), float("inf"), None, True, (5, 2.5), (5, True), b"800", object]
)
def test_wrong_types_are_refused(size):
    with pytest.raises(TypeError, match="size must be text, whole numbers of pixels or"):
        parse_size(size)


def test_leading_zeros_do_no_harm():
    assert parse_size("0" * 100 + "800") == parse_size(800)
