"""A list of 50 answers: ours beside the same list through plain model serializers.

The other side is what one writes first with Django REST framework: a ModelSerializer with the
contract's fields over a queryset that fetches its relations beforehand, behind the same
pagination and renderer. Both answer in this process; processor time, in turn, the median of the
rounds. The fields of other apps (claims, dissected claims) are left out on both sides.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ARTICLES, ROUNDS, REPEATS = 50, 9, 5
GOAL = 3.0


def measured() -> dict[str, Any]:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", "-v0")
    call_command("sync_content", stdout=StringIO())
    from django.test import RequestFactory

    from kb import extend
    from kb.api import ArticleList

    _fill()
    extend.article_fields.clear()
    request = RequestFactory(HTTP_HOST="127.0.0.1").get("/", {"page_size": str(ARTICLES)})
    views = {"ours": ArticleList.as_view(), "plain": _plain_view()}

    def answer(name: str) -> bytes:
        response = views[name](request)
        if hasattr(response, "render"):
            response.render()
        body: bytes = response.content
        return body

    ours, plain = (json.loads(answer(name)) for name in ("ours", "plain"))
    assert len(ours["results"]) == len(plain["results"]) == ARTICLES
    assert ours["results"][0]["references"] == plain["results"][0]["references"]
    taken: dict[str, list[float]] = {name: [] for name in views}
    for _ in range(ROUNDS):
        for name in views:
            begun = time.process_time()
            for _ in range(REPEATS):
                answer(name)
            taken[name].append(1000 * (time.process_time() - begun) / REPEATS)
    ratios = [plain / ours for plain, ours in zip(taken["plain"], taken["ours"], strict=True)]
    return {
        "bytes": len(answer("ours")),
        "ratio": round(median(ratios), 2),
        **{f"{name}_ms": round(median(some), 1) for name, some in taken.items()},
    }


def _fill() -> None:
    """As many answers as a page holds; the site's own are fewer."""
    from kb import documents, glossary, storing
    from kb.models import Article
    from kb.models.articles import short_id

    rows = list(Article.objects.published())
    items, terms = documents.source_items(), glossary.current()
    works = []
    for number in range(ARTICLES - len(rows)):
        like = rows[number % len(rows)]
        slug = f"more-{number}"
        made = Article(
            slug=slug, short_id=short_id(slug), title=like.title, category_id=like.category_id,
            authors=like.authors, short_answer=like.short_answer, body=like.body,
            extra=like.extra, state=like.state, published_at=like.published_at,
            changed_at=like.changed_at,
        )  # fmt: skip
        derived = documents.derive_article(made, items, terms)
        tags = [tag.slug for tag in like.tags.all()]
        works.append(storing.ArticleWork(made, derived, tags=tags))
    storing.store_articles(works)


def _plain_view() -> Any:
    from rest_framework import generics, serializers

    from kb import extend
    from kb.models import Article, Source

    class SourceSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
        class Meta:
            model = Source
            fields = ("key", "csl")

        def to_representation(self, instance: Source) -> dict[str, Any]:
            found = super().to_representation(instance)
            return {"id": found["key"], **found["csl"]}

    class ArticleSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
        url = serializers.SerializerMethodField()
        category = serializers.SlugRelatedField("slug", read_only=True)
        tags = serializers.SlugRelatedField("slug", many=True, read_only=True)
        based_on = serializers.SlugRelatedField("key", read_only=True)
        terms = serializers.SerializerMethodField()
        examples = serializers.SerializerMethodField()
        references = serializers.SerializerMethodField()
        revision = serializers.SerializerMethodField()

        class Meta:
            model = Article
            fields = (
                "slug", "title", "url", "permalink", "category", "tags", "authors", "based_on",
                "published_at", "changed_at", "checked_at", "short_answer", "body_html", "terms",
                "examples", "references", "revision",
            )  # fmt: skip

        def get_url(self, row: Article) -> str:
            url: str = self.context["request"].build_absolute_uri(row.get_absolute_url())
            return url

        def get_terms(self, row: Article) -> list[str]:
            return sorted(mention.term.slug for mention in row.mentions.all())

        def get_examples(self, row: Article) -> list[str]:
            return extend.block_arguments(row.body_html, "example")

        def get_references(self, row: Article) -> Any:
            sources = sorted((c.source for c in row.citations.all()), key=lambda s: s.key)
            return SourceSerializer(sources, many=True).data

        def get_revision(self, row: Article) -> int | None:
            return max((revision.number for revision in row.revisions.all()), default=None)

    class Plain(generics.ListAPIView):  # type: ignore[type-arg]
        serializer_class = ArticleSerializer
        queryset = (
            Article.objects.published()
            .select_related("category", "based_on")
            .prefetch_related("tags", "mentions__term", "citations__source", "revisions")
            .order_by("-published_at", "slug")
        )

    return Plain.as_view()


def main() -> None:
    with tempfile.TemporaryDirectory() as var:
        environment = {
            **os.environ, "VAR_DIR": var, "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        command = [sys.executable, "-m", "bench.api", "here"]
        said = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
        )
    found = json.loads(said.stdout)
    print(
        f"{found['ratio']:8.2f} × plain serializers (goal {GOAL}): {found['ours_ms']} ms against "
        f"{found['plain_ms']} ms for {ARTICLES} answers, {found['bytes']} bytes"
    )
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    (results / "api.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    print(json.dumps(measured()))
