"""Links that the glossary would set, one by one, for an author to accept or to forbid.

An accepted link is written into the text as ``[[words]]`` at its place. Which of several places is
meant is not guessed: a place is right when the page that is rendered from it reads as before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from . import documents, glossary
from .markup import plain_text
from .models import Article, Term

_LINK = re.compile(r'<a class="term" data-term="([a-z0-9-]+)"[^>]*>(.*?)</a>', re.DOTALL)
_SECTION = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
_HEADING = re.compile(r"^## +(.*?)(?: *\{#[^}]*\})? *$", re.MULTILINE)
_BLOCK_EDGE = re.compile(r"</?(?:p|li|td|th|dd|dt|h[1-6]|div|blockquote|tr)[^>]*>")
AROUND = 70  # characters shown before and after
MOST_TRIES = 40


@dataclass(frozen=True)
class Suggestion:
    """A word that is linked because the glossary knows it, not because the text asks."""

    index: int
    slug: str
    words: str
    section: str
    before: str
    after: str
    at: float
    """How far into the text, from 0 to 1."""
    term: Term | None = None

    @property
    def name(self) -> str:
        """What a form calls the choice about it."""
        return f"term-link-{self.index}"


def suggestions(article: Article) -> list[Suggestion]:
    """For a rendered article, in reading order; what the text itself asks for is left out."""
    linked = documents.link(article, glossary.current())
    terms = glossary.summaries(linked.terms)
    return [
        Suggestion(
            index,
            match[1],
            unescape(match[2]),
            _section(linked.html[: match.start()]),
            _before(linked.html[: match.start()]),
            _after(linked.html[match.end() :]),
            match.start() / len(linked.html),
            terms.get(match[1]),
        )
        for index, (match, by_author) in enumerate(
            zip(_LINK.finditer(linked.html), linked.by_author, strict=True)
        )
        if not by_author
    ]


def _section(html: str) -> str:
    found = _SECTION.findall(html)
    return plain_text(found[-1]) if found else ""


def _before(html: str) -> str:
    words = _words(_BLOCK_EDGE.split(html)[-1]).lstrip()
    return words if len(words) <= AROUND else f"…{words[-AROUND:]}"


def _after(html: str) -> str:
    words = _words(_BLOCK_EDGE.split(html)[0]).rstrip()
    return words if len(words) <= AROUND else f"{words[:AROUND]}…"


def _words(html: str) -> str:
    """Text with single spaces, also where it begins and ends."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", html)))


def accept(article: Article, chosen: Sequence[Suggestion]) -> list[Suggestion]:
    """Write the chosen links into ``article.body``; returns those that have no place in it.

    Parts that front matter writes into the text are not the body's.
    """
    items, terms = documents.source_items(), glossary.current()
    documents.derive_article(article, items, terms)
    return [one for one in chosen if not _written(article, one, items, terms)]


def _written(
    article: Article, one: Suggestion, items: Mapping[str, Any], terms: glossary.Glossary
) -> bool:
    wanted = _flat(article.body_html)
    is_known = terms.resolve(" ".join(one.words.split())) == one.slug
    for start, end in _places(article.body, one.words, one.section, one.at):
        # A mark stands on one line; where the words were broken, the line ends after it.
        words = " ".join(article.body[start:end].split())
        trial = _trial(article, start, end, words if is_known else f"{one.slug}|{words}")
        derived = documents.derive_article(trial, items, terms)
        # Another place may be linked already and read the same; then it is not this link's.
        is_it = documents.link(trial, terms).by_author[one.index : one.index + 1] == [True]
        if is_it and not derived.troubles and _flat(trial.body_html) == wanted:
            article.body = trial.body
            documents.derive_article(article, items, terms)
            return True
    return False


@dataclass(frozen=True)
class Doubt:
    """A word that may mean a term: only its author can say."""

    index: int
    words: str
    section: str
    terms: tuple[Term, ...]

    @property
    def name(self) -> str:
        return f"term-word-{self.index}"

    @property
    def slugs(self) -> list[str]:
        return [term.slug for term in self.terms]


def doubts(article: Article) -> list[Doubt]:
    """For a rendered article, in reading order."""
    found = documents.link(article, glossary.current()).ambiguous
    terms = glossary.summaries(slug for one in found for slug in one.slugs)
    return [
        Doubt(
            index,
            unescape(one.word),
            plain_text(one.section),
            tuple(terms[slug] for slug in one.slugs if slug in terms),
        )
        for index, one in enumerate(found)
    ]


def settle(article: Article, doubt: Doubt, slug: str) -> bool:
    """Write what the author meant at the first place in question; whether there is one."""
    items, terms = documents.source_items(), glossary.current()
    documents.derive_article(article, items, terms)
    asked = _asked(documents.link(article, terms))
    for start, end in _places(article.body, doubt.words, doubt.section, 0.0):
        words = " ".join(article.body[start:end].split())
        trial = _trial(article, start, end, f"{slug}|{words}")
        derived = documents.derive_article(trial, items, terms)
        left = _asked(documents.link(trial, terms))
        is_same = plain_text(trial.body_html).split() == plain_text(article.body_html).split()
        if not derived.troubles and is_same and len(left) < len(asked) and left <= asked:
            article.body = trial.body
            return True
    return False


def _asked(linked: glossary.Linked) -> set[tuple[str, str]]:
    return {(one.section, one.word.lower()) for one in linked.ambiguous}


def _trial(article: Article, start: int, end: int, mark: str) -> Article:
    """The article with a mark in the place of some words, as nobody has stored it."""
    return Article(
        body=f"{article.body[:start]}[[{mark}]]{article.body[end:]}", extra=article.extra,
        contents=article.contents, unlinked=article.unlinked, lang=article.lang,
    )  # fmt: skip


def _flat(html: str) -> str:
    """Without regard to where lines are broken."""
    return " ".join(html.split())


def _places(body: str, text: str, section: str, at: float) -> Iterator[tuple[int, int]]:
    """Where the words stand in the source: in their own section first, else the nearest first."""
    words = r"\s+".join(re.escape(word) for word in text.split())
    found = [m.span() for m in re.finditer(rf"(?<![\w\[|]){words}(?![\w\]|])", body)]
    start, end = _span(body, section)
    inside = [span for span in found if start <= span[0] < end]
    others = [span for span in found if not start <= span[0] < end]
    others.sort(key=lambda span: abs(span[0] / max(1, len(body)) - at))
    yield from [*inside, *others][:MOST_TRIES]


def _span(body: str, section: str) -> tuple[int, int]:
    """From the heading of a section to the next one; the beginning of the text has none."""
    headings = list(_HEADING.finditer(body))
    edges = [heading.start() for heading in headings] + [len(body)]
    if not section:
        return 0, edges[0]
    for number, heading in enumerate(headings):
        if _letters(heading[1]) == _letters(section):
            return edges[number], edges[number + 1]
    return 0, 0


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
