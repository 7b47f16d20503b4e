"""``verify_claims [ARTICLE …]``: compute again what articles quote; say what no longer holds."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kb.models import Article
from simulator import claims
from simulator.models.claims import VERIFIED, Claim


class Command(BaseCommand):
    help = (
        "Re-run what articles quote at the quoted seed and report each state. "
        "Exits with 1 if any bound claim is due, drifted or broken."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("articles", metavar="ARTICLE", nargs="*", help="slugs; default all")
        parser.add_argument(
            "--seeds",
            type=int,
            default=1,
            help="check over so many seeds (default: the quoted one)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["seeds"] <= 1000:
            raise CommandError("--seeds must be from 1 to 1000")
        chosen = self._chosen(options["articles"])
        claims.mark_due(chosen)
        counts: dict[str, int] = {}
        for claim in chosen.select_related("article", "example"):
            if claim.is_testable:
                claims.verify(claim, options["seeds"])
            standing = claims.standing(claim)
            counts[standing] = counts.get(standing, 0) + 1
            rate = f" ({claim.pass_rate:.0%} of {claim.seeds} seeds)" if claim.seeds > 1 else ""
            why = f": {claim.cause}" if claim.cause else ""
            self.stdout.write(f"{standing:>12}  {claim.public_id}  “{claim.text}”{rate}{why}")
        summary = ", ".join(f"{n} {claims.WORDS[state]}" for state, n in sorted(counts.items()))
        self.stdout.write(summary or "no claims")
        if chosen.testable().exclude(state=VERIFIED).exists():
            sys.exit(1)

    def _chosen(self, slugs: list[str]) -> Any:
        rows = Claim.objects.current()
        if not slugs:
            return rows
        missing = set(slugs) - set(
            Article.objects.filter(slug__in=slugs).values_list("slug", flat=True)
        )
        if missing:
            raise CommandError("there is no article " + ", ".join(sorted(missing)))
        return rows.filter(article__slug__in=slugs)
