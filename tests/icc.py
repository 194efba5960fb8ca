"""Colour profiles (ICC 2.1) put together by hand, whose colours can be computed without a colour library."""

import struct

import numpy as np

# The primaries relative to D50, columns of the matrix from linear RGB to XYZ.
SRGB = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
ADOBE_RGB = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]])
GAMMA = 563 / 256  # of Adobe RGB
D50 = (0.9642, 1.0, 0.8249)


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(value * 256))


def _profile(device: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = {b"desc": text, b"cprt": b"text\0\0\0\0none\0", b"wtpt": _xyz(D50), **tags}
    tags = {name: data + bytes(-len(data) % 4) for name, data in tags.items()}
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    header = struct.pack(">I4sI4s4s4s", offset + len(body), bytes(4), 0x02100000, device, space, connection)
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(*D50)
    return header.ljust(128, b"\0") + table + body


def rgb(primaries: np.ndarray = ADOBE_RGB, gamma: float = GAMMA) -> bytes:
    """Return the profile of a screen with these primaries."""
    columns = zip(b"rgb", primaries.T, strict=True)
    tags = {bytes([name]) + b"XYZ": _xyz(tuple(column)) for name, column in columns}
    return _profile(b"mntr", b"RGB ", b"XYZ ", {**tags, **{bytes([name]) + b"TRC": _gamma(gamma) for name in b"rgb"}})


def grey(gamma: float) -> bytes:
    """Return the profile of grey with this gamma."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": _gamma(gamma)})


def cmyk(lab_of: dict[tuple[int, int, int, int], tuple[float, float, float]]) -> bytes:
    """Return the profile of a press by the colour (CIE L*a*b*) of each of the 16 overprints of full inks."""
    identity = bytes(range(256))
    grid = b""
    for index in range(16):
        lightness, a, b = lab_of[tuple(index >> shift & 1 for shift in (3, 2, 1, 0))]
        grid += bytes([round(lightness * 2.55), round(a + 128), round(b + 128)])
    table = (
        b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1) + identity * 4 + grid + identity * 3
    )
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table, b"A2B1": table})


def srgb_of(samples: np.ndarray, primaries: np.ndarray = ADOBE_RGB, gamma: float = GAMMA) -> np.ndarray:
    """Return the sRGB values, not yet rounded, of 8-bit samples of the screen that `rgb` describes."""
    return _srgb_of_xyz((samples / 255) ** gamma @ primaries.T)


def srgb_of_lab(lightness: float, a: float, b: float) -> np.ndarray:
    """Return the sRGB values of a colour in CIE L*a*b*."""
    y = (lightness + 16) / 116
    f = np.array([y + a / 500, y, y - b / 200])
    return _srgb_of_xyz(np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * D50)


def _srgb_of_xyz(xyz: np.ndarray) -> np.ndarray:
    light = np.clip(xyz @ np.linalg.inv(SRGB).T, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
