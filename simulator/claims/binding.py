"""From the text of an article to its claims: what is marked, what is said about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from kb.written import written
from simulator import claim_rules as rules
from simulator.models import Example
from simulator.models.claims import Claim, Correction

MARK = re.compile(r"\[(?P<text>[^\[\]\n]{1,300})\]\(claim:(?P<name>[a-z0-9][a-z0-9-]{0,63})\)")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")
MARKUP = re.compile(
    r"\[([^\[\]]+)\]\([^)\s]*\)|\[@[^\]]*\]|\[\[!?([^\]|]+)(?:\|([^\]]+))?\]\]|[*_`]"
)


@dataclass(frozen=True)
class Marked:
    """One mark in the text: the author's words and the sentence around them."""

    name: str
    text: str
    sentence: str


def whole_text(article: Any) -> str:
    """The article's Markdown with the parts that its front matter writes."""
    return written(article.body, article.extra).text


def marks(body: str) -> list[Marked]:
    """Every claim mark of an article's Markdown in reading order, the first of each name."""
    found: dict[str, Marked] = {}
    for paragraph in re.split(r"\n\s*\n", body):
        for match in MARK.finditer(paragraph):
            name = match["name"]
            found.setdefault(name, Marked(name, match["text"], _sentence(paragraph, match)))
    return list(found.values())


def _sentence(paragraph: str, match: re.Match[str]) -> str:
    start = 0
    for end in SENTENCE_END.finditer(paragraph):
        if end.start() >= match.end():
            return _plain(paragraph[start : end.start()])
        if end.end() <= match.start():
            start = end.end()
    return _plain(paragraph[start:])


def _plain(markdown: str) -> str:
    text = MARKUP.sub(lambda m: m[1] or m[3] or m[2] or "", markdown)
    return re.sub(r"\s+([.,;:])", r"\1", " ".join(text.split()))[:1000]


