"""An article or a term as the text file that it is: out as it came in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from . import frontmatter
from .models import Article, ArticleLink, Term
from .models.articles import ENGLISH


def article_text(article: Article) -> str:
    """The file of an article; untouched articles come back byte for byte."""
    if article.file_text and not article.is_edited:
        return article.file_text
    before = _before(article.file_text)
    data = _article_data(article, before)
    return frontmatter.write(data, article.body, article.file_text)


def term_text(term: Term) -> str:
    if term.file_text and not term.is_edited:
        return term.file_text
    before = _before(term.file_text)
    data: dict[str, Any] = {
        "name": term.name,
        "abbreviation": term.abbreviation,
        "aliases": term.aliases,
        "case": term.case if term.case != "auto" or "case" in before else "",
        "summary": term.summary,
        "formula": term.formula,
        "sources": before.get("sources", []),
        "senses": term.senses,
        "example": term.example,
        "contributors": term.contributors,
        "interest": term.interest,
        "drafting": term.drafting,
        "formerly": before.get("formerly", []),
    }
    return frontmatter.write(_filled(data, before), term.definition, term.file_text)


def _before(text: str) -> dict[str, Any]:
    try:
        return frontmatter.parse("", text, {}).data if text else {}
    except frontmatter.ContentError:
        return {}


def _article_data(article: Article, before: dict[str, Any]) -> dict[str, Any]:
    links = list(article.links.select_related("target").order_by("position"))
    of_kind = {
        kind: [link.target.slug for link in links if link.kind == kind]
        for kind in (ArticleLink.Kind.RELATED, ArticleLink.Kind.PREREQUISITE)
    }
    data: dict[str, Any] = {
        "title": article.title,
        "category": _same_taxon(before.get("category"), article.category),
        "tags": _tags(article, before.get("tags", [])),
        "authors": article.authors,
        "contributors": article.contributors,
        "interest": article.interest,
        "drafting": article.drafting,
        "based_on": article.based_on.key if article.based_on else None,
        "published": _day(article.published_at) or _day(article.publish_from),
        "changed": _day(article.changed_at) if "changed" in before else "",
        "checked": _day(article.checked_at) if "checked" in before else "",
        "checked_by": article.checked_by,
        "review_by": article.review_by.isoformat() if article.review_by else "",
        "lang": article.lang if article.lang != ENGLISH or "lang" in before else "",
        "translation_of": article.translation_of.slug if article.translation_of else "",
        "translated_revision": article.translated_revision,
        "unlinked": article.unlinked,
        "short_answer": article.short_answer,
        "related": of_kind[ArticleLink.Kind.RELATED],
        "prerequisites": of_kind[ArticleLink.Kind.PREREQUISITE],
        "formerly": before.get("formerly", []),
        "change_note": before.get("change_note", ""),
        "significance": before.get("significance", ""),
        "corrections": _corrections(article),
        "withdrawn": _withdrawn(article),
        **article.extra,
    }
    return _filled(data, before)


def _filled(data: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Without empty values, unless the file had them."""
    return {
        key: before[key] if key in before and _empty(before[key]) and _empty(value) else value
        for key, value in data.items()
        if not _empty(value) or (key in before and _empty(before[key]))
    }


def _empty(value: Any) -> bool:
    return value in (None, "", [], {})


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""


def _same_taxon(written: Any, taxon: Any) -> str:
    from .importer import taxon_slug

    if isinstance(written, str) and taxon_slug(written) == taxon.slug:
        return written
    return str(taxon.slug)


def _tags(article: Article, written: list[Any]) -> list[str]:
    from .importer import taxon_slug

    slugs = [tag.slug for tag in article.tags.all()]
    kept = [tag for tag in written if isinstance(tag, str) and taxon_slug(tag) in slugs]
    known = {taxon_slug(tag) for tag in kept}
    return kept + [slug for slug in slugs if slug not in known]


def _corrections(article: Article) -> list[dict[str, str]]:
    rows = article.corrections.order_by("pk")
    return [
        {
            key: value
            for key, value in (
                ("date", row.date.isoformat()),
                ("old", row.old),
                ("new", row.new),
                ("cause", row.cause),
            )
            if value
        }
        for row in rows
    ]


def _withdrawn(article: Article) -> dict[str, str]:
    if article.state != Article.State.WITHDRAWN or article.withdrawn_at is None:
        return {}
    data = {"date": _day(article.withdrawn_at), "reason": article.withdrawn_reason}
    return data | ({"successor": article.successor.slug} if article.successor else {})
