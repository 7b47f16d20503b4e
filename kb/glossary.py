"""Links the words of a text to the terms of the glossary.

A text is walked word by word through a tree of labels, so its cost does not grow with the
glossary. Rules: whole words, the longest label first, once in a section, never in headings,
code, formulas, quotes, links or file names; a label's capitals count where they tell words
apart ("WHO" is not "who"); a word with several meanings waits for its author.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from typing import Any

from django.db import connection

from .models import Term

# Plain English first: as a single word each of these is linked only where an author says so.
EVERYDAY_TEXT = """
back bear bid book bull buy call carry cash cover edge fill flat floor future futures gap gate
hold leg long margin mark open pin point position put range return risk roll rolling run sell
series set short stop strip swap tail tick time trade turn wheel who wing write yield
"""
EVERYDAY = frozenset(EVERYDAY_TEXT.split())

_TAG = re.compile(r'(<(?:"[^"]*"|[^>"])*>)')
_TAG_NAME = re.compile(r"<(/?)([a-z0-9]+)")
_WORD = re.compile(r"[^\W_]+")
_SPLIT = re.compile(r"([^\W_]+)")
_DATA_TERM = re.compile(r'data-term="([^"]*)"')
_ASIDE = re.compile(r"\s*\([^()]*\)$")
_SKIPPED_TEXT = """
a blockquote code data dfn h1 h2 h3 h4 h5 h6 kbd math pre q span var
"""
_SKIPPED = frozenset(_SKIPPED_TEXT.split())
_JOINS = frozenset(" -\n\t\u00a0\u2010\u2011")
_ES = re.compile(r"(?:s|x|z|ch|sh)$", re.IGNORECASE)
_IES = re.compile(r"[^aeiou\W\d]y$", re.IGNORECASE)
# A word that goes on across one of these is part of something longer: a compound, a file
# name, a path, an address.
_SIGNS = frozenset("_@#/\\$")
_GLUE = frozenset("-\u2010\u2011/_@#.\\&+$'’")

Node = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """What linking needs to know about a term."""

    slug: str
    labels: tuple[str, ...]
    case: str = "auto"
    is_ambiguous: bool = False


@dataclass(frozen=True)
class Ambiguous:
    """A word that only its author can place."""

    word: str
    slugs: tuple[str, ...]
    section: str


@dataclass
class Linked:
    html: str
    terms: list[str] = field(default_factory=list)
    ambiguous: list[Ambiguous] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    by_author: list[bool] = field(default_factory=list)
    """For every link in reading order, whether the text itself asked for it."""


class Glossary:
    """All labels of all terms as a tree of words."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.root: Node = {}
        self.slugs: set[str] = set()
        self.ambiguous: set[str] = set()
        self.synonyms: dict[str, tuple[str, ...]] = {}
        for entry in entries:
            self.slugs.add(entry.slug)
            self.synonyms[entry.slug] = entry.labels
            if entry.is_ambiguous:
                self.ambiguous.add(entry.slug)
            for label in entry.labels:
                self._add(entry, label)

    def _add(self, entry: Entry, label: str) -> None:
        for form in _forms(label):
            words = _tokens(escape(form, quote=False))
            if not words:
                continue
            node = self.root
            for key, _ in words:
                node = node.setdefault(key.lower(), {})
            exact = tuple(_needed(word, entry.case) for _, word in words)
            needed = exact if any(exact) else None  # where no capital matters, nothing is compared
            ends: list[tuple[str, tuple[str | None, ...] | None]] = node.setdefault("", [])
            if (entry.slug, needed) not in ends:
                ends.append((entry.slug, needed))

    def resolve(self, label: str) -> str | None:
        """The slug that a label, an alias or a slug itself names; None for unknown words."""
        if label in self.slugs:
            return label
        words = _tokens(escape(label, quote=False))
        node: Node | None = self.root
        for key, _ in words:
            node = node.get(key.lower()) if node is not None else None
        if not words or not node or "" not in node:
            return None
        actual = tuple(word for _, word in words)
        fitting = [slug for slug, needed in node[""] if _fits(needed, actual)]
        return str((fitting or [node[""][0][0]])[0])

    def link(
        self, html: str, own: str = "", *, never: Iterable[str] = (), by_itself: bool = True
    ) -> Linked:
        """The same HTML with its terms linked; ``own`` is never linked (a term's own page).

        Nor are the terms of ``never``, unless the text asks for them. Without ``by_itself`` only
        what the text asks for is linked.
        """
        return _Walk(self, own, frozenset(never), by_itself).run(html)


