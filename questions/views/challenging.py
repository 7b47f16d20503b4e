"""Challenge a claim: bring a run in which it fails, and a word of why."""

from __future__ import annotations

from functools import partial

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from common.requests import anonymous_post
from simulator.models import Claim

from .. import challenges, tokens
from ..forms import TRAP, PlainText
from . import sending
from .private import private


class ChallengeForm(forms.Form):
    run = forms.CharField(
        max_length=300,
        label="Address of the run in which the sentence fails",
        error_messages={"required": "Give the address of a run page."},
    )
    text = PlainText(
        limit=500,
        label="A word of why these parameters matter",
        error_messages={"required": "Say in a word why these parameters matter."},
    )


@private
@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def challenge(request: HttpRequest, public_id: str) -> HttpResponse:
    claims = Claim.objects.published().testable().select_related("example", "article")
    claim = get_object_or_404(claims, public_id=public_id, example__isnull=False)
    if request.method != "POST":
        form = ChallengeForm(initial={"run": request.GET.get("run", "")[:300]})
        return _page(request, claim, form, tokens.issue())
    form, token = ChallengeForm(request.POST), request.POST.get("token", "")
    if not form.is_valid():
        return _page(request, claim, form, token or tokens.issue(), status=422)
    try:
        run = challenges.find_run(form.cleaned_data["run"])
        reported = challenges.reported(claim, run, form.cleaned_data["text"])
    except challenges.NotAChallenge as reason:
        form.add_error("run", str(reason))
        return _page(request, claim, form, token, status=422)
    return sending.send(request, reported, partial(_page, request, claim, form))


def _page(
    request: HttpRequest,
    claim: Claim,
    form: forms.Form,
    token: str,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"claim": claim, "form": form, "token": token, "problem": problem, "trap": TRAP}
    return render(request, "questions/challenge.html", context, status=status)
