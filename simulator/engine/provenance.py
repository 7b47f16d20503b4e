"""Which engine made a number: a hash of exactly the sources an experiment stands on.

The import graph is read from the sources' import statements, so that the web process can ask for
a version without loading numpy.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version as installed_version
from pathlib import Path

ROOT = Path(__file__).parent
PACKAGE = __package__ or "simulator.engine"
LIBRARIES = ("numpy", "scipy")
IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+[.\w]+[ \t]+import[ \t]+(?:\([^)]*\)|[^\n(]+)|import[ \t]+[^\n]+)",
    re.MULTILINE,
)


@cache
def libraries() -> dict[str, str]:
    """The numerical libraries that can move a digit, with their versions."""
    return {name: installed_version(name) for name in LIBRARIES}


@cache
def engine_version(experiment_package: str) -> str:
    """Twelve hex digits that change when, and only when, something this experiment uses does."""
    digest = hashlib.sha256()
    for path in sources(experiment_package):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    for name, number in sorted(libraries().items()):
        digest.update(f"{name}={number}\0".encode())
    return digest.hexdigest()[:12]


def sources(experiment_package: str) -> list[Path]:
    """Every engine source file reachable by import from an experiment's ``run`` module."""
    seen: set[Path] = set()
    waiting = [module_path(experiment_package), module_path(experiment_package + ".run")]
    while waiting:
        path = waiting.pop()
        if path is None or path in seen:
            continue
        seen.add(path)
        waiting.extend(imported(path))
    return sorted(seen)


def module_path(dotted: str) -> Path | None:
    """The file of an engine module, or None for anything outside the engine."""
    if dotted != PACKAGE and not dotted.startswith(PACKAGE + "."):
        return None
    inside = ROOT.joinpath(*dotted.removeprefix(PACKAGE).split(".")[1:])
    candidates = (inside.parent / f"{inside.name}.py", inside / "__init__.py")
    return next((path for path in candidates if path.is_file() and ROOT in path.parents), None)


@cache
def imported(path: Path) -> tuple[Path, ...]:
    """The engine files that one file imports, at any depth of its code."""
    parts = [PACKAGE, *path.relative_to(ROOT).with_suffix("").parts]
    here = parts[:-1]
    found: list[Path | None] = []
    for node in _imports(path.read_text(encoding="utf-8")):
        if isinstance(node, ast.Import):
            found.extend(module_path(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _resolve(node, here)
            found.append(module_path(base))
            found.extend(module_path(f"{base}.{alias.name}") for alias in node.names)
    return tuple(p for p in found if p is not None)


def _imports(source: str) -> Iterator[ast.stmt]:
    """The import statements at any depth; a whole tree would take a quarter of a second for all.

    A line of a text that reads like one and does not parse is none.
    """
    for match in IMPORT.finditer(source):
        with suppress(SyntaxError):
            yield from ast.parse(match[0].strip()).body


def _resolve(node: ast.ImportFrom, here: list[str]) -> str:
    if not node.level:
        return node.module or ""
    anchor = ".".join(here).split(".")
    anchor = anchor[: len(anchor) - (node.level - 1)]
    return ".".join([*anchor, node.module] if node.module else anchor)
