"""The table of others' claims: complete, answered by runs that exist, and worded by rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.engine.experiments import all_experiments, get
from simulator.engine.experiments.base import Choice
from simulator.management.foreground import settings_from

from .reading import sources

TABLE = Path(__file__).resolve().parents[2] / "docs" / "claims-of-others.md"
CODE_SPAN = re.compile(r"`([^`]+)`")
PAGE = re.compile(r"\b[A-Z]{1,2}\d{1,3}\b")
WORDS = {
    # docs/verdicts.md
    "no-hedge", "scenario", "undetected", "harms", "one-month", "small", "costly", "protects",
    "better", "worse", "same",
    # the table's own, for figures
    "fits", "misses", "depends",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    label: str
    claim: str
    pages: str
    runs: str
    verdict: str

    @property
    def number(self) -> int:
        return int(re.match(r"\d+", self.label).group())

    @property
    def commands(self) -> list[str]:
        return CODE_SPAN.findall(self.runs)

    @property
    def is_tested(self) -> bool:
        return not self.verdict.startswith("*not testable, because*")

    @property
    def word(self) -> str | None:
        found = re.match(r"`([a-z-]+)`", self.verdict)
        return None if found is None else found.group(1)


def rows() -> list[Row]:
    lines = re.findall(r"^\| \d.*\|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines]


EVERY_ROW = pytest.mark.parametrize("row", rows(), ids=[row.label for row in rows()])


def test_every_number_from_1_to_38_has_its_row_or_lettered_rows_in_order() -> None:
    numbers = [row.number for row in rows()]
    assert sorted(set(numbers)) == list(range(1, 39))
    assert numbers == sorted(numbers)
    for number in set(numbers):
        labels = [row.label for row in rows() if row.number == number]
        letters = ["", *"abcdefgh"] if len(labels) == 1 else list("abcdefgh")
        assert labels == [f"{number}{letter}" for letter in letters[: len(labels)]]


@EVERY_ROW
def test_it_names_its_page_in_the_vendor_register(row: Row) -> None:
    codes = PAGE.findall(row.pages)
    assert codes or row.pages.startswith("none says so")
    assert {f"vixshield-{code.lower()}" for code in codes} <= set(sources())


@EVERY_ROW
def test_it_names_a_run_unless_nothing_can_be_run(row: Row) -> None:
    assert row.commands or (row.runs == "none" and not row.is_tested)


@EVERY_ROW
def test_its_runs_are_accepted_by_the_experiments_they_name(row: Row) -> None:
    for command in row.commands:
        slug, *settings = command.split()
        assert slug in all_experiments()
        given = settings_from(settings)
        assert len(given) == len(settings)
        get(slug).parse(given)


@EVERY_ROW
def test_its_runs_name_only_what_differs_from_the_defaults(row: Row) -> None:
    for command in row.commands:
        slug, *settings = command.split()
        experiment = get(slug)
        parsed = experiment.parse(settings_from(settings))
        for name in settings_from(settings):
            parameter = experiment.parameter(name)
            told_anyway = isinstance(parameter, Choice) or name in {"strike", "days", "wing_width"}
            assert told_anyway or parsed[name] != parameter.default, (slug, name)


@EVERY_ROW
def test_its_verdict_is_a_word_of_the_rule_with_the_figure_measured(row: Row) -> None:
    if not row.is_tested:
        assert len(row.verdict) > len("*not testable, because* it is")
        return
    assert row.word in WORDS
    assert re.search(r"\d", row.verdict)
    assert "[" in row.verdict or "no interval" in row.verdict
    named = {word for word in CODE_SPAN.findall(row.verdict) if re.fullmatch(r"[a-z-]+", word)}
    assert named <= WORDS


@EVERY_ROW
def test_intervals_are_printed_from_low_to_high(row: Row) -> None:
    for low, high in re.findall(r"\[([−+]?[\d.]+), ([−+]?[\d.]+)\]", row.verdict):
        assert float(low.replace("−", "-")) <= float(high.replace("−", "-")), row.label


def test_the_lines_that_compare_two_runs_still_work() -> None:
    text = TABLE.read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    few = code.replace("= account(", "= account(days=20, paths=3, ")
    assert few != code
    printed: list[object] = []
    exec(compile(few, str(TABLE), "exec"), {"print": printed.append})
    assert len(printed) == 2
