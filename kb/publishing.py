"""What editors do to articles and terms: save, propose, publish, withdraw, rename, restore.

Two people stand behind what readers see: whoever wrote a draft does not publish it, and a
change of meaning to a published answer waits until somebody else accepts it. Where nobody else
could, and for a superuser, one person may act alone and must say why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from . import (
    documents,
    extend,
    frontmatter,
    glossary,
    markup,
    refresh,
    relations,
    schemas,
    search,
    storing,
    translations,
)
from .citations import incoming
from .documents import Derived
from .models import (
    Article,
    ArticleLink,
    Category,
    OldSlug,
    Proposal,
    Revision,
    Source,
    Tag,
    Term,
)
from .models.articles import short_id

User = Any
PROPOSED = ("title", "short_answer", "body", "authors", "extra", "unlinked")


class Refused(Exception):
    """An editor's wish that cannot be granted, with the reason in words."""


def check_text(article: Article) -> Derived:
    """Render without storing: what preview shows and what a form complains about."""
    return documents.derive_article(article, documents.source_items(), glossary.current())


def save_article(
    article: Article,
    *,
    user: User = None,
    note: str = "",
    significance: str = "meaning",
    tags: Sequence[str] | None = None,
    related: Sequence[str] | None = None,
    prerequisites: Sequence[str] | None = None,
) -> Derived:
    """Store an edited article with everything derived from it, as a new revision if public."""
    with transaction.atomic():
        before = Article.objects.filter(pk=article.pk).first() if article.pk else None
        was = before.state if before else ""
        if before and before.slug != article.slug:
            _moved(article, before.slug)
        is_changed = before is None or documents.article_digest(before) != (
            documents.article_digest(article)
        )
        if is_changed or article.changed_at is None:
            article.changed_at = timezone.now()
            article.edited_by = user
        _mark_edited(article)
        derived = check_text(article)
        editor = user.get_username() if user else ""
        work = storing.ArticleWork(
            article, derived, tags=tags, related=related, prerequisites=prerequisites,
            note=note, significance=significance, editor=editor, was=was,
        )  # fmt: skip
        if not article.short_id:
            article.short_id = short_id(article.slug)
        storing.store_articles([work])
    return derived


def _mark_edited(row: Article | Term) -> None:
    row.is_edited = True
    row.edit_number += 1


def save_term(term: Term, *, user: User = None, note: str = "") -> Derived:
    """Store an edited term and link every text that uses its words anew."""
    with transaction.atomic():
        before = Term.objects.filter(pk=term.pk).first() if term.pk else None
        old_labels = before.labels if before else []
        if before and before.slug != term.slug:
            _remember_slug(OldSlug.Kind.TERM, before.slug, term.slug)
        if before is None or documents.term_digest(before) != documents.term_digest(term):
            term.changed_at = timezone.now()
        term.touched_at = timezone.now()
        _mark_edited(term)
        derived = documents.derive_term(
            term, refresh.listed_sources(term), documents.source_items()
        )
        storing.upsert(Term, [term])
        documents.link_term(derived, term, glossary.current())
        editor = user.get_username() if user else ""
        storing.store_terms([storing.TermWork(term, derived, note=note, editor=editor)])
        refresh.refresh((), {*old_labels, *term.labels})
    return derived


def save_source(source: Source) -> None:
    """Store an edited source and rename its citations wherever it is cited."""
    with transaction.atomic():
        source.is_edited = True
        source.save()
        storing.send(extend.source_changed, source)
        refresh.refresh([source.key], ())


def keep_copy(source: Source, address: str) -> None:
    """Store where an archive holds a copy of the page; texts name no copy, so none is rendered."""
    with transaction.atomic():
        source.archived_url, source.is_edited = address, True
        source.save(update_fields=["archived_url", "is_edited", "changed_at"])
        storing.send(extend.source_changed, source)


