"""Loads content files into rows: the whole batch or nothing.

Sources, categories, tags, terms and answers are ours; other apps add kinds through
``extend.content_kind`` and front-matter keys through ``extend.front_matter_key``. A file
whose bytes did not change costs one digest.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from . import (
    documents,
    extend,
    files,
    frontmatter,
    glossary,
    refresh,
    schemas,
    search,
    slugs,
    storing,
    translations,
)
from .extend import Counts
from .frontmatter import ContentError, Page, Problem
from .models import Article, Category, OldSlug, Source, Tag, Term
from .models.articles import ENGLISH, short_id

_SLUG = re.compile(schemas.SLUG)


class RolledBack(Exception):
    """Ends a trial run without a trace."""


@dataclass
class Outcome:
    counts: Counts = field(default_factory=Counts)
    notices: list[str] = field(default_factory=list)


@dataclass
class TextFile:
    """A file that is new or changed, parsed."""

    slug: str
    text: str
    digest: str
    page: Page


def sync(content_dir: Path, *, check: bool = False) -> Outcome:
    """Bring the rows into line with the files.

    Raises ``ContentError`` with every problem found; then nothing was changed. With
    ``check`` everything is tried and nothing kept.
    """
    outcome = Outcome()
    try:
        with transaction.atomic():
            outcome.counts = _Sync(content_dir, outcome).run()
            if check:
                raise RolledBack
    except RolledBack:
        pass
    return outcome


class _Sync:
    def __init__(self, content_dir: Path, outcome: Outcome) -> None:
        if not content_dir.is_dir():
            raise ContentError(content_dir, 1, "there is no such folder")
        self.dir = content_dir
        self.notices = outcome.notices
        self.problems: list[Problem] = []
        self.counts = Counts()
        self.changed_sources: set[str] = set()
        self.done_terms: set[int] = set()
        self.glossary_before: dict[str, tuple[str, ...]] = {}

    def run(self) -> Counts:
        self.glossary_before = {entry.slug: entry.labels for entry in glossary.entries()}
        schema = {**schemas.ANSWER, "properties": dict(schemas.ANSWER["properties"])}
        schema["properties"] |= extend.front_matter_schema()["properties"]

        sources = self._attempt(self._load_sources) or []
        taxa = {kind: self._attempt(self._load_taxa, kind) or [] for kind in ("categories", "tags")}
        terms = self._load_texts("glossary", Term, schemas.TERM)
        answers = self._load_texts("answers", Article, schema)
        others = {
            name: self._attempt(kind.load, self.dir) for name, kind in extend.content_kinds.items()
        }
        self._stop_if_wrong()

        self._apply_sources(sources)
        self._apply_taxa("categories", Category, taxa["categories"])
        self._apply_taxa("tags", Tag, taxa["tags"])
        self._stop_if_wrong()
        items = documents.source_items()
        self._apply_terms(terms, items)
        self._stop_if_wrong()
        changed = self._apply_answers(answers, items)
        self._stop_if_wrong()
        for name, kind in extend.content_kinds.items():
            self._count(self._attempt(kind.apply, others[name]) or Counts())
        self._stop_if_wrong()
        for key, other in extend.front_matter_keys.items():
            idle = other.idle([article for article, _ in changed])
            for article, data in changed:
                if data.get(key) is not None or article.pk not in idle:
                    self._attempt(other.apply, article, data.get(key))
        self._stop_if_wrong()
        refresh.refresh(
            self.changed_sources,
            self._changed_labels(),
            {article.pk for article, _ in changed},
            self.done_terms,
        )
        search.refresh_sources()
        return self.counts

    # Errors are collected, so that an author sees all of them at once.

    def _attempt(self, call: Any, *args: Any) -> Any:
        try:
            return call(*args)
        except ContentError as error:
            self.problems += error.problems
            return None

    def _stop_if_wrong(self) -> None:
        if self.problems:
            raise ContentError.several(sorted(set(self.problems)))

    def _problem(self, file: str, line: int, message: str) -> None:
        self.problems.append(Problem(file, line, message))

    def _count(self, counts: Counts) -> None:
        self.counts = self.counts.plus(counts)

    def _changed_labels(self) -> set[str]:
        """Labels that came, went or moved, so that only texts that use them are linked anew."""
        after = {entry.slug: entry.labels for entry in glossary.entries()}
        before = self.glossary_before
        moved = {s for s in {*before, *after} if before.get(s) != after.get(s)}
        return {label for s in moved for label in (*before.get(s, ()), *after.get(s, ()))}

    # Sources, categories, tags

    def _load_sources(self) -> list[tuple[dict[str, Any], int]]:
        path = self.dir / "sources.json"
        if not path.exists():
            return []
        if path.stat().st_size > 8_000_000:
            raise ContentError("sources.json", 1, "the file is larger than 8 MB")
        try:
            items = json.loads(path.read_bytes())
        except RecursionError:
            raise ContentError("sources.json", 1, "the file is nested too deeply") from None
        except ValueError as error:
            raise ContentError(
                "sources.json", getattr(error, "lineno", 1), f"not JSON: {error}"
            ) from None
        if not isinstance(items, list):
            raise ContentError("sources.json", 1, "the file must be a list of CSL-JSON items")
        lines = _source_lines(path.read_text("utf-8"))
        seen: dict[str, int] = {}
        wrong: list[Problem] = []
        for number, item in enumerate(items):
            key = item.get("id") if isinstance(item, dict) else None
            line = lines[number] if number < len(lines) else 1
            wrong += [
                Problem("sources.json", line, f"{key or f'item {number}'}: {said}")
                for said in source_troubles(item)
            ]
            if isinstance(key, str) and key in seen:
                wrong.append(Problem("sources.json", line, f"{key}: the id appears twice"))
            seen[str(key)] = line
        wrong += [
            Problem("sources.json", seen[item["id"]], f"{item['id']}: notice: {said}")
            for item in items
            if not wrong and (said := successor_trouble(item, seen))
        ]
        if wrong:
            raise ContentError.several(wrong)
        return [(item, lines[n] if n < len(lines) else 1) for n, item in enumerate(items)]

    def _apply_sources(self, loaded: list[tuple[dict[str, Any], int]]) -> None:
        rows = Source.objects.in_bulk(field_name="key") if loaded else {}
        now = timezone.now()
        changed: list[Source] = []
        created = 0
        for position, (item, line) in enumerate(loaded):
            digest = documents.digest(item)
            row = rows.get(item["id"])
            if row is not None and row.file_digest == digest:
                if row.position != position:
                    Source.objects.filter(pk=row.pk).update(position=position)
                continue
            if row is not None and row.is_edited and row.item != {**_blank_source(), **item}:
                self._problem("sources.json", line, f"{row.key} {EDITED}")
                continue
            created += row is None
            row = row or Source(key=item["id"])
            row.csl = {k: v for k, v in item.items() if k not in _OWN}
            row.title = str(item["title"])[:500]
            row.evidence, row.interest = item["evidence"], item.get("interest")
            row.archived_url = item.get("archived_url")
            row.read_at = date.fromisoformat(item["read_at"]) if item.get("read_at") else None
            row.notice = item.get("notice")
            row.file_text, row.position = json.dumps(item, ensure_ascii=False), position
            row.file_digest, row.is_edited, row.changed_at = digest, False, now
            changed.append(row)
        storing.upsert(Source, changed)
        storing.send_all(extend.source_changed, changed)
        self.changed_sources = {row.key for row in changed}
        self._count(Counts(created, len(changed) - created, len(loaded) - len(changed)))

    def _load_taxa(self, kind: str) -> list[dict[str, Any]]:
        path = self.dir / f"{kind}.toml"
        if not path.exists():
            return []
        singular = {"categories": "category", "tags": "tag"}[kind]
        try:
            rows = tomllib.loads(path.read_text("utf-8")).get(singular, [])
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            found = re.search(r"line (\d+)", str(error))
            raise ContentError(path.name, int(found.group(1)) if found else 1, str(error)) from None
        seen: set[str] = set()
        for row in rows:
            for found in frontmatter.validator(schemas.TAXON).iter_errors(row):
                raise ContentError(path.name, 1, f"{row.get('slug')}: {found.message}")
            for name in (row["slug"], *row.get("synonyms", [])):
                if name in seen:
                    raise ContentError(path.name, 1, f"{name}: the name appears twice")
                seen.add(name)
        return list(rows)

    def _apply_taxa(self, kind: str, model: Any, rows: list[dict[str, Any]]) -> None:
        known = model.objects.in_bulk(field_name="slug") if rows else {}
        for row in rows:
            old = known.get(row["slug"])
            if old and all(getattr(old, key) == value for key, value in row.items()):
                self._count(Counts(unchanged=1))
                continue
            model.objects.update_or_create(slug=row["slug"], defaults=row)
            self._count(Counts(updated=1) if old else Counts(created=1))

    # Terms and answers

    def _load_texts(self, folder: str, model: Any, schema: Mapping[str, Any]) -> list[TextFile]:
        digests = dict(model.objects.values_list("slug", "file_digest"))
        loaded: list[TextFile] = []
        alike: dict[str, str] = {}
        for slug in digests:
            alike.setdefault(slugs.looks(slug), slug)
        unchanged = 0
        for entry in _text_files(self.dir / folder):
            slug, name = entry.name.removesuffix(".md"), f"{folder}/{entry.name}"
            if not entry.is_file(follow_symlinks=False):
                self._problem(name, 1, "only plain files are read")
                continue
            if not _SLUG.match(slug) or len(slug) > 120:
                self._problem(name, 1, "a file is named by lower-case letters, digits and hyphens")
                continue
            other = alike.setdefault(slugs.looks(slug), slug)
            if other != slug and (self.dir / folder / f"{other}.md").exists():
                self._problem(name, 1, f"the name is too easily taken for {other}")
                continue
            path = self.dir / folder / entry.name
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if digests.get(slug) == digest:
                unchanged += 1
                continue
            try:
                text = frontmatter.read(path, name)
                loaded.append(TextFile(slug, text, digest, frontmatter.parse(name, text, schema)))
            except ContentError as error:
                self.problems += error.problems
        self._count(Counts(unchanged=unchanged))
        return loaded

    def _apply_terms(self, loaded: list[TextFile], items: Mapping[str, Any]) -> None:
        rows = self._existing(Term, "term", loaded)
        now = timezone.now()
        works: list[storing.TermWork] = []
        for file in loaded:
            row = rows.get(file.slug)
            if row is not None and row.is_edited and files.term_text(row) != file.text:
                self._problem(file.page.file, 1, EDITED)
                continue
            term = row or Term(slug=file.slug)
            before = documents.term_digest(term) if row else ""
            term.slug = file.slug
            _fill_term(term, file)
            if documents.term_digest(term) != before:
                term.changed_at = now
            derived = documents.derive_term(term, file.page.data.get("sources", []), items)
            self._note_troubles(file.page, derived)
            works.append(storing.TermWork(term, derived, is_new=row is None))
        self._stop_if_wrong()
        for work in works:
            work.term.touched_at = now
        storing.upsert(Term, [work.term for work in works])
        terms = glossary.current() if works else None
        for work in works:
            assert terms is not None
            documents.link_term(work.derived, work.term, terms)
        storing.store_terms(works)
        self.done_terms = {work.term.pk for work in works}
        created = sum(work.is_new for work in works)
        self._count(Counts(created, len(works) - created, 0))

    def _apply_answers(
        self, loaded: list[TextFile], items: Mapping[str, Any]
    ) -> list[tuple[Article, dict[str, Any]]]:
        if not loaded:
            return []
        self._check_relations(loaded)
        categories, tags = self._taxa_of(loaded)
        rows = self._existing(Article, "article", loaded)
        source_ids = dict(Source.objects.values_list("key", "pk"))
        terms = glossary.current()
        works: list[storing.ArticleWork] = []
        for file in loaded:
            row = rows.get(file.slug)
            if row is not None and row.is_edited and files.article_text(row) != file.text:
                self._problem(file.page.file, 1, EDITED)
                continue
            work = self._article_work(file, row, items, source_ids, categories, tags, terms)
            works.append(work)
        self._stop_if_wrong()
        storing.store_articles(works)
        self._successors(loaded, works)
        self._originals(loaded, works)
        created = sum(not work.was for work in works)
        self._count(Counts(created, len(works) - created, 0))
        for work in works:
            self.notices += notices(work)
        by_slug = {file.slug: file.page.data for file in loaded}
        return [(work.article, by_slug[work.article.slug]) for work in works]

    def _article_work(
        self,
        file: TextFile,
        row: Article | None,
        items: Mapping[str, Any],
        source_ids: Mapping[str, int],
        categories: Mapping[str, Category],
        tags: Mapping[str, Tag],
        terms: glossary.Glossary,
    ) -> storing.ArticleWork:
        data, page = file.page.data, file.page
        article = row or Article(slug=file.slug)
        was = row.state if row else ""
        before = documents.article_digest(article) if row else ""
        based_on = data.get("based_on")
        if based_on and based_on not in source_ids:
            self._problem(page.file, page.line("based_on"), f"based_on: unknown source: {based_on}")
        article.slug = file.slug
        article.category = categories[taxon_slug(data["category"])]
        article.based_on_id = source_ids.get(based_on or "")
        _fill_article(article, file)
        _date_article(article, data, is_changed=documents.article_digest(article) != before)
        article.short_id = article.short_id or short_id(file.slug)
        derived = documents.derive_article(article, items, terms)
        self._note_troubles(page, derived)
        return storing.ArticleWork(
            article,
            derived,
            tags=[tags[taxon_slug(tag)].slug for tag in data.get("tags", [])],
            related=data.get("related", []),
            prerequisites=data.get("prerequisites", []),
            corrections=data.get("corrections", []),
            note=data.get("change_note", ""),
            significance=data.get("significance", "meaning"),
            was=was,
        )

    def _note_troubles(self, page: Page, derived: documents.Derived) -> None:
        for line, message in derived.troubles:
            key = message.partition(":")[0]
            at = page.body_line + line - 1 if line else page.line(key)
            self._problem(page.file, at, message)

    def _existing(self, model: Any, kind: str, loaded: list[TextFile]) -> dict[str, Any]:
        """Rows by the slug of their file; a file with ``formerly`` takes over the older row."""
        rows = model.objects.filter(slug__in=[file.slug for file in loaded])
        if model is Article:
            rows = rows.select_related("based_on", "category", "successor")
        found = {row.slug: row for row in rows}
        former = {old: file for file in loaded for old in file.page.data.get("formerly", [])}
        taken = {row.slug: row for row in model.objects.filter(slug__in=list(former))}
        for old, file in former.items():
            OldSlug.objects.update_or_create(kind=kind, slug=old, defaults={"target": file.slug})
            OldSlug.objects.filter(kind=kind, target=old).update(target=file.slug)
            if old not in taken:
                continue
            folder = file.page.file.partition("/")[0]
            line = file.page.line("formerly")
            if (self.dir / folder / f"{old}.md").exists() or file.slug in found:
                self._problem(file.page.file, line, f"formerly: {old} is still another page")
            else:
                found[file.slug] = taken[old]
        return found

    def _check_relations(self, loaded: list[TextFile]) -> None:
        """Related answers exist, and prerequisites never lead back to where they began."""
        known = set(Article.objects.values_list("slug", flat=True)) | {f.slug for f in loaded}
        for file in loaded:
            for key in ("related", "prerequisites"):
                for slug in file.page.data.get(key, []):
                    if slug not in known or slug == file.slug:
                        said = "is this answer itself" if slug == file.slug else "does not exist"
                        self._problem(file.page.file, file.page.line(key), f"{key}: {slug} {said}")
        from .relations import find_cycle, prerequisites

        graph = prerequisites() | {
            f.slug: list(f.page.data.get("prerequisites", [])) for f in loaded
        }
        cycle = find_cycle(graph)
        if cycle:
            file = next((f for f in loaded if f.slug in cycle), loaded[0])
            way = " → ".join(cycle)
            line = file.page.line("prerequisites")
            self._problem(file.page.file, line, f"prerequisites lead in a circle: {way}")

    def _taxa_of(self, loaded: list[TextFile]) -> tuple[dict[str, Category], dict[str, Tag]]:
        """Categories and tags by slug; a name that was never seen makes a new one."""
        names = {taxon_slug(f.page.data["category"]): f.page.data["category"] for f in loaded}
        categories = _ensured(Category, names)
        tag_names = {taxon_slug(t): t for f in loaded for t in f.page.data.get("tags", [])}
        synonyms = {
            other: tag for tag in Tag.objects.exclude(synonyms=[]) for other in tag.synonyms
        }
        tags = _ensured(Tag, {s: n for s, n in tag_names.items() if s not in synonyms})
        return categories, {**tags, **synonyms}

    def _successors(self, loaded: list[TextFile], works: list[storing.ArticleWork]) -> None:
        wanted = {
            file.slug: (file.page.data.get("withdrawn") or {}).get("successor") for file in loaded
        }
        for work in works:
            slug = wanted.get(work.article.slug)
            successor = Article.objects.filter(slug=slug).first() if slug else None
            if (successor and successor.pk) != work.article.successor_id:
                work.article.successor = successor
                Article.objects.filter(pk=work.article.pk).update(successor=successor)

    def _originals(self, loaded: list[TextFile], works: list[storing.ArticleWork]) -> None:
        """What each text translates; nothing is asked where none is and none was a translation."""
        files_by_slug = {file.slug: file for file in loaded}
        for work in works:
            article, page = work.article, files_by_slug[work.article.slug].page
            slug = page.data.get("translation_of")
            if not slug and article.translation_of_id is None:
                continue
            original = Article.objects.filter(slug=slug).first() if slug else None
            if said := translations.original_trouble(article, original, slug or ""):
                self._problem(page.file, page.line("translation_of"), f"translation_of: {said}")
            elif (original and original.pk) != article.translation_of_id:
                article.translation_of = original
                Article.objects.filter(pk=article.pk).update(translation_of=original)


EDITED = (
    "was edited in the admin since it was last loaded, and this file differs; "
    "export_content writes the edited version"
)
_OWN = ("id", "evidence", "interest", "archived_url", "read_at", "notice")


def _blank_source() -> dict[str, Any]:
    return {"interest": None, "archived_url": None, "read_at": None}


def source_troubles(item: Any) -> Iterator[str]:
    if not isinstance(item, dict):
        yield "must be an object"
        return
    for error in frontmatter.validator(schemas.SOURCE).iter_errors(item):
        yield frontmatter.in_words(error)


def successor_trouble(item: Mapping[str, Any], known: Collection[str]) -> str:
    """Why what a notice names as successor cannot be one, or ""."""
    successor = (item.get("notice") or {}).get("successor")
    if successor is None or (successor in known and successor != item["id"]):
        return ""
    return "a work does not succeed itself" if successor == item["id"] else (
        f"unknown source: {successor}"
    )  # fmt: skip


def _source_lines(text: str) -> list[int]:
    return [text.count("\n", 0, m.start()) + 1 for m in re.finditer(r'"id"\s*:', text)]


def _text_files(folder: Path) -> list[os.DirEntry[str]]:
    """In order of their names; the folder's own word on each spares asking for each."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return sorted((e for e in entries if e.name.endswith(".md")), key=lambda e: e.name)


