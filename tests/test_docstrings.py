"""The examples of all docstrings run and show what they say."""

import doctest
import importlib
import pkgutil

import pytest

import fastresample

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(fastresample.__path__, "fastresample.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(name)
    results = doctest.testmod(module)
    assert results.failed == 0


@pytest.mark.parametrize("name", [name for name in fastresample.__all__ if callable(getattr(fastresample, name))])
def test_public_functions_have_examples(name: str) -> None:
    assert doctest.DocTestFinder().find(getattr(fastresample, name), name)[0].examples
