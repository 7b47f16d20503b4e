"""Ask by script, and read where the question stands."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api import Unavailable, Unprocessable
from common.problems import entry
from kb.models import Category

from . import drafts, limits, services
from .forms import too_long
from .models import TEXT_LIMIT, Question
from .models.moderated import new_token

KNOWN = ("text", "email", "category")


class TooMany(APIException):
    """429 with the limit in words and the wait in seconds."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS

    def __init__(self, reached: limits.LimitReached) -> None:
        super().__init__(str(reached))
        self.wait = reached.retry_after


class NewQuestion(serializers.Serializer[Any]):
    """What a script may send; the category is a slug."""

    text = serializers.CharField(max_length=TEXT_LIMIT)
    email = serializers.EmailField(required=False, allow_blank=True)
    category = serializers.SlugField(required=False, allow_blank=True, allow_null=True)


class QuestionReceipt(serializers.Serializer[Any]):
    """The private token is the only key to the question: keep it."""

    token = serializers.CharField()
    status = serializers.ChoiceField(Question.State.choices)
    url = serializers.URLField(help_text="The private status page")


class QuestionStatus(QuestionReceipt):
    text = serializers.CharField()
    category = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    reason = serializers.CharField(help_text="Words about the decision, or empty")
    answer = serializers.URLField(allow_null=True, help_text="The published answer")


class Questions(APIView):
    @extend_schema(
        operation_id="questions_create",
        request=NewQuestion,
        responses={
            201: QuestionReceipt,
            400: OpenApiResponse(description="Not JSON, or text that cannot be stored"),
            422: OpenApiResponse(description="A value is wrong; the field is named"),
            429: OpenApiResponse(description="The hour's limit; see Retry-After"),
            503: OpenApiResponse(description="Not stored; send it again"),
        },
        summary="Ask a question",
    )
    def post(self, request: Request) -> Response:
        asked = _asked(request.data)
        try:
            question, _ = services.ask(
                asked, token=new_token(), address=request.META.get("REMOTE_ADDR", "")
            )
        except limits.LimitReached as reached:
            raise TooMany(reached) from None
        except DatabaseError:
            raise Unavailable("The question was not stored; send it again.", 30) from None
        answer = Response(_receipt(request, question), status=status.HTTP_201_CREATED)
        answer["Location"] = f"/api/v1/questions/{question.token}/"
        answer["Cache-Control"] = "private, no-store"
        return answer


class QuestionByToken(APIView):
    @extend_schema(
        operation_id="questions_retrieve",
        responses={200: QuestionStatus, 404: OpenApiResponse(description="No such token")},
        summary="Where a question stands",
    )
    def get(self, request: Request, token: str) -> Response:
        found = Question.objects.select_related("article", "category", "duplicate_of__article")
        question = found.filter(token=token, erased_at=None).first()
        if question is None:
            raise Http404
        article = drafts.leads_to(question)
        answer = Response(
            _receipt(request, question)
            | {
                "text": question.text,
                "category": question.category.slug if question.category else None,
                "created_at": question.created_at.isoformat(),
                "changed_at": question.changed_at.isoformat(),
                "reason": question.reason,
                "answer": article.permalink if article else None,
            }
        )
        answer["Cache-Control"] = "private, no-store"
        answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return answer


def _receipt(request: Request, question: Question) -> dict[str, Any]:
    return {
        "token": question.token,
        "status": question.state,
        "url": request.build_absolute_uri(question.get_absolute_url()),
    }


def _asked(data: Any) -> services.Asked:
    """Check a body by hand: a serializer would turn numbers into text and drop unknown keys."""
    if not isinstance(data, dict):
        raise ParseError("The body must be a JSON object.")
    errors = [
        entry(str(key)[:100], "is not a field of a question") for key in data if key not in KNOWN
    ]
    text = data.get("text")
    if not isinstance(text, str) or not text.strip():
        errors.append(entry("text", "must be a text that is not empty"))
    elif len(text) > TEXT_LIMIT:
        errors.append(entry("text", too_long(text), maximum=TEXT_LIMIT, unit="characters"))
    email = data.get("email", "")
    if not _is_email(email):
        errors.append(entry("email", "must be an e-mail address, or absent"))
    slug = data.get("category") or ""
    category = Category.objects.filter(slug=slug).first() if isinstance(slug, str) else None
    if slug and category is None:
        errors.append(entry("category", "must be the slug of a category"))
    if errors:
        raise Unprocessable(errors)
    return services.Asked(text=str(text), email=email, category=category)


def _is_email(value: Any) -> bool:
    if value == "":
        return True
    try:
        validate_email(value)
    except (ValidationError, TypeError):
        return False
    return isinstance(value, str) and len(value) <= 254
