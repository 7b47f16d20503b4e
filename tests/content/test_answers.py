"""What every answer owes its reader."""

from __future__ import annotations

import re
import tomllib

import pytest

from .reading import CONTENT, FIRST_ANSWER, File, answers, examples, sources, term_names, terms

# Words that tell a reader what to do with money, whatever stands around them.
ADVICE = re.compile(
    r"\b(you should|you must|we recommend|we advise|our advice|consider buying|consider selling|"
    r"buy now|sell now|guaranteed|risk-free profit|can't lose|sign up|free trial|"
    r"strong buy|price target)\b",
    re.IGNORECASE,
)
EVERY_ANSWER = pytest.mark.parametrize("answer", answers().values(), ids=answers().keys())


@EVERY_ANSWER
def test_the_short_answer_can_be_quoted_alone(answer: File) -> None:
    words = " ".join(answer.data["short_answer"].split())
    assert 80 <= len(words) <= 480, len(words)
    assert words.endswith(".")
    assert "[" not in words


@EVERY_ANSWER
def test_it_rests_on_two_sources_and_not_on_a_vendor_alone(answer: File) -> None:
    kinds = [sources()[key]["evidence"] for key in answer.cited]
    independent = [kind for kind in kinds if kind not in ("vendor", "own")]
    assert len(kinds) >= 2
    assert independent


@EVERY_ANSWER
def test_it_cites_only_sources_that_exist(answer: File) -> None:
    assert answer.cited <= set(sources())
    assert answer.data.get("based_on") in {None, *sources()}


@EVERY_ANSWER
def test_it_links_only_terms_that_exist(answer: File) -> None:
    assert answer.linked <= term_names()


@EVERY_ANSWER
def test_it_shows_an_example_and_only_ones_that_exist(answer: File) -> None:
    assert answer.examples
    assert set(answer.examples) <= set(examples())


@EVERY_ANSWER
def test_its_related_answers_exist(answer: File) -> None:
    named = {*answer.data.get("related", []), *answer.data.get("prerequisites", [])}
    assert named <= set(answers()) - {answer.slug}


@EVERY_ANSWER
def test_it_gives_no_advice_and_sells_nothing(answer: File) -> None:
    assert ADVICE.findall(answer.body + answer.data["short_answer"]) == []


@EVERY_ANSWER
def test_it_has_sections_with_given_anchors_and_says_where_it_ends(answer: File) -> None:
    headings = re.findall(r"^## (.+)$", answer.body, re.MULTILINE)
    assert len(headings) >= 5
    assert all(re.search(r"\{#[a-z][a-z0-9-]*\}$", heading) for heading in headings)
    assert re.search(r"^## (Limits|Risks) ?", answer.body, re.MULTILINE)


@EVERY_ANSWER
def test_it_is_as_long_as_its_subject_needs(answer: File) -> None:
    assert 500 <= len(answer.body.split()) <= 3000


def test_the_first_answer_treats_every_subject_of_the_question() -> None:
    body = answers()[FIRST_ANSWER].body.lower()
    subjects = (
        "thresholds", "vix calls", "futures", "convex", "macd", "rsi", "advance–decline",
        "weakly", "flight from risk", "treasury", "time-shifting", "second engine", "leverage",
        "steward", "promoter", "two to five per cent", "difference between interest rates",
        "fomc", "2022", "internal rate of return", "floor price to volume", "p/cf",
        "volatility cone", "temporal theta", "capital asset pricing", "beta", "cost of capital",
        "conversions", "reversals", "high frequency", "decentralised exchange", "transaction",
        "real effective exchange rate", "mood",
    )  # fmt: skip
    assert [subject for subject in subjects if subject not in body] == []


def test_the_first_answer_names_its_origin_and_keeps_its_byline_whole() -> None:
    answer = answers()[FIRST_ANSWER]
    assert "nft" in answer.slug
    assert answer.data["authors"] == [{"name": "Hedgelab editors"}]
    assert sources()[answer.data["based_on"]]["evidence"] == "vendor"
    assert {"iron-condor-basics", "nft-hedge-episodes"} <= set(answer.examples)


def test_answers_are_spread_over_the_categories() -> None:
    used = {answer.data["category"] for answer in answers().values()}
    assert used == {
        "VIX Hedging", "Iron Condors", "Options Strategies", "Risk Management",
        "Portfolio Theory", "Greeks", "Options Basics", "Psychology",
    }  # fmt: skip


def test_no_source_is_listed_without_being_used() -> None:
    used = {key for answer in answers().values() for key in answer.cited}
    rows = (row for answer in answers().values() for row in answer.data.get("dissects", []))
    used |= {key for row in rows for key in row.get("sources", [])}
    used |= {answer.data["based_on"] for answer in answers().values() if "based_on" in answer.data}
    for term in terms().values():
        used |= term.cited | {key.split()[0] for key in term.data.get("sources", [])}
        for sense in term.data.get("senses", []):
            used |= set(sense.get("sources", []))
    assert set(sources()) - used == set()


def test_tags_and_categories_are_described() -> None:
    described = {
        kind: {row["name"] for row in tomllib.loads((CONTENT / f"{kind}.toml").read_text())[one]}
        for kind, one in (("categories", "category"), ("tags", "tag"))
    }
    assert {a.data["category"] for a in answers().values()} == described["categories"]
    assert {tag for a in answers().values() for tag in a.data["tags"]} == described["tags"]
