"""``fastresample info``, ``warmup`` and ``cache clear``, each as a process of its own user would meet it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from numba import config

from fastresample import __version__

needs_compiler = pytest.mark.skipif(config.DISABLE_JIT, reason="without the compiler nothing is compiled or kept")


def fastresample(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FASTRESAMPLE_CACHE_DIR": str(folder)}
    command = [sys.executable, "-m", "fastresample", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_info_names_versions_processor_threads_and_an_empty_cache(tmp_path: Path) -> None:
    done = fastresample(tmp_path / "none", "info")
    assert done.returncode == 0, done.stderr
    first_words = [line.split()[0] for line in done.stdout.splitlines()]
    for word in ("fastresample", "Python", "numba", "numpy", "pillow", "processor", "threads", "cache"):
        assert word in first_words
    assert __version__ in done.stdout
    assert re.search(r"kernel tier: (plain|avx2|avx512|avx512vbmi)$", done.stdout, re.MULTILINE)
    assert str(tmp_path / "none") in done.stdout
    assert "0 compiled kernels" in done.stdout
    assert not (tmp_path / "none").exists(), "looking does not create"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes of folders are POSIX's")
def test_info_says_why_a_cache_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    done = fastresample(tmp_path, "info")
    assert done.returncode == 0
    assert "NOT USED" in done.stdout
    assert "writable by others (mode 777)" in done.stdout


@needs_compiler
def test_warmup_compiles_once_and_clear_forgets(tmp_path: Path) -> None:
    warmup = ("warmup", "--method", "nearest", "--channels", "3")
    compiled = re.fullmatch(r"([2-9]|1\d) kernels compiled\n", fastresample(tmp_path, *warmup).stdout)
    assert compiled is not None
    assert fastresample(tmp_path, *warmup).stdout == "nothing to do: every kernel was in the cache\n"
    assert f"{compiled[1]} compiled kernels" in fastresample(tmp_path, "info").stdout
    cleared = fastresample(tmp_path, "cache", "clear")
    assert cleared.stdout.startswith(f"{compiled[1]} compiled kernels deleted (")
    assert list(tmp_path.iterdir()) == []
    assert fastresample(tmp_path, "cache", "clear").stdout.startswith("0 compiled kernels deleted (0.0 MB)")
    assert fastresample(tmp_path, *warmup).stdout == compiled[0]


@needs_compiler
def test_warmup_of_an_operator(tmp_path: Path) -> None:
    warmup = ("warmup", "--method", "nearest", "--channels", "3", "--operator", "max_unpool2d")
    assert "kernels compiled" in fastresample(tmp_path, *warmup).stdout
    assert fastresample(tmp_path, *warmup).stdout == "nothing to do: every kernel was in the cache\n"


@needs_compiler
def test_warmup_of_a_convention(tmp_path: Path) -> None:
    warmup = ("warmup", "--method", "nearest", "--channels", "3", "--convention", "pillow")
    assert "kernels compiled" in fastresample(tmp_path, *warmup).stdout
    assert fastresample(tmp_path, *warmup).stdout == "nothing to do: every kernel was in the cache\n"


def test_clear_touches_nothing_but_its_own_folders(tmp_path: Path) -> None:
    (tmp_path / "keep").mkdir()
    (tmp_path / "keep" / "file").write_text("mine")
    assert fastresample(tmp_path, "cache", "clear").returncode == 0
    assert (tmp_path / "keep" / "file").read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes of folders are POSIX's")
def test_clear_refuses_a_folder_that_others_may_write_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    done = fastresample(tmp_path, "cache", "clear")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the cache folder is not touched: ")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--method", "cubik"), "unknown method 'cubik'; choose from area, bicubic"),
        (("--convention", "gimp"), "unknown convention 'gimp'; choose from native"),
        (("--method", "lanczos3", "--convention", "opencv"), "unknown method 'lanczos3' for convention opencv"),
        (("--dtype", "complex64"), "image must have one of the dtypes uint8,"),
        (("--dtype", "nonsense"), "nonsense"),
        (("--channels", "0"), "'--channels'"),
        (("--operator", "conv3d"), "unknown operator 'conv3d'; choose from conv2d"),
    ],
)
def test_warmup_explains_wrong_arguments(tmp_path: Path, arguments: tuple[str, ...], text: str) -> None:
    done = fastresample(tmp_path, "warmup", *arguments)
    assert done.returncode == 2
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_every_command_and_imports_nothing_heavy(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from fastresample.cli import main\n"
        "print(CliRunner().invoke(main, ['--help']).output)\n"
        "print([name for name in ('numpy', 'numba', 'cv2', 'PIL', 'torch', 'tqdm') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    for command in ("resize", "compare", "warmup", "info", "cache"):
        assert f"\n  {command} " in done.stdout
    assert done.stdout.endswith("\n[]\n")
