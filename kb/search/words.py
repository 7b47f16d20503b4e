"""Text to words to stems: folding (Unicode NFKD), splitting, Snowball's English stemmer."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

LONGEST = 40  # letters of a word that count
# Too common to tell texts apart; left out of texts and queries alike.
STOPWORDS_TEXT = """
a an and are as at be by for from in is it its of on or that the to was with
"""
STOPWORDS = frozenset(STOPWORDS_TEXT.split())
_WORD = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s(?![^\W_])")
_stemmer = snowballstemmer.stemmer("english")


def fold(text: str) -> str:
    """Without accents and case: ``Naïve`` and ``naive`` are one word."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The folded words of a text that count, in order."""
    folded = _POSSESSIVE.sub("", fold(text))
    return [word[:LONGEST] for word in _WORD.findall(folded) if word not in STOPWORDS]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    if not word.isascii() or not word.isalpha():
        return word
    return str(_stemmer.stemWord(word))


def stems(text: str) -> list[str]:
    return [stem(word) for word in words(text)]
