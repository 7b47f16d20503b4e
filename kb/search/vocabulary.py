"""The words that occur, and how many documents each: prefixes and typing errors end here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Collate, Length

from common import rows
from kb.models import SearchWord

from .words import stem

MOST_FORMS = 200  # words that a prefix may stand for
SHORTEST_FUZZY = 4  # letters below which an error is not guessed at
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def counted(words: Iterable[str]) -> set[str]:
    """The words of one document for the vocabulary."""
    return {word for word in set(words) if len(word) > 1 and not word.isdigit()}


def change(differences: Counter[str]) -> None:
    """Add and subtract documents per word, in one pass."""
    rows = [(word, stem(word), n) for word, n in sorted(differences.items()) if n]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), 500):
            part = rows[start : start + 500]
            places = ", ".join(["(%s, %s, %s)"] * len(part))
            cursor.execute(
                f"INSERT INTO kb_searchword (word, stem, documents) VALUES {places} "  # noqa: S608
                "ON CONFLICT (word) DO UPDATE "
                "SET documents = kb_searchword.documents + excluded.documents",
                [value for row in part for value in row],
            )
    if any(n < 0 for n in differences.values()):
        SearchWord.objects.filter(documents__lte=0).delete()


def with_prefix(prefix: str) -> list[str]:
    """The stems of the commonest words that begin so."""
    rows = beginning(prefix).order_by("-documents", Collate("word", _binary()))
    found = rows.values_list("stem", flat=True)[:MOST_FORMS]
    return list(dict.fromkeys(found))


def beginning(prefix: str) -> QuerySet[SearchWord]:
    """Words that begin so, through the index of either database."""
    if connection.vendor == "sqlite":
        return SearchWord.objects.filter(word__gte=prefix, word__lt=prefix + "\U0010ffff")
    return SearchWord.objects.filter(word__startswith=prefix)


def _binary() -> str:
    """The collation that sorts by code point, so that both databases cut a list alike."""
    return "BINARY" if connection.vendor == "sqlite" else "C"


def forms(stems: Iterable[str]) -> dict[str, list[str]]:
    """All words with these stems; none for a stem that no document has."""
    wanted = sorted(stems)
    if not wanted:
        return {}
    found: dict[str, list[str]] = {one: [] for one in wanted}
    statement = f"SELECT stem, word FROM kb_searchword WHERE stem IN ({rows.places(wanted)})"  # noqa: S608
    for one, word in rows.select(statement, wanted):
        found[one].append(word)
    return found


def nearest(word: str) -> list[str]:
    """Words that somebody who typed this may have meant, nearest first; at most three."""
    if len(word) < SHORTEST_FUZZY or not word.isascii() or not word.isalpha():
        return []
    close = _ranked(word, _counts(_one_away(word)), 1)
    if close or len(word) < 7:
        return close
    alike = beginning(word[:2]).annotate(length=Length("word"))
    alike = alike.filter(length__gte=len(word) - 2, length__lte=len(word) + 2)
    return _ranked(word, alike.values_list("word", "documents"), 2)


def _counts(some: list[str]) -> list[tuple[str, int]]:
    """Those of these words that occur, and in how many documents."""
    statement = "SELECT word, documents FROM kb_searchword WHERE word"
    if connection.vendor == "sqlite":
        found = rows.select(f"{statement} IN ({rows.places(some)})", some)
    else:
        found = rows.select(f"{statement} = ANY(%s)", [some])
    return [(word, count) for word, count in found]


def _ranked(word: str, found: Iterable[tuple[str, int]], most: int) -> list[str]:
    letters = set(word)
    scored = []
    for other, documents in found:
        # An edit changes at most one letter on either side: most words are told apart by that.
        if len(letters.symmetric_difference(other)) > 2 * most:
            continue
        distance = edits(word, other, most)
        if distance <= most:
            scored.append((distance, -documents, other))
    return [other for _, _, other in sorted(scored)[:3]]


def _one_away(word: str) -> list[str]:
    """Every word that one deletion, swap, change or insertion makes (Norvig, 2007)."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {a + b[1:] for a, b in cuts if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    found |= {a + c + b[1:] for a, b in cuts if b for c in _ALPHABET}
    found |= {a + c + b for a, b in cuts for c in _ALPHABET}
    return sorted(found)


def edits(a: str, b: str, most: int) -> int:
    """Damerau–Levenshtein distance with adjacent swaps; gives up above ``most``."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
