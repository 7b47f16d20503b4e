"""``manage.py run_experiment NAME``: any experiment in the foreground, once or for a file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rest_framework.exceptions import ParseError

from common.api import strict_json
from common.problems import problem
from simulator import services
from simulator.engine.experiments.base import Experiment
from simulator.management import foreground


class Command(BaseCommand):
    help = "Run an experiment here; --input reads one JSON object of parameters a line."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
        parser.add_argument("--seed", type=int, default=None)
        parser.add_argument("--input", default=None, metavar="FILE.jsonl", help="- reads stdin")
        parser.add_argument("--json", action="store_true", help="print the result document")

    def handle(self, *, name: str, seed: int | None, **options: Any) -> None:
        try:
            experiment = services.experiment(name)
            given = foreground.settings_from(options["set"])
        except (services.UnknownExperiment, services.ParametersRefused) as error:
            raise CommandError(str(error)) from None
        if options["input"] is not None:
            self._lines(experiment, given, seed, options["input"])
        else:
            run_once(self, experiment, given, seed, as_json=options["json"])

    def _lines(
        self, experiment: Experiment, given: Mapping[str, Any], seed: int | None, source: str
    ) -> None:
        """One document or problem a line, in the order of the input."""
        bar = foreground.Bar()
        lines = _read(source)
        for number, line in enumerate(lines, start=1):
            bar((number - 1) / len(lines), f"line {number} of {len(lines)}")
            self.stdout.write(foreground.as_json(answer(experiment, given, seed, line)))
        bar.close()


def _read(source: str) -> list[bytes]:
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise CommandError(f"{source} cannot be read: {error.strerror}") from None
    return [line for line in raw.splitlines() if line.strip()]


def answer(
    experiment: Experiment, given: Mapping[str, Any], seed: int | None, line: bytes
) -> dict[str, Any]:
    """The result document of one line, or its problem document."""
    try:
        asked = strict_json(line)
    except ParseError as error:
        return problem(400, "Bad request", str(error.detail))
    if not isinstance(asked, dict):
        return problem(400, "Bad request", "A line must hold one JSON object.")
    own_seed = asked.pop("seed", seed)
    try:
        identity = services.identify(experiment, {**given, **asked}, own_seed)
        return services.run_now(identity)
    except Exception as error:
        return foreground.problem_of(error)


def run_once(
    command: BaseCommand,
    experiment: Experiment,
    given: Mapping[str, Any],
    seed: int | None,
    *,
    as_json: bool,
) -> None:
    """Compute and print; a refusal is printed as a problem document and ends with 1."""
    bar = foreground.Bar()
    try:
        identity = services.identify(experiment, given, seed)
        document = services.run_now(identity, bar)
    except Exception as error:
        bar.close()
        if as_json:
            command.stdout.write(foreground.as_json(foreground.problem_of(error), indent=2))
            raise SystemExit(1) from None
        raise CommandError(services.in_words(error) or str(error)) from None
    bar.close()
    command.stdout.write(
        foreground.as_json(document, indent=2) if as_json else foreground.summary(document)
    )
