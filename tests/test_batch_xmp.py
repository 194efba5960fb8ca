"""XMP: orientation and coordinates, in every form in which they are written; nothing else is touched."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastresample.batch.codecs.xmp import of_result

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" {attributes}>{elements}
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Zoë &amp; the &lt;sea&gt;</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
TIFF, EXIF = "{http://ns.adobe.com/tiff/1.0/}", "{http://ns.adobe.com/exif/1.0/}"


def packet(attributes="", elements=""):
    return PACKET.format(attributes=attributes, elements=elements).encode()


def properties(data):
    """Return every attribute and element with text, by name, read by another parser."""
    found = {}
    for element in ElementTree.fromstring(data).iter():
        found.update(element.attrib)
        if (element.text or "").strip():
            found[element.tag] = element.text.strip()
    return found


@pytest.mark.parametrize("with_place", [True, False])
@pytest.mark.parametrize(
    "data", [packet(), packet('tiff:Orientation="1"'), packet('tiff:Make="Maker"'), b"no xml", b""]
)
def test_what_needs_no_change_keeps_its_bytes(data, with_place):
    assert of_result(data, with_place=with_place) is data


@pytest.mark.parametrize(
    "data",
    [
        packet('tiff:Orientation="6" exif:GPSLatitude="52,30.5N"'),
        packet(elements="<tiff:Orientation>6</tiff:Orientation><exif:GPSLatitude>52,30.5N</exif:GPSLatitude>"),
        packet('tiff:Orientation="6" exif:GPSLatitude="52,30.5N"') + bytes(40),
        packet('tiff:Orientation="6" exif:GPSLatitude="52,30.5N"').replace(b"tiff:", b"t:").replace(b":tiff=", b":t="),
    ],
)
def test_orientation_is_reset_and_the_rest_stays(data):
    before = properties(data.rstrip(b"\0"))
    after = properties(of_result(data, with_place=True))
    assert before[TIFF + "Orientation"] == "6"
    assert after == {**before, TIFF + "Orientation": "1"}
    without_place = {name: value for name, value in after.items() if name != EXIF + "GPSLatitude"}
    assert properties(of_result(data, with_place=False)) == without_place != after


def test_the_wrapper_stays():
    result = of_result(packet('tiff:Orientation="6"'), with_place=True).decode()
    assert result.startswith('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>')
    assert result.endswith('<?xpacket end="w"?>')


def test_orientations_of_others_stay():
    data = packet('xmlns:o="other" o:Orientation="6"')
    assert of_result(data, with_place=True) is data


def test_coordinates_of_any_schema_at_any_depth_go():
    names = ("GPSLatitude", "GPSAltitudeRef", "GPSTimeStamp", "GpsLongtitude", "latitude", "AbsoluteAltitude")
    elements = "".join(f"<d:{name}>1</d:{name}><rdf:Bag><rdf:li d:{name}='1'/></rdf:Bag>" for name in names)
    result = of_result(
        packet('xmlns:d="drone"', f"<d:Flight><d:City>Rome</d:City>{elements}</d:Flight>"), with_place=False
    )
    assert b"Rome" in result
    assert not any(name.encode() in result for name in names)


def test_what_was_said_of_the_pixels_and_of_other_pictures_goes():
    sizes = 'tiff:ImageWidth="4000" exif:PixelXDimension="4000" tiff:Make="Maker"'
    others = (
        '<C:Directory xmlns:C="http://ns.google.com/photos/1.0/container/"><rdf:Seq><rdf:li C:Semantic="GainMap"/>'
        "</rdf:Seq></C:Directory><tiff:ImageLength>3000</tiff:ImageLength>"
    )
    data = packet(f'{sizes} xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"', others)
    assert properties(of_result(data, with_place=True)) == {**properties(packet()), TIFF + "Make": "Maker"}


@pytest.mark.parametrize(
    "data",
    [
        b"<orientation",
        packet('tiff:Orientation="6"') + b"behind",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x orientation="&a;"/>',
        packet('tiff:Orientation="6"').decode().encode("utf-16"),
        b"<a>" * 5000 + b'<b gps="1"/>' + b"</a>" * 5000,
        b'<a gps="' + b"1" * 2**22 + b'"/>',
    ],
    ids=["broken", "behind", "entities", "utf-16", "deep", "large"],
)
def test_what_cannot_be_vouched_for_is_dropped(data):
    assert of_result(data, with_place=True) is None


@given(
    st.binary(max_size=200), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6), st.booleans()
)
def test_any_bytes_are_answered(noise, changes, with_place):
    """Nothing escapes a parser, and no place does either: what comes back is whole, or nothing does."""
    data = bytearray(packet('tiff:Orientation="6" exif:GPSLatitude="52,30.5N"'))
    for position, value in changes:
        data[position] = value
    for each in (noise, noise + bytes(data), bytes(data)):
        result = of_result(each, with_place=with_place)
        if result is not None and not changes and not with_place:
            assert b"52,30.5" not in result
