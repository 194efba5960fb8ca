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


@pytest.mark.parametrize("function", [fastresample.resize, fastresample.Resizer, fastresample.warmup])
def test_public_functions_have_examples(function: object) -> None:
    assert doctest.DocTestFinder().find(function)[0].examples
