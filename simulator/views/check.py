"""``/check/``: what a digest or a downloaded file belongs to."""

from __future__ import annotations

import json
import re
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from common.requests import anonymous_post
from simulator import services

LARGEST = 5_000_000
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
PNG = b"\x89PNG\r\n\x1a\n"
NO_DIGEST = "There is no digest of ours in this file."


@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """A form; with ``?digest=`` or a posted file also the verdict."""
    digest = request.GET.get("digest", "").strip()[:200]
    context: dict[str, Any] = {"digest": digest}
    status = 200
    if request.method == "POST":
        found, problem = _judge(request)
        context |= {"found": found, "problem": problem}
        status = 422 if problem else 200
    elif digest:
        context["found"] = services.look_up_digest(digest.replace("\x00", ""))
    return render(request, "simulator/check.html", context, status=status)


def _judge(request: HttpRequest) -> tuple[services.Found | None, str]:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        typed = request.POST.get("digest", "").replace("\x00", "")
        if typed.strip():
            return services.look_up_digest(typed), ""
        return None, "Choose a file first."
    if (upload.size or 0) > LARGEST:
        return None, "The file is larger than 5 MB; no download of this site is."
    try:
        content = upload.read()
        # A PNG of ours carries its passport as plain text between the parts of the picture.
        text = content.decode("latin-1" if content.startswith(PNG) else "utf-8")
    except UnicodeDecodeError:
        return None, "This file is neither text nor a PNG; take the JSON, CSV, SVG or PNG."
    return judge_text(text)


def judge_text(text: str) -> tuple[services.Found | None, str]:
    """JSON is digested anew, so that an altered figure shows; other files name their digest."""
    if text.lstrip().startswith("{"):
        try:
            return services.look_up_document(json.loads(text)), ""
        except (ValueError, RecursionError):
            return None, "This file begins like JSON but is not."
    found = DIGEST.search(text)
    return (services.look_up_digest(found[0]), "") if found else (None, NO_DIGEST)
