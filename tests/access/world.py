"""One object in each state, under names that the matrix uses."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from kb import documents, glossary, storing
from kb.models import Article, Category, Source, Tag, Term
from kb.models.articles import short_id
from questions import decisions, opinions, question_kind, services, tokens
from questions.models import LogEntry, Question, Report
from simulator import datasets
from simulator import services as runs
from simulator.engine import importing
from simulator.models import Claim, Example, Run

ROLES = ("anonymous", "moderator", "editor", "superuser")
CANARY = "zqcanary"
# Every text below that must stay private begins with the canary and a number of its own.


def canary(number: int) -> str:
    return f"{CANARY}{number:02d}"


def people() -> dict[str, User | None]:
    """The four roles; moderators and editors are staff, because they sign in through the admin."""
    found: dict[str, User | None] = {"anonymous": None}
    for role in ("moderator", "editor"):
        user = User.objects.create_user(role, f"{role}@example.org", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        found[role] = user
    found["superuser"] = User.objects.create_superuser("superuser", "root@example.org")
    return found


def build() -> dict[str, Any]:
    """Make everything; the dictionary gives the matrix's words their values."""
    names: dict[str, Any] = {}
    category = Category.objects.create(slug="hedging", name="Hedging")
    tag = Tag.objects.create(slug="vix", name="VIX")
    _source()
    _term()
    public = _article("public", category, body="First.", state="published", tag=tag)
    _article("public", category, body="Second.", state="published", row=public)
    draft = _article("draft", category, secret=1, state="draft")
    withdrawn = _article("withdrawn", category, secret=3, state="published")
    withdrawn.state, withdrawn.withdrawn_reason = "withdrawn", "It was wrong."
    withdrawn.withdrawn_at = timezone.now()
    _store(withdrawn, was="published")
    names["short-public"], names["short-draft"] = public.short_id, draft.short_id
    names["draft-pk"] = draft.pk
    owner = User.objects.get(username="superuser")
    names["editor-pk"] = User.objects.get(username="editor").pk
    names["device-pk"] = TOTPDevice.objects.create(user=owner, name="phone").pk
    _data()
    names |= _runs(public, draft)
    names |= _questions(public, draft)
    return names


def _source() -> None:
    csl = {"type": "book", "title": "A book", "author": [{"family": "Author"}]}
    Source.objects.create(key="book", csl=csl, evidence="book")


def _term() -> None:
    for definition in ("First meaning.", "Second meaning."):
        term = Term.objects.filter(slug="delta").first() or Term(slug="delta")
        term.name, term.summary, term.definition = "Delta", "A slope.", definition
        term.changed_at = timezone.now()
        derived = documents.derive_term(term, [], documents.source_items())
        documents.link_term(derived, term, glossary.current())
        storing.store_terms([storing.TermWork(term, derived, is_new=term.pk is None)])


def _article(
    slug: str,
    category: Category,
    *,
    body: str = "",
    state: str,
    secret: int = 0,
    tag: Tag | None = None,
    row: Article | None = None,
) -> Article:
    # A withdrawn answer keeps its title, so that its readers know which one it was.
    titled = f"{canary(secret)} " if state == "draft" else ""
    hidden = f"{canary(secret)} " if secret else ""
    article = row or Article(slug=slug, short_id=short_id(slug), category=category)
    was = article.state if row else ""
    article.title = f"{titled}Title of {slug}"
    article.short_answer = f"{canary(secret + 1)} Short." if secret else "Short."
    article.body = body or f"{hidden}body with delta."
    article.authors = [{"name": "The group"}]
    article.state, article.changed_at = state, timezone.now()
    if state == "published":
        article.published_at = article.published_at or timezone.now() - dt.timedelta(days=1)
    _store(article, was=was, tags=[tag.slug] if tag else None)
    return article


def _store(article: Article, *, was: str, tags: list[str] | None = None) -> None:
    derived = documents.derive_article(article, documents.source_items(), glossary.current())
    storing.store_articles([storing.ArticleWork(article, derived, tags=tags, was=was)])


