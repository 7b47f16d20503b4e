"""Problem details (RFC 9457): the one shape of an error, for the API and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse

CONTENT_TYPE = "application/problem+json"
FIELDS = ("field", "detail", "minimum", "maximum", "unit", "nearest")


def entry(field: str, detail: str, **extra: Any) -> dict[str, Any]:
    """One line of ``errors`` with every key that the contract names."""
    return {"field": field, "detail": detail} | {k: extra.get(k) for k in FIELDS[2:]}


def problem(
    status: int,
    title: str,
    detail: str = "",
    errors: Iterable[Mapping[str, Any]] = (),
    **extra: Any,
) -> dict[str, Any]:
    """The body of a problem document; ``type`` is about:blank, as the RFC allows."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    body["errors"] = [dict(error) for error in errors]
    return body | extra


def problem_response(
    body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """A plain Django answer with a problem document, for addresses outside the API."""
    import json

    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=int(body["status"]),
        content_type=CONTENT_TYPE,
        headers=dict(headers or {}),
    )
