"""Processes of their own for tests: started with the package under test, ended within a time, never left behind."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import fastresample

PACKAGE = Path(fastresample.__file__).parent


class Finished(NamedTuple):
    """What a child left behind."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> Any:
        """The value that the child gave to `tell`; it must have ended well."""
        assert self.status == 0, f"exit status {self.status}\n{self.out}\n{self.err}"
        return json.loads(self.out.splitlines()[-1])

    @property
    def warnings(self) -> list[str]:
        """The lines on the error stream."""
        return self.err.splitlines()


def tell(value: Any) -> None:
    """For scripts: hand a JSON value to the parent."""
    print(json.dumps(value), flush=True)


def start(
    script: str,
    *arguments: object,
    cache: Path | None = None,
    settings: Mapping[str, str | None] | None = None,
    package: Path = PACKAGE,
    **options: Any,
) -> subprocess.Popen[str]:
    """Start a Python script with ``sys.argv[1:] = arguments``.

    ``cache`` is its cache folder (None: that of the tests), ``settings`` change its environment (None removes) and
    ``package`` is the folder that it imports as ``fastresample``.
    """
    path = os.pathsep.join([str(package.parent), str(Path(__file__).parent)])
    changes = {"PYTHONPATH": path, **({"FASTRESAMPLE_CACHE_DIR": str(cache)} if cache else {}), **(settings or {})}
    environment = {name: value for name, value in {**os.environ, **changes}.items() if value is not None}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", textwrap.dedent(script), *map(str, arguments)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


def finish(process: subprocess.Popen[str], timeout: float = 60.0) -> Finished:
    """Wait for a child; one that takes longer than ``timeout`` seconds hangs, and is killed with its own children."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        _kill(process)
        out, err = process.communicate()
        raise AssertionError(f"the process still ran after {timeout} s\n{out}\n{err}") from None
    return Finished(process.returncode, out, err)


def run(script: str, *arguments: object, timeout: float = 60.0, **options: Any) -> Finished:
    """Start a script and wait for it."""
    return finish(start(script, *arguments, **options), timeout)


def _kill(process: subprocess.Popen[str]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def twice(src, out):
    """The smallest kernel: its machine code for another dtype would give visibly wrong numbers."""
    for i in range(src.size):
        out[i] = src[i] + src[i]


def pick(src, index, out):
    """A kernel that reads where it is told, so that bounds checks show."""
    out[0] = src[index[0]]


def remainder(a, b, out):
    """A kernel that gives 0 with strict additions and ``b`` with ``fastmath``, for a much larger than b."""
    out[0] = (a + b) - a


def compiled(function: Any, name: str, *signature: Any) -> Any:
    """For scripts: compile as the package does; strings in the signature are dtypes of vectors, ">" marks outputs."""
    from fastresample.kernels.common import array_type, compile_kernel

    arrays = [
        array_type(part.lstrip(">"), 1, writable=part.startswith(">")) if isinstance(part, str) else part
        for part in signature
    ]
    return compile_kernel(function, name, tuple(arrays))


def doubled(dtype: str) -> list[float]:
    """For scripts: 1, 2, 3 doubled by `twice`, compiled for one dtype."""
    out = np.zeros(3, dtype)
    compiled(twice, f"twice_{dtype}", dtype, ">" + dtype)(np.array([1, 2, 3], dtype), out)
    return [float(value) for value in out]


def cut_finely(count: int = 3) -> None:
    """Let one call use ``count`` threads, and the smallest picture all of them."""
    from fastresample import threads

    threads._SHORTEST_BAND_NS = 1
    threads.set_num_threads(count)
