"""Writes derived articles and terms, many at a time: rows, links, revisions, search entries.

Everything here runs inside the caller's transaction; signals leave after its commit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.dispatch import Signal
from django.utils import timezone

from common.rows import insert

from . import documents, extend, files, glossary, search
from .documents import Derived
from .models import (
    Article,
    ArticleLink,
    Citation,
    Correction,
    Mention,
    Revision,
    Source,
    Tag,
    Term,
)

BATCH = 200


@dataclass
class ArticleWork:
    """One article to store, with what its row cannot hold."""

    article: Article
    derived: Derived
    tags: Sequence[str] | None = None
    related: Sequence[str] | None = None
    prerequisites: Sequence[str] | None = None
    corrections: Sequence[Mapping[str, str]] | None = None
    note: str = ""
    significance: str = "meaning"
    editor: str = ""
    was: str = ""  # the state before, empty for a new article


@dataclass
class TermWork:
    term: Term
    derived: Derived
    note: str = ""
    editor: str = ""
    is_new: bool = field(default=False)


def store_articles(works: Sequence[ArticleWork]) -> None:
    """Insert or update articles and everything that hangs on them."""
    if not works:
        return
    rows = [work.article for work in works]
    upsert(Article, rows)
    _tags(works)
    _corrections(works)
    _links(works)
    ids = [row.pk for row in rows]
    _citations(
        Citation.objects.filter(article__in=ids), "article", [(w.article, w.derived) for w in works]
    )
    _mentions(
        Mention.objects.filter(article__in=ids), "article", [(w.article, w.derived) for w in works]
    )
    _article_revisions(works)
    search.index_articles(ids)
    _announce(works)


def store_terms(works: Sequence[TermWork]) -> None:
    if not works:
        return
    now = timezone.now()
    rows = [work.term for work in works]
    for row in rows:
        row.touched_at = now
    upsert(Term, rows)
    ids = [row.pk for row in rows]
    pairs = [(work.term, work.derived) for work in works]
    _citations(Citation.objects.filter(term__in=ids), "term", pairs)
    _mentions(Mention.objects.filter(from_term__in=ids), "from_term", pairs)
    _term_revisions(works)
    search.index_terms(ids)
    send_all(extend.term_changed, rows)


def upsert(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Insert rows without a key, update those with one; a few statements for any number."""
    manager = model._default_manager
    old = [row for row in rows if row.pk is not None]
    manager.bulk_create([row for row in rows if row.pk is None], batch_size=BATCH)
    if old:
        fields = [f.name for f in model._meta.concrete_fields if not f.primary_key]
        manager.bulk_create(
            old, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields
        )


def restore_links(
    model: type[models.Model],
    owner: str,
    html_field: str,
    rows: Sequence[Any],
    linker: glossary.Glossary,
) -> None:
    """Link the same text to a glossary that changed; nothing else moves."""
    if not rows:
        return
    pairs = []
    for row in rows:
        linked = documents.link(row, linker)
        setattr(row, html_field, linked.html)
        pairs.append((row, Derived(terms=linked.terms)))
    model._default_manager.bulk_update(rows, [html_field], batch_size=50)
    ids = [row.pk for row in rows]
    _mentions(Mention.objects.filter(**{f"{owner}__in": ids}), owner, pairs)
    send_all(extend.term_changed if model is Term else extend.article_changed, rows)


def send(signal: Signal, instance: models.Model) -> None:
    """Once the transaction stands."""
    send_all(signal, [instance])


def send_all(signal: Signal, instances: Sequence[models.Model]) -> None:
    """Once the transaction stands, each by itself."""
    if not instances:
        return
    among = extend.Among(instances)

    def leave() -> None:
        for instance in among:
            signal.send(sender=type(instance), instance=instance, among=among)

    transaction.on_commit(leave)


def _announce(works: Sequence[ArticleWork]) -> None:
    state = Article.State
    public = [work for work in works if work.article.state == state.PUBLISHED]
    withdrawn = [work for work in works if work.article.state == state.WITHDRAWN]
    for signal, some in (
        (extend.article_published, [w for w in public if w.was != state.PUBLISHED]),
        (extend.article_changed, [w for w in public if w.was == state.PUBLISHED]),
        (extend.article_withdrawn, [w for w in withdrawn if w.was != state.WITHDRAWN]),
    ):
        send_all(signal, [work.article for work in some])


def _tags(works: Sequence[ArticleWork]) -> None:
    given = [work for work in works if work.tags is not None]
    through = Article.tags.through
    through.objects.filter(article__in=[work.article.pk for work in given]).delete()
    ids = dict(Tag.objects.values_list("slug", "pk"))
    hung = [
        (work.article.pk, ids[slug]) for work in given for slug in dict.fromkeys(work.tags or ())
    ]
    insert(through._meta.db_table, ["article_id", "tag_id"], hung)


