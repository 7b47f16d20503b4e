"""Addresses under ``/api/v1/``."""

from django.urls import path, re_path

from . import api
from .urls import TOKEN

urlpatterns = [
    path("questions/", api.Questions.as_view(), name="api-questions"),
    re_path(rf"^questions/{TOKEN}/$", api.QuestionByToken.as_view(), name="api-question"),
]
