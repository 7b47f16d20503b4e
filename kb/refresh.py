"""Brings stored HTML up to date when something it was made of changed elsewhere.

A changed source renames citations, a changed term moves links, a newer renderer makes
other HTML; the texts themselves stay as they are, so no revision is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from . import documents, files, frontmatter, glossary, storing
from .markup import RENDER_VERSION
from .models import Article, Term

CHUNK = 200
FEW = 100


def refresh(
    sources: Collection[str],
    labels: Collection[str],
    done: Collection[int] = (),
    done_terms: Collection[int] = (),
) -> int:
    """Render or link anew whatever these sources and labels touch; returns how many.

    Articles and terms that are ``done`` were made of them just now.
    """
    stale = Q(render_version__lt=RENDER_VERSION)
    if sources:
        stale |= Q(citations__source__key__in=list(sources))
    articles = Article.objects.filter(stale).exclude(pk__in=list(done)).distinct()
    terms = Term.objects.filter(stale).exclude(pk__in=list(done_terms)).distinct()
    count = _rerender(articles, terms)
    if labels:
        count += _relink(labels, done)
    return count


def _rerender(articles: QuerySet[Article], terms: QuerySet[Term]) -> int:
    items = documents.source_items()
    linker = glossary.current()
    count = 0
    for chunk in _chunks(articles.select_related("category", "based_on")):
        works = [
            storing.ArticleWork(a, documents.derive_article(a, items, linker), was=a.state)
            for a in chunk
        ]
        storing.store_articles(works)
        count += len(works)
    for some in _chunks(terms):
        changed = []
        for term in some:
            derived = documents.derive_term(term, listed_sources(term), items)
            documents.link_term(derived, term, linker)
            changed.append(storing.TermWork(term, derived))
        storing.store_terms(changed)
        count += len(changed)
    return count


def listed_sources(term: Term) -> list[str]:
    text = files.term_text(term)
    try:
        return list(frontmatter.parse("", text, {}).data.get("sources", []))
    except frontmatter.ContentError:
        return []


def _relink(labels: Collection[str], done: Collection[int]) -> int:
    uses = _uses(labels)
    linker = glossary.current()
    count = 0
    for chunk in _chunks(Article.objects.exclude(pk__in=list(done))):
        changed = [a for a in chunk if uses(a.base_html) and _moves(a, "body_html", linker)]
        storing.restore_links(Article, "article", "body_html", changed, linker)
        count += len(changed)
    for some in _chunks(Term.objects.all()):
        moved = [t for t in some if uses(t.base_html) and _moves(t, "definition_html", linker)]
        storing.restore_links(Term, "from_term", "definition_html", moved, linker)
        count += len(moved)
    return count


def _uses(labels: Collection[str]) -> Callable[[str], bool]:
    """Whether a text may hold one of the labels: cheap, and never wrongly no."""
    if len(labels) > FEW:
        return lambda text: True
    words = [re.findall(r"[^\W_]+", label) for label in labels]
    # A plural may change the last letter, a hyphenated label may be written as one word.
    starts = [max(found, key=len).lower()[:-1] for found in words if found]
    return lambda text: any(start in text.lower() for start in starts)


def _moves(of: Any, html_field: str, linker: glossary.Glossary) -> bool:
    return bool(documents.link(of, linker).html != getattr(of, html_field))


def _chunks(rows: QuerySet[Any] | Iterable[Any]) -> Iterator[list[Any]]:
    ids = iter(list(rows.values_list("pk", flat=True)) if isinstance(rows, QuerySet) else rows)
    while chunk := list(islice(ids, CHUNK)):
        assert isinstance(rows, QuerySet)
        yield list(rows.model._default_manager.filter(pk__in=chunk))
