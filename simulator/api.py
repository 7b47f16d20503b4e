"""The API of experiments, examples, runs and sweeps: read a request, call a service, answer."""

from __future__ import annotations

import hashlib
import logging
import uuid
from typing import Any

from django.db import OperationalError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.http import quote_etag
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.exceptions import PermissionDenied, Throttled
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api import Pages, Unavailable, Unprocessable
from common.problems import entry
from common.requests import is_from_here

from . import serializers, services
from .models import Example, Run, Sweep

log = logging.getLogger(__name__)
REQUEST_KEYS = frozenset({"example", "experiment", "parameters", "seed"})
SWEEP_KEYS = REQUEST_KEYS | {"x", "x_values", "y", "y_values"}


def keyed(request: Request, body: Any) -> Response:
    """A keyed read with an ETag of its content; 304 when the client has it already."""
    tag = quote_etag(hashlib.sha256(JSONRenderer().render(body)).hexdigest()[:32])
    known = [part.strip() for part in request.headers.get("If-None-Match", "").split(",")]
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in known or f"W/{tag}" in known or "*" in known:
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(body, headers=headers)


def paged(view: APIView, request: Request, items: Any, shape: Any) -> Response:
    pages = Pages()
    page: Any = pages.paginate_queryset(items, request, view=view)
    return pages.get_paginated_response([shape(item) for item in page or []])


class ExperimentList(APIView):
    @extend_schema(responses=serializers.ExperimentShape(many=True), operation_id="experiments")
    def get(self, request: Request) -> Response:
        """Every experiment with the JSON Schema of its parameters."""
        used = examples_by_experiment()

        def shape(found: Any) -> dict[str, Any]:
            return serializers.experiment_body(found, request, used.get(found.slug, []))

        return paged(self, request, services.experiments(), shape)


class ExperimentDetail(APIView):
    @extend_schema(responses=serializers.ExperimentShape, operation_id="experiment")
    def get(self, request: Request, name: str) -> Response:
        """One experiment."""
        found = services.experiment_or_404(name)
        examples = examples_by_experiment().get(name, [])
        return keyed(request, serializers.experiment_body(found, request, examples))


def examples_by_experiment() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for experiment, slug in Example.objects.public().values_list("experiment", "slug"):
        found.setdefault(experiment, []).append(slug)
    return found


def examples() -> QuerySet[Example]:
    return Example.objects.public().select_related("article", "result_run")


class ExampleList(APIView):
    @extend_schema(responses=serializers.ExampleShape(many=True), operation_id="examples")
    def get(self, request: Request) -> Response:
        """Every runnable example."""
        return paged(self, request, examples(), lambda e: serializers.example_body(e, request))


class ExampleDetail(APIView):
    @extend_schema(responses=serializers.ExampleShape, operation_id="example")
    def get(self, request: Request, slug: str) -> Response:
        """One example."""
        example = get_object_or_404(examples(), slug=slug)
        return keyed(request, serializers.example_body(example, request))


RUN_REFUSALS = {
    422: OpenApiResponse(description="a value is wrong: one entry of `errors` per field"),
    429: OpenApiResponse(description="a published limit is used up; see Retry-After"),
    503: OpenApiResponse(description="too much waits already; see Retry-After"),
}


class RunList(APIView):
    @extend_schema(
        request=serializers.RunRequestShape,
        responses={202: serializers.RunShape, 200: serializers.RunShape, **RUN_REFUSALS},
        operation_id="ask_for_a_run",
    )
    def post(self, request: Request) -> Response:
        """Ask for a run: 202 with a new one, 200 with the one that answers exactly this."""
        refuse_other_sites(request)
        example, experiment, parameters, seed = asked(request.data, REQUEST_KEYS)
        with refusals(request):
            run, created = services.find_or_create_run(
                experiment=experiment,
                parameters=parameters,
                seed=seed,
                example=example,
                client=services.client_key(request._request),
            )
        code = status.HTTP_202_ACCEPTED if created else status.HTTP_200_OK
        body = serializers.run_body(run, request, from_cache=not created)
        headers = {"Location": run.api_url}
        if not run.is_finished:
            headers["Retry-After"] = "1"
        return Response(body, status=code, headers=headers)


class RunDetail(APIView):
    @extend_schema(responses=serializers.RunShape, operation_id="run")
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """How far a run is, and its result."""
        run = get_object_or_404(Run.objects.select_related("example"), pk=run_id)
        response = keyed(request, serializers.run_body(run, request))
        if not run.is_finished:
            response["Retry-After"] = "1"
        return response


class RunCancel(APIView):
    @extend_schema(request=None, responses=serializers.RunShape, operation_id="cancel_run")
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        """Stop an unfinished run; a finished one stays as it ended."""
        refuse_other_sites(request)
        run = services.cancel_run(get_object_or_404(Run, pk=run_id))
        return Response(serializers.run_body(run, request))


