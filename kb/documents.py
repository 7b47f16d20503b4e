"""From the text of an article or a term to everything derived from it, in memory."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import citations, extend, glossary, markup
from .models import Article, Source, Term
from .models.articles import ENGLISH
from .written import shown, written

_ANSWER_PATH = re.compile(r"^/ask/([a-z0-9-]+)/")
_KEYS = re.compile(r"@([a-z0-9][a-z0-9-]*)")


@dataclass
class Derived:
    """What was found in a text, beside the HTML that now stands on the object."""

    citations: list[tuple[str, list[dict[str, str]]]] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    ambiguous: list[glossary.Ambiguous] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    troubles: list[markup.Trouble] = field(default_factory=list)


def labels(text: str, items: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """How each source that the text names is called in it, letters included."""
    keys = dict.fromkeys(key for key in _KEYS.findall(text) if key in items)
    lettered = citations.with_letters([items[key] for key in keys])
    return {str(item["id"]): citations.in_text(item) for item in lettered}


def source_items() -> dict[str, dict[str, Any]]:
    return {key: {"id": key, **csl} for key, csl in Source.objects.values_list("key", "csl")}


def _context(text: str, contents: Sequence[Mapping[str, Any]], items: Any) -> markup.Context:
    return markup.Context(
        labels=labels(text, items),
        anchors=[(entry["text"], entry["id"]) for entry in contents],
        blocks=frozenset({"example", *extend.blocks}),
        schemes=frozenset({"claim", *extend.inlines}),
    )


def derive_article(
    article: Article, items: Mapping[str, Mapping[str, Any]], terms: glossary.Glossary
) -> Derived:
    """Render an article in place and report what it refers to."""
    whole = written(article.body, article.extra)
    rendered = markup.render(whole.text, _context(whole.text, article.contents, items))
    article.base_html, article.contents = rendered.html, rendered.contents
    article.words = rendered.words
    article.render_version = markup.RENDER_VERSION
    troubles = [markup.Trouble(whole.line(line), said) for line, said in rendered.troubles]
    derived = Derived(links=rendered.links, troubles=troubles)
    derived.citations = _grouped(rendered.citations)
    _link(derived, article, "body_html", terms)
    return derived


def derive_term(
    term: Term, sources: Sequence[str], items: Mapping[str, Mapping[str, Any]]
) -> Derived:
    """Render a term in place; its links to other terms follow once all terms are known."""
    listed = [*sources, *sense_sources(term.senses)]
    named = " ".join([term.definition, *(f"@{source.partition(' ')[0]}" for source in listed)])
    context = _context(named, term.contents, items)
    rendered = markup.render(term.definition, context)
    term.base_html, term.contents = rendered.html, rendered.contents
    term.render_version = markup.RENDER_VERSION
    derived = Derived(links=rendered.links, troubles=list(rendered.troubles))
    derived.citations = _grouped(rendered.citations)
    cited = {key for key, _ in derived.citations}
    for source in listed:
        key, _, locator = source.partition(" ")
        if key not in items:
            derived.troubles.append(markup.Trouble(0, f"sources: unknown source: {key}"))
        elif key not in cited:
            places = [{"anchor": "", "locator": locator.strip()}] if locator.strip() else []
            derived.citations.append((key, places))
            cited.add(key)
    try:
        term.formula_html = markup.clean(markup.formula(term.formula, True)) if term.formula else ""
    except ValueError as error:
        derived.troubles.append(markup.Trouble(0, f"formula: {error}"))
    return derived


def sense_sources(senses: Sequence[Any]) -> list[str]:
    """The sources that the meanings of a term name."""
    return [str(source) for s in senses if isinstance(s, dict) for source in s.get("sources", [])]


def link_term(derived: Derived, term: Term, terms: glossary.Glossary) -> None:
    _link(derived, term, "definition_html", terms)


def link(of: Article | Term, terms: glossary.Glossary) -> glossary.Linked:
    """The rendered text with its terms linked as its page wants it.

    A text in another language is linked only where it asks: an English label may mean another
    thing there.
    """
    if isinstance(of, Term):
        return terms.link(of.base_html, of.slug)
    return terms.link(of.base_html, never=of.unlinked, by_itself=of.lang == ENGLISH)


def _link(derived: Derived, of: Article | Term, html_field: str, terms: glossary.Glossary) -> None:
    linked = link(of, terms)
    setattr(of, html_field, linked.html)
    derived.terms, derived.wanted = linked.terms, linked.wanted
    derived.ambiguous = linked.ambiguous


def linked_answers(links: Sequence[str]) -> list[str]:
    """The answers among the links of a text, each once."""
    return list(dict.fromkeys(m.group(1) for m in map(_ANSWER_PATH.match, links) if m))


def _grouped(places: Sequence[markup.Place]) -> list[tuple[str, list[dict[str, str]]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for place in places:
        found.setdefault(place.key, []).append({"anchor": place.anchor, "locator": place.locator})
    return list(found.items())


def digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def article_digest(article: Article) -> str:
    """Of what a reader reads: equal digests need no new revision."""
    more = shown(article.extra, article.body)
    parts = (article.title, article.authors, article.short_answer, article.body)
    return digest(*parts, more) if more else digest(*parts)


def term_digest(term: Term) -> str:
    return digest(
        term.name, term.abbreviation, term.summary, term.formula, term.definition, term.senses
    )