def add_sources(items: Sequence[dict[str, Any]]) -> tuple[list[Source], list[Source]]:
    """Store works that nobody cites yet; returns what was added and what was there already."""
    added: list[Source] = []
    known: list[Source] = []
    with transaction.atomic():
        taken = set(Source.objects.values_list("key", flat=True))
        for item in items:
            same = _same_source(item)
            if same is not None:
                known.append(same)
                continue
            key = incoming.key_for(item, taken)
            source = Source(key=key, csl=item, evidence=incoming.evidence_of(item))
            source.archived_url = item.pop("archived_url", None)
            source.read_at = incoming.day_of_reading(item)
            save_source(source)
            taken.add(key)
            added.append(source)
    return added, known


def _same_source(item: Mapping[str, Any]) -> Source | None:
    """The record of the same work: by DOI, else by address."""
    for name in ("DOI", "URL"):
        if value := item.get(name):
            found = Source.objects.filter(**{f"csl__{name}__iexact": value}).first()
            if found is not None:
                return found
    return None


def checks(article: Article) -> list[str]:
    """What should be settled before publishing, in words."""
    derived = check_text(article)
    found = [f"line {line}: {message}" for line, message in derived.troubles]
    found += [
        f"“{one.word}” may mean {' or '.join(one.slugs)}: write [[{one.word}]] or [[!{one.word}]]"
        for one in derived.ambiguous
    ]
    found += [f"no term “{label}” yet" for label in derived.wanted]
    found += [f"needs a source: {said}" for said in markup.unsourced(article.base_html)]
    found += [f"links to /ask/{slug}/, which is not public" for slug in _dead_ends(derived)]
    if not derived.citations:
        found.append("no source is cited")
    elif (
        not Source.objects.filter(key__in=[key for key, _ in derived.citations])
        .exclude(evidence__in=["vendor", "blog"])
        .exists()
    ):
        found.append("every source is a vendor or a blog")
    found += _frail_sources([key for key, _ in derived.citations])
    found += [
        f"translation {one.slug}: {one.trouble}"
        for one in translations.states([article]).values()
        if one.trouble
    ]
    if not article.review_by:
        found.append("no review date is set")
    if article.pk and (waiting := article.comments.open().count()):
        found.append(f"{waiting} comment{'s' if waiting > 1 else ''} not resolved")
    for check in extend.publish_checks:
        found += check(article)
    return found


def _frail_sources(keys: Sequence[str]) -> list[str]:
    """Cited works that were taken back, and pages that may be gone tomorrow without a copy."""
    rows = list(Source.objects.filter(key__in=keys).order_by("key"))
    found = [
        f"cites {row.key}, {row.notice_kind.lower()} on {row.notice_date}"
        for row in rows
        if row.notice
    ]
    web = [row for row in rows if row.needs_copy]
    unread = [row.key for row in web if not row.read_at and "accessed" not in row.csl]
    bare = [row.key for row in web if not row.archived_url]
    found += [f"no date read of {', '.join(unread)}"] if unread else []
    return found + ([f"no archived copy of {', '.join(bare)}"] if bare else [])


def _dead_ends(derived: Derived) -> list[str]:
    """Answers that the text links to and that no reader can open."""
    wanted = documents.linked_answers(derived.links)
    public = Article.objects.published().filter(slug__in=wanted)
    known = set(public.values_list("slug", flat=True))
    return [slug for slug in wanted if slug not in known]


def publish(
    article: Article, *, user: User = None, note: str = "", at: datetime | None = None
) -> None:
    """Make a draft public now, or at a later moment."""
    if article.state == Article.State.PUBLISHED:
        raise Refused("It is published already.")
    _needs_second_person(article.edited_by_id, user, note)
    problems = checks(article)
    if problems and not note.strip():
        raise Refused("Say why it may be published although: " + "; ".join(problems[:5]))
    now = timezone.now()
    article.approved_by = user
    if at and at > now:
        article.publish_from = at
        article.save(update_fields=["publish_from", "approved_by"])
        return
    _make_public(article, user, note, now)


def _make_public(article: Article, user: User, note: str, now: datetime) -> None:
    article.state = Article.State.PUBLISHED
    article.published_at = article.published_at or now
    article.changed_at = article.checked_at = now
    article.publish_from, article.withdrawn_at, article.withdrawn_reason = None, None, ""
    author = article.edited_by
    if user is not None and user != author and user.get_full_name():
        article.checked_by = user.get_full_name()
    save_article(article, user=user, note=note)
    Article.objects.filter(pk=article.pk).update(edited_by=author)