def _forms(label: str) -> Iterator[str]:
    """A label, its plural, hyphenated labels as one word; "Rolling (a position)" as "rolling"."""
    label = _ASIDE.sub("", label) or label
    yield label
    yield _plural(label)
    if "-" in label:
        joined = label.replace("-", "")
        yield joined
        yield _plural(joined)


def _plural(label: str) -> str:
    if _IES.search(label):
        return label[:-1] + "ies"
    if _ES.search(label):
        return label + "es"
    return label + "s" if label[-1:].isalpha() else label


def _tokens(text: str) -> list[tuple[str, str]]:
    """Words with their key: what stands between words counts, unless space or hyphen."""
    found: list[tuple[str, str]] = []
    end = 0
    for match in _WORD.finditer(text):
        gap = _gap(text[end : match.start()]) if found else ""
        found.append((gap + match.group(), match.group()))
        end = match.end()
    return found


def _gap(between: str) -> str:
    return "" if between in _JOINS or between.isspace() else between


def _needed(word: str, case: str) -> str | None:
    """The exact word that must stand there, or None if capitals do not matter."""
    if case == "exact":
        return word
    if case == "any":
        return None
    return word if any(c.isupper() for c in word[1:]) else None


def _fits(needed: tuple[str | None, ...] | None, actual: Sequence[str]) -> bool:
    return needed is None or all(
        want is None or want == got for want, got in zip(needed, actual, strict=True)
    )


class _Walk:
    """One pass over one text."""

    def __init__(
        self, glossary: Glossary, own: str, never: frozenset[str], by_itself: bool
    ) -> None:
        self.glossary = glossary
        self.root = glossary.root if by_itself else {}
        self.never = never | {own} if own else never
        self.done: set[str] = set(self.never)
        self.own = own
        self.section = ""
        self.linked = Linked("")
        self.asked: set[tuple[str, str]] = set()

    def run(self, html: str) -> Linked:
        pieces = _TAG.split(html)
        depth = 0
        forced = ""
        out: list[str] = []
        for index, piece in enumerate(pieces):
            if index % 2 == 0:
                if forced:
                    piece = self._force(forced, piece)
                elif depth == 0 and piece:
                    piece = self._text(piece)
                out.append(piece)
                continue
            name = _TAG_NAME.match(piece)
            closing, tag = name.groups() if name else ("", "")
            if tag in _SKIPPED:
                depth += -1 if closing else 1
                if tag == "dfn":
                    forced = "" if closing else piece
                    continue
                if tag == "h2" and not closing:
                    self.done = set(self.never)
                    self.section = "".join(pieces[index + 1 : index + 2]).strip()
            out.append(piece)
        self.linked.html = "".join(out)
        self.linked.terms = list(dict.fromkeys(self.linked.terms))
        self.linked.wanted = list(dict.fromkeys(self.linked.wanted))
        return self.linked

    def _force(self, mark: str, words: str) -> str:
        found = _DATA_TERM.search(mark)
        label = unescape(found.group(1)) if found else words
        slug = self.glossary.resolve(label)
        if slug is None:
            self.linked.wanted.append(label)
            return f'<span class="missing-term">{words}</span>'
        return self._anchor(slug, words, by_author=True)

    def _anchor(self, slug: str, words: str, *, by_author: bool = False) -> str:
        self.done.add(slug)
        if slug == self.own:
            return words
        self.linked.terms.append(slug)
        self.linked.by_author.append(by_author)
        return f'<a class="term" data-term="{slug}" href="/glossary/{slug}/">{words}</a>'

    def _text(self, text: str) -> str:
        parts = _SPLIT.split(text)  # what stands between words at even places, words at odd ones
        lower = list(map(str.lower, parts))
        root = self.root
        last = len(parts) - 2
        behind = 0
        for index in [i for i in range(1, len(parts), 2) if lower[i] in root]:
            if index < behind:
                continue
            node = root[lower[index]]
            if "" not in node:
                # Only longer labels begin here: look one word ahead before walking.
                if index == last:
                    continue
                gap = lower[index + 1]
                if (lower[index + 2] if gap == " " else _gap(gap) + lower[index + 2]) not in node:
                    continue
            end, slugs = _longest(node, parts, lower, index)
            if not slugs:
                continue
            behind = end + 1
            words = parts[index] if end == index else "".join(parts[index:behind])
            slug = self._choose(slugs, words)
            if slug:
                parts[index:behind] = [self._anchor(slug, words), *[""] * (end - index)]
        return "".join(parts)

    def _choose(self, slugs: Sequence[str], words: str) -> str | None:
        """The term to link here, or None; a doubtful word is noted once in a section."""
        several = slugs if len(slugs) == 1 else list(dict.fromkeys(slugs))
        slug = several[0]
        doubtful = (
            len(several) > 1
            or slug in self.glossary.ambiguous
            or (words.lower() in EVERYDAY and not words.isupper())
        )
        if not doubtful:
            return None if slug in self.done else slug
        if self.done.isdisjoint(several) and (self.section, words.lower()) not in self.asked:
            self.asked.add((self.section, words.lower()))
            self.linked.ambiguous.append(Ambiguous(words, tuple(several), self.section))
        return None


