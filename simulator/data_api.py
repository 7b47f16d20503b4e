"""``/api/v1/data/``: the imported series, without the numbers that are not ours to give."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import datasets
from .api import keyed, paged
from .models import DataSeries
from .views import data as pages


class DataShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    sha256 = serializers.CharField(help_text="of the days and values; runs name it")
    unit = serializers.CharField()
    rows = serializers.IntegerField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    format = serializers.CharField()
    column = serializers.CharField()
    origin = serializers.CharField()
    licence = serializers.CharField()
    may_be_passed_on = serializers.BooleanField(help_text="whether `values` can be downloaded")
    retrieved_on = serializers.DateField(allow_null=True)
    imported_at = serializers.DateTimeField()
    file_sha256 = serializers.CharField()
    rows_read = serializers.IntegerField()
    rejected = serializers.IntegerField()
    repaired = serializers.IntegerField()
    is_current = serializers.BooleanField()
    url = serializers.CharField()
    metadata = serializers.CharField(help_text="CSV")
    values = serializers.CharField(allow_null=True, help_text="CSV, where the licence allows it")


class DataDetailShape(DataShape):
    report = serializers.CharField()
    findings = serializers.ListField(child=serializers.DictField())
    gaps = serializers.ListField(child=serializers.DictField())
    versions = serializers.ListField(child=serializers.CharField(), help_text="every checksum")
    examples = serializers.ListField(child=serializers.CharField())


class DataList(APIView):
    @extend_schema(responses=DataShape(many=True), operation_id="data_sets")
    def get(self, request: Request) -> Response:
        """Every imported series in its current version."""
        rows = DataSeries.objects.current().defer("content")
        return paged(self, request, rows, lambda row: body(row, request))


class DataDetail(APIView):
    @extend_schema(responses=DataDetailShape, operation_id="data_set")
    def get(self, request: Request, name: str) -> Response:
        """One series with its import report; ``?version=`` names an earlier one by checksum."""
        row = pages.chosen(request._request, name)
        known = DataSeries.objects.filter(name=name).values_list("sha256", flat=True)
        return keyed(
            request,
            body(row, request)
            | {
                "report": row.report,
                "findings": row.findings,
                "gaps": row.gaps,
                "versions": list(known),
                "examples": [example.slug for example in datasets.examples_using(row)],
            },
        )


def body(row: DataSeries, request: Request) -> dict[str, Any]:
    page = f"/data/{row.name}/"
    query = "" if row.is_current else f"?version={row.sha256}"
    found = datasets.facts(row)
    found["url"] = request.build_absolute_uri(page + query)
    found["metadata"] = request.build_absolute_uri(f"{page}metadata.csv{query}")
    values = request.build_absolute_uri(f"{page}values.csv{query}")
    found["values"] = values if row.may_be_passed_on else None
    return found
