"""From a question to its answer: an article draft now, the news to the asker on publication."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from kb import extend, publishing
from kb.models import Article, Category
from simulator.models import Example

from . import notifications, positions
from .models import Question

SHORT_ANSWER = "To be written."
OPENED = 1  # the edit number that opening gives


def open_draft(question: Question, user: User | None = None) -> Article:
    """A draft with the asker's wording and credit if allowed, and the position's example."""
    title = title_of(question.text)
    slug = _free_slug(slugify(title)[:100].strip("-") or "readers-question")
    article = Article(
        slug=slug,
        title=title,
        category=_category(question),
        authors=[{"name": settings.SITE_NAME}],
        short_answer=SHORT_ANSWER,
        body=_body(question, slug),
        state=Article.State.DRAFT,
        changed_at=timezone.now(),
    )
    publishing.save_article(article, user=user, note="Opened from a reader's question.")
    if positions.fits_condor(question.position):
        Example.objects.create(
            slug=_example_slug(slug),
            title="The asker's iron condor",
            experiment=positions.EXPERIMENT,
            article=article,
            story="The position as the asker described it.",
            parameters=positions.condor_parameters(question.position),
        )
    return article


def discard(article: Article) -> bool:
    """Remove a draft that nobody has touched since it was opened; whether it was removed."""
    untouched = article.state == Article.State.DRAFT and article.short_answer == SHORT_ANSWER
    if untouched and article.edit_number <= OPENED:
        Example.objects.filter(article=article).delete()
        article.delete()
        return True
    return False


def title_of(text: str) -> str:
    """The first sentence, or as many whole words as fit in 140 characters."""
    first = re.split(r"(?<=[?.!])\s|\n", text.strip(), maxsplit=1)[0].strip()
    if len(first) <= 140:
        return first
    return first[:139].rsplit(" ", 1)[0] + "…"


def _category(question: Question) -> Category:
    asked_on = question.asked_on
    found = question.category or (asked_on.category if asked_on else None)
    if found is None:
        found, _ = Category.objects.get_or_create(
            slug="readers-questions", defaults={"name": "Readers' questions"}
        )
    return found


def _free_slug(slug: str) -> str:
    taken = set(Article.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    candidates = [slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)


def _example_slug(slug: str) -> str:
    return f"{slug[:70]}-position"


def _body(question: Question, slug: str) -> str:
    """Markdown with the asker's words as a quotation, if they may be quoted."""
    parts = []
    if question.wording_public:
        credit = f"Asked by {question.credit_name}:" if question.credit_name else "As it was asked:"
        lines = _literal(question.text).split("\n")
        parts += [_literal(credit), "\n".join(f"> {line}".rstrip() for line in lines)]
    elif question.credit_name:
        parts.append(_literal(f"Asked by {question.credit_name}."))
    if positions.fits_condor(question.position):
        parts += ["## The position", f"::example {_example_slug(slug)}"]
    return "\n\n".join(parts) + "\n"


ESCAPABLE = re.compile(r"[\\`*_{}\[\]()>#+\-.!]")
AS_ENTITY = re.compile(r"[&<$~^|]|^[:=]", re.MULTILINE)


def _literal(text: str) -> str:
    """A reader's text as Markdown that shows exactly these words and nothing else."""
    stripped = "\n".join(line.strip() for line in text.splitlines())
    entities = AS_ENTITY.sub(lambda found: f"\0{ord(found[0])};", stripped)
    escaped = ESCAPABLE.sub(lambda found: "\\" + found[0], entities)
    return re.sub(r"\0(\d+);", r"&#\1;", escaped)


def announce(article: Article) -> int:
    """Mark the article's questions as answered and tell everybody who follows; how many.

    Safe to repeat: a question that has been told is not told again.
    """
    now = timezone.now()
    waiting = Question.objects.filter(article=article, answered_at=None)
    if not waiting.exists():
        return 0
    with transaction.atomic():
        rows = waiting.select_for_update()
        told = [row for row in rows if row.state != Question.State.WITHDRAWN]
        told += _duplicates(told)
        for question in told:
            if question.state in Question.OPEN:
                question.state = Question.State.ANSWERED
            question.answered_at = now
            question.save(update_fields=["state", "answered_at"])
            notifications.tell(question, "answered", article=article)
    return len(told)


def _duplicates(questions: list[Question]) -> list[Question]:
    """Everything that leads to one of these, however many steps away."""
    found: dict[int, Question] = {}
    nearest = {question.pk for question in questions}
    while nearest:
        rows = Question.objects.select_for_update().filter(
            duplicate_of__in=nearest, state=Question.State.DUPLICATE, answered_at=None
        )
        fresh = {row.pk: row for row in rows if row.pk not in found}
        found |= fresh
        nearest = set(fresh)
    return list(found.values())


def on_published(sender: Any, instance: Article, among: extend.Among, **rest: Any) -> None:
    """kb says that an article has become public."""
    if instance.pk in among.once("questions", _waited_for):
        announce(instance)


def _waited_for(articles: Sequence[Article]) -> set[int]:
    """Those that answer a question which has not been told so."""
    waiting = Question.objects.filter(answered_at=None).exclude(article=None)
    return set(waiting.order_by().values_list("article_id", flat=True))


def leads_to(question: Question) -> Article | None:
    """The published article that answers the question or the one it duplicates."""
    for candidate in (question.article, question.root.article):
        if candidate is not None and candidate.state == Article.State.PUBLISHED:
            return candidate
    return None
