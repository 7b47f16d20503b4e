"""Challenge a claim: bring a run in which it fails, and a word of why."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from common.requests import anonymous_post
from simulator.models import Claim

from .. import challenges, limits, services, tokens
from ..forms import TRAP, PlainText
from .private import private, see_other


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
        opened = tokens.open_form(token)
        run = challenges.find_run(form.cleaned_data["run"])
        reported = challenges.reported(claim, run, form.cleaned_data["text"])
    except tokens.FormExpired:
        said = "This page had been open for a long time. Nothing was lost: send it once more."
        return _page(request, claim, form, tokens.issue(), said, 422)
    except challenges.NotAChallenge as reason:
        form.add_error("run", str(reason))
        return _page(request, claim, form, token, status=422)
    signals = {
        "seconds": round(opened.seconds_open, 1),
        "trap": bool(request.POST.get(TRAP, "").strip()),
    }
    try:
        report, _ = services.report(
            reported,
            token=opened.token,
            address=request.META.get("REMOTE_ADDR", ""),
            signals=signals,
        )
    except limits.LimitReached as reached:
        response = _page(request, claim, form, token, str(reached), 429)
        response["Retry-After"] = str(reached.retry_after)
        return response
    return see_other(report.get_absolute_url())


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
