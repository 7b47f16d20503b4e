"""Where other apps join in. They register in ``AppConfig.ready()``; kb knows none of them.

extend.block("example", render_example)     # ::example slug
extend.written_block("dissected", write)    # ::dissected claims
extend.inline("claim", render_claim)        # [−1.1 points](claim:id)
extend.content_kind("examples", ExampleFiles())
extend.front_matter_key("claims", SCHEMA, store_claims)
extend.search_source("example", documents)
extend.article_field("examples", example_slugs)
extend.publish_check(claims_hold)
extend.care_list(unhelpful_answers)
extend.under_review(answers_with_a_false_figure)
extend.page_extras("evidence", evidence_line)
extend.page_ingredients(rows_that_they_read)
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from django.dispatch import Signal
from django.http import HttpRequest
from django.utils.safestring import mark_safe

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .models import Article

# Sent after commit, once an object; ``sender`` is the model, the object comes as ``instance``.
# ``among`` are all that are announced with it: a receiver that needs rows asks once for all.
article_published = Signal()
article_changed = Signal()
article_withdrawn = Signal()
term_changed = Signal()
source_changed = Signal()


Found = TypeVar("Found")


class Among(list[Any]):
    """Objects that are announced together, with what receivers have looked up for all of them."""

    def __init__(self, objects: Iterable[Any] = ()) -> None:
        super().__init__(objects)
        self._found: dict[str, Any] = {}

    def once(self, name: str, find: Callable[[Sequence[Any]], Found]) -> Found:
        """``find(objects)``, asked once under each name."""
        if name not in self._found:
            self._found[name] = find(self)
        found: Found = self._found[name]
        return found


class Counts(NamedTuple):
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def plus(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


class ContentKind(Protocol):
    """A kind of content file. ``load`` reads and checks, ``apply`` writes inside a transaction."""

    def load(self, content_dir: Path) -> Any:
        """Everything in the files; raises ``frontmatter.ContentError``."""

    def apply(self, parsed: Any) -> Counts:
        """Bring the rows into line; raises ``frontmatter.ContentError``."""


@dataclass(frozen=True)
class SearchEntry:
    """A document that another app adds to the search; unpublished ones are never indexed."""

    kind: str
    key: str
    title: str
    url: str
    body: str
    published: bool = True
    category: str = ""
    tags: Sequence[str] = ()
    is_runnable: bool = False


BlockRender = Callable[[str, "Article | None", HttpRequest], str]
InlineRender = Callable[[str, str, "Article", HttpRequest], str]
SearchEntries = Callable[[], Iterable[SearchEntry]]
Apply = Callable[["Article", Any], None]
Idle = Callable[[Sequence["Article"]], Collection[int]]
Check = Callable[["Article"], list[str]]
Extra = Callable[["Article", HttpRequest], str]
SiteExtra = Callable[[HttpRequest], str]
Getter = Callable[[Sequence["Article"]], Mapping[int, Any]]
CareList = Callable[[], Iterable[tuple[str, str, str]]]
Doubted = Callable[[], "QuerySet[Any]"]
Writer = Callable[[str, Mapping[str, Any]], str]
Ingredients = Callable[[int, str, Mapping[str, Any]], Sequence[Any]]


class FrontMatterKey(NamedTuple):
    schema: Mapping[str, Any]
    apply: Apply
    idle: Idle


content_kinds: dict[str, ContentKind] = {}
front_matter_keys: dict[str, FrontMatterKey] = {}
blocks: dict[str, BlockRender] = {}
written_blocks: dict[str, Writer] = {}
inlines: dict[str, InlineRender] = {}
search_sources: dict[str, SearchEntries] = {}
article_fields: dict[str, Getter] = {}
publish_checks: list[Check] = []
care_lists: list[CareList] = []
doubts: list[Doubted] = []
extras: dict[str, list[Extra]] = {}
ingredients: list[Ingredients] = []
site_extras: dict[str, list[SiteExtra]] = {}


def content_kind(name: str, handler: ContentKind) -> None:
    """``sync_content`` loads every kind, then applies them in order of registration."""
    content_kinds[name] = handler


def front_matter_key(
    article_key: str,
    schema: Mapping[str, Any],
    apply: Apply,
    *,
    idle: Idle = lambda articles: (),
) -> None:
    """An answer's front matter may hold ``article_key``.

    ``apply(article, value or None)`` runs for every article that changed, after all kinds
    of content were written; without a value not for those that ``idle(articles)`` names by
    primary key, because nothing would come of it.
    """
    front_matter_keys[article_key] = FrontMatterKey(schema, apply, idle)


def front_matter_schema() -> dict[str, Any]:
    """What the keys that other apps own may hold, as one schema."""
    properties = {"claims": {"type": "object"}} | {
        key: dict(other.schema) for key, other in front_matter_keys.items()
    }
    return {"type": "object", "additionalProperties": False, "properties": properties}


def owned(data: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a front matter that other apps own."""
    known = front_matter_schema()["properties"]
    return {key: data[key] for key in known if key in data}


def block(name: str, render: BlockRender) -> None:
    """Draw ``::name argument`` at view time: ``render(argument, article, request)``.

    There is no article on the page of a term.
    """
    blocks[name] = render


