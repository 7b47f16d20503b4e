"""From what a reader types to clauses: phrases, synonyms, prefixes, typing errors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from kb import glossary

from . import vocabulary
from .postings import Alternative, Clause, Phrase
from .words import stem, stems, words

LONGEST_QUERY = 200
MOST_WORDS = 12
Synonyms = dict[Phrase, list[Phrase]]
_PHRASE = re.compile(r'"([^"]+)"')
_PREFIX = re.compile(r"([^\W_]+)\*")


@dataclass
class Asked:
    """A query understood: what must match, what to mark, and what was corrected."""

    clauses: list[Clause] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    corrections: dict[str, str] = field(default_factory=dict)
    forms: dict[str, list[str]] = field(default_factory=dict)
    """The words of the stems that were looked up already."""

    def look_up(self, stems: Iterable[str]) -> None:
        self.forms |= vocabulary.forms(set(stems) - self.forms.keys())

    def written(self) -> list[str]:
        """Every way of writing what is marked."""
        self.look_up(self.marks)
        return sorted({word for mark in self.marks for word in self.forms[mark]})


def understand(query: str, terms: glossary.Glossary, *, is_typing: bool = False) -> Asked:
    """``is_typing``: the last word may be unfinished.

    Anything can be typed: marks that mean nothing are spaces.
    """
    query = query[:LONGEST_QUERY]
    asked = Asked()
    for phrase in _PHRASE.findall(query):
        if found := tuple(stems(phrase))[:MOST_WORDS]:
            _require(asked, [[found]])
    rest = _PHRASE.sub(" ", query)
    prefixes = [p for p in (words(m) for m in _PREFIX.findall(rest)) if p]
    for prefix in prefixes:
        _require_prefix(asked, prefix[0])
    plain = words(_PREFIX.sub(" ", rest))[:MOST_WORDS]
    unfinished = plain.pop() if is_typing and plain and not query[-1:].isspace() else ""
    _require_words(asked, plain, terms)
    if unfinished:
        _require_prefix(asked, unfinished, also=unfinished)
    asked.clauses = asked.clauses[:MOST_WORDS]
    return asked


def _require(asked: Asked, clause: Clause) -> None:
    asked.clauses.append(clause)
    asked.marks |= {word for choice in clause for phrase in choice for word in phrase}


def _require_prefix(asked: Asked, prefix: str, also: str = "") -> None:
    found = vocabulary.with_prefix(prefix) or [stem(word) for word in vocabulary.nearest(prefix)]
    if also and stem(also) not in found:
        found.append(stem(also))
    _require(asked, [[(one,)] for one in found or [stem(prefix)]])


def _require_words(asked: Asked, plain: list[str], terms: glossary.Glossary) -> None:
    parts = list(_parts(plain, _synonyms(terms)))
    meant = [word for _, phrases in parts for phrase in phrases for word in phrase]
    asked.look_up([*map(stem, plain), *meant])
    for some, phrases in parts:
        if phrases:
            own: Alternative = [(stem(word),) for word in some]
            _require(asked, [own, *([phrase] for phrase in phrases)])
        else:
            _require_word(asked, some[0], is_known=bool(asked.forms[stem(some[0])]))


def _parts(plain: list[str], synonyms: Synonyms) -> Iterator[tuple[list[str], list[Phrase]]]:
    """The query as labels of the glossary with what they mean, and single words."""
    index = 0
    while index < len(plain):
        length, phrases = _longest_label(synonyms, plain[index:])
        yield plain[index : index + max(length, 1)], phrases
        index += max(length, 1)


def _require_word(asked: Asked, word: str, *, is_known: bool) -> None:
    choices: Clause = [[(stem(word),)]]
    if not is_known:
        meant = vocabulary.nearest(word)
        if meant:
            asked.corrections[word] = meant[0]
            choices = [[(one,)] for one in dict.fromkeys(stem(other) for other in meant)]
    _require(asked, choices)


@lru_cache(maxsize=2)
def _synonyms(terms: glossary.Glossary) -> Synonyms:
    """Every label of the glossary with all labels of its term."""
    found: Synonyms = {}
    for labels in terms.synonyms.values():
        phrases = [phrase for phrase in (tuple(stems(label)) for label in labels) if phrase]
        for phrase in phrases:
            known = found.setdefault(phrase, [])
            known += [other for other in phrases if other not in known]
    return found


def _longest_label(synonyms: Synonyms, plain: list[str]) -> tuple[int, list[Phrase]]:
    own = tuple(stem(word) for word in plain[:6])
    for length in range(len(own), 0, -1):
        if own[:length] in synonyms:
            return length, synonyms[own[:length]]
    return 0, []