def withdraw_due() -> int:
    """Withdraw every answer whose moment has come and that says why; returns how many."""
    now = timezone.now()
    due = Article.objects.published().filter(withdraw_from__lte=now).exclude(withdrawn_reason="")
    done = 0
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            if not due.filter(pk=pk).update(withdraw_from=None):
                continue
            article = Article.objects.select_related("category", "based_on", "successor").get(pk=pk)
            successor = article.successor
            if successor is not None and not successor.is_published:
                successor = None
            withdraw(article, reason=article.withdrawn_reason, successor=successor)
            done += 1
    return done


def publish_due() -> int:
    """Publish every approved draft whose moment has come; returns how many.

    Safe to call from any number of processes: each draft is taken by exactly one.
    """
    now = timezone.now()
    due = Article.objects.filter(state=Article.State.DRAFT, publish_from__lte=now)
    done = 0
    for pk, moment in list(due.values_list("pk", "publish_from")):
        with transaction.atomic():
            if not due.filter(pk=pk).update(publish_from=None):
                continue
            article = Article.objects.select_related("category", "based_on").get(pk=pk)
            article.published_at = moment
            _make_public(article, article.approved_by, "", moment or now)
            done += 1
    return done


def may_act_alone(user: User) -> bool:
    """A superuser, or the only account that could approve anything; both say why."""
    if user.is_superuser:
        return True
    able = get_user_model().objects.with_perm("kb.publish_article").filter(is_staff=True)
    return not able.exclude(pk=user.pk).exists()


def _needs_second_person(author: int | None, user: User, note: str) -> None:
    if user is None or author is None or author != user.pk:
        return
    if not may_act_alone(user):
        raise Refused("Somebody else must approve this: you wrote the last version.")
    if not note.strip():
        raise Refused("You wrote the last version: say in the note why nobody else approves it.")


def propose(
    article: Article, values: Mapping[str, Any], *, user: User, note: str, significance: str
) -> Proposal:
    """Keep a change to a published answer until a second person accepts it."""
    current = Article.objects.get(pk=article.pk)
    changed = {k: v for k, v in values.items() if k in PROPOSED and getattr(current, k) != v}
    if not changed:
        raise Refused("Nothing was changed.")
    return Proposal.objects.create(
        article=current,
        author=user,
        edit_number=current.edit_number,
        values=changed,
        note=note,
        significance=significance,
    )


def accept(proposal: Proposal, *, user: User, note: str = "") -> None:
    """Apply a proposal; refused when the article has changed since it was made."""
    with transaction.atomic():
        row = Proposal.objects.select_for_update().get(pk=proposal.pk)
        if row.state != Proposal.State.OPEN:
            raise Refused("It has been decided already.")
        _needs_second_person(row.author_id, user, note)
        article = Article.objects.select_related("category", "based_on").get(pk=row.article_id)
        if article.edit_number != row.edit_number:
            raise Refused("The answer has been changed since; compare and propose again.")
        for key, value in row.values.items():
            setattr(article, key, value)
        article.approved_by = user
        save_article(article, user=row.author, note=row.note, significance=row.significance)
        _decide(row, Proposal.State.ACCEPTED, user)


def decline(proposal: Proposal, *, user: User) -> None:
    _decide(proposal, Proposal.State.DECLINED, user)


def _decide(proposal: Proposal, state: str, user: User) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, user, timezone.now()
    proposal.save(update_fields=["state", "decided_by", "decided_at"])


def withdraw(
    article: Article, *, reason: str, successor: Article | None = None, user: User = None
) -> None:
    """Take an answer back: its page answers 410 with the reason and what replaces it."""
    if not reason.strip():
        raise Refused("A withdrawal needs a reason that readers will see.")
    if successor is not None and (successor.pk == article.pk or not successor.is_published):
        raise Refused("The successor must be another published answer.")
    article.state, article.withdrawn_at = Article.State.WITHDRAWN, timezone.now()
    article.withdrawn_reason, article.successor = reason, successor
    save_article(article, user=user, note=reason)


