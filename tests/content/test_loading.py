"""The files as ``sync_content`` takes them: nothing refused, nothing left to an author to place."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from kb.models import Article

from .reading import CONTENT, FIRST_ANSWER, answers, sources, terms


def sync(verbosity: int = 2) -> str:
    out = StringIO()
    call_command("sync_content", str(CONTENT), verbosity=verbosity, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.django_db
def test_everything_loads_and_a_second_time_changes_nothing() -> None:
    first = sync()
    assert "may mean" not in first
    assert "0 updated, 0 unchanged" in first.splitlines()[-1]
    assert Article.objects.published().count() == len(answers())
    second = sync().splitlines()[-1]
    assert second.startswith("0 created, 0 updated, ")
    assert int(second.split()[4]) >= len(answers()) + len(terms()) + len(sources())

    first_answer = Article.objects.get(slug=FIRST_ANSWER)
    assert first_answer.mentions.count() >= 25
