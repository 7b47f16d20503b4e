"""``manage.py import_market_data FILE --series NAME``: a daily series, all of it or nothing."""

from __future__ import annotations

import hashlib
import re
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from simulator import datasets, services

SERIES = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
SIZE_LIMIT = 64_000_000


class Command(BaseCommand):
    help = "Load a daily series (Cboe, FRED, Stooq, Yahoo, plain date,value CSV); all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--series", required=True, metavar="NAME")
        parser.add_argument("--format", default="auto")
        parser.add_argument("--column", default=None, help="which column holds the values")
        parser.add_argument("--select", default=None, help="one collection, contract or ticker")
        parser.add_argument("--unit", default=None)
        parser.add_argument("--origin", default="", help="where the file comes from")
        parser.add_argument(
            "--licence",
            default="",
            help="an SPDX identifier (CC0-1.0, MIT, …) lets readers download the numbers; "
            "any other words are shown and the numbers stay here",
        )
        parser.add_argument(
            "--retrieved", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD"
        )
        parser.add_argument("--check", action="store_true", help="report only, store nothing")

    def handle(self, *, file: Path, series: str, **options: Any) -> None:
        from simulator.engine import importing

        if not SERIES.fullmatch(series):
            raise CommandError("--series: small letters, digits, hyphens; at most 64 characters")
        names = ("format", "column", "select", "unit", "origin", "licence")
        content = _content(file)
        try:
            imported = importing.parse(
                content, name=series, **{name: options[name] for name in names}
            )
        except importing.ImportRefused as refused:
            lines = [str(finding) for finding in refused.findings]
            raise CommandError(
                "\n".join([*lines, f"{file}: {refused.reason}", "Nothing was changed."])
            ) from None
        for finding in imported.findings:
            self.stdout.write(f"{file}: {finding}")
        for gap in imported.gaps:
            self.stdout.write(f"{file}: {gap}")
        for hint in imported.hints:
            self.stdout.write(hint)
        if options["check"]:
            self.stdout.write("Nothing was stored (--check).")
            return
        row, created = datasets.store(
            imported.series,
            format=imported.format,
            column=imported.column,
            origin=options["origin"],
            licence=options["licence"],
            report=imported.summary(),
            findings=[asdict(finding) for finding in imported.findings],
            gaps=[asdict(gap) for gap in imported.gaps],
            rows_read=imported.rows_read,
            file_sha256=hashlib.sha256(content).hexdigest(),
            retrieved_on=options["retrieved"],
        )
        due = len(services.warm_examples())
        services.warm_settings()
        self.stdout.write(
            f"{row.name}: {row.rows} days from {row.first_day} to {row.last_day} "
            f"({'new numbers' if created else 'the numbers were here already'}), "
            f"{len(imported.rejected)} rows rejected, {len(imported.repaired)} repaired, "
            f"sha256 {row.sha256}; {due} examples are computed anew; "
            f"shown at {row.get_absolute_url()}"
        )


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > SIZE_LIMIT:
            raise CommandError(f"{file} is larger than {SIZE_LIMIT // 1_000_000} MB")
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
