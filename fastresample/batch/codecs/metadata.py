"""EXIF, XMP, orientation, density and profile: what is taken from a source and what its result carries."""

from typing import Any, NamedTuple

from PIL import Image

from fastresample.batch.codecs.xmp import of_result
from fastresample.batch.pixels.turning import turned_shape

_ORIENTATION, _XMP = 0x0112, 0x02BC
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_COLOUR_SPACE, _SRGB = 0xA001, 1
_INTEROPERABILITY_IFD, _INDEX = 0xA005, 1
_PIXEL_X_DIMENSION, _PIXEL_Y_DIMENSION = 0xA002, 0xA003

# The turn that brings a stored picture upright, by its orientation tag; 1 and unknown values need none.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# In TIFF files the EXIF directory also holds the layout of the pixels and, in maps, the ground's coordinates per pixel;
# both would be wrong after a resize, so only these descriptive tags are kept: ImageDescription, Make, Model,
# XResolution, YResolution, ResolutionUnit, Software, DateTime, Artist, HostComputer, Copyright.
_TIFF_TAGS = (270, 271, 272, 282, 283, 296, 305, 306, 315, 316, 33432)


_GREY_MODES = ("L", "LA", "I;16", "I", "F")


class Metadata(NamedTuple):
    """What a result takes over from its source.

    Attributes
    ----------
    exif : bytes or None
        Serialised, with its orientation set to 1 (upright).
    icc : bytes or None
        The colour profile.
    xmp : bytes or None
        The packet.
    density : (float, float) or None
        Pixels per inch, across and down.
    """

    exif: bytes | None = None
    icc: bytes | None = None
    xmp: bytes | None = None
    density: tuple[float, float] | None = None


def orienting_turn(image: Image.Image) -> Image.Transpose | None:
    """Return what brings an opened image upright when it is loaded; Pillow turns TIFF files itself then."""
    if image.format == "TIFF":
        return None
    try:
        return TURNS.get(_exif(image).get(_ORIENTATION, 1))
    except Exception:  # as in `read_metadata`
        return None


def loaded_shape(image: Image.Image) -> tuple[int, int]:
    """Return height and width that an opened image will have when it is loaded.

    Pillow turns TIFF files then. What their tag says is in their size already, but not what only XMP says.
    """
    shape, tags = (image.height, image.width), getattr(image, "tag_v2", None)
    if image.format != "TIFF" or tags is None or _ORIENTATION in tags:
        return shape
    return turned_shape(shape, turn_while_loading(image))


def turn_while_loading(image: Image.Image) -> Image.Transpose | None:
    """Return what Pillow will do to the pixels of an opened image when it loads them: it turns TIFF files upright."""
    return TURNS.get(image.getexif().get(_ORIENTATION, 1)) if image.format == "TIFF" else None


def read_metadata(image: Image.Image) -> tuple[Metadata, Image.Transpose | None, tuple[str, ...]]:
    """Take metadata from a loaded image.

    Returns
    -------
    metadata : Metadata
    turn : Image.Transpose or None
        What brings the pixels upright.
    notes : tuple of str
        What had to be given up.
    """
    turn = None
    taken = Metadata(None, image.info.get("icc_profile") or None, _packet(image.info.get("xmp")), _density(image))
    try:
        exif = _exif(image)
        turn = TURNS.get(exif.get(_ORIENTATION, 1))
        kept = _descriptive(exif) if image.format == "TIFF" else exif
        if _ORIENTATION in kept:
            kept[_ORIENTATION] = 1
        if _XMP in kept:  # a copy, which would not be looked through
            del kept[_XMP]
        data = kept.tobytes()
        _load(data)
    except Exception:  # a broken block raises whatever its parser stumbled over; the pixels are good all the same
        return taken, turn, ("its EXIF is damaged and was dropped",)
    return taken._replace(exif=data if len(kept) else None), turn, ()