def written_block(name: str, write: Writer) -> None:
    """Put Markdown in the place of ``::name argument`` before the text is rendered.

    ``write(argument, extra)`` gets the front matter that other apps own. What it gives may cite,
    link and mark claims like any text; see ``written``.
    """
    written_blocks[name] = write


def inline(scheme: str, render: InlineRender) -> None:
    """Draw ``[words](scheme:id)`` at view time: ``render(id, words, article, request)``.

    ``words`` is clean HTML and stays in the answer whatever happens.
    """
    inlines[scheme] = render


def search_source(name: str, entries: SearchEntries) -> None:
    """``entries()`` gives all documents of a kind; ``search.index(entry)`` updates one."""
    search_sources[name] = entries


def article_field(name: str, getter: Getter) -> None:
    """Add a key to the article API: ``getter(articles)`` gives {primary key: value}.

    It takes many articles at once, so that a list costs no query per row.
    """
    article_fields[name] = getter


def publish_check(check: Check) -> None:
    """``check(article)`` lists in words what should be settled before publishing."""
    publish_checks.append(check)


def care_list(found: CareList) -> None:
    """``found()`` gives what editors should look at: kind, words, address; see ``reports``."""
    care_lists.append(found)


def under_review(doubted: Doubted) -> None:
    """``doubted()`` gives the keys of answers that lists call *under review*, as one query."""
    doubts.append(doubted)


def page_extras(slot: str, render: Extra) -> None:
    """Fill a place of the article page: evidence, ask, after_terms or head."""
    extras.setdefault(slot, []).append(render)


def page_ingredients(read: Ingredients) -> None:
    """What a published answer's blocks, inlines and extras of an app show, as plain values.

    ``read(article_id, body_html, extra)`` asks as little as it can: a page whose ingredients are
    the same as before is not drawn again. Every row that is drawn must be among them, and what
    the clock decides (``kb.ingredients``, ``tests/kb/test_ingredients.py``).
    """
    ingredients.append(read)


def site_extra(slot: str, render: SiteExtra) -> None:
    """Fill a place of the start page: ``home`` (the featured example) or ``standing``."""
    site_extras.setdefault(slot, []).append(render)


# Stored text with its marks -------------------------------------------------------------------

_BLOCK = re.compile(
    r'<div data-argument="([a-z0-9/_-]+)" data-block="([a-z-]+)"></div>'
)  # nh3 sorts the attributes
_INLINE = re.compile(r'<data class="inline" value="([a-z]+):([^"]*)">(.*?)</data>', re.DOTALL)

Part = tuple[str, str]


def html_parts(stored: str) -> Iterator[Part]:
    """Split stored HTML at its block marks into ("html", text) and (block name, argument)."""
    at = 0
    for mark in _BLOCK.finditer(stored):
        if stored[at : mark.start()].strip():
            yield "html", stored[at : mark.start()]
        yield mark.group(2), mark.group(1)
        at = mark.end()
    if stored[at:].strip():
        yield "html", stored[at:]


def article_parts(article: Article) -> list[Part]:
    """The article's text split at its block marks."""
    return list(html_parts(article.body_html))


def block_arguments(stored: str, name: str) -> list[str]:
    """The arguments of every block of this name, in reading order.

    Looked for by their ends: a pattern over the whole text takes ten times as long.
    """
    end = f'" data-block="{name}"></div>'
    found: list[str] = []
    at = stored.find(end)
    while at >= 0:
        mark = _BLOCK.match(stored, max(stored.rfind("<div", 0, at), 0))
        if mark is not None and mark.end() == at + len(end):
            found.append(mark.group(1))
        at = stored.find(end, at + 1)
    return found


def drawn(stored: str, article: Article, request: HttpRequest) -> str:
    """Stored HTML with every block and inline mark drawn by the app that owns it.

    A block that nobody owns is left out; an inline mark leaves the author's words.
    """
    pieces = []
    for kind, text in html_parts(stored):
        if kind == "html":
            pieces.append(_draw_inlines(text, article, request))
        elif kind in blocks:
            pieces.append(str(blocks[kind](text, article, request)))
    return mark_safe("".join(pieces))  # noqa: S308 - cleaned on save, drawn by our own templates


def drawn_block(name: str, argument: str, request: HttpRequest) -> str:
    """One block on a page that is no answer's; nothing where nobody owns it."""
    if name not in blocks or not argument:
        return ""
    return mark_safe(str(blocks[name](argument, None, request)))  # noqa: S308 - our own templates


def _draw_inlines(text: str, article: Article, request: HttpRequest) -> str:
    def draw(mark: re.Match[str]) -> str:
        scheme, argument, words = mark.groups()
        if scheme not in inlines:
            return words
        return str(inlines[scheme](html.unescape(argument), words, article, request))

    return _INLINE.sub(draw, text)


def slot(name: str, article: Article, request: HttpRequest) -> str:
    """What the apps put into a place of the page, in order of registration."""
    return mark_safe(  # noqa: S308 - drawn by our own templates
        "".join(str(render(article, request)) for render in extras.get(name, ()))
    )


def site_slot(name: str, request: HttpRequest) -> str:
    return mark_safe(  # noqa: S308 - drawn by our own templates
        "".join(str(render(request)) for render in site_extras.get(name, ()))
    )
