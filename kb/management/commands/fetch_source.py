"""``fetch_source WHAT``: a work by DOI, ISBN or address into the list of sources. By hand only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kb import fetching
from kb.citations import incoming
from kb.models.sources import EVIDENCE


class Command(BaseCommand):
    help = (
        "Ask for a work's metadata once and add it to sources.json, to be read and mended by an "
        "editor. Connects to doi.org, openlibrary.org or the address itself; the site asks nobody."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        known = fetching.Services()
        parser.add_argument("what", metavar="DOI|ISBN|URL")
        parser.add_argument("--key", help="the source's name; default from author and year")
        parser.add_argument("--evidence", choices=EVIDENCE, help="default guessed from its type")
        parser.add_argument("--interest", help="what its publisher earns if it is believed")
        parser.add_argument("--print", action="store_true", help="show it and write nothing")
        parser.add_argument("--dir", type=Path, default=Path(settings.CONTENT_DIR))
        parser.add_argument("--doi-service", default=known.doi)
        parser.add_argument("--isbn-service", default=known.isbn)
        parser.add_argument("--timeout", type=float, default=known.timeout)

    def handle(self, *args: Any, **options: Any) -> None:
        services = fetching.Services(
            options["doi_service"], options["isbn_service"], options["timeout"]
        )
        path: Path = options["dir"] / "sources.json"
        stored = json.loads(path.read_text("utf-8")) if path.exists() else []
        try:
            found = fetching.fetch(options["what"], services)
            same = _same(found, stored)
            if same:
                raise CommandError(f"It is in the list already: {same}")
            keys = {item["id"] for item in stored}
            if options["key"] in keys:
                raise CommandError(f"Another source is called {options['key']}.")
            key = options["key"] or incoming.key_for(found, keys)
        except incoming.Unreadable as error:
            raise CommandError(str(error)) from None
        today = timezone.now().date().isoformat()
        item = {
            "id": key,
            **found,
            "evidence": options["evidence"] or incoming.evidence_of(found),
            "interest": options["interest"],
            "archived_url": None,
            "read_at": today if found.get("URL") else None,
        }
        if options["print"]:
            self.stdout.write(json.dumps(item, ensure_ascii=False, indent=1))
            return
        text = json.dumps([*stored, item], ensure_ascii=False, indent=1) + "\n"
        path.write_text(text, "utf-8")
        self.stdout.write(f"{key} added to {path.name}: read it, then run sync_content")


def _same(found: dict[str, Any], stored: list[dict[str, Any]]) -> str:
    """The key of the same work in the list, by DOI or address."""
    for item in stored:
        for name in ("DOI", "URL"):
            if found.get(name) and str(item.get(name, "")).lower() == found[name].lower():
                return str(item["id"])
    return ""
