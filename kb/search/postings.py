"""The one place that speaks each database's own full-text language.

A query comes as clauses that must all hold; a clause is alternatives of which one must hold;
an alternative is phrases that must all occur; a phrase is a tuple of stems in a row. Stems
are letters and digits only, so they need no escaping beyond their quotes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

Phrase = tuple[str, ...]
Alternative = list[Phrase]
Clause = list[Alternative]

TABLE = "kb_search_postings"
LAST_POSITION = 16_383  # tsvector's limit
DOCUMENT = "kb_searchdocument"


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def write(rows: Sequence[tuple[int, Sequence[str], Sequence[str]]]) -> None:
    """Replace the words of documents: (id, stems of the title, stems of the body)."""
    erase([row[0] for row in rows])
    with connection.cursor() as cursor:
        if is_sqlite():
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, title, body) VALUES (%s, %s, %s)",  # noqa: S608
                [(pk, " ".join(title), " ".join(body)) for pk, title, body in rows],
            )
        else:
            cursor.executemany(
                f"INSERT INTO {TABLE} (id, vector) VALUES (%s, %s::tsvector)",  # noqa: S608
                [(pk, _vector(title, body)) for pk, title, body in rows],
            )


def erase(ids: Iterable[int]) -> None:
    column = "rowid" if is_sqlite() else "id"
    with connection.cursor() as cursor:
        cursor.executemany(
            f"DELETE FROM {TABLE} WHERE {column} = %s",  # noqa: S608
            [(pk,) for pk in ids],
        )


def _vector(title: Sequence[str], body: Sequence[str]) -> str:
    """A tsvector literal; a gap keeps phrases from running from the title into the body."""
    places: dict[str, list[str]] = {}
    for position, word in enumerate(title, 1):
        places.setdefault(word, []).append(f"{position}A")
    for position, word in enumerate(body, len(title) + 2):
        if position > LAST_POSITION:
            break
        places.setdefault(word, []).append(f"{position}D")
    return " ".join(f"'{word}':{','.join(at[:250])}" for word, at in places.items())


def matches(
    clauses: Sequence[Clause],
    conditions: Sequence[str] = (),
    values: Sequence[Any] = (),
    *,
    without: Sequence[int] = (),
    title_only: bool = False,
    limit: int,
    offset: int = 0,
) -> tuple[list[int], int]:
    """Document ids, best first, and how many there are in all.

    ``conditions`` speak of the document as ``d``; ``values`` are their parameters;
    ``without`` are ids that are shown already.
    """
    key = "p.rowid" if is_sqlite() else "p.id"
    where = "".join(f" AND {condition}" for condition in conditions)
    # Joining costs more than matching: only filters need the document's row.
    source = f"{TABLE} p JOIN {DOCUMENT} d ON d.id = {key}" if where else f"{TABLE} p"
    if without:
        where += f" AND {key} NOT IN ({', '.join(['%s'] * len(without))})"
        values = [*values, *without]
    if is_sqlite():
        asked = f"{{title}} : ({_fts5(clauses)})" if title_only else _fts5(clauses)
        matching = f"FROM {source} WHERE {TABLE} MATCH %s{where}"
        ranked = f"SELECT p.rowid {matching} ORDER BY bm25({TABLE}, 6.0, 1.0), p.rowid"
        rank_values: list[Any] = []
    else:
        asked = _tsquery(clauses, ":A" if title_only else "")
        matching = f"FROM {source} WHERE p.vector @@ %s::tsquery{where}"
        weight = "ts_rank('{0.1, 0.2, 0.4, 1.0}', p.vector, %s::tsquery, 1)"
        ranked = f"SELECT p.id {matching} ORDER BY {weight} DESC, p.id"
        rank_values = [asked]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{ranked} LIMIT %s OFFSET %s", [asked, *values, *rank_values, limit, offset]
        )
        ids = [row[0] for row in cursor.fetchall()]
        if len(ids) < limit and (ids or not offset):
            return ids, offset + len(ids)
        cursor.execute(f"SELECT count(*) {matching}", [asked, *values])
        return ids, int(cursor.fetchone()[0])


def _fts5(clauses: Sequence[Clause]) -> str:
    return _joined(clauses, " AND ", " OR ", lambda phrase: f'"{" ".join(phrase)}"')


def _tsquery(clauses: Sequence[Clause], weight: str) -> str:
    return _joined(
        clauses, " & ", " | ", lambda phrase: " <-> ".join(f"'{word}'{weight}" for word in phrase)
    )


def _joined(clauses: Sequence[Clause], both: str, either: str, written: Any) -> str:
    parts = []
    for clause in clauses:
        choices = [
            "(" + both.join(f"({written(phrase)})" for phrase in choice) + ")" for choice in clause
        ]
        parts.append(f"({either.join(choices)})")
    return both.join(parts)
