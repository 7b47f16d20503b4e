"""All that an answer's page is made of, read as plain rows: where they are equal, so is the page.

Reading them costs a dozen small statements and no object; drawing the page, ten times as much. So
a page that was drawn once is given again as long as its ingredients are the same, whatever else on
the site has changed. What other apps draw, they name by ``extend.page_ingredients``.
"""

from __future__ import annotations

import hashlib
import json
import marshal
from typing import Any

from django.utils import timezone

from common import pieces, rows

from . import extend, relations
from .models import Article, Category, Citation, Correction, Revision, Source, Tag

# Long, and not what a page shows of them: an answer shows its ``body_html``.
UNSEEN = ("body", "base_html", "file_text")
OTHERS = (*UNSEEN, "id", "body_html", "extra", "review_by")
LONG = ("text", "html", "contents")


def of_answer(slug: str) -> str:
    """A digest of everything that a published answer's page shows; empty for any other."""
    found = rows.select(_article(), [slug])
    if not found:
        return ""
    pk, body_html, written, review_by, original, has_others = found[0][:6]
    extra = _parsed(written)
    root = original or pk
    today = timezone.now().date().isoformat()
    hanging = rows.several(_hanging(), [pk])
    values: list[Any] = [
        pieces.release(),
        slug,
        found,
        review_by is not None and review_by < today,
        *relations.around(pk),
        hanging,
        _successors(hanging[0]),
        rows.select(_VERSIONS, [root, root]) if original or has_others else [],
        *(read(pk, body_html, extra) for read in extend.ingredients),
    ]
    return hashlib.sha256(_bytes(values)).hexdigest()


def _bytes(values: list[Any]) -> bytes:
    """Other bytes for other values: long texts are copied, where JSON would look at each letter."""
    try:
        return marshal.dumps(values, 2)  # later versions also tell how objects are shared
    except ValueError:
        return json.dumps(values, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")


def _parsed(extra: Any) -> dict[str, Any]:
    """JSON as either database gives it."""
    found: dict[str, Any] = json.loads(extra) if isinstance(extra, str) else extra
    return found


def _article() -> str:
    return f"""
SELECT a.id, a.body_html, a.extra, CAST(a.review_by AS TEXT), a.translation_of_id,
  EXISTS (SELECT 1 FROM kb_article t WHERE t.translation_of_id = a.id),
  {rows.columns(Article, "a", OTHERS)},
  {rows.columns(Category, "c")}, {rows.columns(Source, "s", UNSEEN)},
  {rows.columns(Revision, "r", LONG)}
FROM kb_article a JOIN kb_category c ON c.id = a.category_id
LEFT JOIN kb_source s ON s.id = a.based_on_id
LEFT JOIN kb_revision r ON r.article_id = a.id
  AND r.number = (SELECT MAX(n.number) FROM kb_revision n WHERE n.article_id = a.id)
WHERE a.slug = %s AND a.state = 'published'
"""  # noqa: S608 - names of columns


def _hanging() -> list[str]:
    """What hangs on an article by its key; citations first."""
    return [
        f"""
SELECT s.notice, {rows.columns(Citation, "c")}, {rows.columns(Source, "s", UNSEEN)}
FROM kb_citation c JOIN kb_source s ON s.id = c.source_id
WHERE c.article_id = %s ORDER BY c.id
""",  # noqa: S608
        """
SELECT t.id, t.slug, t.name, t.abbreviation, t.summary
FROM kb_mention m JOIN kb_term t ON t.id = m.term_id
WHERE m.article_id = %s ORDER BY t.id
""",
        f"""
SELECT {rows.columns(Tag, "t")} FROM kb_article_tags g JOIN kb_tag t ON t.id = g.tag_id
WHERE g.article_id = %s ORDER BY t.id
""",  # noqa: S608
        f"""
SELECT {rows.columns(Correction, "c")} FROM kb_correction c
WHERE c.article_id = %s ORDER BY c.id
""",  # noqa: S608
    ]


# The answer in its languages, and the last revision of each that changed its meaning.
_VERSIONS = """
SELECT v.id, v.slug, v.short_id, v.title, v.state, v.lang, v.translation_of_id,
  (SELECT MAX(n.number) FROM kb_revision n
   WHERE n.article_id = v.id AND NOT (n.significance = 'typo' AND n.number > 1))
FROM kb_article v WHERE v.id = %s OR v.translation_of_id = %s ORDER BY v.id
"""


def _successors(citations: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The works that the notices of cited ones name."""
    notices = [_parsed(notice) for notice, *_ in citations if notice and notice != "{}"]
    keys = sorted({str(notice.get("successor") or "") for notice in notices} - {""})
    if not keys:
        return []
    shown = rows.columns(Source, "s", UNSEEN)
    return rows.select(
        f"SELECT {shown} FROM kb_source s WHERE s.key IN ({rows.places(keys)}) ORDER BY s.id",  # noqa: S608
        keys,
    )
