"""What a reader may send: plain text, checked in words, given back when something is wrong."""

from __future__ import annotations

import math
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from kb.models import Article, Category

from .models import TEXT_LIMIT
from .models.opinion import OPINION_LIMIT, REASONS
from .positions import FIELDS, LABELS, STRIKES, rise

PLAIN_NUMBER = re.compile(r"\d{1,12}(\.\d{1,8})?", re.ASCII)
TRAP = "second_subject"


def too_long(text: str, limit: int = TEXT_LIMIT) -> str:
    return f"This has {len(text):,} characters; at most {limit:,} fit. Nothing was lost."


class PlainText(forms.CharField):
    """Text kept as typed: line ends become \\n as browsers count them, nothing is stripped."""

    widget = forms.Textarea

    def __init__(self, *, limit: int = TEXT_LIMIT, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.limit = limit
        # No maxlength: it would cut a pasted text silently. The counter and the server say.
        self.widget.attrs |= {"data-counter": str(limit), "rows": "7"}

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def validate(self, value: Any) -> None:
        super().validate(value.strip())
        if len(value) > self.limit:
            raise ValidationError(too_long(value, self.limit), code="too_long")


class PlainNumber(forms.Field):
    """A positive number in plain digits with a decimal point; empty is none."""

    widget = forms.TextInput

    def __init__(self, *, maximum: float, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.maximum = maximum
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> float | None:
        text = str(value or "").strip()
        if not text:
            return None
        if not PLAIN_NUMBER.fullmatch(text):
            raise ValidationError("Write a number in plain digits, such as 4500 or 4.25.")
        number = float(text)
        if not 0 < number <= self.maximum or not math.isfinite(number):
            raise ValidationError(f"Must be above 0 and at most {self.maximum:,.0f}.")
        return int(number) if number.is_integer() else number


class PlainForm(forms.Form):
    """Labels as they are written, without a colon."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)


class QuestionForm(PlainForm):
    """The question, and everything about it that a reader may add."""

    text = PlainText(
        label="Your question", error_messages={"required": "Write your question first."}
    )
    category = forms.ModelChoiceField(
        Category.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label="No category",
    )
    settled_by = PlainText(
        label="What would settle it?", limit=300, required=False, widget=forms.Textarea
    )
    spot = PlainNumber(label=LABELS["spot"], maximum=1e9)
    long_put = PlainNumber(label=LABELS["long_put"], maximum=1e9)
    short_put = PlainNumber(label=LABELS["short_put"], maximum=1e9)
    short_call = PlainNumber(label=LABELS["short_call"], maximum=1e9)
    long_call = PlainNumber(label=LABELS["long_call"], maximum=1e9)
    credit = PlainNumber(label=LABELS["credit"], maximum=1e9)
    days = PlainNumber(label=LABELS["days"], maximum=3650)
    email = forms.EmailField(
        label="E-mail",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "This is not an e-mail address. Leave it empty if you like."},
    )
    credit_name = forms.CharField(label="Name to credit", max_length=80, required=False)
    wording_public = forms.BooleanField(
        label="The published answer may quote my words", required=False
    )
    asked_on = forms.ModelChoiceField(
        Article.objects.none(),
        to_field_name="slug",
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.all()  # type: ignore[attr-defined]
        self.fields["asked_on"].queryset = Article.objects.published()  # type: ignore[attr-defined]
        self.fields["settled_by"].widget.attrs["rows"] = "3"

    def clean_asked_on(self) -> Article | None:
        return self.cleaned_data.get("asked_on")

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        strikes = [given[name] for name in STRIKES if given.get(name) is not None]
        if len(strikes) == len(STRIKES) and not rise(*strikes):
            self.add_error(
                "long_put", "The four strikes must rise from the bought put to the call."
            )
        return given

    @property
    def position(self) -> dict[str, Any]:
        """The figures that were given, by name."""
        given = self.cleaned_data
        return {name: given[name] for name in FIELDS if given.get(name) is not None}

    @property
    def has_details(self) -> bool:
        """Whether anything beyond the text was filled in, so that the page opens that part."""
        names = (*FIELDS, "settled_by", "credit_name", "wording_public")
        return any(self.data.get(name) for name in names) or any(n in self.errors for n in names)

    def without_database(self) -> None:
        """Keep the typed text on the page when even the categories cannot be read."""
        for name in ("category", "asked_on"):
            field = self.fields[name]
            field.queryset = field.queryset.none()  # type: ignore[attr-defined]


class CorrectionForm(PlainForm):
    text = PlainText(label="Your question")


class ReplyForm(PlainForm):
    reply = PlainText(label="Your reply")


class FollowForm(PlainForm):
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput({"autocomplete": "email"}))


class OpinionForm(PlainForm):
    """Whether an answer helped; the reason is optional."""

    helpful = forms.ChoiceField(
        choices=[("yes", "It helped"), ("no", "It did not help")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Say whether it helped.",
            "invalid_choice": "Say whether it helped.",
        },
    )
    reason = forms.ChoiceField(
        label="Why, if you like", choices=[("", "No reason"), *REASONS], required=False
    )
    text = PlainText(
        label="In your own words, if you like", limit=OPINION_LIMIT, required=False,
        widget=forms.Textarea,
    )  # fmt: skip
    revision = forms.IntegerField(
        min_value=1, max_value=100_000, required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["rows"] = "3"

    @property
    def given(self) -> dict[str, Any]:
        return {
            "is_helpful": self.cleaned_data["helpful"] == "yes",
            "reason": self.cleaned_data["reason"],
            "text": self.cleaned_data["text"],
            "revision": self.cleaned_data["revision"],
        }


class ReportForm(PlainForm):
    """An error report; article, revision and anchor arrive with the link that led here."""

    text = PlainText(
        label="What is wrong?", error_messages={"required": "Say what is wrong with it."}
    )
    quote = PlainText(label="The sentence", limit=500, required=False, widget=forms.Textarea)
    article = forms.ModelChoiceField(
        Article.objects.none(), to_field_name="slug", required=False, widget=forms.HiddenInput
    )
    revision = forms.IntegerField(
        min_value=1, max_value=100_000, required=False, widget=forms.HiddenInput
    )
    anchor = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["article"].queryset = Article.objects.published()  # type: ignore[attr-defined]
        self.fields["quote"].widget.attrs["rows"] = "3"
