"""What should be settled before an answer is published, as far as its examples go."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from kb.extend import block_arguments
from kb.models import Article, Term

from . import second_routes
from .models import Example


def examples_are_ready(article: Article) -> list[str]:
    """Every example that the text shows must exist and have a result of today's engine."""
    wanted = block_arguments(article.body_html or "", "example")
    found = {
        example.slug: example
        for example in Example.objects.filter(slug__in=wanted).select_related("result_run")
    }
    complaints = []
    for slug in wanted:
        example = found.get(slug)
        if example is None:
            complaints.append(f"There is no example {slug!r}.")
        elif example.result_run is None:
            complaints.append(f"The example {slug!r} has no result yet.")
        elif example.is_due:
            complaints.append(f"The result of the example {slug!r} is older than the engine.")
    return complaints


def terms_without_example() -> Iterator[tuple[str, str, str]]:
    """Terms that name an example which readers cannot see, for the editors' list."""
    public = set(Example.objects.public().values_list("slug", flat=True))
    named = Term.objects.exclude(example="").order_by("slug")
    for pk, slug, example in named.values_list("pk", "slug", "example"):
        if example not in public:
            url = reverse("admin:kb_term_change", args=[pk])
            yield "no such example", f"{example} (under {slug})", url


def second_routes_agree(article: Article) -> list[str]:
    """No example of the article may rest on a number that another route contradicts."""
    wanted = set(block_arguments(article.body_html or "", "example"))
    examples = Example.objects.filter(Q(article=article) | Q(slug__in=wanted))
    return [
        f"The example {example.slug!r}: {row['figure']} differs by {row['difference']:.3g} from "
        f"another route, beyond the tolerance of {row['tolerance']:.3g}."
        for example in examples.select_related("result_run")
        if example.result_run is not None
        for row in second_routes.disagreements(example.result_run.document)
    ]
