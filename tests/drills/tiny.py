"""Tiny experiments that behave well or badly on purpose, added to the registry for tests."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from pathlib import Path

from simulator.engine import experiments

FOLDER = str(Path(__file__).parent / "experiments")


def register() -> None:
    if FOLDER not in experiments.__path__:
        experiments.__path__.append(FOLDER)
        importlib.invalidate_caches()
        experiments.all_experiments.cache_clear()


def register_only() -> None:
    """For processes that start often: without the real ones they need no numpy."""
    experiments.__path__[:] = [FOLDER]
    experiments.all_experiments.cache_clear()


@contextlib.contextmanager
def registered() -> Iterator[None]:
    register()
    try:
        yield
    finally:
        experiments.__path__.remove(FOLDER)
        experiments.all_experiments.cache_clear()