def _data() -> None:
    """One series that may be passed on and one that may not."""
    for name, licence in (("open-series", "CC0-1.0"), ("closed-series", "")):
        found = importing.parse("date,close\n2020-01-02,1\n2020-01-03,2\n", name=name)
        datasets.store(found.series, licence=licence)


def _runs(public: Article, draft: Article) -> dict[str, Any]:
    queued, _ = runs.find_or_create_run(experiment="option-price", parameters={"underlying": 101.0})
    done, _ = runs.find_or_create_run(experiment="option-price", parameters={"underlying": 102.0})
    runs.execute_run(done.pk, "tests")
    shown = Example.objects.create(
        slug="shown-example", title="An example", experiment="option-price", article=public
    )
    Example.objects.create(
        slug="hidden-example",
        title=f"{canary(5)} example",
        story=f"{canary(6)} story",
        experiment="option-price",
        article=draft,
    )
    sweep = runs.create_sweep(
        experiment="option-price", x="underlying", x_values=[90.0, 100.0, 110.0]
    )
    terms = {"example": "shown-example", "metric": "price", "kind": "value", "value": 1}
    for article, number in ((public, 0), (draft, 7)):
        Claim.objects.create(
            public_id=f"{article.slug}-price",
            article=article,
            name="price",
            text=f"{canary(number)} 1" if number else "1",
            sentence=f"{canary(number)} It costs 1." if number else "It costs 1.",
            terms=terms,
            kind="value",
            example=shown,
            metric="price",
        )
    return {
        "queued-run": queued.pk,
        "done-run": Run.objects.get(pk=done.pk, status="succeeded").pk,
        "sweep": sweep.pk,
        "nothing-uuid": uuid.UUID(int=1),
    }


QUESTION_STATES = ("pending", "needs_reply", "answered", "declined", "duplicate", "withdrawn")


def _questions(public: Article, draft: Article) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for place, state in enumerate((*QUESTION_STATES, "spam", "accepted", "erased")):
        question = _question(state, 10 + place)
        names[f"{state}-token"], names[f"{state}-pk"] = question.token, question.pk
    Question.objects.filter(pk=names["answered-pk"]).update(
        state="answered", article=public, answered_at=timezone.now()
    )
    Question.objects.filter(pk=names["accepted-pk"]).update(
        article=draft, accepted_at=timezone.now(), wording_public=True
    )
    Question.objects.filter(pk=names["spam-pk"]).update(is_spam=True)
    services.erase(Question.objects.get(pk=names["erased-pk"]))
    report, _ = services.report(
        services.Reported(f"{canary(30)} report", article=public, quote=canary(31)),
        token="report".ljust(22, "-"),
        address="192.0.2.1",
    )
    names["report-token"], names["report-pk"] = report.token, report.pk
    for article, number in ((public, 33), (draft, 34)):
        opinions.give(
            opinions.Given(article, is_helpful=False, text=f"{canary(number)} opinion"),
            address="192.0.2.3",
        )
    asker = Question.objects.get(pk=names["pending-pk"])
    for purpose in ("confirm", "leave"):
        names[f"{purpose}-key"] = tokens.mail_link(purpose, asker.pk, asker.email)
    moderator = User.objects.filter(username="moderator").first()
    names["batch"] = decisions.decide(
        question_kind.KIND, [names["declined-pk"]], "decline", moderator, reason=canary(32)
    )
    assert LogEntry.objects.exists()
    assert Report.objects.exists()
    return names


def _question(state: str, number: int) -> Question:
    """Sent from a block of its own, with a canary in every field."""
    asked = services.Asked(
        f"{canary(number)} question",
        email=f"{canary(number)}@example.org",
        settled_by=f"{canary(number)} settled",
        credit_name=f"{canary(number)} name" if state != "answered" else "",
    )
    question, _ = services.ask(
        asked, token=state.ljust(22, "-"), address=f"198.51.100.{number}", signals={}
    )
    if state in QUESTION_STATES:
        Question.objects.filter(pk=question.pk).update(
            state="pending" if state == "declined" else state
        )
    question.refresh_from_db()
    return question
