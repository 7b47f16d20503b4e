"""Claims of others: an answer quotes what somebody said, and each sentence meets a run.

The front matter holds the sentences and what was found, the body one line::

    dissects:
      - number: 6a
        said: Drawdowns are cut by 47 %, beside condors of 45 to 60 days
        sources: [vixshield-d35]
        runs: [alvh-condor ic_dte=45 ts_enabled=false]
        verdict: harms
        finding: the deepest fall is [0.6 points](claim:deeper) deeper
    replies: []

    ::dissected claims
    ::dissected replies

``said`` is in our words; ``quote`` holds theirs where they are needed, forty words at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.html import format_html

from kb import metadata
from kb.frontmatter import ContentError, Problem, key_lines
from kb.models import Article, Source
from simulator import services
from simulator.engine.errors import EngineError
from simulator.management.foreground import settings_from

KEY, REPLIES = "dissects", "replies"
MOST_WORDS = 40
MEANINGS = {
    "protects": "less deep falls, and few paths pay for it",
    "costly": "less deep falls, and most paths end with less money",
    "small": "a protection smaller than one point",
    "one-month": "a protection that rests on one month",
    "undetected": "no difference is detected",
    "harms": "deeper falls with the hedge",
    "scenario": "what happened in reconstructed days; decides nothing",
    "better": "did better than what it is held against",
    "worse": "did worse than what it is held against",
    "same": "nothing was changed",
    "none": "nothing that chance does not do",
    "no-hedge": "there is no hedge here",
    "fits": "the figure measured lies inside the claim",
    "misses": "the figure measured lies outside the claim",
    "depends": "true or false with a choice that the claim leaves open",
    "not testable": "something that nobody can run is missing",
}
"""Each verdict word and what it says; ``docs/verdicts.md`` has the rule for the first ones."""
NOT_TESTABLE = "not testable"
TEXT = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "type": "array",
    "maxItems": 60,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["number", "said"],
        "properties": {
            "number": {"type": ["string", "integer"], "pattern": "^[0-9]{1,3}[a-h]?$"},
            "said": TEXT | {"maxLength": 400},
            "quote": TEXT | {"maxLength": 400},
            "sources": {"type": "array", "items": TEXT | {"maxLength": 160}},
            "remark": TEXT | {"maxLength": 200},
            "runs": {"type": "array", "items": TEXT | {"maxLength": 600}},
            "verdict": {"enum": [word for word in MEANINGS if word != NOT_TESTABLE]},
            "finding": TEXT | {"maxLength": 1200},
            "untestable": TEXT | {"maxLength": 600},
        },
        "oneOf": [
            {"required": ["verdict", "finding", "runs"], "not": {"required": ["untestable"]}},
            {"required": ["untestable"], "not": {"required": ["verdict"]}},
        ],
        "description": "each needs verdict, finding and runs, or else untestable with the reason",
    },
}
REPLIES_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["from", "date", "text"],
        "properties": {
            "from": TEXT | {"maxLength": 200},
            "date": {"type": "string", "format": "date"},
            "text": TEXT | {"maxLength": 6000},
            "about": {"type": "array", "items": {"type": ["string", "integer"]}},
        },
    },
}
AGAINST = " against "
CONTINUES = ("on ", "by ", "for ", "at ", "in ")
"""Findings that go on where the verdict word stops: depends *on the wing width*."""


@dataclass(frozen=True)
class Test:
    """One run of a dissection: the experiment and what differs from its defaults."""

    command: str

    @property
    def experiment(self) -> str:
        return self.command.split(" ", 1)[0]

    @property
    def parameters(self) -> dict[str, Any]:
        return settings_from(self.command.split()[1:])

    @property
    def url(self) -> str:
        """The experiment's form filled with these values."""
        values = [pair.partition("=")[::2] for pair in self.command.split()[1:]]
        return f"/lab/{self.experiment}/" + (f"?{urlencode(values)}" if values else "")


@dataclass(frozen=True)
class Dissected:
    """One sentence of others with what became of it."""

    number: str
    said: str
    quote: str = ""
    sources: Sequence[str] = ()
    remark: str = ""
    runs: Sequence[str] = ()
    verdict: str = NOT_TESTABLE
    finding: str = ""
    interests: Mapping[str, str] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        return f"said-{self.number}"

    @property
    def tests(self) -> list[list[Test]]:
        """Each run, or the two runs that are compared path by path."""
        return [[Test(one.strip()) for one in run.split(AGAINST)] for run in self.runs]

    @property
    def plain_finding(self) -> str:
        """The finding without marks, as a machine or a table cell takes it."""
        text = re.sub(r"\[([^\[\]]+)\]\([^)]+\)", r"\1", self.finding)
        return " ".join(re.sub(r"\s*\[@[^\]]*\]|[`*]", "", text).split())

    @property
    def summary(self) -> str:
        """The verdict and the finding in one line."""
        text = self.plain_finding
        if text.startswith(CONTINUES):
            return f"{self.verdict} {_ended(text)}"
        return f"{self.verdict}: {_ended(text)}"