def taxon_slug(name: str) -> str:
    return slugify(name)[:80]


def _ensured(model: Any, names: Mapping[str, str]) -> dict[str, Any]:
    found = model.objects.in_bulk(list(names), field_name="slug")
    for slug in names.keys() - found.keys():
        name = names[slug]
        shown = name.replace("-", " ").capitalize() if name == slug else name
        found[slug] = model.objects.create(slug=slug, name=shown)
    return dict(found)


def _moment(day: str | None) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) if day else None


def _fill_term(term: Term, file: TextFile) -> None:
    data = file.page.data
    term.name, term.summary = data["name"], data["summary"]
    term.abbreviation, term.aliases = data.get("abbreviation", ""), data.get("aliases", [])
    term.case, term.formula = data.get("case", "auto"), data.get("formula", "")
    term.senses, term.definition = data.get("senses", []), file.page.body
    term.example, term.contributors = data.get("example", ""), data.get("contributors", [])
    term.interest, term.drafting = data.get("interest", ""), data.get("drafting", "")
    term.file_text, term.file_digest, term.is_edited = file.text, file.digest, False


def _fill_article(article: Article, file: TextFile) -> None:
    data = file.page.data
    article.title, article.short_answer = data["title"], data["short_answer"].strip()
    article.authors, article.body = data["authors"], file.page.body
    article.contributors = data.get("contributors", [])
    article.interest, article.drafting = data.get("interest", ""), data.get("drafting", "")
    article.lang, article.unlinked = data.get("lang", ENGLISH), data.get("unlinked", [])
    article.translated_revision = data.get("translated_revision")
    article.checked_by = data.get("checked_by", "")
    review_by = data.get("review_by")
    article.review_by = date.fromisoformat(review_by) if review_by else None
    article.extra = extend.owned(data)
    article.file_text, article.file_digest, article.is_edited = file.text, file.digest, False


