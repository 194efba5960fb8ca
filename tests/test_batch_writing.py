"""Atomic writes: whatever happens, a name holds a whole file or what it held before, and nothing else is left."""

import errno
import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest

from fastresample.batch.files import writing
from fastresample.batch.files.writing import write_atomic


def test_a_new_file_in_a_new_folder(tmp_path):
    write_atomic(tmp_path / "a/b/c.png", b"data", replace=False)
    assert (tmp_path / "a/b/c.png").read_bytes() == b"data"
    assert os.listdir(tmp_path / "a/b") == ["c.png"]


def test_permissions_are_the_usual_ones(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_atomic(tmp_path / "ours", b"", replace=False)
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_replacing(tmp_path):
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    write_atomic(target, b"new", replace=True)
    assert target.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.png"]


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_an_existing_file_is_not_replaced_unasked(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", _fail(errno.EPERM))
    target = tmp_path / "a.png"
    write_atomic(target, b"first", replace=False)
    with pytest.raises(FileExistsError):
        write_atomic(target, b"second", replace=False)
    assert target.read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["a.png"]


def _fail(number):
    def fail(*arguments, **options):
        raise OSError(number, os.strerror(number))

    return fail


def test_a_folder_of_that_name_stays(tmp_path):
    (tmp_path / "a.png").mkdir()
    for replace in (True, False):
        with pytest.raises(OSError, match=r"a\.png"):
            write_atomic(tmp_path / "a.png", b"data", replace=replace)
    assert os.listdir(tmp_path) == ["a.png"]


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "sub").write_bytes(b"")
    with pytest.raises(NotADirectoryError, match="a file stands where its folder should be"):
        write_atomic(tmp_path / "sub/a.png", b"data", replace=False)


@pytest.mark.parametrize("replace", [True, False])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch, number, replace):
    """The disk fills up in the middle of a file."""
    real_open = open

    def small_disk(path, mode):
        file = real_open(path, mode)
        file.write(b"half")
        file.flush()
        return _Full(file, number)

    monkeypatch.setattr(writing, "open", small_disk, raising=False)
    target = tmp_path / "a.png"
    if replace:
        target.write_bytes(b"old")
    with pytest.raises(OSError, match=os.strerror(number)):
        write_atomic(target, b"new data", replace=replace)
    assert os.listdir(tmp_path) == (["a.png"] if replace else [])
    assert not replace or target.read_bytes() == b"old"


class _Full:
    """A file that takes no more."""

    def __init__(self, file, number):
        self.file, self.number = file, number

    def write(self, data):
        raise OSError(self.number, os.strerror(self.number))

    def fileno(self):
        return self.file.fileno()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()


def test_a_short_write_without_an_error_is_noticed(tmp_path, monkeypatch):
    real_open = open

    class Short:
        def __init__(self, path, mode):
            self.file = real_open(path, mode)
            self.flush, self.fileno = self.file.flush, self.file.fileno

        def write(self, data):
            return self.file.write(data[:3])

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.file.close()

    monkeypatch.setattr(writing, "open", Short, raising=False)
    with pytest.raises(OSError, match="only 3 of 8 bytes were written"):
        write_atomic(tmp_path / "a.png", b"new data", replace=False)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("function", ["replace", "link"])
def test_a_rename_that_fails_leaves_nothing(tmp_path, monkeypatch, function):
    monkeypatch.setattr(os, function, _fail(errno.EIO))
    monkeypatch.setattr(os, "rename", _fail(errno.EIO))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        write_atomic(tmp_path / "a.png", b"data", replace=function == "replace")
    assert os.listdir(tmp_path) == []


def test_a_name_as_long_as_names_can_be(tmp_path):
    target = tmp_path / ("n" * 251 + ".png")
    write_atomic(target, b"data", replace=False)
    assert target.read_bytes() == b"data"


def test_a_temporary_name_that_is_taken_is_left_alone(tmp_path, monkeypatch):
    tokens = iter(["00", "00", "01"])
    monkeypatch.setattr(writing.secrets, "token_hex", lambda count: next(tokens))
    (tmp_path / f"{writing.OURS}00").write_bytes(b"somebody's")
    write_atomic(tmp_path / "a.png", b"data", replace=False)
    assert sorted(os.listdir(tmp_path)) == [f"{writing.OURS}00", "a.png"]


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files here")
def test_the_limit_of_the_system_on_a_file(tmp_path):
    """A real write that ends half-way: 100 kB under a limit of 40 kB."""
    script = """
        import resource, signal, sys
        from pathlib import Path
        from fastresample.batch.files.writing import write_atomic
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
        write_atomic(Path(sys.argv[1]), bytes(30_000), replace=True)
        try:
            write_atomic(Path(sys.argv[1]), bytes(100_000), replace=True)
        except OSError as error:
            print(error.strerror)
    """
    target = tmp_path / "a.png"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(target)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == os.strerror(errno.EFBIG)
    assert os.listdir(tmp_path) == ["a.png"]
    assert target.stat().st_size == 30_000


def test_what_is_announced_is_what_lies_there_afterwards(tmp_path):
    announced = []
    target = tmp_path / "a.png"

    def announce(status):
        assert not target.exists()
        announced.append((status.st_size, status.st_mtime_ns))

    write_atomic(target, b"data", replace=False, announce=announce)
    assert announced == [(4, target.stat().st_mtime_ns)]


def test_an_announcement_that_fails_keeps_the_name_free(tmp_path):
    def announce(status):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        write_atomic(tmp_path / "a.png", b"data", replace=False, announce=announce)
    assert os.listdir(tmp_path) == []


