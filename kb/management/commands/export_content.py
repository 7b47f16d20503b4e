"""``export_content DIR``: answers, terms and sources back into the files they came from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kb import files
from kb.models import Article, Source, Term


class Command(BaseCommand):
    help = "Write articles, terms and sources as files; what was not edited comes out unchanged."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir", type=Path)
        parser.add_argument("--edited", action="store_true", help="only what the admin changed")
        parser.add_argument("--drafts", action="store_true", help="drafts as well")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["dir"]
        articles = Article.objects.select_related(
            "category", "based_on", "successor", "translation_of"
        )
        if not options["drafts"]:
            articles = articles.exclude(state=Article.State.DRAFT, file_text="")
        terms = Term.objects.all()
        if options["edited"]:
            articles, terms = articles.filter(is_edited=True), terms.filter(is_edited=True)
        written = 0
        for article in articles.order_by("slug").iterator():
            written += _write(
                folder / "answers" / f"{article.slug}.md", files.article_text(article)
            )
        for term in terms.order_by("slug").iterator():
            written += _write(folder / "glossary" / f"{term.slug}.md", files.term_text(term))
        sources = [
            json.loads(s.file_text) if s.file_text and not s.is_edited else s.item
            for s in Source.objects.order_by("position", "pk")
        ]
        if sources and not (options["edited"] and not Source.objects.filter(is_edited=True)):
            text = json.dumps(sources, ensure_ascii=False, indent=1) + "\n"
            written += _write(folder / "sources.json", text)
        self.stdout.write(f"{written} files written")


def _write(path: Path, text: str) -> int:
    """Write unless the file says so already; returns whether it was written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() == text.encode():
        return 0
    path.write_bytes(text.encode())
    return 1
