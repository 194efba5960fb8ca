"""XMP: what of a packet no longer holds once the picture is upright and resized, or shall not be passed on."""

import re
from xml.dom import minidom
from xml.parsers import expat

_TIFF, _EXIF = "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/"
# Said of the source's pixels; the file itself says it of the result's.
_SIZES = {
    *((_TIFF, name) for name in ("ImageWidth", "ImageLength")),
    *((_EXIF, name) for name in ("PixelXDimension", "PixelYDimension")),
}
# Schemas about more pictures in the same file (gain maps, depth, moving pictures), which the result does not have.
_OTHER_PICTURES = ("http://ns.google.com/photos/1.0/", "http://ns.adobe.com/hdr-gain-map/")
_PLACE = re.compile(r"gps|.*(latitude|longt?itude|altitude)", re.IGNORECASE)  # longtitude is a maker's spelling
_MAY_MATTER = re.compile(
    rb"orientation|image(width|length)|pixel[xy]dimension|google\.com/photos|hdr-gain-map|gps|itude",
    re.IGNORECASE,
)

_MAX_BYTES = 2**22  # a parsed packet takes fifty times its bytes
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'  # what minidom begins with, and packets do not


def of_result(packet: bytes, *, with_place: bool) -> bytes | None:
    """Return an XMP packet for the picture that was made of its own, upright and of another size.

    The orientation becomes 1; the size in pixels and what is said of other pictures in the file is removed.

    Parameters
    ----------
    packet : bytes
        As it lies in the file, with the zeros behind it that TIFF may have.
    with_place : bool
        Whether coordinates are kept: all properties, of any schema and at any depth, whose names begin with "GPS" or
        speak of latitude, longitude or altitude. Names of places, as words, stay.

    Returns
    -------
    bytes or None
        The same bytes if nothing had to change; None if the packet is no XML, declares a document type, or is too
        large to be parsed, and so cannot be vouched for.

    Examples
    --------
    >>> packet = b'<r xmlns:t="http://ns.adobe.com/tiff/1.0/" xmlns:e="e:" t:Orientation="6" e:GPSLatitude="1"/>'
    >>> of_result(packet, with_place=False)
    b'<r xmlns:t="http://ns.adobe.com/tiff/1.0/" xmlns:e="e:" t:Orientation="1"/>'
    """
    text = packet.rstrip(b"\0")
    if b"\0" in text:  # UTF-16 or UTF-32, which none of the formats allows
        return None
    if not _MAY_MATTER.search(text):  # in UTF-8 the names have no other spelling
        return packet
    try:
        document = _parse(text)
        changed = _set_orientation(document)
        changed |= _remove_unwanted(document, with_place=with_place)
        return document.toxml(encoding="utf-8").removeprefix(_DECLARATION) if changed else packet
    except (ValueError, LookupError, RecursionError, expat.ExpatError):
        return None


def _parse(packet: bytes) -> minidom.Document:
    """Parse XML that declares no entities: they can grow without limit, and XMP has none."""
    if len(packet) > _MAX_BYTES:
        raise ValueError("too large")

    def refuse(*declaration: object) -> None:
        raise ValueError("declares a document type")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(packet, True)
    return minidom.parseString(packet)


def _set_orientation(document: minidom.Document) -> bool:
    """Set the orientation to 1 (upright), be it an attribute or an element."""
    changed = False
    for element, attributes in _nodes(document):
        for attribute in attributes:
            if _is_orientation(attribute) and attribute.value != "1":
                attribute.value = "1"
                changed = True
        if _is_orientation(element) and [child.toxml() for child in element.childNodes] != ["1"]:
            for child in list(element.childNodes):
                element.removeChild(child)
            element.appendChild(document.createTextNode("1"))
            changed = True
    return changed


def _is_orientation(node: minidom.Element | minidom.Attr) -> bool:
    return (node.namespaceURI, node.localName) == (_TIFF, "Orientation")


def _remove_unwanted(document: minidom.Document, *, with_place: bool) -> bool:
    changed = False
    for element, attributes in _nodes(document):
        for attribute in attributes:
            if attribute.prefix != "xmlns" and _is_unwanted(attribute, with_place=with_place):
                element.removeAttributeNode(attribute)
                changed = True
        if element.parentNode is not None and _is_unwanted(element, with_place=with_place):
            element.parentNode.removeChild(element)
            changed = True
    return changed


def _is_unwanted(node: minidom.Element | minidom.Attr, *, with_place: bool) -> bool:
    schema, name = node.namespaceURI or "", node.localName or ""
    if (schema, name) in _SIZES or schema.startswith(_OTHER_PICTURES):
        return True
    return not with_place and _PLACE.match(name) is not None


def _nodes(document: minidom.Document) -> list[tuple[minidom.Element, list[minidom.Attr]]]:
    """Return all elements, each with its attributes."""
    return [(element, list(element.attributes.values())) for element in document.getElementsByTagName("*")]
