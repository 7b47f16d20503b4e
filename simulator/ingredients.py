"""What of an answer's page hangs on examples, runs and claims: the rows that drawing reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common import rows
from kb import extend, glossary

from .models import ACTIVE, Claim, Example

UNSEEN = ("ingredients", "basis", "terms", "where", "created_at", "retired_at")


def register() -> None:
    """Called once when the app is ready."""
    extend.page_ingredients(of_page)


def of_page(article_id: int, body_html: str, extra: Mapping[str, Any]) -> Sequence[Any]:
    """Results and finished runs never change, so that their keys stand for them."""
    from .claims import others

    placed = extend.block_arguments(body_html, "example")
    examples = _examples(article_id, placed)
    due = [row[0] for row in examples if row[0] and row[0] != row[1]]
    cited = others.cited_keys(extra)
    return [
        "simulator",
        glossary.state(),  # figures lead to its terms
        rows.select(_claims(), [article_id]),
        examples,
        _of_the_same_experiments(placed),
        _unfinished(due) if due else [],
        _sources(cited) if cited else [],
    ]


def _claims() -> str:
    shown = rows.columns(Claim, "c", UNSEEN)
    return (
        f"SELECT {shown} FROM simulator_claim c "  # noqa: S608 - names of columns
        "WHERE c.article_id = %s AND c.retired_at IS NULL ORDER BY c.id"
    )


def _examples(article_id: int, placed: Sequence[str]) -> list[tuple[Any, ...]]:
    """Those that the text places and the answer's own, which may give the picture."""
    named = f"OR e.slug IN ({rows.places(placed)})" if placed else ""
    statement = f"""
SELECT e.fingerprint, r.fingerprint, {rows.columns(Example, "e")},
  CAST(r.id AS TEXT), CAST(x.run_id AS TEXT), CAST(p.id AS TEXT), CAST(y.run_id AS TEXT)
FROM simulator_example e
LEFT JOIN simulator_run r ON r.id = e.result_run_id
LEFT JOIN simulator_runresult x ON x.run_id = r.id
LEFT JOIN simulator_run p ON p.id = e.previous_run_id
LEFT JOIN simulator_runresult y ON y.run_id = p.id
WHERE e.article_id = %s {named} ORDER BY e.id
"""  # noqa: S608
    return rows.select(statement, [article_id, *placed])


def _of_the_same_experiments(placed: Sequence[str]) -> list[tuple[Any, ...]]:
    """The public examples that a form offers as presets."""
    if not placed:
        return []
    statement = f"""
SELECT o.experiment, o.slug, o.title, o.story FROM simulator_example o
LEFT JOIN kb_article a ON a.id = o.article_id
WHERE o.experiment IN
    (SELECT experiment FROM simulator_example WHERE slug IN ({rows.places(placed)}))
  AND (o.article_id IS NULL OR a.state = 'published') ORDER BY o.position, o.slug
"""  # noqa: S608
    return rows.select(statement, placed)


def _unfinished(fingerprints: Sequence[str]) -> list[tuple[Any, ...]]:
    """Runs under way that will answer a due example."""
    statement = f"""
SELECT CAST(r.id AS TEXT) FROM simulator_run r WHERE r.status IN ({rows.places(ACTIVE)})
  AND r.fingerprint IN ({rows.places(fingerprints)}) ORDER BY r.id
"""  # noqa: S608
    return rows.select(statement, [*ACTIVE, *fingerprints])


def _sources(keys: Sequence[str]) -> list[tuple[Any, ...]]:
    statement = f"SELECT key, csl FROM kb_source WHERE key IN ({rows.places(keys)}) ORDER BY key"  # noqa: S608
    return rows.select(statement, keys)
