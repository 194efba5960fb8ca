"""Limits: what is refused by the header, and how much memory all images at work may take together."""

import io
import re
import struct
import sys
import threading
import time
import zlib

import child
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fastresample import batch
from fastresample.batch import memory
from fastresample.batch.errors import ImageError
from fastresample.batch.quantities import parse_bytes, parse_pixels

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads the process's peak from /proc")


def failure(source, target, **options):
    report = batch.resize_folder(source, target, size="50%", **options)
    assert not target.exists()
    (only,) = report.failures
    return only.reason


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1", 1),
        (7, 7),
        ("2GB", 2 * 10**9),
        ("1.5 gb", 15 * 10**8),
        ("1GiB", 2**30),
        ("500kB", 500_000),
        (".5MB", 500_000),
    ],
)
def test_bytes_as_users_write_them(text, count):
    assert parse_bytes("memory", text) == count


@pytest.mark.parametrize("text", ["", "0", "-1", "GB", "2 XB", "1e9", "two", "2GB2", "0.1", 0, -5])
def test_what_is_no_amount(text):
    with pytest.raises(ValueError, match=r"memory must be a positive number of bytes, such as 2GB, 500MB or 1GiB; got"):
        parse_bytes("memory", text)


@pytest.mark.parametrize("value", [1.5, True, None, (1,)])
def test_what_is_no_number(value):
    with pytest.raises(
        TypeError, match="max_pixels must be a positive number of pixels, such as 179MP or 1000000; got"
    ):
        parse_pixels("max_pixels", value)


def test_options_are_checked():
    options = batch.Options(5, max_pixels="2MP", max_bytes="1kB", max_frames=3, memory="1GB")
    assert options.limits == (2_000_000, 3, 1000)
    assert options.memory == 10**9
    with pytest.raises(ValueError, match="max_frames must be a positive integer"):
        batch.Options(5, max_frames=0)
    with pytest.raises(ValueError, match="on_damage must be one of fail, warn; got 'ignore'"):
        batch.Options(5, on_damage="ignore")
    with pytest.raises(TypeError, match="shrink_on_load must be True or False, got 1"):
        batch.Options(5, shrink_on_load=1)


def test_more_pixels_than_the_limit(tmp_path):
    Image.new("L", (40, 30)).save(tmp_path / "a.png")
    reason = failure(tmp_path / "a.png", tmp_path / "b.png", max_pixels=1199)
    assert reason.startswith("refused as too large (40 x 30 pixels, the limit is 1199 pixels); ")
    assert batch.resize_folder(tmp_path / "a.png", tmp_path / "b.png", size="50%", max_pixels=1200).ok


