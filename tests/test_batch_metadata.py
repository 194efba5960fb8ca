"""EXIF, XMP and density: kept, left out, or kept without the place, in every format that has them."""

import io
import re

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from fastresample import batch
from fastresample.batch.codecs.formats import FORMATS

ORIENTATION, ARTIST, GPS = 0x0112, 0x013B, 0x8825
EXTENSIONS = sorted(format_.extensions[0] for format_ in FORMATS if format_.metadata)
XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" tiff:Orientation="6" exif:GPSLatitude="52,30.5N" '
    b'dc:rights="Zo\xc3\xab"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
UPRIGHT = b"1"
PIXELS = np.arange(12 * 16 * 3, dtype=np.uint8).reshape(12, 16, 3)


def resize(source, target, **options):
    options = batch.Options("100%", **options)
    report = batch.process(batch.prepare(source, target, options), options, apply=lambda samples, placement: samples)
    assert report.written == 1, report.failures
    return report


def orientation(packet):
    """Return the orientation in a packet; Pillow itself removes it from those of TIFF files, and turns their pixels."""
    found = re.search(rb'tiff:Orientation="(\d)"', packet)
    return found and found[1]


def load(path):
    image = Image.open(io.BytesIO(path.read_bytes()))
    image.load()
    return image


def exif():
    block = Image.Exif()
    block[ORIENTATION], block[ARTIST] = 6, "Artist"
    block.get_ifd(GPS).update({1: "N", 2: (52.0, 30.0, 30.0)})
    return block.tobytes()


def save(path, *, xmp=None, **settings):
    """Save a picture with metadata in the way in which each of Pillow's encoders takes them."""
    if xmp is not None and path.suffix == ".png":
        settings["pnginfo"] = PngImagePlugin.PngInfo()
        settings["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode())
    elif xmp is not None and path.suffix == ".tif":
        block = Image.Exif()
        block.load(settings.get("exif", b""))
        block[700] = xmp
        settings["exif"] = block.tobytes()
    elif xmp is not None:
        settings["xmp"] = xmp
    Image.fromarray(PIXELS).save(path, **settings)
    assert (load(path).info.get("xmp") is None) is (xmp is None)


@pytest.mark.parametrize("policy", ["keep", "strip", "strip-gps"])
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_policies(tmp_path, extension, policy):
    source, target = tmp_path / f"a{extension}", tmp_path / f"b{extension}"
    save(source, xmp=XMP, exif=exif())
    assert resize(source, target, metadata=policy).notes == {}
    result = load(target)
    assert result.size == (12, 16)  # turned, whatever the policy
    kept, packet = result.getexif(), result.info.get("xmp", b"")
    if policy == "strip":
        assert not {ORIENTATION, ARTIST, GPS} & set(kept)
        assert not packet
        return
    assert (kept.get(ORIENTATION, 1), kept[ARTIST]) == (1, "Artist")
    assert bool(kept.get_ifd(GPS)) is (policy == "keep")
    assert (b"GPSLatitude" in packet) is (policy == "keep")
    assert orientation(packet) in (UPRIGHT, None)
    assert "Zoë".encode() in packet
    if policy == "strip-gps":
        assert b"52,30.5" not in target.read_bytes()


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("origin", EXTENSIONS)
def test_xmp_goes_from_format_to_format(tmp_path, origin, extension):
    packet = XMP.replace(b'Orientation="6"', b'Orientation="1"')
    save(tmp_path / f"a{origin}", xmp=packet)
    assert resize(tmp_path / f"a{origin}", tmp_path / f"b{extension}").notes == {}
    assert load(tmp_path / f"b{extension}").info["xmp"].rstrip(b"\0") == packet  # byte for byte


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_an_orientation_in_xmp_alone_is_applied_and_reset(tmp_path, extension):
    """Pillow turns such pictures, and so do viewers; not AVIF, whose orientation is the picture's own property."""
    save(tmp_path / f"a{extension}", xmp=XMP)
    resize(tmp_path / f"a{extension}", tmp_path / f"b{extension}")
    result = load(tmp_path / f"b{extension}")
    assert orientation(result.info["xmp"]) in (UPRIGHT, None)
    assert result.size == ((16, 12) if extension == ".avif" else (12, 16))


def test_xmp_that_cannot_be_vouched_for(tmp_path):
    save(tmp_path / "a.jpg", xmp=XMP + b"<more gps>")
    report = resize(tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert list(report.notes) == ["its XMP is damaged or unusual and was dropped"]
    assert "xmp" not in load(tmp_path / "b.jpg").info


@pytest.mark.parametrize("length", [65_504, 65_505])
def test_xmp_that_is_too_long_for_jpeg(tmp_path, length):
    packet = b"<x>" + b" " * (length - 7) + b"</x>"
    save(tmp_path / "a.webp", xmp=packet)
    report = resize(tmp_path / "a.webp", tmp_path / "b.jpg")
    if length == 65_504:
        assert load(tmp_path / "b.jpg").info["xmp"] == packet
    else:
        assert list(report.notes) == ["its XMP has 65505 bytes, of which JPEG holds 65504; it was dropped"]


def test_a_copy_of_xmp_in_exif_does_not_tell_the_place(tmp_path):
    block = Image.Exif()
    block.load(exif())
    block[700] = XMP
    save(tmp_path / "a.jpg", exif=block.tobytes())
    resize(tmp_path / "a.jpg", tmp_path / "b.jpg", metadata="strip-gps")
    assert b"52,30.5" in (tmp_path / "a.jpg").read_bytes()
    assert b"52,30.5" not in (tmp_path / "b.jpg").read_bytes()


@pytest.mark.parametrize("extension", [".jpg", ".png", ".tif"])
@pytest.mark.parametrize("origin", [".jpg", ".png", ".tif", ".bmp"])
def test_density_is_kept(tmp_path, origin, extension):
    save(tmp_path / f"a{origin}", dpi=(300, 150))
    resize(tmp_path / f"a{origin}", tmp_path / f"b{extension}")
    assert load(tmp_path / f"b{extension}").info["dpi"] == pytest.approx((300, 150), abs=0.02)
    resize(tmp_path / f"a{origin}", tmp_path / f"c{extension}", metadata="strip")
    assert load(tmp_path / f"c{extension}").info.get("dpi", (1, 1)) == (1, 1)


def test_a_ratio_of_pixels_is_no_density(tmp_path):
    save(tmp_path / "a.jpg", exif=exif())
    assert load(tmp_path / "a.jpg").info["jfif_unit"] == 0
    resize(tmp_path / "a.jpg", tmp_path / "b.png")
    assert "dpi" not in load(tmp_path / "b.png").info