def _corrections(works: Sequence[ArticleWork]) -> None:
    given = [work for work in works if work.corrections is not None]
    Correction.objects.filter(article__in=[work.article.pk for work in given]).delete()
    Correction.objects.bulk_create(
        Correction(article=work.article, **row) for work in given for row in work.corrections or ()
    )


def _links(works: Sequence[ArticleWork]) -> None:
    """Related and prerequisite answers as given; links of the text as found."""
    wanted: list[tuple[ArticleWork, str, Sequence[str]]] = []
    for work in works:
        found = documents.linked_answers(work.derived.links)
        wanted.append((work, ArticleLink.Kind.TEXT, found))
        for kind, slugs in (
            (ArticleLink.Kind.RELATED, work.related),
            (ArticleLink.Kind.PREREQUISITE, work.prerequisites),
        ):
            if slugs is not None:
                wanted.append((work, kind, slugs))
    for one in ArticleLink.Kind:
        ids = [work.article.pk for work, its, _ in wanted if its == one]
        ArticleLink.objects.filter(article__in=ids, kind=one).delete()
    names = {slug for _, _, slugs in wanted for slug in slugs}
    targets = dict(Article.objects.filter(slug__in=names).values_list("slug", "pk"))
    ArticleLink.objects.bulk_create(
        ArticleLink(article=work.article, target_id=targets[slug], kind=kind, position=position)
        for work, kind, slugs in wanted
        for position, slug in enumerate(dict.fromkeys(slugs))
        if slug in targets and targets[slug] != work.article.pk
    )


Pairs = Sequence[tuple[Any, Derived]]


def _citations(old: models.QuerySet[Citation], owner: str, pairs: Pairs) -> None:
    old.delete()
    keys = {key for _, derived in pairs for key, _ in derived.citations}
    ids = dict(Source.objects.filter(key__in=keys).values_list("key", "pk"))
    found = [
        (of.pk, ids[key], json.dumps(places, ensure_ascii=False))
        for of, derived in pairs
        for key, places in derived.citations
        if key in ids
    ]
    insert("kb_citation", [f"{owner}_id", "source_id", "places"], found)


def _mentions(old: models.QuerySet[Mention], owner: str, pairs: Pairs) -> None:
    old.delete()
    slugs = {slug for _, derived in pairs for slug in derived.terms}
    ids = dict(Term.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    found = [(of.pk, ids[slug]) for of, derived in pairs for slug in derived.terms if slug in ids]
    insert("kb_mention", [f"{owner}_id", "term_id"], found)


def _latest(owner: str, ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """The number and digest of the newest revision of each."""
    rows = Revision.objects.filter(**{f"{owner}__in": list(ids)}).order_by("number")
    return {key: (n, d) for key, n, d in rows.values_list(f"{owner}_id", "number", "digest")}


def _article_revisions(works: Sequence[ArticleWork]) -> None:
    public = [work for work in works if work.article.is_published]
    latest = _latest("article", [work.article.pk for work in public])
    fresh = []
    for work in public:
        of = work.article
        digest = documents.article_digest(of)
        number, before = latest.get(of.pk, (0, ""))
        if digest == before:
            continue
        fresh.append(
            Revision(
                article=of, number=number + 1, created_at=_moment(of, number), title=of.title,
                authors=of.authors, summary=of.short_answer, text=files.article_text(of),
                html=of.body_html, contents=of.contents, digest=digest, note=work.note,
                significance=work.significance, editor=work.editor,
            )
        )  # fmt: skip
    Revision.objects.bulk_create(fresh, batch_size=BATCH)


def _moment(of: Article, earlier: int) -> datetime:
    """The first revision is as old as the publication; later ones as the change."""
    moment = of.changed_at if earlier else of.published_at
    return moment or timezone.now()


def _term_revisions(works: Sequence[TermWork]) -> None:
    latest = _latest("term", [work.term.pk for work in works])
    fresh = []
    for work in works:
        of = work.term
        digest = documents.term_digest(of)
        number, before = latest.get(of.pk, (0, ""))
        if digest != before:
            fresh.append(
                Revision(
                    term=of, number=number + 1, created_at=of.changed_at, title=of.name,
                    authors=of.authors, summary=of.summary, text=files.term_text(of),
                    html=of.definition_html, contents=of.contents, digest=digest,
                    note=work.note, editor=work.editor,
                )
            )  # fmt: skip
    Revision.objects.bulk_create(fresh, batch_size=BATCH)