def _longest(
    node: Node, parts: list[str], lower: list[str], index: int
) -> tuple[int, Sequence[str]]:
    """The place of the last word of the longest fitting label from ``index`` on, and whose it is.

    Gaps and what went before are read from ``lower``: ``parts`` may hold links already.
    """
    best: tuple[int, Sequence[str]] = (0, ())
    if not _may_begin(lower, index):
        return best
    last = len(lower) - 2
    step = index
    while True:
        ends = node.get("")
        if ends and _may_end(lower, step):
            actual = parts[index : step + 1 : 2]
            fitting = [slug for slug, needed in ends if needed is None or _fits(needed, actual)]
            if fitting:
                best = step, fitting
        if step >= last or (ends and len(node) == 1):
            return best
        gap = lower[step + 1]
        following = node.get(lower[step + 2] if gap == " " else _gap(gap) + lower[step + 2])
        if following is None:
            return best
        node, step = following, step + 2


def _may_begin(parts: list[str], index: int) -> bool:
    """Whether this word is not the rest of a compound, a file name, a path."""
    gap = parts[index - 1]
    if gap in ("", " "):
        return True
    return gap[-1] not in _SIGNS and not (len(gap) == 1 and gap in _GLUE and index > 1)


def _may_end(parts: list[str], index: int) -> bool:
    """Whether this word does not go on: only a possessive ``'s`` may follow."""
    gap = parts[index + 1]
    if gap in ("", " "):
        return True
    if len(gap) == 1 and gap in _GLUE and index + 2 < len(parts):
        return gap in "'’" and parts[index + 2] == "s"
    return gap[0] != "_"


def entries() -> Iterator[Entry]:
    rows = Term.objects.order_by("slug").values_list(
        "slug", "name", "abbreviation", "aliases", "case", "senses"
    )
    for slug, name, abbreviation, aliases, case, senses in rows:
        labels = tuple(dict.fromkeys(filter(None, [name, abbreviation, *aliases])))
        yield Entry(slug, labels, case, has_several_meanings(senses))


def has_several_meanings(senses: Sequence[Any]) -> bool:
    """Whether only an author can tell which meaning a text has.

    Disputed readings of one coined word do not count: they stand on the same page.
    """
    return sum(1 for s in senses if not (isinstance(s, dict) and s.get("disputed"))) > 1


def current() -> Glossary:
    """The glossary as it is in the database; built once for each state of it."""
    return _built(*state())


def state() -> tuple[int, str, int | None]:
    """Tells one state of the glossary from another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(id), MAX(touched_at), MAX(id) FROM kb_term")
        count, last, top = cursor.fetchone()
    return int(count), str(last), top


@lru_cache(maxsize=2)
def _built(count: int, last: str, top: int | None) -> Glossary:
    return Glossary(entries())


def summaries(slugs: Iterable[str]) -> Mapping[str, Term]:
    """Terms by slug, with what a card shows."""
    return {
        term.slug: term
        for term in Term.objects.filter(slug__in=list(slugs)).only(
            "slug", "name", "abbreviation", "summary"
        )
    }