def test_more_pixels_than_pillows_own_limit(tmp_path, monkeypatch):
    """The user's limit is the one that counts; Pillow's is as it was afterwards."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)  # Pillow itself refuses above twice as many
    Image.new("L", (40, 30)).save(tmp_path / "a.png")
    assert "refused as too large" in failure(tmp_path / "a.png", tmp_path / "b.png")
    assert batch.resize_folder(tmp_path / "a.png", tmp_path / "b.png", size="50%", max_pixels="200MP").ok
    assert Image.MAX_IMAGE_PIXELS == 100


def test_more_pictures_in_a_file_than_the_limit(tmp_path):
    frames = [Image.new("L", (9, 9), value) for value in range(4)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    reason = failure(tmp_path / "a.gif", tmp_path / "b.gif", max_frames=3)
    assert reason == "refused: 4 pictures in one file, the limit is 3; raise --max-frames"


def test_a_file_with_more_bytes_than_the_limit(tmp_path):
    Image.new("L", (40, 30)).save(tmp_path / "a.bmp")
    reason = failure(tmp_path / "a.bmp", tmp_path / "b.bmp", max_bytes="1kB")
    size = (tmp_path / "a.bmp").stat().st_size
    assert reason == f"refused: a file of {size / 1000:.3g} kB, the limit is 1 kB; raise --max-bytes"


def test_a_picture_larger_than_the_budget_is_refused_with_advice(tmp_path):
    Image.new("RGB", (1000, 1000)).save(tmp_path / "a.png")
    reason = failure(tmp_path / "a.png", tmp_path / "b.png", memory="1MB")
    assert reason.startswith("needs about 20 MB of memory, the budget is 1 MB; raise it with --memory")


def test_the_budget_holds_for_one_picture_in_memory(tmp_path):
    buffer = io.BytesIO()
    Image.new("RGB", (1000, 1000)).save(buffer, "PNG")
    with pytest.raises(ImageError, match=r"needs about .* MB of memory, the budget is 1 MB"):
        batch.resize_bytes(buffer.getvalue(), size=10, memory="1MB")


@pytest.mark.parametrize(
    ("ending", "options", "megabytes"),
    [("png", {}, 10 + 24 / 4), ("webp", {}, 10 + 34 / 4), ("png", {"linear": True}, 27 + 24 / 4)],
)
def test_encoders_and_linear_light_take_more(tmp_path, ending, options, megabytes):
    """For each pixel that is decoded, and for each of the quarter that is the result; bytes as measured."""
    Image.new("RGB", (1000, 1000)).save(tmp_path / "a.png")
    reason = failure(tmp_path / "a.png", tmp_path / f"b.{ending}", memory="1MB", **options)
    assert abs(float(reason.split()[2]) - 4 - megabytes) < 1  # 4 for whatever is there always


def test_no_more_is_admitted_than_there_is():
    budget, used, peak = memory.Budget(10), 0, 0
    lock = threading.Lock()

    def work(count):
        nonlocal used, peak
        with budget.share() as admit:
            admit(count)
            with lock:
                used += count
                peak = max(peak, used)
            time.sleep(0.002)
            with lock:
                used -= count

    threads = [threading.Thread(target=work, args=(1 + number % 7,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert not any(thread.is_alive() for thread in threads)
    assert 7 <= peak <= 10


def test_who_needs_much_is_not_overtaken_for_ever():
    """First come, first served: small ones that would fit wait behind a large one."""
    budget, order = memory.Budget(10), []

    def work(name, count):
        with budget.share() as admit:
            admit(count)
            order.append(name)

    with budget.share() as admit:
        admit(6)
        threads = []
        for name, count in (("large", 9), ("small", 2)):
            threads.append(threading.Thread(target=work, args=(name, count), daemon=True))
            threads[-1].start()
            deadline = time.monotonic() + 5
            while len(budget._waiting) < len(threads) and time.monotonic() < deadline:
                time.sleep(0.001)
        assert order == []
    for thread in threads:
        thread.join(timeout=20)
    assert order == ["large", "small"]


def test_what_failed_gives_its_share_back():
    budget = memory.Budget(10)

    def fail():
        with budget.share() as admit:
            admit(10)
            raise RuntimeError

    for _ in range(3):
        with pytest.raises(RuntimeError):
            fail()
    with (
        pytest.raises(ImageError, match="needs about 11 bytes of memory, the budget is 10 bytes"),
        budget.share() as admit,
    ):
        admit(11)


def test_other_c_libraries_keep_what_they_keep(monkeypatch):
    monkeypatch.setattr(memory, "_trimmer", lambda: None)
    budget = memory.Budget(10**9)
    for _ in range(2):
        with budget.share() as admit:
            admit(10**9)


def test_limits_of_control_groups(tmp_path):
    own = tmp_path / "cgroup"
    own.write_text("12:cpu,memory:/docker/abc\n0::/user/app\n")
    for path, limit in {
        "memory.max": "max",
        "user/memory.max": "5000000000",
        "user/app/memory.max": "max",
        "memory/docker/memory.limit_in_bytes": "9223372036854771712",
        "memory/docker/abc/memory.limit_in_bytes": "3000000000",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(limit + "\n")
    found = sorted(memory._group_limits(tmp_path, own))
    assert found == [3_000_000_000, 5_000_000_000, 9_223_372_036_854_771_712]
    assert list(memory._group_limits(tmp_path, tmp_path / "missing")) == []


@linux
def test_the_budget_follows_the_processs_own_limit():
    script = """
        import resource
        from child import tell
        from fastresample.batch import memory
        before = memory.usable()
        resource.setrlimit(resource.RLIMIT_AS, (3 * 10**9, resource.RLIM_INFINITY))
        tell([before, memory.usable(), memory.default_budget()])
    """
    before, usable, budget = child.run(script).told
    assert usable == min(before, 3 * 10**9)
    assert budget == usable // 2


def zeros_png(side):
    """A whole PNG of ``side * side`` grey pixels in a thousandth of the bytes: one piece of its data, repeated."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = next(count for count in (40, 30, 20, 10, 1) if side % count == 0)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = deflate.compress(bytes(rows * (1 + side))) + deflate.flush(zlib.Z_FULL_FLUSH)
    total = side * (1 + side)
    checksum = struct.pack(">HH", total % 65521, 1)  # Adler-32 of so many zeros
    data = b"\x78\xda" + piece * (side // rows) + b"\x03\x00" + checksum
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_the_bomb_is_no_dud():
    with Image.open(io.BytesIO(zeros_png(300))) as image:
        assert image.size == (300, 300)
        assert not np.asarray(image).any()


MEASURED = """
    import sys, time
    from pathlib import Path
    import numpy as np
    from child import tell
    from fastresample import batch

    def status(name):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name + ":")) * 1024

    def apply(samples, placement):
        return np.ascontiguousarray(samples[: placement.inner[0], : placement.inner[1]])

    source, target, memory, workers = sys.argv[1:]
    options = batch.Options(50, memory=memory, workers=int(workers))
    inputs = batch.prepare(source, target, options)
    before, began = status("VmRSS"), time.perf_counter()
    report = batch.process(inputs, options, apply=apply if int(workers) > 1 else None)
    seconds = time.perf_counter() - began
    tell([report.written, [failure.reason for failure in report.failures], seconds, status("VmHWM") - before])
"""


@linux
def test_a_bomb_of_900_megapixels_is_refused_at_once(tmp_path):
    (tmp_path / "bomb.png").write_bytes(zeros_png(30_000))
    assert (tmp_path / "bomb.png").stat().st_size < 1_000_000
    told = [child.run(MEASURED, tmp_path / "bomb.png", tmp_path / "b.png", "100GB", 1).told for _ in range(3)]
    _, (reason,), _, memory_taken = told[0]
    assert re.match(r"refused as too large \(.*900000000 pixels.*\); .* shrink it with a tool that streams", reason)
    assert memory_taken < 100e6
    assert min(seconds for _, _, seconds, _ in told) < 0.05


@linux
def test_eight_workers_stay_below_the_budget(tmp_path):
    (tmp_path / "in").mkdir()
    data = zeros_png(10_000)
    for number in range(8):
        (tmp_path / f"in/{number}.png").write_bytes(data)
    written, failures, _, taken = child.run(MEASURED, tmp_path / "in", tmp_path / "out", "700MB", 8).told
    assert (written, failures) == (8, [])
    assert 2e8 < taken < 7e8


@pytest.mark.parametrize("kind", ["tEXt", "iTXt", "XMP"])
def test_much_text_in_a_picture(tmp_path, kind):
    """Text is not kept, and harms no picture; what unpacks to more than anybody writes is refused, and not damage."""
    for length in (3 * 10**6, 2**24 + 1):
        info = PngInfo()
        if kind == "tEXt":
            info.add_text("Comment", "a" * length, zip=True)
        else:
            info.add_itxt("XML:com.adobe.xmp" if kind == "XMP" else "Comment", "a" * length, zip=True)
        Image.new("L", (4, 4)).save(tmp_path / "a.png", pnginfo=info)
        for name in ("{stem}{ext}", "{stem}-{width}{ext}"):  # the second needs the header before the run
            target, how = tmp_path / f"{length}-{len(name)}", {"size": "50%", "method": "nearest", "name": name}
            report = batch.resize_folder([tmp_path / "a.png"], target, **how)
            assert [failure.kind for failure in report.failures] == ([] if length < 2**24 else ["too-large"])
