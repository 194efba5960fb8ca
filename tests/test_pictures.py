"""Small pictures, written in hexadecimal, with results that can be checked by hand."""

import numpy as np
import pytest

from fastresample import resize


def picture(text: str, dtype: str = "uint8", channels: int = 1) -> np.ndarray:
    """An image from rows of hexadecimal pixels: two digits a byte, the bytes of all channels in a row."""
    bits = 8 * np.dtype(dtype).itemsize
    digits = bits // 4
    rows = [
        [[int(pixel[c * digits : (c + 1) * digits], 16) for c in range(channels)] for pixel in line.split()]
        for line in text.strip().splitlines()
    ]
    image = np.array(rows, f"u{bits // 8}").view(dtype)
    return image[..., 0] if channels == 1 else image


def drawn(image: np.ndarray) -> str:
    """The reverse of `picture`."""
    words = image.view(f"u{image.itemsize}").reshape(*image.shape[:2], -1)
    digits = 2 * image.itemsize
    return "\n".join(" ".join("".join(f"{c:0{digits}x}" for c in pixel) for pixel in row) for row in words.tolist())


def check(source: str, expected: str, dtype: str = "uint8", channels: int = 1, **options: object) -> None:
    """Resize ``source`` to the size of ``expected`` and compare; a failure shows both pictures."""
    image, wanted = (picture(text, dtype, channels) for text in (source, expected))
    result = resize(image, wanted.shape[:2], **options)
    if result.dtype != wanted.dtype or not np.array_equal(result, wanted):
        pytest.fail(f"got\n{drawn(result)}\nexpected\n{drawn(wanted)}\nfrom\n{drawn(image)}")


# --- the pictures themselves --------------------------------------------------------------------------------------


def test_pictures_are_read_and_drawn() -> None:
    image = picture("00 7f ff\n01 10 80")
    assert image.tolist() == [[0, 127, 255], [1, 16, 128]]
    assert drawn(image) == "00 7f ff\n01 10 80"
    assert picture("ff 80", "int8").tolist() == [[-1, -128]]
    assert picture("0102 ff00", "uint16").tolist() == [[0x0102, 0xFF00]]
    assert picture("010203 ff8000", channels=3).tolist() == [[[1, 2, 3], [255, 128, 0]]]
    assert drawn(picture("010203 ff8000", channels=3)) == "010203 ff8000"


def test_a_failure_shows_both_pictures() -> None:
    with pytest.raises(pytest.fail.Exception, match="got\n10 30\nexpected\n10 31\nfrom\n10 30"):
        check("10 30", "10 31")


# --- nearest ------------------------------------------------------------------------------------------------------


def test_nearest_repeats_pixels() -> None:
    check(
        """
        11 22
        33 44
        """,
        """
        11 11 22 22
        11 11 22 22
        33 33 44 44
        33 33 44 44
        """,
        method="nearest",
    )


def test_nearest_takes_the_middle_of_three_and_the_second_of_two() -> None:
    nine = """
        11 12 13
        21 22 23
        31 32 33
        """
    check(nine, "22", method="nearest")
    four = """
        11 12 13 14
        21 22 23 24
        31 32 33 34
        41 42 43 44
        """
    check(four, "22 24\n42 44", method="nearest")  # positions 0.5 and 2.5: halfway goes up


def test_nearest_with_an_odd_ratio() -> None:
    # (i + 1/2) * 5/3: 0.83, 2.5, 4.17
    check("10 20 30 40 50", "10 30 50", method="nearest")
    # (i + 1/2) * 3/5: 0.3, 0.9, 1.5, 2.1, 2.7
    check("10 20 30", "10 10 20 30 30", method="nearest")


def test_nearest_moves_whole_colours() -> None:
    check("ff0000 00ff00", "ff0000 ff0000 00ff00 00ff00", channels=3, method="nearest")


def test_nearest_of_a_box() -> None:
    source = """
        11 12 13 14
        21 22 23 24
        31 32 33 34
        """
    check(source, "22 22 23 23\n32 32 33 33", method="nearest", box=(1, 1, 3, 3))


# --- bilinear -----------------------------------------------------------------------------------------------------


def test_two_pixels_become_four() -> None:
    # Positions -1/4, 1/4, 3/4, 5/4: the edge repeats, a quarter of the way, three quarters, the edge repeats.
    check("00 80", "00 20 60 80")
    check("00\n80", "00\n20\n60\n80")


def test_one_pixel_becomes_many() -> None:
    check("7b", "7b 7b 7b\n7b 7b 7b")


def test_both_ways_at_once() -> None:
    check(
        """
        00 40
        80 c0
        """,
        """
        00 10 30 40
        20 30 50 60
        60 70 90 a0
        80 90 b0 c0
        """,
    )


