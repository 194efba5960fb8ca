"""Shared by all tests: compiled kernels of one run are kept together, apart from the user's own.

``FASTRESAMPLE_CACHE_DIR`` is a new temporary folder unless the environment names one (a second run then starts warm).
It is set before any test module is imported, so child processes find the same folder.
"""

import os
import shutil
import signal
import tempfile
from contextlib import ExitStack

import pytest
from browser import CannotStartError, chromium, missing

VARIABLE = "FASTRESAMPLE_CACHE_DIR"


def pytest_configure(config):
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # As a shell's background job: children would inherit it, and tests interrupt children.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not os.environ.get(VARIABLE):
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix="fastresample-tests-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(VARIABLE), ignore_errors=True))


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium for the tests of a module; see tests/browser.py."""
    if reason := missing():
        pytest.skip(reason)
    with ExitStack() as stack:
        try:
            running = stack.enter_context(chromium())
        except CannotStartError as error:
            pytest.skip(str(error))
        yield running
