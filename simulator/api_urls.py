"""Addresses under ``/api/v1/``."""

from django.urls import path

from . import api, claim_api, data_api

urlpatterns = [
    path("experiments/", api.ExperimentList.as_view(), name="api-experiments"),
    path("experiments/<slug:name>/", api.ExperimentDetail.as_view(), name="api-experiment"),
    path("examples/", api.ExampleList.as_view(), name="api-examples"),
    path("examples/<slug:slug>/", api.ExampleDetail.as_view(), name="api-example"),
    path("runs/", api.RunList.as_view(), name="api-runs"),
    path("runs/<uuid:run_id>/", api.RunDetail.as_view(), name="api-run"),
    path("runs/<uuid:run_id>/cancel/", api.RunCancel.as_view(), name="api-run-cancel"),
    path("claims/", claim_api.Claims.as_view(), name="api-claims"),
    path("data/", data_api.DataList.as_view(), name="api-data-sets"),
    path("data/<slug:name>/", data_api.DataDetail.as_view(), name="api-data"),
    path("sweeps/", api.SweepList.as_view(), name="api-sweeps"),
    path("sweeps/<uuid:sweep_id>/", api.SweepDetail.as_view(), name="api-sweep"),
    path("sweeps/<uuid:sweep_id>/cancel/", api.SweepCancel.as_view(), name="api-sweep-cancel"),
    path("sweeps/<uuid:sweep_id>/resume/", api.SweepResume.as_view(), name="api-sweep-resume"),
]
