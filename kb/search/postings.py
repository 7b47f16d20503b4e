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
    with connection.cursor() as cursor:
        found, count = asked.counted(cursor, title_only, limit, offset)
        if count <= MOST_RANKED:
            return found, count
        wanted = offset + limit
        best = dict.fromkeys(asked.ranked(cursor, True, wanted))
        if len(best) < wanted and not title_only:
            best |= dict.fromkeys(asked.ranked(cursor, False, MOST_RANKED))
        if len(best) < wanted:
            best |= dict.fromkeys(asked.newest(cursor, title_only, wanted + len(best)))
        return list(best)[offset:wanted], count


# PostgreSQL reads every text from end to end for a common word unless it is told not to: it does
# not count what unpacking them costs. Told in the same message, it costs no round trip.
_PLANNED = "SET LOCAL enable_seqscan = off; {}; SET LOCAL enable_seqscan = on"


def _rows(cursor: Any, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    if is_sqlite():
        cursor.execute(statement, values)
    else:
        cursor.execute(_PLANNED.format(statement), values)
        cursor.nextset()
    return list(cursor.fetchall())


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
        self.join = join
        self.values = [*values, *without]
        if without:
            self.where += f" AND {self.key} NOT IN ({', '.join(['%s'] * len(without))})"
        self.query = _fts5(clauses) if is_sqlite() else _tsquery(clauses)
        self.parts = _parts(clauses)
        is_whole = len(self.parts) == 1
        self.vector = (
            "p.vector" if is_whole else f"(SELECT v.vector FROM {TABLE} v WHERE v.id = p.id)"  # noqa: S608
        )
        self.columns = "p.id, p.vector" if is_whole else "p.id"

    def _matching(self, title_only: bool) -> tuple[str, list[Any]]:
        if is_sqlite():
            asked = f"{{title}} : ({self.query})" if title_only else self.query
            source = f"FROM {TABLE} p{self.join} WHERE {TABLE} MATCH %s{self.where}"
            return source, [asked, *self.values]
        column = "title" if title_only else "vector"
        if len(self.parts) == 1:
            found = f"FROM {TABLE} p{self.join} WHERE p.{column} @@ %s::tsquery{self.where}"
            return found, [self.query, *self.values]
        one = f"SELECT id FROM {TABLE} WHERE {column} @@ %s::tsquery"  # noqa: S608
        both = " UNION ALL " if len(self.parts) == 2 else " UNION "
        union = both.join([one] * len(self.parts))
        return f"FROM ({union}) p{self.join} WHERE true{self.where}", [*self.parts, *self.values]

    @property
    def weight(self) -> str:
        return f"ts_rank('{{0.1, 0.2, 0.4, 1.0}}', {self.vector}, %s::tsquery, 1)"

    def counted(
        self, cursor: Any, title_only: bool, limit: int, offset: int
    ) -> tuple[list[int], int]:
        """How many there are and, of no more than ``MOST_RANKED``, the best."""
        matching, values = self._matching(title_only)
        if is_sqlite():
            ((count,),) = _rows(cursor, f"SELECT count(*) {matching}", values)
            some = self.ranked(cursor, title_only, limit, offset) if count <= MOST_RANKED else []
            return some, int(count)
        statement = f"""
WITH counted AS MATERIALIZED (SELECT count(*) AS n {matching})
SELECT counted.n, best.id FROM counted LEFT JOIN LATERAL (
  SELECT p.id, {self.weight} AS weight {matching} AND counted.n <= {MOST_RANKED}
  ORDER BY weight DESC, p.id LIMIT %s OFFSET %s
) best ON true ORDER BY best.weight DESC, best.id
"""  # noqa: S608 - our own names
        asked = [*values, self.query, *values, limit, offset]
        found = _rows(cursor, statement, asked)
        return [pk for _, pk in found if pk is not None], int(found[0][0])

    def ranked(self, cursor: Any, title_only: bool, limit: int, offset: int = 0) -> list[int]:
        """The best of the newest ``MOST_RANKED``."""
        matching, values = self._matching(title_only)
        if is_sqlite():
            pool = f"SELECT p.rowid AS id, bm25({TABLE}, 6.0, 1.0) AS rank {matching}"
            order = "rank, id"
        else:
            # The inner OFFSET keeps the planner from walking the primary key backwards.
            pool = f"SELECT * FROM (SELECT {self.columns} {matching} OFFSET 0) p"  # noqa: S608
            order = f"{self.weight} DESC, id"
        weight = [] if is_sqlite() else [self.query]
        newest = f"SELECT id FROM ({pool} ORDER BY {self.key} DESC LIMIT {MOST_RANKED}) p"  # noqa: S608
        ordered = f"{newest} ORDER BY {order} LIMIT %s OFFSET %s"
        return [pk for (pk,) in _rows(cursor, ordered, [*values, *weight, limit, offset])]

    def newest(self, cursor: Any, title_only: bool, limit: int) -> list[int]:
        matching, values = self._matching(title_only)
        ordered = f"SELECT {self.key} {matching} ORDER BY {self.key} DESC LIMIT %s"
        return [pk for (pk,) in _rows(cursor, ordered, [*values, limit])]


def _parts(clauses: Sequence[Clause]) -> list[str]:
    """PostgreSQL's questions that together find what these clauses find, each another text.

    It unpacks every text that its index finds for a question with a phrase in it. So what can be
    found without phrases is asked by itself; of the rest, each clause's phrases with the others.
    """
    plain = [[one for one in clause if not _has_phrase(one)] for clause in clauses]
    phrased = [[one for one in clause if _has_phrase(one)] for clause in clauses]
    if not any(phrased) or not all(plain):
        return [_tsquery(clauses)]
    first = _tsquery(plain)
    rest = [
        [*clauses[:place], some, *clauses[place + 1 :]]
        for place, some in enumerate(phrased)
        if some
    ]
    return [first, *(f"{_tsquery(one)} & !({first})" for one in rest)]


def _has_phrase(choice: Alternative) -> bool:
    return any(len(phrase) > 1 for phrase in choice)


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