def dissected(extra: Mapping[str, Any]) -> list[Dissected]:
    """What an article's front matter dissects, in the order written, interests looked up."""
    return of_many([extra])[0]


def of_many(extras: Sequence[Mapping[str, Any]]) -> list[list[Dissected]]:
    """The same for many articles, whose sources are looked up at once."""
    listed = [extra.get(KEY) or [] for extra in extras]
    keys = {key for extra in extras for key in cited_keys(extra)}
    known = Source.objects.filter(key__in=keys).values_list("key", "interest") if keys else ()
    interests = {key: interest or "none stated" for key, interest in known}
    return [_read(rows, interests) for rows in listed]


def _read(rows: Sequence[Mapping[str, Any]], interests: Mapping[str, str]) -> list[Dissected]:
    return [
        Dissected(
            number=str(row["number"]),
            said=row["said"].strip(),
            quote=row.get("quote", "").strip(),
            sources=row.get("sources", []),
            remark=row.get("remark", ""),
            runs=row.get("runs", []),
            verdict=row.get("verdict", NOT_TESTABLE),
            finding=(row.get("finding") or row.get("untestable", "")).strip(),
            interests={_key(s): interests.get(_key(s), "") for s in row.get("sources", [])},
        )
        for row in rows
    ]


def _key(source: str) -> str:
    return source.partition(" ")[0]


def cited_keys(extra: Mapping[str, Any]) -> list[str]:
    """The sources that the dissected sentences of an article come from."""
    return sorted({_key(s) for row in extra.get(KEY) or [] for s in row.get("sources", [])})


# The body's blocks -----------------------------------------------------------------------------


def write(argument: str, extra: Mapping[str, Any]) -> str:
    """The Markdown in the place of ``::dissected claims`` and ``::dissected replies``."""
    if argument == "claims":
        return "\n\n".join(_card(one) for one in dissected(extra))
    if argument == "replies":
        return _replies(extra.get(REPLIES) or [])
    return f"`::dissected {argument}`: write claims or replies."


def _card(one: Dissected) -> str:
    parts = [f"### {one.number}. {one.said} {{#{one.anchor}}}"]
    if one.quote:
        parts.append(f"> {' '.join(one.quote.split())}")
    parts.append(_verdict(one))
    parts.append(_origin(one))
    return "\n\n".join(parts)


def _verdict(one: Dissected) -> str:
    if one.finding.startswith(CONTINUES):
        return f"**Verdict: {one.verdict}** {_ended(one.finding)}"
    return f"**Verdict: {one.verdict}.** {_sentence(one.finding)}"


def _sentence(text: str) -> str:
    return _ended(text[:1].upper() + text[1:])


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _origin(one: Dissected) -> str:
    """Who said it with what interest, and the run that anybody can repeat."""
    said = []
    if one.sources:
        whose = "their words" if one.quote else "our words"
        cited = "; ".join(f"@{_cited(source)}" for source in one.sources)
        said.append(f"Said, in {whose}, by [{cited}]{_interest(one)}.")
    if one.remark:
        said.append(_sentence(one.remark))
    runs = [AGAINST.join(f"[`{t.command}`]({t.url})" for t in tests) for tests in one.tests]
    if runs:
        said.append(f"Test: {'; '.join(runs)}.")
    return " ".join(said) or "No page says so."


def _cited(source: str) -> str:
    key, _, locator = source.partition(" ")
    return f"{key}, {locator}" if locator else key


def _interest(one: Dissected) -> str:
    stated = list(dict.fromkeys(words for words in one.interests.values() if words))
    words = ", ".join(text[:1].lower() + text[1:] for text in stated)
    return f" (interest: {words})" if words else ""


