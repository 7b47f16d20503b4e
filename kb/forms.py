"""The admin's forms: they complain about a text before it is saved, in the author's words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from . import documents, extend, frontmatter, publishing, translations
from .models import Article, ArticleLink, Pin, Source, Term
from .models.articles import ENGLISH, SIGNIFICANCE
from .models.sources import NOTICES
from .publishing import Refused
from .search.finding import pin_key
from .slugs import taken_for

WRITE_LINKS = "_write_links"
WIDE = {"class": "vLargeTextField", "rows": 30, "spellcheck": "true"}


def checked(check: Any, value: Any) -> Any:
    """The value, or what the services have against it as the form's own complaint."""
    try:
        check(value)
    except Refused as refused:
        raise ValidationError(str(refused)) from None
    return value


class SlugList(forms.CharField):
    """Slugs separated by spaces or commas."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.TextInput({"class": "vTextField"}), **kwargs)

    def to_python(self, value: Any) -> Any:
        return list(dict.fromkeys((value or "").replace(",", " ").split()))


class Conflicting(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses to overwrite what somebody else saved while this form was open."""

    # Not the model's own name: a field that nobody edits cannot stand in an admin form.
    edited_from = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(
        required=False, max_length=500, label="Change note",
        widget=forms.TextInput({"class": "vTextField"}),
        help_text="What changed and why; readers see it in the history.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["edited_from"].initial = self.instance.edit_number

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        rows = type(self.instance)._default_manager.exclude(pk=self.instance.pk)
        other = taken_for(slug, rows.values_list("slug", flat=True).iterator())
        if other:
            raise ValidationError(f"The name is too easily taken for {other}.")
        return slug

    def clean_edited_from(self) -> int:
        given = self.cleaned_data.get("edited_from")
        if self.instance.pk:
            rows = type(self.instance)._default_manager.filter(pk=self.instance.pk)
            stored = rows.values_list("edit_number", flat=True).get()
            if given is not None and given != stored:
                raise ValidationError(
                    "Somebody saved another version while you were writing. Your text is still "
                    "in this form: open the page in a second window, compare, and save again "
                    "from there."
                )
            return int(stored)
        return 0

    def refuse_troubles(self, derived: documents.Derived, name: str) -> None:
        if derived.troubles:
            self.add_error(name, [f"Line {line}: {said}" for line, said in derived.troubles])


class ArticleForm(Conflicting):
    significance = forms.ChoiceField(choices=SIGNIFICANCE, initial="meaning", required=False)
    unlinked = SlugList(
        label="Terms never linked here",
        help_text="Slugs of the glossary; Preview shows what would be linked, one by one.",
    )
    related = SlugList(help_text="Slugs of related answers, best first")
    prerequisites = SlugList(help_text="Slugs of what should be read before")
    front_matter = forms.CharField(
        required=False, label="Claims and other front matter",
        widget=forms.Textarea({"class": "vLargeTextField", "rows": 12, "spellcheck": "false"}),
        help_text="YAML, as in a content file: what each marked figure says of which example.",
    )  # fmt: skip

    class Meta:
        model = Article
        fields = (
            "title", "slug", "category", "tags", "authors", "contributors", "interest", "drafting",
            "lang", "translation_of", "translated_revision", "based_on", "short_answer", "body",
            "checked_by", "review_by", "publish_from", "withdraw_from", "withdrawn_reason",
            "successor",
        )  # fmt: skip
        widgets = {
            "body": forms.Textarea(WIDE),
            "short_answer": forms.Textarea({"class": "vLargeTextField", "rows": 4}),
            "title": forms.TextInput({"class": "vTextField"}),
            "authors": forms.Textarea({"class": "vLargeTextField", "rows": 3}),
            "contributors": forms.Textarea({"class": "vLargeTextField", "rows": 3}),
            "interest": forms.Textarea({"class": "vLargeTextField", "rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lang"].required = False
        self.initial["unlinked"] = " ".join(self.instance.unlinked)
        self.fields["front_matter"].initial = frontmatter.write_values(self.instance.extra)
        if self.instance.pk:
            links = self.instance.links.select_related("target").order_by("position")
            for name, kind in (
                ("related", ArticleLink.Kind.RELATED),
                ("prerequisites", ArticleLink.Kind.PREREQUISITE),
            ):
                slugs = [link.target.slug for link in links if link.kind == kind]
                self.fields[name].initial = " ".join(slugs)

    def clean_body(self) -> str:
        """Browsers send lines that end in two characters; our files end them in one."""
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")

    def clean_authors(self) -> Any:
        return checked(publishing.check_authors, self.cleaned_data["authors"])

    def clean_contributors(self) -> Any:
        return checked(publishing.check_contributors, self.cleaned_data["contributors"] or [])

    def clean_front_matter(self) -> dict[str, Any]:
        text = self.cleaned_data["front_matter"].replace("\r\n", "\n")
        try:
            return frontmatter.parse_values(text, extend.front_matter_schema())
        except frontmatter.ContentError as error:
            raise ValidationError([f"Line {p.line}: {p.message}" for p in error.problems]) from None

    def clean_unlinked(self) -> list[str]:
        slugs: list[str] = self.cleaned_data["unlinked"]
        known = set(Term.objects.filter(slug__in=slugs).values_list("slug", flat=True))
        if missing := [slug for slug in slugs if slug not in known]:
            raise ValidationError(f"There is no term {', '.join(missing)}.")
        self.instance.unlinked = slugs
        return slugs

    def clean_lang(self) -> str:
        """A form that was open before answers had a language sends none."""
        return str(self.cleaned_data.get("lang") or ENGLISH)

    def clean_translation_of(self) -> Article | None:
        original: Article | None = self.cleaned_data["translation_of"]
        trial = Article(pk=self.instance.pk, lang=self.cleaned_data.get("lang", ""))
        slug = original.slug if original else ""
        if said := translations.original_trouble(trial, original, slug):
            raise ValidationError(f"{said[:1].upper()}{said[1:]}.")
        return original

    def is_valid(self) -> bool:
        """Links were just written into the text: it is looked at before anything is saved."""
        return WRITE_LINKS not in self.data and super().is_valid()

    def clean_related(self) -> list[str]:
        return self._known(self.cleaned_data["related"])

    def clean_prerequisites(self) -> list[str]:
        slugs = self._known(self.cleaned_data["prerequisites"])
        if self.instance.pk:
            checked(lambda s: publishing.check_prerequisites(self.instance, s), slugs)
        return slugs

    def _known(self, slugs: list[str]) -> list[str]:
        found = set(Article.objects.filter(slug__in=slugs).values_list("slug", flat=True))
        missing = [slug for slug in slugs if slug not in found or slug == self.instance.slug]
        if missing:
            raise ValidationError(f"There is no other answer {', '.join(missing)}.")
        return slugs

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        body = cleaned.get("body", "")
        if cleaned.get("withdraw_from") and not (cleaned.get("withdrawn_reason") or "").strip():
            self.add_error("withdrawn_reason", "A withdrawal needs a reason that readers will see.")
        extra = cleaned.get("front_matter", self.instance.extra)
        if "front_matter" in cleaned:
            self.instance.extra = cleaned["extra"] = extra
        trial = Article(
            body=body, contents=self.instance.contents, extra=extra,
            unlinked=cleaned.get("unlinked", []), lang=cleaned.get("lang") or ENGLISH,
        )  # fmt: skip
        self.refuse_troubles(publishing.check_text(trial), "body")
        return cleaned


class TermForm(Conflicting):
    class Meta:
        model = Term
        fields = (
            "name", "slug", "abbreviation", "aliases", "case", "summary", "formula", "definition",
            "senses", "example", "contributors", "interest", "drafting",
        )  # fmt: skip
        widgets = {
            "definition": forms.Textarea(WIDE),
            "summary": forms.Textarea({"class": "vLargeTextField", "rows": 3}),
            "formula": forms.Textarea({"class": "vLargeTextField", "rows": 3}),
            "contributors": forms.Textarea({"class": "vLargeTextField", "rows": 2}),
            "interest": forms.Textarea({"class": "vLargeTextField", "rows": 2}),
        }

    def clean_contributors(self) -> Any:
        return checked(publishing.check_contributors, self.cleaned_data["contributors"] or [])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        trial = Term(
            definition=cleaned.get("definition", ""),
            formula=cleaned.get("formula", ""),
            contents=self.instance.contents,
        )
        derived = documents.derive_term(trial, [], documents.source_items())
        self.refuse_troubles(derived, "definition")
        return cleaned


class PinForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Pin
        fields = ("query", "article", "term", "position")

    def clean_query(self) -> str:
        key = pin_key(self.cleaned_data["query"])
        if not key:
            raise ValidationError("A query needs words.")
        return key

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(cleaned.get("article")) == bool(cleaned.get("term")):
            raise ValidationError("Choose one answer or one term.")
        return cleaned


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    archived_url = forms.URLField(
        assume_scheme="https", required=False, empty_value=None, max_length=1000
    )

    notice_kind = forms.ChoiceField(
        choices=[("", "nothing"), *NOTICES.items()], required=False, label="What became of it",
        help_text="Shown beside every reference to it and on every answer that cites it.",
    )  # fmt: skip
    notice_date = forms.DateField(required=False, label="Since")
    notice_reason = forms.CharField(
        required=False, max_length=1000, label="Why",
        widget=forms.Textarea({"class": "vLargeTextField", "rows": 2}),
    )  # fmt: skip
    notice_successor = forms.ModelChoiceField(
        Source.objects.none(), to_field_name="key", required=False, label="Read instead",
        widget=forms.TextInput, help_text="The key of another source.",
        error_messages={"invalid_choice": "There is no other source with this key."},
    )  # fmt: skip

    class Meta:
        model = Source
        fields = ("key", "csl", "evidence", "interest", "archived_url", "read_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Source.objects.exclude(pk=self.instance.pk).only("key", "title")
        self.fields["notice_successor"].queryset = others  # type: ignore[attr-defined]
        for name, value in (self.instance.notice or {}).items():
            self.fields[f"notice_{name}"].initial = value

    def _notice(self, cleaned: dict[str, Any]) -> dict[str, str] | None:
        if not cleaned.get("notice_kind"):
            return None
        for name in ("notice_date", "notice_reason"):
            if not cleaned.get(name):
                self.add_error(name, "Readers are told when and why.")
        if self.errors:
            return self.instance.notice  # type: ignore[no-any-return]
        successor = cleaned.get("notice_successor")
        return {
            "kind": cleaned["notice_kind"],
            "date": cleaned["notice_date"].isoformat(),
            "reason": cleaned["notice_reason"],
            **({"successor": successor.key} if successor else {}),
        }

    def clean(self) -> dict[str, Any]:
        from .importer import source_troubles

        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        csl = cleaned.get("csl")
        item = {"id": cleaned.get("key"), "evidence": cleaned.get("evidence")}
        for said in source_troubles(item | csl if isinstance(csl, dict) else csl):
            self.add_error("csl", said)
        self.instance.notice = self._notice(cleaned)
        return cleaned
