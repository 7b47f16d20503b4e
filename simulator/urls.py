"""Addresses of the pages."""

from django.urls import path

from . import health

urlpatterns = [
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