class TestLeftovers:
    """Temporary files of killed processes; the locks of living ones are real, in processes of their own."""

    NAME = f"{writing.OURS}0123456789ab"

    def test_they_are_removed(self, tmp_path):
        (tmp_path / self.NAME).write_bytes(b"half")
        assert writing.remove_leftovers(tmp_path) == 1
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize(
        "name", [writing.OURS, f"{writing.OURS}manifest.jsonl", f"{writing.OURS}0123456789AB", "a.png", f"{NAME}0"]
    )
    def test_other_files_stay(self, tmp_path, name):
        (tmp_path / name).write_bytes(b"")
        assert writing.remove_leftovers(tmp_path) == 0
        assert os.listdir(tmp_path) == [name]

    @pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
    def test_links_and_folders_of_such_a_name_stay(self, tmp_path):
        (tmp_path / "mine").write_bytes(b"")
        os.symlink("mine", tmp_path / self.NAME)
        (tmp_path / f"{writing.OURS}00123456789a").mkdir()
        assert writing.remove_leftovers(tmp_path) == 0
        assert len(os.listdir(tmp_path)) == 3

    def test_there_may_be_no_folder(self, tmp_path):
        assert writing.remove_leftovers(tmp_path / "none") == 0

    @pytest.mark.skipif(sys.platform == "win32", reason="files are locked by being open there")
    def test_those_of_a_living_process_stay_until_it_is_killed(self, tmp_path):
        script = """
            import sys, time
            from pathlib import Path
            from fastresample.batch.files.writing import write_atomic

            def announce(status):
                print("written", flush=True)
                time.sleep(60)

            write_atomic(Path(sys.argv[1]), b"data", replace=True, announce=announce)
        """
        command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "a.png")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout.readline() == "written\n"
            (name,) = os.listdir(tmp_path)
            assert writing.remove_leftovers(tmp_path) == 0
            assert os.listdir(tmp_path) == [name]
            child.kill()
            child.wait()
            assert writing.remove_leftovers(tmp_path) == 1
            assert os.listdir(tmp_path) == []

    @pytest.mark.skipif(sys.platform == "win32", reason="files are locked by being open there")
    def test_one_that_is_taken_away_before_its_lock_is_made_anew(self, tmp_path, monkeypatch):
        """Another run comes between the making of the file and its locking."""
        locked, calls = writing._locked, []

        def late(file):
            if not calls:
                calls.append(writing.remove_leftovers(tmp_path))
            return locked(file)

        monkeypatch.setattr(writing, "_locked", late)
        write_atomic(tmp_path / "a.png", b"data", replace=False)
        assert calls == [1]
        assert os.listdir(tmp_path) == ["a.png"]
        assert (tmp_path / "a.png").read_bytes() == b"data"

    @pytest.mark.skipif(sys.platform == "win32", reason="files are locked by being open there")
    def test_a_disk_without_locks(self, tmp_path, monkeypatch):
        """Results are written there all the same, and what may be somebody's stays."""
        monkeypatch.setattr(writing.fcntl, "flock", _fail(errno.ENOLCK))
        write_atomic(tmp_path / "a.png", b"data", replace=False)
        (tmp_path / self.NAME).write_bytes(b"half")
        assert writing.remove_leftovers(tmp_path) == 0
        assert sorted(os.listdir(tmp_path)) == [self.NAME, "a.png"]


class TestLineFile:
    def test_lines_are_there_at_once(self, tmp_path):
        with writing.LineFile(tmp_path / "new/a.jsonl", fresh=False) as file:
            assert file.empty
            for count in (1, 2):
                file.append("line")
                assert (tmp_path / "new/a.jsonl").read_bytes() == b"line\n" * count
        with writing.LineFile(tmp_path / "new/a.jsonl", fresh=False) as file:
            assert not file.empty
            file.append("é")
        assert (tmp_path / "new/a.jsonl").read_text("utf-8") == "line\nline\né\n"
        with writing.LineFile(tmp_path / "new/a.jsonl", fresh=True) as file:
            assert file.empty
        assert (tmp_path / "new/a.jsonl").read_bytes() == b""

    def test_a_torn_line_is_ended_first(self, tmp_path):
        (tmp_path / "a").write_bytes(b"one\ntw")
        with writing.LineFile(tmp_path / "a", fresh=False) as file:
            file.append("three")
            file.append("four")
        assert (tmp_path / "a").read_bytes() == b"one\ntw\nthree\nfour\n"

    def test_a_disk_that_fills_up_tears_one_line_only(self, tmp_path, monkeypatch):
        write, room = os.write, [10]

        def small(number, data):
            if not room[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            count = write(number, data[: room[0]])
            room[0] -= count
            return count

        monkeypatch.setattr(os, "write", small)
        with writing.LineFile(tmp_path / "a", fresh=True) as file:
            file.append("one")
            with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                file.append("two and more")
            room[0] = 100
            file.append("three")
        assert (tmp_path / "a").read_bytes() == b"one\ntwo an\nthree\n"

    def test_many_threads(self, tmp_path):
        with writing.LineFile(tmp_path / "a", fresh=True) as file, ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda index: file.append(str(index) * 200), range(400)))
        lines = (tmp_path / "a").read_text().splitlines()
        assert sorted(lines) == sorted(str(index) * 200 for index in range(400))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_what_is_replaced_keeps_its_owner_and_permissions(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"before")
    os.chown(path, 4321, 1234)
    path.chmod(0o2640)
    write_atomic(path, b"after", replace=True, mode_of=path)
    status = path.stat()
    assert (path.read_bytes(), status.st_uid, status.st_gid, status.st_mode & 0o7777) == (b"after", 4321, 1234, 0o2640)
