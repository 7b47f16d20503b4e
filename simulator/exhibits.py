"""What a page says about one stored result, gathered once for every page that shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils import timezone

from kb.models import Term

from . import charts, forms, presentation, services
from .models import Example, Run

CITED_AS = "Simulation result"
FIRST, FOLDED_FROM = 6, 12  # figures that an answer shows at once; below that it shows all


@dataclass(frozen=True)
class MetricRow:
    name: str
    label: str
    unit: str
    value: Any
    interval: str
    term: str
    term_url: str

    @property
    def shown(self) -> str:
        return presentation.figure_html(self.value, self.unit, self.name)

    @property
    def words(self) -> str:
        return presentation.figure_text(self.value, self.unit, self.name)


@dataclass
class Exhibit:
    """A run with its result document, as templates want it."""

    run: Run
    document: Mapping[str, Any]
    example: Example | None = None
    ident: str = field(default="")

    def __post_init__(self) -> None:
        named = self.example.slug if self.example else str(self.run.pk)[:8]
        self.ident = self.ident or f"r-{named}"

    @cached_property
    def experiment(self) -> Any:
        """The declaration, or None when the experiment is no longer here."""
        try:
            return services.experiment(self.run.experiment)
        except services.UnknownExperiment:
            return None

    @property
    def title(self) -> str:
        if self.example is not None:
            return self.example.title
        return self.experiment.title if self.experiment else self.run.experiment

    @property
    def headline(self) -> str:
        return str(self.document.get("headline", ""))

    @cached_property
    def metrics(self) -> list[MetricRow]:
        rows = self.document.get("metrics", [])
        return metric_rows(rows)

    @cached_property
    def main_metrics(self) -> list[MetricRow]:
        """What is read first: the declaration's first figures and all that carry an interval."""
        if len(self.metrics) < FOLDED_FROM:
            return self.metrics
        return [row for n, row in enumerate(self.metrics) if n < FIRST or row.interval]

    @cached_property
    def other_metrics(self) -> list[MetricRow]:
        return [row for row in self.metrics if row not in self.main_metrics]

    @property
    def has_intervals(self) -> bool:
        return any(row.interval for row in self.metrics)

    @property
    def charts(self) -> Sequence[Mapping[str, Any]]:
        return list(self.document.get("charts", []))

    @property
    def tables(self) -> Sequence[Mapping[str, Any]]:
        return list(self.document.get("tables", []))

    @property
    def notes(self) -> Sequence[str]:
        return list(self.document.get("notes", []))

    @property
    def card(self) -> Any:
        return self.experiment.card if self.experiment else None

    @cached_property
    def parameters(self) -> list[tuple[str, str, str, bool]]:
        values = self.run.parameters
        if self.experiment is None:
            return [(name, name, presentation.figure_text(v), False) for name, v in values.items()]
        return forms.parameter_rows(self.experiment, values)

    @property
    def changed(self) -> list[tuple[str, str, str, bool]]:
        """Parameters that differ from the experiment's defaults."""
        return [row for row in self.parameters if row[3]]

    @property
    def digest(self) -> str:
        return str(self.document.get("digest", ""))

    @property
    def short_digest(self) -> str:
        return self.digest.removeprefix("sha256:")[:12]

    @property
    def notice(self) -> str:
        return services.NOTICE

    @property
    def is_due(self) -> bool:
        """Whether the engine, the data or the example has moved on since this result."""
        return self.example is not None and self.example.is_due

    @cached_property
    def fork_url(self) -> str:
        """The form with exactly this run's values."""
        if self.experiment is None:
            return ""
        usual = {p.name: p.default for p in self.experiment.parameters}
        seed = self.run.seed if self.run.seed != self.experiment.default_seed else None
        path = f"/lab/{self.run.experiment}/"
        url = forms.link(path, self.experiment, self.run.parameters, usual, seed)
        return f"{url}&from={self.run.pk}"

    def passport_lines(self, address: str = "") -> list[str]:
        """For files: the notice, then everything needed to repeat the number."""
        given = "; ".join(f"{name} = {value}" for name, _, value, _ in self.changed)
        libraries = ", ".join(f"{k} {v}" for k, v in self.document.get("libraries", {}).items())
        data = ", ".join(
            f"{d['series']} {d['from']} to {d['to']} (sha256 {d['sha256'][:12]})"
            for d in self.document.get("data", [])
        )
        seed = "no randomness" if self.run.seed is None else f"seed {self.run.seed}"
        return [
            services.NOTICE,
            f"{self.run.experiment} version {self.run.version} · {seed} · engine "
            f"{self.document.get('engine_version', '')} · {libraries}",
            f"Other than default: {given}" if given else "All parameters at their defaults.",
            *([f"Data: {data}"] if data else []),
            f"{self.digest} · {address}".strip(" ·"),
        ]

    def csl(self, address: str, site: str) -> dict[str, Any]:
        """The run as a CSL-JSON item, for ``kb.citations``."""
        day = self.run.finished_at or timezone.now()
        return {
            "id": f"run-{str(self.run.pk)[:8]}",
            "type": "dataset",
            "title": f"{self.title}: result of run {str(self.run.pk)[:8]}",
            "author": [{"literal": site}],
            "publisher": site,
            "genre": CITED_AS,
            "issued": {"date-parts": [[day.year, day.month, day.day]]},
            "version": f"{self.run.experiment} {self.run.version}",
            "number": self.digest,
            "URL": address,
        }


def shown_example(pk: int | None) -> Example | None:
    """The example, unless it belongs to an answer that is not public."""
    return Example.objects.public().filter(pk=pk).first() if pk else None


def exhibit(run: Run, example: Example | None = None) -> Exhibit | None:
    """The run's exhibit, or None while there is no result."""
    document = run.document
    return Exhibit(run, document, example) if document else None


def metric_rows(metrics: Sequence[Mapping[str, Any]]) -> list[MetricRow]:
    """Metrics with links to those of their terms that have a page."""
    wanted = {m["term"] for m in metrics if m.get("term")}
    known = set(Term.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    return [
        MetricRow(
            name=m["name"],
            label=m["label"],
            unit=m["unit"],
            value=m["value"],
            interval=presentation.interval_text(m),
            term=m.get("term") or "",
            term_url=f"/glossary/{m['term']}/" if m.get("term") in known else "",
        )
        for m in metrics
    ]


def chart_by_name(document: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The named chart, the first one for an empty name, None when there is none."""
    found: list[Mapping[str, Any]] = list(document.get("charts", []))
    return next((c for c in found if not name or c["name"] == name), None)


def table_by_name(document: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The named table: a result table, ``metrics``, or the numbers of a chart."""
    tables = {t["name"]: t for t in document.get("tables", [])}
    everything: dict[str, Mapping[str, Any]] = (
        {c["name"]: charts.chart_table(c) for c in document.get("charts", [])}
        | {"metrics": metrics_table(document)}
        | tables
    )
    if name:
        return everything.get(name)
    return next(iter(tables.values()), everything["metrics"])


def metrics_table(document: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics as a table like any other."""
    keys = ("name", "label", "value", "unit", "low", "high")
    return {
        "name": "metrics",
        "label": "Metrics",
        "columns": [{"name": k, "label": k, "unit": None} for k in keys],
        "rows": [[m.get(k) for k in keys] for m in document.get("metrics", [])],
    }


def file_stem(run: Run, part: str) -> str:
    """A safe name for a download."""
    named = f"{run.experiment}-{str(run.pk)[:8]}-{part}"
    return re.sub(r"[^a-z0-9-]+", "-", named.lower()).strip("-")
