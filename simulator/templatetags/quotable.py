"""For editors: the figures of an article's examples, ready to be quoted and bound."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Q

from kb import extend
from simulator.models import Example
from simulator.presentation import figure_text

register = template.Library()


@register.inclusion_tag("claims/_quotable.html")
def quotable_figures(article: Any) -> dict[str, Any]:
    """Every metric of the article's examples with its stored value and the mark to paste."""
    if article is None or article.pk is None:
        return {"examples": []}
    named = extend.block_arguments(article.body_html, "example")
    rows = Example.objects.filter(Q(article=article) | Q(slug__in=named))
    rows = rows.select_related("result_run")
    return {"examples": [{"example": row, "figures": _figures(row)} for row in rows]}


def _figures(example: Example) -> list[dict[str, str]]:
    document = example.result_run.document if example.result_run else None
    return [
        {
            "label": metric["label"],
            "shown": figure_text(metric["value"], metric["unit"], metric["name"]),
            "mark": f"[{figure_text(metric['value'], metric['unit'], metric['name'])}]"
            f"(claim:{metric['name'].replace('_', '-')})",
            "terms": f"{{example: {example.slug}, metric: {metric['name']}, kind: value, "
            f"value: {metric['value']}, tolerance: 0}}",
        }
        for metric in (document or {}).get("metrics", [])
        if metric["value"] is not None
    ]
