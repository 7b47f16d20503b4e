"""What editors should look at: late reviews, missing sources, unused and wanted terms, dead links.

The command ``content_report`` prints it, the admin shows it under *Care*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import NamedTuple

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from . import documents, extend, glossary, links, markup, translations
from .models import Article, LinkCheck, Proposal, SearchMiss, Source, Term
from .search.words import fold

SOON = timedelta(days=30)


class Finding(NamedTuple):
    """One thing to look at; ``url`` leads to where an editor can mend it."""

    kind: str
    text: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


def lines() -> Iterator[str]:
    """One finding a line, the most pressing kinds first."""
    for kind in KINDS:
        yield from map(str, kind())


def grouped(most: int = 100) -> list[tuple[str, list[Finding]]]:
    """The first findings of each kind, for a page."""
    found: dict[str, list[Finding]] = {}
    for kind in KINDS:
        for one in islice(kind(), most):
            found.setdefault(one.kind, []).append(one)
    return list(found.items())


def _edit(model: str, pk: int) -> str:
    return reverse(f"admin:kb_{model}_change", args=[pk])


def _waiting() -> Iterator[Finding]:
    for proposal in Proposal.objects.filter(state=Proposal.State.OPEN).select_related("article"):
        yield Finding("proposal", str(proposal), _edit("proposal", proposal.pk))
    counted = Article.objects.annotate(n=Count("comments", filter=Q(comments__resolved_at=None)))
    for pk, slug, number in counted.filter(n__gt=0).values_list("pk", "slug", "n"):
        url = reverse("admin:kb_article_review", args=[pk])
        yield Finding("open comments", f"{slug} ({number})", url)


def _reviews() -> Iterator[Finding]:
    for article in Article.objects.overdue().order_by("review_by"):
        said = f"{article.slug} was to be checked by {article.review_by}"
        yield Finding("overdue", said, _edit("article", article.pk))
    today = timezone.now().date()
    soon = Article.objects.published().filter(review_by__range=(today, today + SOON))
    for article in soon.order_by("review_by"):
        said = f"{article.slug} is to be checked by {article.review_by}"
        yield Finding("due soon", said, _edit("article", article.pk))


def _texts() -> Iterator[Finding]:
    """Places without a source, words that wait for their author, links that lead nowhere."""
    linker = glossary.current()
    public = set(Article.objects.published().values_list("slug", flat=True))
    rows = Article.objects.published().only("slug", "base_html", "unlinked", "lang")
    for article in rows.iterator(200):
        slug, html, url = article.slug, article.base_html, _edit("article", article.pk)
        for said in markup.unsourced(html):
            yield Finding("needs a source", f"{slug}: {said}", url)
        linked = documents.link(article, linker)
        for one in linked.ambiguous:
            yield Finding("ambiguous", f"{slug}: “{one.word}” ({' or '.join(one.slugs)})", url)
        for label in linked.wanted:
            yield Finding("wanted term", f"{label} (in {slug})", url)
        for target in documents.linked_answers(markup.own_links(html)):
            if target not in public:
                yield Finding("wanted answer", f"{target} (in {slug})", url)


def _links() -> Iterator[Finding]:
    bad = LinkCheck.objects.filter(state__in=[links.GONE, links.MOVED]).select_related("source")
    for check in bad.order_by("state", "source__key"):
        said = f"{check.source.key} {check.url}: {check.detail}"
        yield Finding(f"link {check.state}", said, _edit("source", check.source_id))


def _same_sources() -> Iterator[Finding]:
    for group in _duplicates():
        yield Finding("duplicate sources", ", ".join(group), reverse("admin:kb_source_changelist"))


def _taken_back() -> Iterator[Finding]:
    for source in Source.objects.filter(notice__isnull=False).order_by("key"):
        kind = f"{source.notice_kind.lower()} source"
        yield Finding(kind, _cited(source), _edit("source", source.pk))


def _unread() -> Iterator[Finding]:
    rows = Source.objects.on_the_web_alone().filter(read_at=None)
    for pk, key in rows.exclude(csl__has_key="accessed").values_list("pk", "key"):
        yield Finding("no date read", key, _edit("source", pk))


def _without_copy() -> Iterator[Finding]:
    for source in Source.objects.without_copy().select_related("archive_check"):
        asked = getattr(source, "archive_check", None)
        said = f" ({asked.detail}, asked on {asked.asked_at:%Y-%m-%d})" if asked else ""
        yield Finding("no archived copy", f"{source.key}{said}", _edit("source", source.pk))


def _unused() -> Iterator[Finding]:
    """Cited nowhere, nobody's basis, and nobody's successor."""
    noted = Source.objects.filter(notice__isnull=False).values_list("notice", flat=True)
    successors = {(notice or {}).get("successor") for notice in noted}
    rows = Source.objects.filter(citations=None, articles_based_on=None)
    for pk, key in rows.values_list("pk", "key"):
        if key not in successors:
            yield Finding("unused source", key, _edit("source", pk))


def _cited(source: Source) -> str:
    """What became of a work, and the published answers and the terms that lean on it."""
    answers = source.citations.filter(article__state=Article.State.PUBLISHED)
    slugs = [
        *answers.order_by("article__slug").values_list("article__slug", flat=True),
        *source.citations.exclude(term=None)
        .order_by("term__slug")
        .values_list("term__slug", flat=True),
    ]
    where = f"cited in {', '.join(slugs)}" if slugs else "cited nowhere"
    reason = (source.notice or {}).get("reason", "")
    return f"{source.key}: {reason} ({where})"


def _duplicates() -> list[list[str]]:
    """Sources with the same DOI, or the same title and year."""
    groups: dict[str, list[str]] = defaultdict(list)
    for key, csl in Source.objects.values_list("key", "csl"):
        issued = str((csl.get("issued") or {}).get("date-parts", ""))
        doi, title = csl.get("DOI"), fold(str(csl.get("title", "")))
        groups[fold(doi) if doi else f"{title} {issued} {csl.get('URL', '')}"].append(key)
    return [sorted(keys) for keys in groups.values() if len(keys) > 1]


def _terms() -> Iterator[Finding]:
    for pk, slug in Term.objects.filter(mentioned_in=None).values_list("pk", "slug"):
        yield Finding("unused term", slug, _edit("term", pk))


def _misses() -> Iterator[Finding]:
    url = reverse("admin:kb_searchmiss_changelist")
    for miss in SearchMiss.objects.all()[:50]:
        yield Finding("searched in vain", f"{miss.query} ({miss.times})", url)


def _others() -> Iterator[Finding]:
    """What other apps know."""
    for found in extend.care_lists:
        yield from (Finding(*row) for row in found())


def _translations() -> Iterator[Finding]:
    for one in translations.all_published():
        if one.trouble:
            yield Finding("translation", f"{one.slug}: {one.trouble}", _edit("article", one.pk))


KINDS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _waiting,
    _reviews,
    _translations,
    _texts,
    _links,
    _same_sources,
    _taken_back,
    _unread,
    _without_copy,
    _unused,
    _terms,
    _others,
    _misses,
)
