"""``manage.py run_example SLUG``: one example in the foreground, with a progress bar."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from simulator import services
from simulator.management import foreground
from simulator.models import Example

from .run_experiment import run_once


class Command(BaseCommand):
    help = "Run an example here; --set changes single parameters."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
        parser.add_argument("--seed", type=int, default=None)
        parser.add_argument("--json", action="store_true", help="print the result document")

    def handle(self, *, slug: str, seed: int | None, **options: Any) -> None:
        example = Example.objects.filter(slug=slug).first()
        if example is None:
            known = ", ".join(Example.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no example {slug!r}. There are: {known}.")
        try:
            experiment = services.experiment(example.experiment)
            given = {**example.parameters, **foreground.settings_from(options["set"])}
        except (services.UnknownExperiment, services.ParametersRefused) as error:
            raise CommandError(str(error)) from None
        seed = example.seed if seed is None else seed
        run_once(self, experiment, given, seed, as_json=options["json"])