def complaints(body: str, terms: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(claim, what is wrong) between the marks of a text, its front matter and the examples."""
    marked = {mark.name for mark in marks(body)}
    found = [
        (name, f"the text marks claim {name!r}, which `claims:` does not define")
        for name in sorted(marked - set(terms))
    ]
    found += [
        (name, f"`claims:` defines {name!r}, which the text does not mark")
        for name in sorted(set(terms) - marked)
    ]
    for name in sorted(terms):
        found += [(name, f"claim {name!r}: {words}") for words in wrong_terms(terms[name])]
    return found


def wrong_terms(terms: Mapping[str, Any]) -> list[str]:
    """What is wrong with one claim's front matter, in words; an empty list lets it be bound."""
    return rules.complaints(terms) or _unknown(terms)


def _unknown(terms: Mapping[str, Any]) -> list[str]:
    """An example, metric or source that does not exist."""
    from kb.models import Source

    if terms["kind"] == rules.SOURCED and not Source.objects.filter(key=terms["source"]).exists():
        return [f"there is no source {terms['source']!r}"]
    if terms["kind"] not in rules.TESTABLE:
        return []
    example = Example.objects.filter(slug=terms["example"]).first()
    if example is None:
        return [f"there is no example {terms['example']!r}"]
    metrics = _metrics(example)
    wanted = [terms["metric"], *([terms["value"]] if terms["kind"] == rules.ORDERING else [])]
    return [
        f"{example.experiment} reports no metric {name!r}; it reports {', '.join(metrics)}"
        for name in wanted
        if metrics and name not in metrics
    ]


def _metrics(example: Example) -> dict[str, str]:
    """Metric → unit of an example's experiment; empty where the experiment is gone."""
    from simulator.services import UnknownExperiment, catalogue

    try:
        experiment = catalogue.experiment(example.experiment)
    except UnknownExperiment:
        return {}
    return {spec.name: spec.unit for spec in experiment.metrics}


def bind(article: Any, terms: Mapping[str, Mapping[str, Any]]) -> None:
    """Make the rows say what the article says; what it no longer says is retired, never deleted.

    When the words or the value of a published claim change, that is a correction.
    """
    existing = {claim.name: claim for claim in Claim.objects.current().filter(article=article)}
    for position, mark in enumerate(marks(whole_text(article))):
        if mark.name not in terms:
            continue
        claim = existing.pop(mark.name, None)
        fresh = fields(mark, position, dict(terms[mark.name]))
        if claim is None:
            Claim.objects.create(
                article=article, name=mark.name, public_id=_public_id(article, mark.name), **fresh
            )
            continue
        if all(getattr(claim, key) == value for key, value in fresh.items()):
            continue
        if claim.text != mark.text:
            _correct(claim, mark.text, "the article was edited")
        for key, value in fresh.items():
            setattr(claim, key, value)
        claim.save()
    for claim in existing.values():
        claim.retired_at = timezone.now()
        claim.save(update_fields=["retired_at"])


def fields(mark: Marked, position: int, terms: dict[str, Any]) -> dict[str, Any]:
    """What a claim's row takes from its mark and its front matter."""
    slug = terms.get("example")
    example = Example.objects.filter(slug=slug).first() if slug else None
    return {
        "position": position,
        "text": mark.text,
        "sentence": mark.sentence,
        "terms": terms,
        "kind": terms["kind"],
        "metric": terms.get("metric", ""),
        "unit": _unit(example, terms.get("metric", "")),
        "example": example,
    }


def _unit(example: Example | None, metric: str) -> str:
    return _metrics(example).get(metric, "") if example else ""


def metric_label(claim: Claim, name: str) -> str:
    """A metric in the experiment's own words, such as “win rate needed to break even”."""
    if claim.example is not None:
        from simulator.services import UnknownExperiment, catalogue

        try:
            experiment = catalogue.experiment(claim.example.experiment)
        except UnknownExperiment:
            return name.replace("_", " ")
        for spec in experiment.metrics:
            if spec.name == name:
                return spec.label
    return name.replace("_", " ")


def _public_id(article: Any, name: str) -> str:
    """``<slug>.<name>``, kept for ever; a second life of a retired name gets a number."""
    base = f"{article.slug}.{name}"[:150]
    taken = set(
        Claim.objects.filter(public_id__startswith=base).values_list("public_id", flat=True)
    )
    number = 2
    candidate = base
    while candidate in taken:
        candidate, number = f"{base}.{number}", number + 1
    return candidate


def _correct(claim: Claim, new: str, cause: str) -> None:
    """Write down that a number which readers could see is now another one."""
    if claim.article.published_at is None:
        return
    Correction.objects.create(
        article=claim.article,
        claim=claim,
        name=claim.name,
        old=claim.text[:300],
        new=new[:300],
        cause=cause,
    )


FIGURE = re.compile(
    r"(?<![\w.,/#-])[-−+]?\d[\d,]*(?:\.\d+)?\s?(?:%|percent|points?\b|USD\b|ETH\b|dollars?\b)"
    r"|\$\d[\d,]*(?:\.\d+)?"
)
CODE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|(?<!\w)\$[^$\n]+\$(?!\d)", re.DOTALL)


def bare_figures(body: str) -> list[str]:
    """Figures with a unit that no claim marks and no citation in their sentence supports.

    Code, formulas and headings are not looked at; a table counts as supported when a
    citation stands anywhere in it or in its caption's paragraph.
    """
    found = []
    for paragraph in re.split(r"\n\s*\n", CODE.sub(" ", body)):
        if paragraph.lstrip().startswith(("#", "::", ">")):
            continue
        unmarked = MARK.sub(" ", paragraph)
        whole = [unmarked] if "|" in unmarked else SENTENCE_END.split(unmarked)
        for sentence in whole:
            if "[@" not in sentence:
                found += [match[0].strip() for match in FIGURE.finditer(sentence)]
    return found
