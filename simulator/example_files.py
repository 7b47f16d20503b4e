"""``content/examples.toml``: the examples as text in the repository, checked with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.extend import Counts, SearchEntry
from kb.frontmatter import ContentError, Problem
from kb.models import Article

from . import services
from .models import Example

FILE = "examples.toml"
KEYS = {"slug", "title", "experiment", "article", "story", "seed", "parameters"}
REQUIRED = ("slug", "title", "experiment")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MULTILINE = re.compile(r'"""|\'\'\'')


@dataclass(frozen=True)
class Entry:
    """One checked ``[[example]]`` and where it stands."""

    file: str
    lines: dict[str, int]
    line: int
    data: dict[str, Any]

    def at(self, key: str) -> int:
        return self.lines.get(key, self.line)


class ExampleFiles:
    """The content kind "examples" (see ``kb.extend.ContentKind``)."""

    def load(self, content_dir: Path) -> list[Entry]:
        path = content_dir / FILE
        if not path.exists():
            return []
        text = _read(path)
        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ContentError(path, _line_of(error), str(error)) from None
        except RecursionError:
            raise ContentError(path, 1, "is nested too deeply") from None
        unknown = [key for key in found if key != "example"]
        if unknown or not isinstance(found.get("example", []), list):
            raise ContentError(path, 1, "holds [[example]] tables and nothing else")
        places = _places(text)
        entries = [
            Entry(str(path), lines, line, data)
            for data, (line, lines) in zip(found.get("example", []), places, strict=False)
        ]
        problems = [problem for entry in entries for problem in _problems(entry)]
        problems += _repeated(entries)
        if problems:
            raise ContentError.several(problems)
        return entries

    def apply(self, parsed: list[Entry]) -> Counts:
        articles = dict(Article.objects.values_list("slug", "pk"))
        missing = [
            Problem(e.file, e.at("article"), f"there is no article {e.data['article']!r}")
            for e in parsed
            if e.data.get("article") and e.data["article"] not in articles
        ]
        if missing:
            raise ContentError.several(missing)
        before = {example.slug: example for example in Example.objects.all()}
        counts = Counts()
        for position, entry in enumerate(parsed):
            wanted = _columns(entry.data, position, articles)
            counts = counts.plus(_store(before.get(entry.data["slug"]), entry, wanted))
        return counts


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise ContentError(path, 1, "is not UTF-8") from None


def _columns(data: dict[str, Any], position: int, articles: dict[str, int]) -> dict[str, Any]:
    return {
        "title": data["title"],
        "experiment": data["experiment"],
        "article_id": articles.get(data.get("article", "")),
        "story": data.get("story", "").strip(),
        "parameters": data.get("parameters", {}),
        "seed": data.get("seed"),
        "position": position,
    }


def _store(example: Example | None, entry: Entry, wanted: dict[str, Any]) -> Counts:
    if example is None:
        Example.objects.create(slug=entry.data["slug"], **wanted)
        return Counts(created=1)
    if all(getattr(example, name) == value for name, value in wanted.items()):
        return Counts(unchanged=1)
    for name, value in wanted.items():
        setattr(example, name, value)
    # What is stored stays to be shown; the new fingerprint makes it due.
    example.save(update_fields=[*wanted])
    services.refresh_example(example)
    return Counts(updated=1)


def _problems(entry: Entry) -> Iterable[Problem]:
    def problem(key: str, words: str) -> Problem:
        return Problem(entry.file, entry.at(key), words)

    data = entry.data
    for key in data:
        if key not in KEYS:
            yield problem(key, f"unknown key {key!r}; known are {', '.join(sorted(KEYS))}")
    for key in (*REQUIRED, "article", "story"):
        value = data.get(key)
        if key in REQUIRED and value is None:
            yield problem(key, f"{key} is missing")
        elif value is not None and (not isinstance(value, str) or not value.strip()):
            yield problem(key, f"{key} must be a text")
    slug = data.get("slug")
    if isinstance(slug, str) and (not SLUG.fullmatch(slug) or len(slug) > 80):
        yield problem("slug", "slug: small letters, digits and single hyphens, at most 80")
    if isinstance(data.get("title"), str) and len(data["title"]) > 200:
        yield problem("title", "title: at most 200 characters")
    if isinstance(data.get("experiment"), str):
        yield from _refused(entry)


def _refused(entry: Entry) -> Iterable[Problem]:
    """What the experiment itself says about parameters and seed."""
    parameters = entry.data.get("parameters", {})
    if not isinstance(parameters, dict):
        yield Problem(entry.file, entry.at("parameters"), "parameters must be a table")
        return
    try:
        experiment = services.experiment(entry.data["experiment"])
    except services.UnknownExperiment as error:
        yield Problem(entry.file, entry.at("experiment"), str(error))
        return
    checks = (
        lambda: experiment.parse(parameters),
        lambda: experiment.parse_seed(entry.data.get("seed")),
    )
    for check in checks:
        try:
            check()
        except services.ParametersRefused as refused:
            for wrong in refused.errors:
                place = wrong.field if wrong.field in entry.lines else "parameters"
                yield Problem(entry.file, entry.at(place), f"{wrong.field}: {wrong.detail}")


def _repeated(entries: Sequence[Entry]) -> Iterable[Problem]:
    seen: dict[Any, int] = {}
    for entry in entries:
        slug = entry.data.get("slug")
        if not isinstance(slug, str):
            continue
        if slug in seen:
            words = f"the slug {slug!r} is used on line {seen[slug]} already"
            yield Problem(entry.file, entry.at("slug"), words)
        seen.setdefault(slug, entry.at("slug"))


def _line_of(error: tomllib.TOMLDecodeError) -> int:
    found = re.search(r"line (\d+)", str(error))
    return int(found[1]) if found else 1


def _places(text: str) -> list[tuple[int, dict[str, int]]]:
    """Line of each ``[[example]]`` header and of the keys below it; TOML readers tell neither."""
    places: list[tuple[int, dict[str, int]]] = []
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        was_inside = inside
        if len(MULTILINE.findall(line)) % 2:
            inside = not inside
        if was_inside:
            continue
        if re.match(r"\s*\[\[\s*example\s*\]\]", line):
            places.append((number, {}))
        elif places and (header := re.match(r"\s*\[\s*example\.(\w+)\s*\]", line)):
            places[-1][1][header[1]] = number
        elif places and (key := re.match(r'\s*"?([\w-]+)"?\s*=', line)):
            places[-1][1].setdefault(key[1], number)
    return places


def search_entries() -> Iterable[SearchEntry]:
    """Every example for the site's search; those of unpublished answers stay out."""
    for example in Example.objects.select_related("article", "article__category"):
        article = example.article
        yield SearchEntry(
            kind="example",
            key=example.slug,
            title=example.title,
            url=example.get_absolute_url(),
            body=example.story,
            published=article is None or article.state == "published",
            category=article.category.slug if article and article.category else "",
            is_runnable=True,
        )


def slugs_by_article(articles: Sequence[Article]) -> dict[int, list[str]]:
    """The key ``examples`` of the article API."""
    found: dict[int, list[str]] = {article.pk: [] for article in articles}
    rows = Example.objects.filter(article_id__in=found).values_list("article_id", "slug")
    for article_id, slug in rows:
        if article_id is not None:
            found[article_id].append(slug)
    return found
