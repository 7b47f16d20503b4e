"""What should be settled before an answer is published, as far as its examples go."""

from __future__ import annotations

from kb.extend import block_arguments
from kb.models import Article

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
