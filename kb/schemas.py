"""What the front matter of an answer, a term and the list of sources may hold."""

from __future__ import annotations

from typing import Any

from .models.articles import DRAFTING, LANGUAGE
from .models.sources import EVIDENCE, NOTICES

SLUG = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
DATE = {"type": "string", "format": "date", "description": "must be a date like 2026-03-31"}


def text(limit: int) -> dict[str, Any]:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": limit,
        "pattern": r"\S",
        "description": f"must be text of 1 to {limit} characters",
    }


def slug(limit: int = 160) -> dict[str, Any]:
    return {
        "type": "string",
        "pattern": SLUG,
        "maxLength": limit,
        "description": "must be a name of lower-case letters, digits and single hyphens",
    }


def many(item: dict[str, Any], limit: int = 50) -> dict[str, Any]:
    return {"type": "array", "items": item, "maxItems": limit, "uniqueItems": True}


def only(required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


PERSON = {
    "oneOf": [
        only(["name"], name=text(200)),
        only(["family"], given=text(200), family=text(200)),
    ],
    "description": "must be {name: a group} or {given: …, family: …}",
}

CONTRIBUTOR = only(["name", "role"], name=text(200), role=text(80))

ANSWER: dict[str, Any] = only(
    ["title", "category", "authors", "short_answer"],
    title=text(300),
    category=text(120),
    tags=many(text(80)),
    authors={**many(PERSON), "minItems": 1},
    contributors=many(CONTRIBUTOR),
    interest=text(1000),
    drafting={"enum": [key for key, _ in DRAFTING]},
    based_on={"type": ["string", "null"], "maxLength": 80},
    published=DATE,
    changed=DATE,
    checked=DATE,
    checked_by=text(120),
    review_by=DATE,
    lang={"type": "string", "pattern": LANGUAGE, "description": "must be a language like de"},
    translation_of=slug(),
    translated_revision={"type": "integer", "minimum": 1, "maximum": 1_000_000},
    unlinked=many(slug(120), 200),
    short_answer=text(1200),
    related=many(slug(), 12),
    prerequisites=many(slug(), 12),
    formerly=many(slug(), 20),
    change_note=text(500),
    significance={"enum": ["typo", "meaning", "conclusion"]},
    corrections=many(only(["date", "old", "new"], date=DATE, old=text(1000), new=text(1000),
                          cause=text(1000))),
    withdrawn=only(["date", "reason"], date=DATE, reason=text(1000), successor=slug()),
)  # fmt: skip

TERM: dict[str, Any] = only(
    ["name", "summary"],
    name=text(160),
    abbreviation=text(40),
    aliases=many(text(120)),
    case={"enum": ["auto", "any", "exact"]},
    summary=text(600),
    formula=text(2000),
    sources=many(text(120)),
    senses={
        "type": "array",
        "maxItems": 12,
        "items": {
            "oneOf": [
                text(1000),
                only(["name", "meaning"], name=text(160), meaning=text(2000),
                     sources=many(text(120)), disputed={"type": "boolean"}),
            ],
            "description": "must be text or {name, meaning, sources, disputed}",
        },
    },
    example=slug(80),
    contributors=many(CONTRIBUTOR),
    interest=text(1000),
    drafting={"enum": [key for key, _ in DRAFTING]},
    formerly=many(slug(), 20),
)  # fmt: skip

NOTICE = only(
    ["kind", "date", "reason"],
    kind={"enum": list(NOTICES)},
    date=DATE,
    reason=text(1000),
    successor=slug(80),
)

SOURCE: dict[str, Any] = {
    "type": "object",
    "required": ["id", "type", "title", "evidence"],
    "properties": {
        "id": slug(80),
        "type": text(60),
        "title": text(500),
        "author": {"type": "array", "items": {"type": "object"}},
        "URL": {
            "type": "string",
            "pattern": r"^https?://[^\s<>\"']+$",
            "maxLength": 1000,
            "description": "must be a web address",
        },
        "DOI": {"type": "string", "pattern": r"^10\.\S+$", "description": "must begin with 10."},
        "evidence": {"enum": list(EVIDENCE)},
        "interest": {"type": ["string", "null"], "maxLength": 2000},
        "archived_url": {"type": ["string", "null"], "pattern": r"^https?://\S+$"},
        "read_at": {"type": ["string", "null"], "format": "date"},
        "notice": NOTICE,
    },
}

TAXON: dict[str, Any] = only(
    ["slug", "name"],
    slug=slug(80),
    name=text(120),
    description=text(2000),
    position={"type": "integer", "minimum": 0, "maximum": 10000},
    synonyms=many(slug(80)),
)