def _date_article(article: Article, data: Mapping[str, Any], *, is_changed: bool) -> None:
    """State and dates: what the file says, else what happened."""
    state = Article.State
    now = timezone.now()
    published = _moment(data.get("published"))
    withdrawn = data.get("withdrawn")
    was_public = article.state == state.PUBLISHED and article.pk is not None
    article.publish_from = published if published and published > now else None
    if withdrawn:
        article.state, article.withdrawn_at = state.WITHDRAWN, _moment(withdrawn["date"])
        article.withdrawn_reason = withdrawn["reason"]
    elif published and published <= now:
        article.state = state.PUBLISHED
    else:
        article.state = state.DRAFT
    article.published_at = published if published and published <= now else None
    if data.get("changed"):
        article.changed_at = _moment(data["changed"])
    elif was_public and is_changed:
        article.changed_at = now
    elif article.changed_at is None or not was_public:
        article.changed_at = article.published_at
    article.checked_at = _moment(data.get("checked")) or article.checked_at or article.published_at


def notices(work: storing.ArticleWork) -> list[str]:
    """What an author is asked, in words."""
    slug = f"answers/{work.article.slug}.md"
    asked = [
        f"{slug}: “{one.word}” may mean {' or '.join(one.slugs)}; "
        f"write [[{one.word}]] to link it or [[!{one.word}]] not to"
        for one in work.derived.ambiguous
    ]
    return asked + [f"{slug}: no term {label} yet" for label in work.derived.wanted]
