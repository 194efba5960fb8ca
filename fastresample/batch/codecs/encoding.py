"""Write results in a format's bytes, with what they keep of their source; what a format cannot hold is refused."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image, PngImagePlugin

from fastresample.batch.codecs import deep
from fastresample.batch.codecs.decoding import Origin
from fastresample.batch.codecs.formats import FORMATS, MODE_WORDS, Format
from fastresample.batch.codecs.frames import FOR_EVER, Animation
from fastresample.batch.codecs.metadata import Metadata, exif_of_size, exif_with_xmp, fits_compressed_tiff, suits
from fastresample.batch.errors import FormatError, TooLargeError, UnsupportedError
from fastresample.batch.pixels.colour import DeepImage, has_alpha, without_alpha

_WEBP_HEADER, _WEBP_FLAGS, _WEBP_ALPHA = slice(12, 16), 20, 0x10
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
    if has_alpha(mode) and without_alpha(mode) in target.modes:
        return "give a background colour"
    return "icc srgb, which makes RGB of it" if mode == "CMYK" else ""


def encode(
    images: Sequence[Image.Image | DeepImage],
    target: Format,
    origin: Origin,
    quality: int | None = None,
    animation: Animation | None = None,
) -> tuple[bytes, tuple[str, ...]]:
    """Encode a result in a format that holds its mode (`check_holds`), with what it should keep of its `origin`.

    Parameters
    ----------
    images : sequence of Image or DeepImage
        The result, upright; several of one size for an animation.
    target : Format
        What it becomes.
    origin : Origin
        What it keeps of its source.
    quality : int or None
        Of formats that lose something, 1 to 100; None: the format's default, and no loss where the source had none.
    animation : Animation or None
        How the images follow each other; for formats that have such a thing.

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
    width, height = images[0].size
    if max(width, height) > target.max_side:
        raise TooLargeError(
            f"the result has {width} x {height} pixels, but {target.name} holds at most {target.max_side} "
            "a side; choose a smaller size or another format"
        )
    settings = dict(target.defaults)
    if origin.format is target:
        settings.update(origin.settings)
    if quality is not None and "quality" in settings:
        settings.update(quality=quality, lossless=False)
    first = images[0]
    pictures = [image for image in images if isinstance(image, Image.Image)]
    moving_settings, pictures, notes = _animated(pictures, target, animation)
    settings.update(moving_settings)
    saved_mode = target.modes[pictures[0].mode if pictures else first.mode]
    if saved_mode == "L":  # has no colour whose resolution could be less; AVIF would store some
        settings.pop("subsampling", None)
    kept, more_notes = _metadata_settings(origin.metadata, target, saved_mode, first.size)
    settings.update(kept)
    try:
        if isinstance(first, DeepImage):
            data = deep.encode(first.samples, target.name, settings)
        else:
            data = _by_pillow([_stored(picture, saved_mode) for picture in pictures], target, settings)
    except (OSError, ValueError, OverflowError) as error:
        raise UnsupportedError(f"the result cannot be written as {target.name} ({error})") from error
    return data, notes + more_notes


def _by_pillow(pictures: Sequence[Image.Image], target: Format, settings: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    pictures[0].save(buffer, target.name, append_images=pictures[1:], **settings)
    if target.name == "WEBP" and has_alpha(pictures[0].mode):
        _say_alpha(buffer.getbuffer())
    return buffer.getvalue()


def _say_alpha(webp: memoryview) -> None:
    """Set the flag of an animation's header: libwebp leaves it out where all parts that change are opaque."""
    if bytes(webp[_WEBP_HEADER]) == b"VP8X":
        webp[_WEBP_FLAGS] |= _WEBP_ALPHA


def _animated(
    images: list[Image.Image], target: Format, animation: Animation | None
) -> tuple[dict[str, Any], list[Image.Image], tuple[str, ...]]:
    """Return what the encoder is told of an animation, its images in one mode, and notes."""
    if animation is None or target.animation is None:
        return {}, images, ()
    if animation.poster and target.name != "PNG":
        images, animation = images[1:], animation._replace(durations=animation.durations[1:], poster=False)
    notes: tuple[str, ...] = ()
    if target.name == "AVIF" and animation.plays != FOR_EVER:
        notes = ("its animation ends after a while, which cannot be stored in AVIF; it goes on for ever",)
    modes = {image.mode for image in images}
    mode = modes.pop() if len(modes) == 1 else "RGBA" if modes & {"LA", "RGBA"} else "RGB"
    if mode == "RGBA" and all(
        image.getchannel("A").getextrema() == (255, 255) for image in images if "A" in image.mode
    ):
        mode = "RGB"
    for number, image in enumerate(images):  # in place: the others are let go one by one
        images[number] = image if image.mode == mode else image.convert(mode)
    return {"save_all": True, **target.animation(animation, mode.endswith("A"))}, images, notes


def _stored(image: Image.Image, mode: str) -> Image.Image:
    """Return an image in the mode in which it is saved."""
    if mode == "P":
        return _with_palette(image)
    return image if image.mode == mode else image.convert(mode)


def _metadata_settings(
    metadata: Metadata, target: Format, mode: str, size: tuple[int, int]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what an encoder is told to store beside the pixels, and notes of what it cannot store."""
    if not target.metadata:
        lost = [name for name, block in (("EXIF", metadata.exif), ("XMP", metadata.xmp)) if block is not None]
        note = f"its {' and '.join(lost)} cannot be stored in {target.name} and had to be dropped"
        return {}, (note,) if lost else ()
    settings: dict[str, Any] = {}
    notes = []
    if metadata.icc is not None and suits(metadata.icc, mode):
        settings["icc_profile"] = metadata.icc
    elif metadata.icc is not None:
        notes.append(f"its colour profile is for grey, which {target.name} stores as colour; the profile was dropped")
    exif = None if metadata.exif is None else exif_of_size(metadata.exif, *size)
    if exif is not None and target.name == "WEBP":
        exif = exif.removeprefix(b"Exif\0\0")  # the encoder of single pictures would do so itself
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


def _with_palette(image: Image.Image) -> Image.Image:
    """Choose 256 colours; with alpha 255 and one transparent entry for what is less than half opaque."""
    if "A" not in image.mode:
        return image.quantize(256)
    opaque = image.convert("RGB").quantize(255)
    opaque.paste(255, mask=image.getchannel("A").point(lambda alpha: 255 * (alpha < 128)))
    opaque.info["transparency"] = 255
    return opaque
