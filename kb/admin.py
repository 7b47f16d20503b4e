"""Where editors work: the same renderer, the same services as everything else."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from . import (
    differences,
    extend,
    frontmatter,
    impact,
    linking,
    publishing,
    reports,
    reviewing,
)
from .citations import incoming
from .forms import WRITE_LINKS, ArticleForm, PinForm, SourceForm, TermForm
from .models import (
    Article,
    Category,
    Correction,
    OldSlug,
    Pin,
    Proposal,
    Revision,
    SearchMiss,
    Source,
    Tag,
    Term,
)
from .publishing import Refused
from .references import cited


class CorrectionInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Correction
    extra = 0


def _with_uses(found: Any, uses: Any, objs: Any) -> Any:
    """The admin's list of what goes, preceded by what would break, in words."""
    listed, counts, missing, protected = found
    broken = [line for obj in objs for line in uses(obj)]
    # Revisions go with what they are of; nobody deletes one alone.
    missing = set() if protected else set(missing) - {Revision._meta.verbose_name}
    return broken + list(listed), counts, missing, protected and (broken or protected)


def _published(obj: Any) -> bool:
    return obj is not None and obj.pk is not None and obj.state == Article.State.PUBLISHED


# What an editor may change alone on a published answer: it says nothing of the subject.
ALONE = (
    *("review_by", "checked_by", "category", "based_on", "contributors", "interest", "drafting"),
    *("lang", "translation_of", "translated_revision"),
)


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = ArticleForm
    list_display = (
        *("title", "state", "category", "published_at", "review_by", "is_edited"),
        "open_comments",
    )
    list_filter = ("state", "category", "is_edited", "review_by")
    search_fields = ("title", "slug", "short_answer")
    list_select_related = ("category",)
    filter_horizontal = ("tags",)
    raw_id_fields = ("based_on", "successor", "translation_of")
    inlines = (CorrectionInline,)
    actions = ("mark_checked",)
    change_form_template = "admin/kb/article/change_form.html"
    change_list_template = "admin/kb/article/change_list.html"
    fieldsets = (
        (None, {"fields": ("title", "slug", "category", "tags", "authors", "based_on")}),
        (
            "Who made it",
            {"fields": ("contributors", "interest", "drafting"), "classes": ("collapse",)},
        ),
        (
            "Language",
            {
                "fields": ("lang", "translation_of", "translated_revision"),
                "classes": ("collapse",),
            },
        ),
        (
            "Text",
            {
                "fields": (
                    "short_answer",
                    "body",
                    "front_matter",
                    "unlinked",
                    "note",
                    "significance",
                    "edited_from",
                )
            },
        ),
        ("Leads to", {"fields": ("related", "prerequisites")}),
        ("Care", {"fields": ("checked_by", "review_by", "publish_from")}),
        (
            "Withdrawal",
            {
                "fields": ("withdrawn_reason", "successor", "withdraw_from"),
                "classes": ("collapse",),
            },
        ),
    )

    class Media:
        js = ("kb/autosave.js",)

    def get_urls(self) -> list[Any]:
        own = [
            path("care/", self.admin_site.admin_view(self.care), name="kb_care"),
            path("preview/", self.admin_site.admin_view(self.preview), name="kb_article_preview"),
            path(
                "<int:pk>/difference/",
                self.admin_site.admin_view(self.unpublished_difference),
                name="kb_article_difference",
            ),
            path(
                "<int:pk>/review/",
                self.admin_site.admin_view(self.review),
                name="kb_article_review",
            ),
        ]
        return own + super().get_urls()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        waiting = Count("comments", filter=Q(comments__resolved_at=None), distinct=True)
        return cast("QuerySet[Any]", rows.annotate(waiting=waiting))

    @admin.display(ordering="waiting", description="open comments")
    def open_comments(self, article: Any) -> int:
        return int(article.waiting)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The page as it would read, from what is in the form, without saving anything."""
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        article, wrong = self._typed(request, request.POST.get("preview_of", ""))
        derived = publishing.check_text(article)
        request.__dict__["is_preview"] = True
        context = {
            "article": article,
            "title": article.title,
            "short_answer": article.short_answer,
            "contents": article.contents,
            "body": extend.drawn(article.body_html, article, request),
            "evidence": extend.slot("evidence", article, request),
            "troubles": [*wrong, *derived.troubles],
            "checks": publishing.checks(article) if article.pk else [],
            "terms": list(Term.objects.filter(slug__in=derived.terms)),
            "references": cited(derived.citations),
            "links": linking.suggestions(article),
            "doubts": linking.doubts(article),
            "edit_url": self._edit_url(article),
            "kept": [
                (name, value)
                for name, values in request.POST.lists()
                if name not in ("csrfmiddlewaretoken", "preview_of")
                for value in values
            ],
        }
        response = render(request, "admin/kb/article/preview.html", context)
        response["X-Robots-Tag"] = "noindex"
        return response

    def _typed(self, request: HttpRequest, pk: str | None) -> tuple[Article, list[tuple[int, str]]]:
        """The article as it stands in the form, and what is wrong with its front matter."""
        instance = Article.objects.filter(pk=pk).first() if pk and pk.isdecimal() else None
        article = instance or Article(slug="preview")
        for name in ("title", "short_answer", "body"):
            setattr(article, name, request.POST.get(name, "").replace("\r\n", "\n"))
        if "unlinked" in request.POST:
            article.unlinked = request.POST["unlinked"].replace(",", " ").split()
        article.lang = request.POST.get("lang") or article.lang
        if instance is None:
            article.category = Category(name="Category", slug="category")
        return article, self._read_front_matter(article, request.POST.get("front_matter"))

    @staticmethod
    def _edit_url(article: Article) -> str:
        if not article.pk:
            return reverse("admin:kb_article_add")
        return reverse("admin:kb_article_change", args=[article.pk])

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:  # fmt: skip
        """From the preview: the form again with the chosen links in its text, nothing saved."""
        if request.method == "POST" and WRITE_LINKS in request.POST:
            self._write_links(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _write_links(self, request: HttpRequest, pk: str | None) -> None:
        article, _ = self._typed(request, pk)
        publishing.check_text(article)
        doubts = [(one, request.POST.get(one.name, "")) for one in linking.doubts(article)]
        choices = {one: request.POST.get(one.name, "") for one in linking.suggestions(article)}
        # The slug is sent along: a glossary that changed meanwhile must not move a choice.
        accepted: list[Any] = [one for one, said in choices.items() if said == f"accept {one.slug}"]
        forbidden = [one.slug for one, said in choices.items() if said == f"forbid {one.slug}"]
        unplaced: list[Any] = [*linking.accept(article, accepted)]
        for doubt, said in doubts:
            slug = said.removeprefix("link ")
            if said == "forbid":
                forbidden += doubt.slugs
            elif slug in doubt.slugs:
                accepted.append(doubt)
                unplaced += [] if linking.settle(article, doubt, slug) else [doubt]
        article.unlinked = list(dict.fromkeys([*article.unlinked, *forbidden]))
        changed = request.POST.copy()
        changed["body"], changed["unlinked"] = article.body, " ".join(article.unlinked)
        request.POST = changed  # type: ignore[assignment]
        for one in unplaced:
            said = f"“{one.words}” has no place in the text itself; it comes from the front matter."
            self.message_user(request, said, messages.ERROR)
        done = len(accepted) - len(unplaced)
        self.message_user(
            request,
            f"{done} written into the text, {len(set(forbidden))} forbidden. Nothing has been "
            "saved yet: look at the text below, then save.",
            messages.WARNING,
        )

    def care(self, request: HttpRequest) -> HttpResponse:
        """What waits for an editor: reviews, missing sources, open words, dead links, misses."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": "Care",
            "opts": self.opts,
            "groups": reports.grouped(),
        }
        return render(request, "admin/kb/article/care.html", context)

    def review(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The text as it would read, what it changes, what was said of it, and the decision."""
        article = get_object_or_404(Article.objects.select_related("category"), pk=pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        if request.method == "POST":
            self._answer_review(request, article)
            return HttpResponseRedirect(reverse("admin:kb_article_review", args=[pk]))
        newest = article.revisions.first()
        derived = publishing.check_text(article)
        request.__dict__["is_preview"] = True
        context = {
            "article": article,
            "revision": newest,
            "body": extend.drawn(article.body_html, article, request),
            "difference": differences.rendered(newest.html, article.body_html) if newest else "",
            "checks": publishing.checks(article),
            "discussion": reviewing.discussion(article),
            "terms": list(Term.objects.filter(slug__in=derived.terms)),
            "references": cited(derived.citations),
            "open_proposals": article.proposals.filter(state=Proposal.State.OPEN),
            "may_publish": request.user.has_perm("kb.publish_article"),
            "is_author": article.edited_by_id == request.user.pk,
            "may_act_alone": publishing.may_act_alone(request.user),
        }
        response = render(request, "admin/kb/article/review.html", context)
        response["X-Robots-Tag"] = "noindex"
        return response

    def _answer_review(self, request: HttpRequest, article: Article) -> None:
        post = request.POST
        if {"_publish", "_withdraw"} & post.keys():
            self._decide(request, article)
            return
        try:
            if "_comment" in post:
                reviewing.comment(
                    article,
                    user=request.user,
                    text=post.get("text", ""),
                    section=post.get("section", ""),
                    quote=post.get("quote", ""),
                )
                return
            asked = post.get("_resolve") or post.get("_reopen") or ""
            found = article.comments.filter(pk=asked).first() if asked.isdecimal() else None
            if found is None:
                raise Refused("There is no such comment.")
            if "_resolve" in post:
                reviewing.resolve(found, user=request.user)
            else:
                reviewing.reopen(found)
        except Refused as refused:
            self.message_user(request, str(refused), messages.ERROR)

    @staticmethod
    def _read_front_matter(article: Article, text: str | None) -> list[tuple[int, str]]:
        """Take the form's front matter into the article, or say by line why it cannot be."""
        if text is None:
            return []
        try:
            article.extra = frontmatter.parse_values(
                text.replace("\r\n", "\n"), extend.front_matter_schema()
            )
        except frontmatter.ContentError as error:
            return [(p.line, f"front matter: {p.message}") for p in error.problems]
        return []

    def unpublished_difference(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the stored text changes against the newest published revision."""
        article = get_object_or_404(Article, pk=pk)
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        newest = article.revisions.first()
        html = differences.rendered(newest.html if newest else "", article.body_html)
        context = {"article": article, "revision": newest, "difference": html}
        return render(request, "admin/kb/article/difference.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        article = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if article is not None and request.method == "GET":
            extra["checks"] = publishing.checks(article)
            extra["comments"] = list(article.comments.open().select_related("author"))
            extra["open_proposals"] = article.proposals.filter(state=Proposal.State.OPEN)
        return super().change_view(request, object_id, form_url, extra)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What readers have seen is withdrawn, not deleted."""
        if obj is not None and obj.state != Article.State.DRAFT:
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if (
            _published(obj)
            and data.get("significance") != "typo"
            and not self._alone(request, data)
        ):
            self._propose(request, obj, data)
            return
        publishing.save_article(
            obj,
            user=request.user,
            note=data.get("note", ""),
            significance=data.get("significance") or "meaning",
            tags=[tag.slug for tag in data["tags"]],
            related=data["related"],
            prerequisites=data["prerequisites"],
        )

    @staticmethod
    def _alone(request: HttpRequest, data: dict[str, Any]) -> bool:
        """Who may change a published answer alone says why in the note."""
        return bool(data.get("note", "").strip()) and publishing.may_act_alone(request.user)

    def _propose(self, request: HttpRequest, obj: Article, data: dict[str, Any]) -> None:
        try:
            publishing.propose(
                obj,
                data,
                user=request.user,
                note=data.get("note", ""),
                significance=data.get("significance") or "meaning",
            )
        except Refused:
            stored = Article.objects.select_related("category", "based_on").get(pk=obj.pk)
            for name in ALONE:
                setattr(stored, name, data.get(name, getattr(stored, name)))
            publishing.save_article(
                stored,
                user=request.user,
                tags=[tag.slug for tag in data["tags"]],
                related=data["related"],
                prerequisites=data["prerequisites"],
            )
        else:
            self.message_user(
                request,
                "The answer is public, so your change waits as a proposal until somebody else "
                "accepts it.",
                messages.WARNING,
            )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Tags and links were stored with the article; only corrections remain."""
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        if {"_publish", "_withdraw"} & request.POST.keys():
            self._decide(request, Article.objects.get(pk=obj.pk))
            return HttpResponseRedirect(reverse("admin:kb_article_change", args=[obj.pk]))
        return super().response_change(request, obj)

    def _decide(self, request: HttpRequest, article: Article) -> None:
        if not request.user.has_perm("kb.publish_article"):
            raise PermissionDenied
        note = request.POST.get("note", "")
        try:
            if "_publish" in request.POST:
                publishing.publish(article, user=request.user, note=note, at=article.publish_from)
                done = "Approved for later." if article.publish_from else "It is public now."
            else:
                publishing.withdraw(
                    article,
                    reason=request.POST.get("withdrawn_reason", ""),
                    successor=article.successor,
                    user=request.user,
                )
                done = "It is withdrawn: its address answers with the reason."
            self.log_change(request, article, f"{done} {note}".strip())
            self.message_user(request, done)
        except Refused as refused:
            self.message_user(request, str(refused), messages.ERROR)

    @admin.action(description="I have checked these: they still hold", permissions=["change"])
    def mark_checked(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        for article in queryset:
            publishing.mark_checked(article, by=request.user.get_full_name() or str(request.user))  # type: ignore[union-attr]
            self.log_change(request, article, "Checked")


@admin.register(Proposal)
class ProposalAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("article", "author", "significance", "state", "created_at")
    list_filter = ("state", "significance")
    list_select_related = ("article", "author")
    fields = ("article", "author", "note", "significance", "state", "change", "decided_by")
    readonly_fields = fields
    actions = ("accept", "decline")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="What changes")
    def change(self, proposal: Proposal) -> SafeString:
        article = proposal.article
        body = proposal.values.get("body", article.body)
        extra = proposal.values.get("extra", article.extra)
        fresh = Article(
            body=body, contents=article.contents, extra=extra, lang=article.lang,
            unlinked=proposal.values.get("unlinked", article.unlinked),
        )  # fmt: skip
        publishing.check_text(fresh)
        title = differences.words(article.title, proposal.values.get("title", article.title))
        answer = differences.words(
            article.short_answer, proposal.values.get("short_answer", article.short_answer)
        )
        unlinked = differences.words(
            " ".join(article.unlinked),
            " ".join(proposal.values.get("unlinked", article.unlinked)),
        )
        text = differences.rendered(article.body_html, fresh.body_html)
        front_matter = differences.words(
            frontmatter.write_values(article.extra), frontmatter.write_values(extra)
        )
        review = reverse("admin:kb_article_review", args=[article.pk])
        return format_html(
            "<h3>{}</h3><p>{}</p><div>{}</div><pre>{}</pre><p>Never linked: {}</p>"
            '<p><a href="{}">Comments on it</a></p>',
            *(title, answer, text, front_matter, unlinked or "nothing", review),
        )

    @admin.action(description="Accept: readers see it now", permissions=["change"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> None:
        self._each(request, queryset, publishing.accept, "Accepted")

    @admin.action(description="Decline", permissions=["change"])
    def decline(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> None:
        self._each(request, queryset, publishing.decline, "Declined")

    def _each(self, request: HttpRequest, rows: QuerySet[Proposal], act: Any, done: str) -> None:
        if not request.user.has_perm("kb.publish_article"):
            raise PermissionDenied
        for proposal in rows:
            try:
                act(proposal, user=request.user)
                self.log_change(request, proposal, done)
            except Refused as refused:
                self.message_user(request, f"{proposal}: {refused}", messages.ERROR)


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = TermForm
    list_display = ("name", "abbreviation", "uses", "changed_at", "is_edited")
    search_fields = ("name", "slug", "abbreviation", "summary")
    list_filter = ("is_edited",)

    class Media:
        js = ("kb/autosave.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return cast("QuerySet[Any]", rows.annotate(n=Count("mentioned_in")))

    @admin.display(ordering="n", description="used in")
    def uses(self, term: Any) -> int:
        return int(term.n)

    def save_model(self, request: HttpRequest, obj: Term, form: Any, change: bool) -> None:
        publishing.save_term(obj, user=request.user, note=form.cleaned_data.get("note", ""))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return _with_uses(super().get_deleted_objects(objs, request), impact.of_term, objs)


class CopyFilter(admin.SimpleListFilter):
    title = "archived copy"
    parameter_name = "copy"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("missing", "a web page without one")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.without_copy() if self.value() == "missing" else queryset


class NoticeFilter(admin.SimpleListFilter):
    title = "notice"
    parameter_name = "notice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("any", "retracted, superseded or corrected")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(notice__isnull=False) if self.value() == "any" else queryset


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = SourceForm
    list_display = ("key", "title", "evidence", "uses", "read_at", "copy", "link", "became")
    list_select_related = ("link_check", "archive_check")
    list_filter = ("evidence", CopyFilter, NoticeFilter)
    fieldsets = (
        (None, {"fields": ("key", "csl", "evidence", "interest", "read_at", "archived_url")}),
        (
            "If it was retracted, superseded or corrected",
            {"fields": ("notice_kind", "notice_date", "notice_reason", "notice_successor")},
        ),
    )
    search_fields = ("key", "title")
    change_list_template = "admin/kb/source/change_list.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.bring_in)
        return [path("import/", view, name="kb_source_import"), *super().get_urls()]

    def bring_in(self, request: HttpRequest) -> HttpResponse:
        """Works pasted as CSL-JSON, BibTeX or RIS become records that wait for an editor's eye."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        text = request.POST.get("text", "")
        problem = ""
        if request.method == "POST":
            try:
                added, known = publishing.add_sources(incoming.read(text))
            except incoming.Unreadable as error:
                problem = str(error)
            else:
                return self._brought(request, added, known)
        context = self.admin_site.each_context(request) | {
            "title": "Bring in sources",
            "opts": self.opts,
            "text": text,
            "problem": problem,
        }
        return render(request, "admin/kb/source/import.html", context)

    def _brought(
        self, request: HttpRequest, added: list[Source], known: list[Source]
    ) -> HttpResponse:
        for source in known:
            self.message_user(request, f"There already: {source}", messages.WARNING)
        for source in added:
            self.log_addition(request, source, "Pasted")
        if added:
            keys = ", ".join(source.key for source in added)
            said = f"Added: {keys}. The kind of evidence is a guess: read it, and say who earns."
            self.message_user(request, said)
        if len(added) == 1:
            return HttpResponseRedirect(reverse("admin:kb_source_change", args=[added[0].pk]))
        return HttpResponseRedirect(reverse("admin:kb_source_changelist"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return cast("QuerySet[Any]", rows.annotate(n=Count("citations")))

    @admin.display(ordering="n", description="cited in")
    def uses(self, source: Any) -> int:
        return int(source.n)

    @admin.display(ordering="archived_url", description="archived copy")
    def copy(self, source: Source) -> str:
        """Where it is, or what the archive said when it was last asked."""
        if source.archived_url or not source.needs_copy:
            return source.archived_url or "needs none"
        asked = getattr(source, "archive_check", None)
        return f"none ({asked.detail}, {asked.asked_at:%Y-%m-%d})" if asked else "not asked for"

    @admin.display(description="notice")
    def became(self, source: Source) -> str:
        return f"{source.notice_kind}, {source.notice['date']}" if source.notice else ""

    @admin.display(ordering="link_check__state", description="address")
    def link(self, source: Source) -> str:
        check = getattr(source, "link_check", None)
        return f"{check.state}, {check.checked_at:%Y-%m-%d}" if check else ""

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        publishing.save_source(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return _with_uses(super().get_deleted_objects(objs, request), impact.of_source, objs)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "slug", "synonyms", "uses")
    search_fields = ("name", "slug")
    actions = ("merge",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return cast("QuerySet[Any]", rows.annotate(n=Count("articles")))

    @admin.display(ordering="n", description="answers")
    def uses(self, tag: Any) -> int:
        return int(tag.n)

    @admin.action(description="Merge into the one with the most answers", permissions=["change"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        chosen = list(queryset.order_by("-n", "slug"))
        if len(chosen) < 2:
            self.message_user(request, "Choose at least two tags.", messages.ERROR)
            return
        publishing.merge_tags(chosen[0], chosen[1:])
        self.message_user(request, f"{len(chosen) - 1} tags lead to {chosen[0]} now.")

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:
        publishing.save_taxon(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return _with_uses(super().get_deleted_objects(objs, request), impact.of_tag, objs)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "slug", "position")
    list_editable = ("position",)

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        publishing.save_taxon(obj)


@admin.register(Pin)
class PinAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who may publish may say what comes first; there is no right of its own for it."""

    form = PinForm
    list_display = ("query", "article", "term", "position")
    list_select_related = ("article", "term")
    search_fields = ("query",)
    raw_id_fields = ("article", "term")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("kb.publish_article"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)


@admin.register(Revision)
class RevisionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "number", "created_at", "editor", "significance", "note", "address")
    list_filter = ("significance", "created_at")
    search_fields = ("title", "note")
    list_select_related = ("article", "term")
    actions = ("restore",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="page")
    def address(self, revision: Revision) -> SafeString:
        return format_html('<a href="{}">read</a>', revision.get_absolute_url())

    @admin.action(description="Restore: make this wording the newest again")
    def restore(self, request: HttpRequest, queryset: QuerySet[Revision]) -> None:
        if not request.user.has_perm("kb.publish_article"):
            raise PermissionDenied
        try:
            publishing.restore(queryset.get(), user=request.user)
            self.message_user(request, "Restored as a new revision.")
        except (Refused, Revision.MultipleObjectsReturned) as refused:
            self.message_user(request, str(refused), messages.ERROR)


@admin.register(SearchMiss)
class SearchMissAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("query", "times", "first_at", "last_at")
    search_fields = ("query",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OldSlug)
class OldSlugAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("kind", "slug", "target")
    list_filter = ("kind",)
    search_fields = ("slug", "target")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