def under_policy(metadata: Metadata, policy: str) -> tuple[Metadata, tuple[str, ...]]:
    """Leave of metadata what the option ``metadata`` says (keep, strip, strip-gps); the profile has its own option.

    Returns
    -------
    metadata : Metadata
    notes : tuple of str
        What had to be given up.
    """
    if policy == "strip":
        return Metadata(icc=metadata.icc), ()
    with_place = policy == "keep"
    if metadata.exif is not None and not with_place:
        exif = _load(metadata.exif)
        if _GPS_IFD in exif:
            del exif[_GPS_IFD]
            metadata = metadata._replace(exif=exif.tobytes() if len(exif) else None)
    if metadata.xmp is None:
        return metadata, ()
    packet = of_result(metadata.xmp, with_place=with_place)
    notes = () if packet is not None else ("its XMP is damaged or unusual and was dropped",)
    return metadata._replace(xmp=packet), notes


def _packet(stored: Any) -> bytes | None:
    """Return XMP as bytes; TIFF has it in whatever type its writer chose."""
    if isinstance(stored, str):
        return stored.encode("utf-8", "surrogateescape")
    return stored if stored and isinstance(stored, bytes) else None


def _density(image: Image.Image) -> tuple[float, float] | None:
    """Return pixels per inch, where the file tells them and a JPEG could hold them."""
    if "jfif" in image.info and not image.info.get("jfif_unit"):  # a ratio only; Pillow makes 72 of it
        return None
    across, down = image.info.get("dpi") or (0, 0)
    return (float(across), float(down)) if min(across, down) >= 1 and max(across, down) < 2**16 else None


def exif_of_size(data: bytes, width: int, height: int) -> bytes:
    """Return EXIF for a picture of this size in pixels."""
    exif = _load(data)
    if _EXIF_IFD in exif:
        details = exif.get_ifd(_EXIF_IFD)
        for tag, value in ((_PIXEL_X_DIMENSION, width), (_PIXEL_Y_DIMENSION, height)):
            if tag in details:
                details[tag] = value
    return exif.tobytes()


def exif_of_srgb(data: bytes) -> tuple[bytes, bool]:
    """Return EXIF for a picture whose colours are sRGB now, and whether it said that they were Adobe RGB.

    Cameras say so by the index R03 of the design rule for camera file systems (DCF 2.0), often without a profile.
    """
    exif = _load(data)
    details = exif.get_ifd(_EXIF_IFD)
    if _COLOUR_SPACE in details:
        details[_COLOUR_SPACE] = _SRGB
    index = exif.get_ifd(_INTEROPERABILITY_IFD) if _INTEROPERABILITY_IFD in details else {}
    was_adobe = index.get(_INDEX) == "R03"
    if was_adobe:
        index[_INDEX] = "R98"
    return exif.tobytes(), was_adobe


def exif_with_xmp(data: bytes | None, packet: bytes) -> bytes:
    """Return EXIF with an XMP packet among its tags, where TIFF has it."""
    exif = _load(data) if data else Image.Exif()
    exif[_XMP] = packet
    return exif.tobytes()


def fits_compressed_tiff(data: bytes) -> bool:
    """Whether Pillow can store this EXIF in a compressed TIFF: ASCII text only, and no directories in it."""
    exif = _load(data)
    return not ({_EXIF_IFD, _GPS_IFD} & set(exif)) and all(str(value).isascii() for value in exif.values())


def suits(icc: bytes, mode: str) -> bool:
    """Whether a profile may go with a picture of this mode: one for grey says nothing about colour."""
    return icc[16:20] != b"GRAY" or mode in _GREY_MODES


def _exif(image: Image.Image) -> Image.Exif:
    """Return an image's EXIF with the orientation that holds.

    Where EXIF names none, Pillow takes that of XMP. The orientation of an AVIF picture is a property of the picture
    (irot, imir), which Pillow has put into EXIF, and nothing else.
    """
    return _load(image.info.get("exif", b"")) if image.format == "AVIF" else image.getexif()


def _load(data: bytes) -> Image.Exif:
    """Parse serialised EXIF."""
    exif = Image.Exif()
    exif.load(data)
    return exif


def _descriptive(exif: Image.Exif) -> Image.Exif:
    kept = Image.Exif()
    for tag in _TIFF_TAGS:
        if tag in exif:
            kept[tag] = exif[tag]
    for directory in (_EXIF_IFD, _GPS_IFD):
        if values := exif.get_ifd(directory):
            kept[directory] = values
    return kept
