"""How the API reads, answers, pages and refuses; the apps bring views and serializers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from . import problems

BODY_LIMIT = 1_000_000


class Unprocessable(exceptions.APIException):
    """422: understood, but a value is wrong; carries one entry per wrong field."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "Some values cannot be used."

    def __init__(self, errors: list[dict[str, Any]], detail: str | None = None) -> None:
        super().__init__(detail)
        self.errors = errors


class Unavailable(exceptions.APIException):
    """503 with an honest Retry-After in seconds."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "Too much is waiting already."

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.wait = retry_after


class StrictJSONParser(BaseParser):
    """JSON without the extensions of Python's reader: no NaN, no Infinity, no duplicate keys.

    NUL and lone surrogates are refused here, because no database stores them.
    """

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        raw = stream.read(BODY_LIMIT + 1)
        if len(raw) > BODY_LIMIT:
            raise exceptions.ParseError("The body is larger than 1 MB.")
        return strict_json(raw)


def strict_json(raw: bytes) -> Any:
    """Parse UTF-8 JSON or raise ``ParseError`` with what is wrong in words."""
    try:
        value = json.loads(
            raw.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_object
        )
    except UnicodeDecodeError:
        raise exceptions.ParseError("The body is not UTF-8.") from None
    except RecursionError:
        raise exceptions.ParseError("The body is nested too deeply.") from None
    except ValueError as error:
        raise exceptions.ParseError(f"The body is not JSON: {str(error)[:200]}") from None
    _refuse_unstorable(value)
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return found


def _refuse_unstorable(value: Any) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\x00" in item or any(0xD800 <= ord(c) <= 0xDFFF for c in item):
                raise exceptions.ParseError("The body holds a NUL or half of a surrogate pair.")
        elif isinstance(item, Mapping):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


class AlwaysJSON(BaseContentNegotiation):
    """Whatever a client says it accepts, this API speaks JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        kind = (request.content_type or "").split(";")[0].strip().lower()
        return next((p for p in parsers if p.media_type == kind), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class ProblemAwareJSONRenderer(JSONRenderer):
    """JSON with unescaped text; error answers are labelled as problem documents."""

    ensure_ascii = False
    charset = None

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> Any:
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code >= 400:
            response["Content-Type"] = problems.CONTENT_TYPE
        return super().render(data, accepted_media_type, renderer_context)


class Pages(PageNumberPagination):
    """``{"count", "next", "previous", "results"}``; ``page_size`` up to 200."""

    page_size_query_param = "page_size"
    max_page_size = 200


def problem_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn any refusal into a problem document; anything else stays a server error."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    entries = getattr(error, "errors", None)
    if entries is None:
        entries = _entries(error.detail) if isinstance(error, exceptions.ValidationError) else []
    code = error.status_code
    headers: dict[str, str] = {}
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(math.ceil(wait))
    detail = "" if isinstance(error, exceptions.ValidationError) else str(error.detail)
    title = {400: "Bad request", 404: "Not found", 405: "Method not allowed"}
    title |= {409: "Conflict", 415: "Unsupported media type", 422: "Values cannot be used"}
    title |= {429: "Too many requests", 503: "Busy"}
    body = problems.problem(code, title.get(code, "Refused"), detail, entries)
    return Response(body, status=code, headers=headers)


def _entries(detail: Any) -> list[dict[str, Any]]:
    if isinstance(detail, Mapping):
        return [
            problems.entry(str(field), " ".join(str(part) for part in parts))
            for field, parts in detail.items()
        ]
    parts = detail if isinstance(detail, list) else [detail]
    return [problems.entry("", str(part)) for part in parts]