def test_a_ramp_stays_a_ramp_between_its_edges() -> None:
    # Positions -0.2, 0.4, 1, 1.6, 2.2.
    check("00 50 a0", "00 20 50 80 a0")


def test_halving_is_the_mean_of_four() -> None:
    check(
        """
        00 04 10 20
        08 0c 30 40
        ff ff 00 01
        ff ff 00 00
        """,
        """
        06 28
        ff 00
        """,
    )


def test_ties_go_up() -> None:
    check("00 01\n00 01", "01")  # 1/2
    check("00 00\n00 02", "01")  # 1/2
    check("01 02\n02 02", "02")  # 7/4
    check("ff 00", "00", dtype="int8")  # -1/2 goes to 0
    check("fe ff", "ff", dtype="int8")  # -3/2 goes to -1


def test_without_antialiasing_far_pixels_are_not_seen() -> None:
    # Of 6 pixels to 2, positions 1 and 4 are pixels.
    check("ff 10 ff ff 20 ff", "10 20")
    # Of 8 to 2, positions 1.5 and 5.5.
    check("ff 10 20 ff ff 30 50 ff", "18 40")


def test_align_corners_meets_the_corners() -> None:
    check("00 40", "00 10 20 30 40", coordinates="align_corners")
    check("00 08\n10 18", "00 04 08\n08 0c 10\n10 14 18", coordinates="align_corners")
    check("50 60 70", "50", coordinates="align_corners")


def test_asymmetric_starts_at_the_first_centre() -> None:
    check("00 40", "00 20 40 40", coordinates="asymmetric")
    check("10 20 30 40", "10 30", coordinates="asymmetric")


def test_a_box_reads_beyond_its_edges() -> None:
    # The box [1, 3) of four pixels, enlarged twice: positions 0.75, 1.25, 1.75, 2.25.
    check("00 40 80 c0", "30 50 70 90", box=(0, 1, 1, 3))
    # A shift by half a pixel.
    check("00 40 80 c0", "20 60 a0", box=(0, 0.5, 1, 3.5))


def test_colours_are_kept_apart() -> None:
    check("ff0080 0000ff", "ff0080 bf00a0 4000df 0000ff", channels=3)
    check("01 02\n03 04", "01 01 02 02\n02 02 02 03\n03 03 03 04\n03 03 04 04")


def test_deep_pictures() -> None:
    check("0000 8000", "0000 2000 6000 8000", dtype="uint16")
    check("0000 ffff", "0000 4000 bfff ffff", dtype="uint16")  # 16383.75 and 49151.25
    check("8000 7fff", "8000 c000 3fff 7fff", dtype="int16")  # -32768 + 65535 / 4 = -16384.25
    check("00000000 ffffffff", "00000000 40000000 bfffffff ffffffff", dtype="uint32")


# --- antialiased --------------------------------------------------------------------------------------------------


def test_three_pixels_to_one() -> None:
    # Distances 1, 0, 1 over a step of 3: weights 2/3, 1, 2/3, which is 2, 3, 2 of 7.
    check("07 00 00", "02", antialias=True)
    check("00 07 00", "03", antialias=True)
    check("70 00 07", "22", antialias=True)


def test_four_pixels_to_two() -> None:
    # Distances 1/2, 1/2, 3/2 over a step of 2: weights 3/4, 3/4, 1/4, which is 3, 3, 1 of 7.
    check("07 00 00 00", "03 00", antialias=True)
    check("00 07 00 00", "03 01", antialias=True)
    check("00 00 07 00", "01 03", antialias=True)
    check("70 00 00 e0", "30 60", antialias=True)
    check("70\n00\n00\ne0", "30\n60", antialias=True)


def test_four_by_four_to_two_by_two() -> None:
    # The weights 3, 3, 1 of 7 each way: 9, 3 and 1 of 49, and 0x31 is 49.
    check(
        """
        31 00 00 00
        00 00 00 00
        00 00 00 00
        00 00 00 00
        """,
        "09 00\n00 00",
        antialias=True,
    )
    check(
        """
        00 00 00 00
        00 31 00 00
        00 00 31 00
        00 00 00 00
        """,
        "0a 06\n06 0a",
        antialias=True,
    )


def test_a_white_pixel_in_the_dark_is_not_lost() -> None:
    # Distances 1, 0, 1, 2 over a step of 3: weights 2, 3, 2, 1 of 8, and 255 * 3 / 8 = 95.6.
    check("00 ff 00 00 00 00", "60 00", antialias=True)
    check("00 00 ff 00 00 00", "00 00")  # positions 1 and 4 are other pixels


# --- the other filters --------------------------------------------------------------------------------------------


