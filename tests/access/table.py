"""The matrix as rows, and the site's addresses as names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.urls import get_resolver, reverse

from .world import ROLES

HERE = Path(__file__).parent
ADMIN_VIEWS = ("changelist", "add", "change", "delete", "history")


@dataclass(frozen=True)
class Row:
    """One line: a view with its values, a method, and what each role gets."""

    name: str
    values: tuple[tuple[str, str], ...]
    method: str
    expected: dict[str, int]

    def __str__(self) -> str:
        return " ".join([self.name, *(f"{k}={v}" for k, v in self.values), self.method])

    def address(self, world: dict[str, Any]) -> str:
        return reverse(self.name, kwargs={k: world.get(v, v) for k, v in self.values})


def lines(file: str) -> list[list[str]]:
    text = (HERE / file).read_text()
    return [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"]


def rows() -> list[Row]:
    found = []
    for name, *rest in lines("matrix.txt"):
        *values, method = rest[: -len(ROLES)]
        codes = dict(zip(ROLES, map(int, rest[-len(ROLES) :]), strict=True))
        pairs = tuple(tuple(value.split("=", 1)) for value in values)
        found.append(Row(name, pairs, method, codes))
    return found


def site_views() -> Iterator[tuple[str, str]]:
    """Name and pattern of every address, except the admin's views of its models."""
    yield from _walk(get_resolver().url_patterns, "", "")


def _walk(patterns: Any, prefix: str, space: str) -> Iterator[tuple[str, str]]:
    models = {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry}
    standard = {f"admin:{model}_{view}" for model in models for view in ADMIN_VIEWS}
    for one in patterns:
        where = prefix + str(one.pattern)
        if hasattr(one, "url_patterns"):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _walk(one.url_patterns, where, inner)
        elif f"{space}{one.name}" not in standard and not _is_admins_own(one, space):
            yield f"{space}{one.name or ''}", where


def _is_admins_own(one: Any, space: str) -> bool:
    """The admin's nameless redirects to its own change pages, and its last resort."""
    return space == "admin:" and one.name is None
