"""The content files as the tests read them: plain parsing, no database."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).resolve().parents[2] / "content"
FIRST_ANSWER = "does-a-layered-vix-hedge-protect-an-nft-portfolio"
CITED = re.compile(r"\[(@[a-z0-9][^\[\]\n]{0,400})\]")
KEY = re.compile(r"@([a-z0-9][a-z0-9-]*)")
TERM = re.compile(r"\[\[!?([^\[\]|\n]+)(?:\|[^\[\]\n]+)?\]\]")
EXAMPLE = re.compile(r"^::example ([a-z0-9-]+)$", re.MULTILINE)
CLAIM = re.compile(r"\]\(claim:([a-z0-9-]+)\)")


@dataclass(frozen=True)
class File:
    slug: str
    data: dict[str, Any]
    body: str

    @property
    def cited(self) -> set[str]:
        return {key for group in CITED.findall(self.body) for key in KEY.findall(group)}

    @property
    def linked(self) -> set[str]:
        return {label.strip() for label in TERM.findall(self.body)}

    @property
    def examples(self) -> list[str]:
        return EXAMPLE.findall(self.body)

    @property
    def marked(self) -> set[str]:
        return set(CLAIM.findall(self.body))


def _files(folder: str) -> dict[str, File]:
    found = {}
    for path in sorted((CONTENT / folder).glob("*.md")):
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        found[path.stem] = File(path.stem, yaml.safe_load(head), body)
    return found


@cache
def answers() -> dict[str, File]:
    return _files("answers")


@cache
def terms() -> dict[str, File]:
    return _files("glossary")


@cache
def sources() -> dict[str, dict[str, Any]]:
    listed = json.loads((CONTENT / "sources.json").read_text(encoding="utf-8"))
    return {source["id"]: source for source in listed}


@cache
def examples() -> dict[str, dict[str, Any]]:
    text = (CONTENT / "examples.toml").read_text(encoding="utf-8")
    return {example["slug"]: example for example in tomllib.loads(text)["example"]}


@cache
def term_names() -> set[str]:
    """Every slug, former slug, name, abbreviation and alias."""
    names: set[str] = set()
    for term in terms().values():
        data = term.data
        names |= {term.slug, *data.get("formerly", []), *data.get("aliases", [])}
        names |= {data["name"], data.get("abbreviation", data["name"])}
    return names


def term_slugs() -> set[str]:
    """Slugs that an experiment or a result may name, former ones included."""
    return {slug for t in terms().values() for slug in (t.slug, *t.data.get("formerly", []))}
