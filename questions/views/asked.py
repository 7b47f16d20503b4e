"""Asked by readers: the questions that a published answer came from, withdrawn ones included."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..models import Question


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    rows = Question.objects.once_answered().order_by("-answered_at", "-pk")
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(request, "questions/asked.html", {"page": page})
