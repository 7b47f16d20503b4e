"""The one place that speaks each database's own full-text language.

A query comes as clauses that must all hold; a clause is alternatives of which one must hold;
an alternative is phrases that must all occur; a phrase is a tuple of stems in a row. Stems
are letters and digits only, so they need no escaping beyond their quotes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, transaction

Phrase = tuple[str, ...]
Alternative = list[Phrase]
Clause = list[Alternative]

TABLE = "kb_search_postings"
LAST_POSITION = 16_383  # tsvector's limit
DOCUMENT = "kb_searchdocument"
MOST_RANKED = 1_000


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def write(rows: Sequence[tuple[int, Sequence[str], Sequence[str]]]) -> None:
    """The words of documents that have none here: (id, stems of the title, stems of the body)."""
    with connection.cursor() as cursor:
        if is_sqlite():
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, title, body) VALUES (%s, %s, %s)",  # noqa: S608
                [(pk, " ".join(title), " ".join(body)) for pk, title, body in rows],
            )
            return
        raw: Any = cursor
        with raw.copy(f"COPY {TABLE} (id, vector, title) FROM STDIN") as copy:
            for pk, title, body in rows:
                copy.write_row((pk, _vector(title, body), _vector(title, ())))


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

    Weighing every text that holds a common word would take longer the more there are. So of more
    than ``MOST_RANKED`` those come first that have the words in their title, then the others;
    of either the newest are weighed, and what is left follows, newest first.
    """
    asked = _Asked(clauses, conditions, values, without)
    with _planned(), connection.cursor() as cursor:
        count = asked.count(cursor, title_only)
        if count <= MOST_RANKED:
            return asked.ranked(cursor, title_only, limit, offset), count
        wanted = offset + limit
        found = dict.fromkeys(asked.ranked(cursor, True, wanted))
        if len(found) < wanted and not title_only:
            found |= dict.fromkeys(asked.ranked(cursor, False, MOST_RANKED))
        if len(found) < wanted:
            found |= dict.fromkeys(asked.newest(cursor, title_only, wanted + len(found)))
        return list(found)[offset:wanted], count


@contextlib.contextmanager
def _planned() -> Iterator[None]:
    """PostgreSQL reads every text from end to end for a common word unless it is told not to:
    it does not count what unpacking them costs."""
    if is_sqlite():
        yield
        return
    is_inner = connection.in_atomic_block
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        if is_inner:  # else it ends with the transaction
            cursor.execute("SET LOCAL enable_seqscan = on")


class _Asked:
    """One question in the database's own language."""

    def __init__(
        self,
        clauses: Sequence[Clause],
        conditions: Sequence[str],
        values: Sequence[Any],
        without: Sequence[int],
    ) -> None:
        self.key = "p.rowid" if is_sqlite() else "p.id"
        self.where = "".join(f" AND {condition}" for condition in conditions)
        # Joining costs more than matching: only filters need the document's row.
        join = f" JOIN {DOCUMENT} d ON d.id = {self.key}" if self.where else ""
        self.source = f"{TABLE} p{join}"
        self.values = [*values, *without]
        if without:
            self.where += f" AND {self.key} NOT IN ({', '.join(['%s'] * len(without))})"
        self.query = _fts5(clauses) if is_sqlite() else _tsquery(clauses)

    def _matching(self, title_only: bool) -> tuple[str, list[Any]]:
        if is_sqlite():
            asked = f"{{title}} : ({self.query})" if title_only else self.query
            return f"FROM {self.source} WHERE {TABLE} MATCH %s{self.where}", [asked, *self.values]
        column = "p.title" if title_only else "p.vector"
        matching = f"FROM {self.source} WHERE {column} @@ %s::tsquery{self.where}"
        return matching, [self.query, *self.values]

    def count(self, cursor: Any, title_only: bool) -> int:
        matching, values = self._matching(title_only)
        cursor.execute(f"SELECT count(*) {matching}", values)
        return int(cursor.fetchone()[0])

    def ranked(self, cursor: Any, title_only: bool, limit: int, offset: int = 0) -> list[int]:
        """The best of the newest ``MOST_RANKED``."""
        matching, values = self._matching(title_only)
        if is_sqlite():
            pool = f"SELECT p.rowid AS id, bm25({TABLE}, 6.0, 1.0) AS rank {matching}"
            order = "rank, id"
        else:
            # The inner OFFSET keeps the planner from walking the primary key backwards.
            pool = f"SELECT * FROM (SELECT p.id, p.vector {matching} OFFSET 0) p"  # noqa: S608
            order = "ts_rank('{0.1, 0.2, 0.4, 1.0}', vector, %s::tsquery, 1) DESC, id"
        weight = [] if is_sqlite() else [self.query]
        newest = f"SELECT id FROM ({pool} ORDER BY {self.key} DESC LIMIT {MOST_RANKED}) q"  # noqa: S608
        cursor.execute(
            f"{newest} ORDER BY {order} LIMIT %s OFFSET %s", [*values, *weight, limit, offset]
        )
        return [row[0] for row in cursor.fetchall()]

    def newest(self, cursor: Any, title_only: bool, limit: int) -> list[int]:
        matching, values = self._matching(title_only)
        cursor.execute(
            f"SELECT {self.key} {matching} ORDER BY {self.key} DESC LIMIT %s", [*values, limit]
        )
        return [row[0] for row in cursor.fetchall()]


def _fts5(clauses: Sequence[Clause]) -> str:
    return _joined(clauses, " AND ", " OR ", lambda phrase: f'"{" ".join(phrase)}"')


def _tsquery(clauses: Sequence[Clause]) -> str:
    return _joined(
        clauses, " & ", " | ", lambda phrase: " <-> ".join(f"'{word}'" for word in phrase)
    )


def _joined(clauses: Sequence[Clause], both: str, either: str, written: Any) -> str:
    parts = []
    for clause in clauses:
        choices = [
            "(" + both.join(f"({written(phrase)})" for phrase in choice) + ")" for choice in clause
        ]
        parts.append(f"({either.join(choices)})")
    return both.join(parts)