def test_box_is_the_nearest_pixel_or_the_mean_of_two() -> None:
    # Positions -1/6, 1/2, 7/6, 11/6, 5/2, 19/6: halfway between two pixels both count.
    check("00 10 20 30", "00 08 10 20 28 30", method="box")
    check("03 06 0c 10 20 30", "07 20", method="box", antialias=True)
    # Of 3 pixels to 2, windows [-1/2, 1] and [1, 5/2]: the pixel on the very edge counts half.
    check("03 06 09", "04 08", method="box", antialias=True)


def test_area_shares_the_pixels_that_it_cuts() -> None:
    check("03 06 09", "04 08", method="area")  # 2/3 and 1/3
    check("05 0a 0f", "07 0d", method="area")  # 20/3 and 40/3
    check("10 20", "10 10 18 20 20", method="area")  # the third of five lies on both
    check("09 00 00\n00 00 00\n00 00 00", "04 00\n00 00", method="area")  # 4/9 of the corner
    check("00 00 00\n00 09 00\n00 00 00", "01 01\n01 01", method="area")
    check("10 20 30 40", "10 20 30 40", method="area")


def test_bicubic_overshoots_and_comes_back() -> None:
    # Enlarged twice, at 1/4: -9, 111, 29 and -3 of 128; a pixel that is 128 above the others.
    check("40 40 c0 40 40", "40 3d 37 5d af af 5d 37 3d 40", method="bicubic")
    # Halfway: -1, 9, 9, -1 of 16; below zero is zero.
    for method in ("bicubic", "catmull_rom"):
        check("00 00 10 10 00 00", "00 00 00 08 10 12 10 08 00 00 00", method=method, coordinates="align_corners")


def test_overshoot_survives_between_the_passes() -> None:
    """Where two undershoots meet, their product is bright: clipped between the passes, it would be lost."""
    # Halfway, twice: -1 * -1 of 256 where the two meet, 9 * -1 beside it; the others lie on black pixels.
    source = """
        00 00 00 00 00 00
        00 00 00 00 00 00
        00 00 ff ff 00 00
        00 00 ff ff 00 00
        00 00 00 00 00 00
        00 00 00 00 00 00
        """
    image = picture(source)
    exact = resize(image.astype(np.float64), (11, 11), method="bicubic", coordinates="align_corners")
    assert exact[1, 1] == 255 / 256
    assert exact[1, 5] == -2 * 9 * 255 / 256
    assert exact[5, 5] == 18 * 18 * 255 / 256
    result = resize(image, (11, 11), method="bicubic", coordinates="align_corners")
    assert result[1, 1] == result[1, 9] == result[9, 1] == result[9, 9] == 1
    assert result[1, 5] == 0
    assert result[5, 5] == 255


def test_mitchell_blurs_a_little() -> None:
    # On a pixel 1, 16, 1 of 18; halfway 77 and -5 of 144.
    check("00 00 90 00 00", "00 00 08 4d 80 4d 08 00 00", method="mitchell", coordinates="align_corners")


def test_gaussian_blurs_more() -> None:
    # On a pixel 1 and exp(-2) of 1 + 2 exp(-2): 0.787 and 0.107; halfway 1/2 and 1/2.
    check("00 00 ff 00 00", "00 00 1b 80 c9 80 1b 00 00", method="gaussian", coordinates="align_corners")


def test_hamming_is_steeper_than_linear() -> None:
    # At 1/4: sinc(1/4) (0.54 + 0.46 cos(pi/4)) = 0.779 against 0.064 at 3/4, which is 0.9236 and 0.0764.
    check("00 ff", "00 13 ec ff", method="hamming")


def test_lanczos_rings() -> None:
    # Halfway, two lobes give 9 and -1 of 16, three lobes 225, -50 and 9 of 368.
    check("00 00 10 10 00 00", "00 00 00 08 10 12 10 08 00 00 00", method="lanczos2", coordinates="align_corners")
    check(
        "10 10 10 3e 10 10 10",
        "10 11 10 0a 10 2c 3e 2c 10 0a 10 11 10",
        method="lanczos3",
        coordinates="align_corners",
    )


def test_four_pixels_to_two_by_bicubic() -> None:
    # Distances 1/2, 1/2, 3/2, 5/2 over a step of 2: 111, 111, 29, -9 of 242.
    check("f2 00 00 00", "6f 00", method="bicubic", antialias=True)
    check("00 f2 00 00", "6f 1d", method="bicubic", antialias=True)
    check("00 00 f2 00", "1d 6f", method="bicubic", antialias=True)
    check("78 78 78 f2", "73 b0", method="bicubic", antialias=True)  # 120 - 122 * 9/242 and 120 + 122 * 111/242


def test_a_crop_is_a_crop_with_every_method() -> None:
    for method in ("nearest", "box", "area", "bilinear", "bicubic", "mitchell", "gaussian", "lanczos5"):
        check("00 40 80 c0", "40 80", box=(0, 1, 1, 3), method=method)