def _replies(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return (
            "Whoever is quoted here may answer. A reply is printed in this place, whole and with "
            "its date, and what it shows to be wrong is corrected in public. None has come in so "
            "far."
        )
    return "\n\n".join(_reply(row) for row in rows)


def _reply(row: Mapping[str, Any]) -> str:
    about = [f"[{no}](#said-{no})" for no in row.get("about", [])]
    on = f" on {', '.join(about)}" if about else ""
    quoted = "\n".join(f"> {line}".rstrip() for line in row["text"].strip().split("\n"))
    return f"**{row['from']}**, {row['date']}{on}:\n\n{quoted}"


# Checks ----------------------------------------------------------------------------------------


def complaints(extra: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """What is wrong with each row, by its place in the list."""
    for at, one in enumerate(dissected(extra)):
        if len(one.quote.split()) > MOST_WORDS:
            words = len(one.quote.split())
            yield at, f"the quote has {words} words; {MOST_WORDS} are the most that is quoted"
        if not one.sources and not one.remark:
            yield at, "name the sources that say it, or say in a remark why there is none"
        for source in one.sources:
            if _key(source) in one.interests and not one.interests[_key(source)]:
                yield at, f"unknown source: {_key(source)}"
        for tests in one.tests:
            if len(tests) > 2:
                yield at, "a run is held against one other run"
            for test in tests:
                yield from ((at, words) for words in _refused(test))


def _refused(test: Test) -> Iterator[str]:
    try:
        services.catalogue.experiment(test.experiment).parse(test.parameters)
    except services.UnknownExperiment:
        yield f"there is no experiment {test.experiment!r}"
    except services.ParametersRefused as refused:
        yield from (f"{test.experiment}: {error.field}: {error.detail}" for error in refused.errors)
    except EngineError as refused:
        yield f"{test.experiment}: {refused}"


def apply(article: Article, value: Any) -> None:
    """Check the rows of a file; raises ``ContentError`` with the line of each that is wrong."""
    file = f"answers/{article.slug}.md"
    lines = key_lines(article.file_text)
    wrong = [
        Problem(file, lines.get(f"{KEY}.{at}", 1), words)
        for at, words in complaints({KEY: value or []})
    ]
    if value and "::dissected claims" not in article.body:
        wrong.append(Problem(file, 1, "the body needs a line ::dissected claims to show them"))
    if wrong:
        raise ContentError.several(wrong)


def apply_replies(article: Article, value: Any) -> None:
    """A reply that is not shown would be a reply suppressed."""
    if value and "::dissected replies" not in article.body:
        file = f"answers/{article.slug}.md"
        raise ContentError(file, 1, "the body needs a line ::dissected replies to show them")


# For machines and for the register -------------------------------------------------------------


def records(one: Dissected) -> dict[str, Any]:
    """A dissected sentence for the API and the page's twin."""
    return {
        "number": one.number,
        "said": one.said,
        "quote": one.quote or None,
        "sources": [{"id": key, "interest": words} for key, words in one.interests.items()],
        "runs": list(one.runs),
        "verdict": one.verdict,
        "finding": one.plain_finding,
    }


def by_article(articles: Sequence[Article]) -> dict[int, list[dict[str, Any]]]:
    found = of_many([article.extra for article in articles])
    return {
        article.pk: [records(one) for one in rows]
        for article, rows in zip(articles, found, strict=True)
    }


def review_data(article: Article, request: HttpRequest) -> str:
    """Each tested sentence as a schema.org ClaimReview, its verdict in words."""
    rows = [one for one in dissected(article.extra) if one.verdict != NOT_TESTABLE]
    if not rows:
        return ""
    page = settings.SITE_URL + article.get_absolute_url()
    said_at = dict(
        Source.objects.filter(key__in={_key(s) for one in rows for s in one.sources}).values_list(
            "key", "csl__URL"
        )
    )
    data = {
        "@context": "https://schema.org",
        "@graph": [_review(one, page, said_at) for one in rows],
    }
    return format_html('<script type="application/ld+json">{}</script>', metadata.script(data))


def _review(one: Dissected, page: str, said_at: Mapping[str, str | None]) -> dict[str, Any]:
    urls = [url for url in (said_at.get(_key(source)) for source in one.sources) if url]
    return {
        "@type": "ClaimReview",
        "url": f"{page}#{one.anchor}",
        "claimReviewed": one.quote or one.said,
        "itemReviewed": {"@type": "Claim", "appearance": urls},
        "author": {"@type": "Organization", "name": settings.SITE_NAME},
        "reviewRating": {"@type": "Rating", "alternateName": one.verdict},
        "reviewBody": one.plain_finding,
    }


LISTED = ("slug", "title", "extra", "authors", "contributors", "interest", "drafting")


def register() -> list[tuple[Article, Dissected]]:
    """Every sentence that a published answer dissects, by its number."""
    articles = list(Article.objects.published().exclude(extra={}).only(*LISTED))
    listed = of_many([article.extra for article in articles])
    found = [(article, one) for article, rows in zip(articles, listed, strict=True) for one in rows]
    return sorted(found, key=lambda pair: order(pair[1].number))


def order(number: str) -> tuple[int, str]:
    """Sorts ``6b`` between ``6a`` and ``10``."""
    digits = re.match(r"\d+", number)
    return (int(digits.group()) if digits else 0, number)
