"""The layers, read from the imports; the room of every line, and no room too large."""

import ast
from pathlib import Path

import pytest

import fastresample

ROOT = Path(fastresample.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

# What each room may import of ours, by the first name that fits; "" is the package itself (public names).
ALLOWED = {
    "__main__": {"cli"},
    "cli": {"cli", "", "batch", "conventions", "validate", "cache", "kernels.tiers", "printable"},
    "batch": {
        "batch",
        "conventions",
        "pages",
        "printable",
        "",
    },  # of conventions: which methods there are, versions and promises
    "validate": {"validate", "conventions", "pages", "spec", ""},
    "__init__": {
        *("batch", "compat", "constructions", "convolution", "loops", "pooling", "resizing", "sizes", "threads"),
        *("validate", "warming"),
    },
    "warming": {"convolution", "families", "pooling", "resizing", "spec"},
    "convolution": {"correlation", "forking", "operands", "spec", "threads"},
    "pooling": {"operands", "spec", "threads", "windows"},
    "windows": {"forking", "kernels", "operands", "spec", "threads"},
    "operands": {"spec"},
    "correlation": {"correlation", "kernels", "layout", "phases", "spec", "threads"},
    "constructions": {"sizes"},
    "phases": set(),
    "sizes": set(),
    "resizing": {"plan", "shortcuts", "spec", "threads"},
    "shortcuts": {"conventions", "families", "filters", "geometry", "layout", "plan", "spec", "stage", "weights"},
    "loops": {"kernels.loops"},
    "compat": {"compat", "spec", "plan", "layout", "geometry", "conventions", "codes", "threads"},
    "plan": {"conventions", "families", "geometry", "layout", "spec", "stage"},
    "families": {"arithmetic", "codes", "conventions", "forking", "kernels", "layout", "stage", "weights"},
    "stage": {"layout", "threads"},
    "spec": {"spec", "conventions", "geometry", "sizes"},
    "conventions": {"arithmetic", "conventions", "codes", "filters", "geometry"},
    "weights": {"arithmetic", "codes", "conventions"},
    "arithmetic": {"codes"},
    "filters": {"codes"},
    "geometry": set(),
    "pages": set(),
    "printable": set(),
    "layout": set(),
    "threads": set(),
    "codes": set(),
    "cache": set(),
    "forking": set(),
    "kernels": {"arithmetic", "kernels", "codes", "cache", "forking", ""},
}
LAZY = {("families", "kernels"), ("convolution", "correlation"), ("windows", "kernels"), ("cli.info", "kernels.tiers")}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def ours(tree: ast.AST) -> list[tuple[str, ast.stmt]]:
    """Return every name of this package that a tree imports, without the package's prefix."""
    found: list[tuple[str, ast.stmt]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "fastresample":
            base = node.module.removeprefix("fastresample").removeprefix(".")
            for alias in node.names:
                inner = f"{base}.{alias.name}".strip(".")
                exists = (ROOT / inner.replace(".", "/")).is_dir() or (ROOT / f"{inner.replace('.', '/')}.py").exists()
                found.append((inner if exists else base, node))
        elif isinstance(node, ast.Import):
            found += [
                (alias.name.removeprefix("fastresample").removeprefix("."), node)
                for alias in node.names
                if alias.name.split(".")[0] == "fastresample"
            ]
    return found


def room(name: str) -> str:
    return next(key for key in (name, name.split(".")[0]) if key in ALLOWED)


def fits(imported: str, allowed: set[str]) -> bool:
    return any(imported == entry or (entry and imported.startswith(f"{entry}.")) for entry in allowed)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_only_go_down(path: Path) -> None:
    name = name_of(path)
    tree = ast.parse(path.read_text())
    wrong = [imported for imported, _ in ours(tree) if not fits(imported, ALLOWED[room(name)])]
    assert not wrong, f"{name} imports {wrong}; it may import {sorted(ALLOWED[room(name)])}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_inside_functions_are_the_few_that_must_be_late(path: Path) -> None:
    name = name_of(path)
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    late = {(name, imported) for function in functions for imported, _ in ours(function)}
    assert late <= LAZY


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_stay_below_300_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 300


def test_only_the_jit_helper_and_the_users_loops_call_njit() -> None:
    callers = {name_of(path) for path in MODULES if "njit" in path.read_text() and path.name != "__init__.py"}
    assert callers - {"loops"} == {"kernels.common", "kernels.loops"}
    assert "njit" not in ast.unparse(ast.parse((ROOT / "loops.py").read_text()).body[-1])


def test_numba_is_imported_in_kernels_only() -> None:
    importers = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(
            part.startswith(("numba", "llvmlite"))
            for part in (getattr(node, "module", None) or "", *(a.name for a in node.names))
        )
    }
    assert importers
    assert all(name.split(".")[0] == "kernels" for name in importers)


@pytest.mark.parametrize("word", ["opencv", "cv2", "pillow", "torch"])
def test_no_kernel_knows_a_library(word: str) -> None:
    for path in (ROOT / "kernels").rglob("*.py"):
        assert word not in path.read_text().lower(), f"{path.name} names {word}"


def test_kernels_never_use_prange() -> None:
    for path in (ROOT / "kernels").rglob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        keywords = {node.arg for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.keyword)}
        assert "prange" not in names
        assert "parallel" not in keywords


def test_the_library_never_prints_or_exits() -> None:
    for path in MODULES:
        if name_of(path).split(".")[0] in ("cli", "__main__"):
            continue
        calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
        assert not calls & {"print", "sys.exit", "exit", "quit", "os._exit"}, path


def test_public_names_exist_and_are_documented() -> None:
    for name in fastresample.__all__:
        assert getattr(fastresample, name).__doc__, name
    assert dir(fastresample) == sorted(fastresample.__all__)
    with pytest.raises(AttributeError, match="no attribute 'resise'"):
        fastresample.resise  # noqa: B018