def mark_checked(article: Article, *, by: str) -> None:
    """Somebody read it again and it still holds; no new revision."""
    article.checked_at, article.checked_by = timezone.now(), by
    _mark_edited(article)
    article.save(update_fields=["checked_at", "checked_by", "is_edited", "edit_number"])


def restore(revision: Revision, *, user: User) -> None:
    """Make an old wording the newest one; history only grows."""
    page = frontmatter.parse("", revision.text, {})
    if revision.term is not None:
        _restore_term(revision, page, user)
        return
    article = revision.article
    assert article is not None
    article.title, article.short_answer = revision.title, revision.summary
    article.authors, article.body = revision.authors, page.body
    article.extra = extend.owned(page.data)
    save_article(article, user=user, note=f"Restored revision {revision.number}")


def _restore_term(revision: Revision, page: frontmatter.Page, user: User) -> None:
    term, data = revision.term, page.data
    assert term is not None
    term.name, term.summary, term.definition = data["name"], data["summary"], page.body
    term.abbreviation, term.aliases = data.get("abbreviation", ""), data.get("aliases", [])
    term.case, term.formula = data.get("case", "auto"), data.get("formula", "")
    term.senses = data.get("senses", [])
    term.example, term.contributors = data.get("example", ""), data.get("contributors", [])
    term.interest, term.drafting = data.get("interest", ""), data.get("drafting", "")
    save_term(term, user=user, note=f"Restored revision {revision.number}")


def save_taxon(taxon: Tag | Category) -> None:
    """Store a tag or a category; under a new name its old address leads to the new one."""
    model = type(taxon)
    kind = OldSlug.Kind.TAG if model is Tag else OldSlug.Kind.CATEGORY
    with transaction.atomic():
        old = model._default_manager.filter(pk=taxon.pk).values_list("slug", flat=True).first()
        taxon.save()
        if old and old != taxon.slug:
            _remember_slug(kind, old, taxon.slug)
            search.index_articles(list(taxon.articles.values_list("pk", flat=True)))


def _moved(article: Article, old: str) -> None:
    """Leave a redirect and rewrite the addresses that other answers hold."""
    _remember_slug(OldSlug.Kind.ARTICLE, old, article.slug)
    search.remove("answer", old)
    here = Article.objects.filter(links__target=article.pk, links__kind=ArticleLink.Kind.TEXT)
    for other in here.select_related("category", "based_on").distinct():
        other.body = other.body.replace(f"](/ask/{old}/", f"](/ask/{article.slug}/")
        save_article(other, note=f"/ask/{old}/ has a new address", significance="typo")


def _remember_slug(kind: str, old: str, new: str) -> None:
    OldSlug.objects.filter(kind=kind, slug=new).delete()
    OldSlug.objects.filter(kind=kind, target=old).update(target=new)
    OldSlug.objects.update_or_create(kind=kind, slug=old, defaults={"target": new})


def merge_tags(target: Tag, others: Sequence[Tag]) -> None:
    """Make several tags one; the old addresses lead to it."""
    with transaction.atomic():
        for other in others:
            for article in other.articles.all():
                article.tags.add(target)
            target.synonyms = sorted({*target.synonyms, other.slug, *other.synonyms})
            _remember_slug(OldSlug.Kind.TAG, other.slug, target.slug)
            other.delete()
        target.save()
        search.index_articles(list(target.articles.values_list("pk", flat=True)))


def check_prerequisites(article: Article, slugs: Sequence[str]) -> None:
    """Refuse a list that leads back to the article itself."""
    graph = relations.prerequisites() | {article.slug: list(slugs)}
    cycle = relations.find_cycle(graph)
    if cycle:
        raise Refused("Prerequisites lead in a circle: " + " → ".join(cycle))


def check_authors(authors: Any) -> None:
    _check_front("authors", authors)


def check_contributors(contributors: Any) -> None:
    _check_front("contributors", contributors)


def _check_front(key: str, value: Any) -> None:
    for error in frontmatter.validator(schemas.ANSWER["properties"][key]).iter_errors(value):
        raise Refused(f"{key}: {error.message}")
