"""Write results in a format's bytes, with what they keep of their source; what a format cannot hold is refused."""

import io
from typing import Any

from PIL import Image, PngImagePlugin

from fastresample.batch.decoding import Origin
from fastresample.batch.errors import FormatError, TooLargeError, UnsupportedError
from fastresample.batch.formats import FORMATS, MODE_WORDS, Format
from fastresample.batch.metadata import Metadata, exif_of_size, exif_with_xmp, fits_compressed_tiff, suits

_MAX_XMP_IN_JPEG = 65_533 - len(b"http://ns.adobe.com/xap/1.0/\0")


def check_holds(target: Format, mode: str, metadata: Metadata) -> None:
    """Raise FormatError if a format cannot hold pictures of a mode, or this metadata."""
    if mode not in target.modes:
        formats = tuple(format_.name.lower() for format_ in FORMATS if mode in format_.modes)
        problem = f"{target.name} cannot hold {MODE_WORDS.get(mode, mode)}"
        raise FormatError(problem, formats, _remedy(target, mode))
    length = len(metadata.exif or b"")
    if target.metadata and target.max_exif is not None and length > target.max_exif:
        roomy = (format_ for format_ in FORMATS if mode in format_.modes and format_.metadata)
        formats = tuple(format_.name.lower() for format_ in roomy if format_.max_exif is None)
        raise FormatError(f"{target.name} holds {target.max_exif} bytes of EXIF, the input has {length}", formats)


def _remedy(target: Format, mode: str) -> str:
    """Say which option makes pictures of a mode fit into a format."""
    if mode.endswith("A") and mode.removesuffix("A") in target.modes:
        return "give a background colour"
    return "icc srgb, which makes RGB of it" if mode == "CMYK" else ""


def encode(
    image: Image.Image, target: Format, origin: Origin, quality: int | None = None
) -> tuple[bytes, tuple[str, ...]]:
    """Encode a result in a format that holds its mode (`check_holds`), with what it should keep of its `origin`.

    Parameters
    ----------
    image : Image
        The result, upright.
    target : Format
        What it becomes.
    origin : Origin
        What it keeps of its source.
    quality : int or None
        Of formats that lose something, 1 to 100; None: the format's default, and no loss where the source had none.

    Returns
    -------
    data : bytes
    notes : tuple of str
        What had to be given up.

    Raises
    ------
    ImageError
        If the format cannot hold the picture.
    """
    if max(image.size) > target.max_side:
        raise TooLargeError(
            f"the result has {image.width} x {image.height} pixels, but {target.name} holds at most {target.max_side} "
            "a side; choose a smaller size or another format"
        )
    settings = dict(target.defaults)
    if origin.format is target:
        settings.update(origin.settings)
    if quality is not None and "quality" in settings:
        settings.update(quality=quality, lossless=False)
    saved_mode = target.modes[image.mode]
    if saved_mode == "L":  # has no colour whose resolution could be less; AVIF would store some
        settings.pop("subsampling", None)
    kept, notes = _metadata_settings(origin.metadata, target, saved_mode, image.size)
    settings.update(kept)
    if saved_mode == "P":
        image, transparency = _palette(image)
        settings.update(transparency)
    elif saved_mode != image.mode:
        image = image.convert(saved_mode)
    buffer = io.BytesIO()
    try:
        image.save(buffer, target.name, **settings)
    except (OSError, ValueError) as error:
        raise UnsupportedError(f"the result cannot be written as {target.name} ({error})") from error
    return buffer.getvalue(), notes


def _metadata_settings(
    metadata: Metadata, target: Format, mode: str, size: tuple[int, int]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what an encoder is told to store beside the pixels, and notes of what it cannot store."""
    if not target.metadata:
        return {}, ()
    settings: dict[str, Any] = {}
    notes = []
    if metadata.icc is not None and suits(metadata.icc, mode):
        settings["icc_profile"] = metadata.icc
    elif metadata.icc is not None:
        notes.append(f"its colour profile is for grey, which {target.name} stores as colour; the profile was dropped")
    exif = None if metadata.exif is None else exif_of_size(metadata.exif, *size)
    if metadata.xmp is not None and (problem := _set_xmp(settings, metadata.xmp, target)):
        notes.append(problem)
    if target.name == "TIFF" and (packet := settings.pop("xmp", None)) is not None:
        exif = exif_with_xmp(exif, packet)
    if exif is not None:
        settings["exif"] = exif
        if target.name == "TIFF" and not fits_compressed_tiff(exif):
            settings["compression"] = "raw"
    if metadata.density is not None:
        settings["dpi"] = metadata.density
    return settings, tuple(notes)


def _set_xmp(settings: dict[str, Any], packet: bytes, target: Format) -> str:
    """Put a packet where the encoder looks for it; or say why it cannot be stored."""
    if target.name == "JPEG" and len(packet) > _MAX_XMP_IN_JPEG:
        return f"its XMP has {len(packet)} bytes, of which JPEG holds {_MAX_XMP_IN_JPEG}; it was dropped"
    if target.name != "PNG":
        settings["xmp"] = packet
        return ""
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", packet.rstrip(b"\0").decode(errors="replace"))
    settings["pnginfo"] = text
    return ""


def _palette(image: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    """Choose 256 colours; with alpha 255 and one transparent entry for what is less than half opaque."""
    if "A" not in image.mode:
        return image.quantize(256), {}
    opaque = image.convert("RGB").quantize(255)
    opaque.paste(255, mask=image.getchannel("A").point(lambda alpha: 255 * (alpha < 128)))
    return opaque, {"transparency": 255}
