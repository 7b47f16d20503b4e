"""The table of others' claims: complete, answered by runs that exist, and worded by rule."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from simulator.claims.others import MEANINGS, NOT_TESTABLE, Dissected, order
from simulator.engine.experiments import all_experiments, get
from simulator.engine.experiments.base import Choice
from simulator.management.foreground import settings_from

from .reading import answers, sources

PAGE_FILE = Path(__file__).resolve().parents[2] / "docs" / "claims-of-others.md"
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
CODE_SPAN = re.compile(r"`([^`]+)`")
WORDS = set(MEANINGS) - {NOT_TESTABLE}


def rows() -> list[Dissected]:
    """Every dissected sentence of every answer, by number; the answers are the one source."""
    found = [
        Dissected(
            number=str(row["number"]),
            said=row["said"],
            sources=row.get("sources", []),
            remark=row.get("remark", ""),
            runs=row.get("runs", []),
            verdict=row.get("verdict", NOT_TESTABLE),
            finding=row.get("finding") or row["untestable"],
        )
        for answer in answers().values()
        for row in answer.data.get("dissects", [])
    ]
    return sorted(found, key=lambda row: order(row.number))


def table() -> str:
    """The table of ``docs/claims-of-others.md``, written from the answers."""
    head = [
        "| no. | claim in our words | page | experiment and parameters | verdict | finding |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *map(_line, rows())]) + "\n"


def _line(row: Dissected) -> str:
    pages = ", ".join(key.removeprefix("vixshield-").upper() for key in row.sources)
    told = "; ".join(filter(None, [pages, row.remark]))
    runs = "; ".join(" against ".join(f"`{test.command}`" for test in tests) for tests in row.tests)
    cells = [row.number, row.said, told, runs or "none", row.verdict, row.plain_finding]
    return "| " + " | ".join(cells) + " |"


EVERY_ROW = pytest.mark.parametrize("row", rows(), ids=[row.number for row in rows()])


def test_every_number_from_1_to_38_has_its_row_or_lettered_rows_in_order() -> None:
    numbers = [order(row.number)[0] for row in rows()]
    assert sorted(set(numbers)) == list(range(1, 39))
    assert numbers == sorted(numbers)
    for number in set(numbers):
        labels = [row.number for row in rows() if order(row.number)[0] == number]
        letters = ["", *"abcdefgh"] if len(labels) == 1 else list("abcdefgh")
        assert labels == [f"{number}{letter}" for letter in letters[: len(labels)]]


def test_four_answers_and_more_share_them() -> None:
    dissecting = [answer for answer in answers().values() if "dissects" in answer.data]
    assert len(dissecting) >= 4
    for answer in dissecting:
        assert "::dissected claims" in answer.body
        assert "::dissected replies" in answer.body


def test_the_page_in_the_documents_is_written_from_the_answers() -> None:
    text = PAGE_FILE.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_GOLDEN"):
        text = TABLE.sub(lambda _: table(), text, count=1)
        PAGE_FILE.write_text(text, encoding="utf-8")
    assert TABLE.search(text).group() == table()


@EVERY_ROW
def test_it_names_its_page_in_the_vendor_register(row: Dissected) -> None:
    assert row.sources or row.remark.startswith("None says so")
    assert all(key.startswith("vixshield-") for key in row.sources)
    assert all(sources()[key]["interest"] for key in row.sources)


@EVERY_ROW
def test_it_names_a_run_unless_nothing_can_be_run(row: Dissected) -> None:
    assert row.runs or row.verdict == NOT_TESTABLE


@EVERY_ROW
def test_its_runs_are_accepted_by_the_experiments_they_name(row: Dissected) -> None:
    for command in (test.command for tests in row.tests for test in tests):
        slug, *settings = command.split()
        assert slug in all_experiments()
        given = settings_from(settings)
        assert len(given) == len(settings)
        get(slug).parse(given)


@EVERY_ROW
def test_its_runs_name_only_what_differs_from_the_defaults(row: Dissected) -> None:
    for command in (test.command for tests in row.tests for test in tests):
        slug, *settings = command.split()
        experiment = get(slug)
        parsed = experiment.parse(settings_from(settings))
        for name in settings_from(settings):
            parameter = experiment.parameter(name)
            told_anyway = isinstance(parameter, Choice) or name in {"strike", "days", "wing_width"}
            assert told_anyway or parsed[name] != parameter.default, (slug, name)


@EVERY_ROW
def test_its_verdict_is_a_word_of_the_rule_with_the_figure_measured(row: Dissected) -> None:
    if row.verdict == NOT_TESTABLE:
        assert len(row.finding) > len("it is not")
        return
    assert row.verdict in WORDS
    assert re.search(r"\d", row.finding)
    assert "[" in row.finding or "no interval" in row.finding
    named = {word for word in CODE_SPAN.findall(row.finding) if re.fullmatch(r"[a-z-]+", word)}
    assert named <= WORDS


@EVERY_ROW
def test_intervals_are_printed_from_low_to_high(row: Dissected) -> None:
    for low, high in re.findall(r"\[([−+]?[\d.]+), ([−+]?[\d.]+)\]", row.finding):
        assert float(low.replace("−", "-")) <= float(high.replace("−", "-")), row.number


def test_the_lines_that_compare_two_runs_still_work() -> None:
    text = PAGE_FILE.read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    few = code.replace("= account(", "= account(days=20, paths=3, ")
    assert few != code
    printed: list[object] = []
    exec(compile(few, str(PAGE_FILE), "exec"), {"print": printed.append})
    assert len(printed) == 2
