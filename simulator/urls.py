"""Addresses of the lab, of runs and sweeps, and of the ledger."""

from django.urls import include, path
from django.views.decorators.http import require_safe

from . import health
from .feeds import RunFeed
from .views import check, compare, data, embed, files, lab, reference, runs, status, sweeps

urlpatterns = [
    path("lab/", lab.index, name="lab"),
    path("lab/<slug:slug>/", lab.detail, name="lab-detail"),
    path("lab/<slug:slug>/code/", lab.code, name="lab-code"),
    path("lab/<slug:slug>/reference/", reference.page, name="lab-reference"),
    path("lab/<slug:slug>/code.zip", lab.package, name="lab-package"),
    path("lab/<slug:slug>/sweep/", sweeps.form_page, name="lab-sweep"),
    path("runs/compare/", compare.page, name="compare"),
    path("runs/<uuid:run_id>/", runs.page, name="run"),
    path("runs/<uuid:run_id>/fragment", runs.fragment, name="run-fragment"),
    path("runs/<uuid:run_id>/cancel", runs.cancel, name="run-cancel"),
    path("runs/<uuid:run_id>.json", files.as_json, name="run-json"),
    path("runs/<uuid:run_id>.csv", files.as_csv, name="run-csv"),
    path("runs/<uuid:run_id>.svg", files.as_svg, name="run-svg"),
    path("runs/<uuid:run_id>.png", files.as_png, name="run-png"),
    path("runs/<uuid:run_id>.atom", require_safe(RunFeed()), name="run-feed"),
    path("runs/<uuid:run_id>/embed/", embed.frame, name="run-embed"),
    path("oembed", embed.oembed, name="oembed"),
    path("sweeps/<uuid:sweep_id>/", sweeps.page, name="sweep"),
    path("sweeps/<uuid:sweep_id>/fragment", sweeps.fragment, name="sweep-fragment"),
    path("sweeps/<uuid:sweep_id>/cancel", sweeps.cancel, name="sweep-cancel"),
    path("sweeps/<uuid:sweep_id>/resume", sweeps.resume, name="sweep-resume"),
    path("data/", data.index, name="data-sets"),
    path("data/<slug:name>/", data.detail, name="data"),
    path("data/<slug:name>/metadata.csv", data.metadata_csv, name="data-metadata"),
    path("data/<slug:name>/values.csv", data.values_csv, name="data-values"),
    path("status/", status.page, name="status"),
    path("check/", check.page, name="check"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("simulator.claim_urls")),
]
