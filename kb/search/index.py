"""Keeps documents, their words and the vocabulary in step; many documents in a few statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from django.db import transaction

from kb.extend import SearchEntry
from kb.models import SearchDocument

from . import postings, vocabulary
from .words import fold, stem, words

BODY_LIMIT = 100_000
BATCH = 200


class Worded(NamedTuple):
    """A document and the words of its title and body, split once for all that needs them."""

    document: SearchDocument
    title: list[str]
    body: list[str]


def index(entries: Iterable[SearchEntry]) -> None:
    """Store what is published, drop what is not; unchanged documents cost one comparison.

    The vocabulary is brought up to date once for all: most of its words are in every batch.
    """
    differences: Counter[str] = Counter()
    coming = iter(entries)
    with transaction.atomic():
        while batch := list(islice(coming, BATCH)):
            by_kind: dict[str, dict[str, SearchEntry]] = {}
            for entry in batch:
                by_kind.setdefault(entry.kind, {})[entry.key] = entry
            for kind, some in by_kind.items():
                differences.update(_index(kind, some))
        vocabulary.change(differences)


def _index(kind: str, entries: dict[str, SearchEntry]) -> Counter[str]:
    """What changes in the vocabulary."""
    stored = {d.key: d for d in SearchDocument.objects.filter(kind=kind, key__in=list(entries))}
    drop([stored[key] for key, entry in entries.items() if not entry.published and key in stored])
    changed: list[Worded] = []
    differences: Counter[str] = Counter()
    for key, entry in entries.items():
        if not entry.published:
            continue
        fresh, old = _document(entry), stored.get(key)
        if old is not None:
            if _same(old, fresh):
                continue
            fresh.pk = old.pk
            differences.subtract(_counted(old))
        worded = Worded(fresh, words(fresh.title), words(fresh.body))
        differences.update(vocabulary.counted([*worded.title, *worded.body]))
        changed.append(worded)
    if changed:
        _write(changed)
    return differences


def _document(entry: SearchEntry) -> SearchDocument:
    return SearchDocument(
        kind=entry.kind,
        key=entry.key[:160],
        title=entry.title[:300],
        folded_title=fold(entry.title)[:300],
        url=entry.url[:300],
        body=entry.body[:BODY_LIMIT],
        category=entry.category,
        tags="".join(f"|{tag}" for tag in entry.tags) + ("|" if entry.tags else ""),
        is_runnable=entry.is_runnable,
    )


def _same(a: SearchDocument, b: SearchDocument) -> bool:
    fields = ("title", "url", "body", "category", "tags", "is_runnable")
    return all(getattr(a, name) == getattr(b, name) for name in fields)


def _write(changed: Sequence[Worded]) -> None:
    from kb.storing import upsert

    postings.erase([one.document.pk for one in changed if one.document.pk is not None])
    upsert(SearchDocument, [one.document for one in changed])
    postings.write(
        [(d.pk, list(map(stem, title)), list(map(stem, body))) for d, title, body in changed]
    )


def _counted(document: SearchDocument) -> set[str]:
    return vocabulary.counted(words(f"{document.title} {document.body}"))


def drop(documents: Sequence[SearchDocument]) -> None:
    """Remove documents and take their words out of the vocabulary."""
    if not documents:
        return
    differences: Counter[str] = Counter()
    for document in documents:
        differences.subtract(_counted(document))
    ids = [document.pk for document in documents]
    postings.erase(ids)
    SearchDocument.objects.filter(pk__in=ids).delete()
    vocabulary.change(differences)