class SweepList(APIView):
    @extend_schema(
        request=serializers.SweepRequestShape,
        responses={202: serializers.SweepShape, 200: serializers.SweepShape, **RUN_REFUSALS},
        operation_id="ask_for_a_sweep",
    )
    def post(self, request: Request) -> Response:
        """Vary one parameter along a line or two over a grid, one run a cell."""
        refuse_other_sites(request)
        example, experiment, parameters, seed = asked(request.data, SWEEP_KEYS)
        data: Any = request.data
        axes: dict[str, Any] = {}
        for name in ("x", "y"):
            axes[name] = text(data.get(name, ""), name)
            axes[f"{name}_values"] = values(data.get(f"{name}_values", []), name)
        with refusals(request):
            sweep = services.create_sweep(
                experiment=experiment,
                parameters=parameters,
                seed=seed,
                example=example,
                client=services.client_key(request._request),
                **axes,
            )
        code = status.HTTP_200_OK if sweep.is_finished else status.HTTP_202_ACCEPTED
        location = f"/api/v1/sweeps/{sweep.pk}/"
        return Response(
            serializers.sweep_body(sweep, request), status=code, headers={"Location": location}
        )


class SweepDetail(APIView):
    @extend_schema(responses=serializers.SweepShape, operation_id="sweep")
    def get(self, request: Request, sweep_id: uuid.UUID) -> Response:
        """A sweep with the state of every cell and the metrics known so far."""
        sweep = get_object_or_404(Sweep, pk=sweep_id)
        return keyed(request, serializers.sweep_body(sweep, request))


class SweepCancel(APIView):
    @extend_schema(request=None, responses=serializers.SweepShape, operation_id="cancel_sweep")
    def post(self, request: Request, sweep_id: uuid.UUID) -> Response:
        """Stop the cells that only this sweep waits for."""
        refuse_other_sites(request)
        sweep = services.cancel_sweep(get_object_or_404(Sweep, pk=sweep_id))
        return Response(serializers.sweep_body(sweep, request))


class SweepResume(APIView):
    @extend_schema(
        request=None,
        responses={200: serializers.SweepShape, **RUN_REFUSALS},
        operation_id="resume_sweep",
    )
    def post(self, request: Request, sweep_id: uuid.UUID) -> Response:
        """Ask again for the cells that failed or were cancelled."""
        refuse_other_sites(request)
        sweep = get_object_or_404(Sweep, pk=sweep_id)
        with refusals(request):
            client = services.client_key(request._request)
            sweep = services.resume_sweep(sweep, client=client)
        return Response(serializers.sweep_body(sweep, request))


def refuse_other_sites(request: Request) -> None:
    if not is_from_here(request._request):
        raise PermissionDenied("This request was sent by another site's page.")


def asked(data: Any, keys: frozenset[str]) -> tuple[Example | None, Any, dict[str, Any], Any]:
    """Example, experiment, parameters and seed of a body; every wrong key at once."""
    if not isinstance(data, dict):
        raise Unprocessable([entry("", "the body must be a JSON object")])
    errors = [entry(str(key)[:80], "is not a key here") for key in data if key not in keys]
    parameters = data.get("parameters", {})
    if not isinstance(parameters, dict):
        errors.append(entry("parameters", "must be an object of names and values"))
    if ("example" in data) == ("experiment" in data):
        errors.append(entry("experiment", "name either an example or an experiment"))
    if errors:
        raise Unprocessable(errors)
    seed = data.get("seed")
    if "example" in data:
        slug = text(data["example"], "example")
        example = examples().filter(slug=slug).first()
        if example is None:
            raise Unprocessable([entry("example", f"there is no example {slug[:80]!r}")])
        return example, example.experiment, parameters, seed
    return None, text(data["experiment"], "experiment"), parameters, seed


def text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise Unprocessable([entry(field, "must be a text")])
    return value


def values(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise Unprocessable([entry(f"{field}_values", "must be a list")])
    return value


class QuotaRefused(Throttled):
    """429 with the limit in words and how long it lasts."""

    def __init__(self, error: services.QuotaExceeded) -> None:
        super().__init__()
        self.detail = exceptions.ErrorDetail(str(error), code="throttled")
        self.wait = error.retry_after


class refusals:  # noqa: N801 - reads as a statement: with refusals(request)
    """Translate what a service refuses into the API's answers."""

    def __init__(self, request: Request) -> None:
        self.request = request

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, services.ParametersRefused):
            raise Unprocessable([e.as_dict() for e in error.errors]) from error
        if isinstance(error, services.UnknownExperiment):
            raise Unprocessable([entry("experiment", str(error))]) from error
        if isinstance(error, services.QuotaExceeded):
            raise QuotaRefused(error) from error
        if isinstance(error, services.QueueFull):
            detail = str(error)
            if error.nearest is not None:
                page = self.request.build_absolute_uri(error.nearest.get_absolute_url())
                detail += f" A stored result of the same experiment is at {page}."
            raise Unavailable(detail, int(error.retry_after)) from error
        if isinstance(error, OperationalError):
            log.exception("A request was not stored.")
            raise Unavailable("The request could not be stored just now.", 10) from error
