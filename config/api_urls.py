"""``/api/v1/``: each app brings its own part."""

from django.urls import include, path

urlpatterns = [
    path("", include("kb.api_urls")),
    path("", include("simulator.api_urls")),
    path("", include("questions.api_urls")),
]
