"""The shapes of this app's records for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from .models.articles import DRAFTING

TEXT = {"type": "string"}
MAYBE = {"type": ["string", "null"]}
TIME = {"type": ["string", "null"], "format": "date-time"}
URI = {"type": "string", "format": "uri"}
WORDS = {"type": "array", "items": TEXT}
NAME = {
    "type": "object",
    "properties": {"name": TEXT, "given": TEXT, "family": TEXT},
    "description": "A group by its literal name, or a person",
}
CSL = {"type": "object", "additionalProperties": True, "properties": {"id": TEXT, "type": TEXT}}

ORIGIN: dict[str, Any] = {
    "drafting": {"type": "string", "enum": [key for key, _ in DRAFTING]},
    "interest": MAYBE,
    "contributors": {
        "type": "array",
        "items": {"type": "object", "properties": {"name": TEXT, "role": TEXT}},
    },
    "origin": TEXT,
}

RECORDS: dict[str, dict[str, Any]] = {
    "Article": {
        "slug": TEXT,
        "title": TEXT,
        "url": URI,
        "permalink": URI,
        "category": TEXT,
        "tags": WORDS,
        "authors": {"type": "array", "items": NAME},
        "based_on": MAYBE,
        "published_at": TIME,
        "changed_at": TIME,
        "checked_at": TIME,
        "state": {"type": "string", "enum": ["answered", "under review"]},
        "short_answer": TEXT,
        "body_html": TEXT,
        "terms": WORDS,
        "examples": WORDS,
        "references": {"type": "array", "items": CSL},
        **ORIGIN,
        "claims": {"type": "array", "items": {}},
        "dissects": {"type": "array", "items": {}},
        "revision": {"type": ["integer", "null"]},
        "lang": TEXT,
        "translation_of": MAYBE,
        "translated_revision": {"type": ["integer", "null"]},
        "is_outdated": {"type": ["boolean", "null"]},
    },
    "Term": {
        "slug": TEXT,
        "name": TEXT,
        "abbreviation": TEXT,
        "aliases": WORDS,
        "summary": TEXT,
        "definition_html": TEXT,
        "formula_html": TEXT,
        "articles": WORDS,
        "url": URI,
        "senses": {"type": "array", "items": {}},
        "example": MAYBE,
        "authors": {"type": "array", "items": NAME},
        **ORIGIN,
        "changed_at": TIME,
    },
    "Source": {
        "id": TEXT,
        "type": TEXT,
        "title": TEXT,
        "evidence": TEXT,
        "interest": MAYBE,
        "archived_url": MAYBE,
        "read_at": {"type": ["string", "null"], "format": "date"},
    },
    "Taxon": {
        "slug": TEXT,
        "name": TEXT,
        "description": TEXT,
        "url": URI,
        "articles": {"type": "integer"},
    },
    "SearchHit": {"kind": TEXT, "title": TEXT, "url": URI, "excerpt": TEXT},
}


def shapes(name: str) -> dict[str, Any]:
    properties = RECORDS[name]
    return {
        "type": "object",
        "title": name,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": name == "Source",
    }


def page_of(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "title": f"{name}Page",
        "properties": {
            "count": {"type": "integer"},
            "next": {"type": ["string", "null"], "format": "uri"},
            "previous": {"type": ["string", "null"], "format": "uri"},
            "results": {"type": "array", "items": shapes(name)},
        },
        "required": ["count", "next", "previous", "results"],
    }
