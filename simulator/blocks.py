"""Examples in answers: ``::example slug`` draws the stored result, the form folded beneath."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html

from common import pieces
from kb import extend, glossary
from kb.models import Article

from . import changes, exhibits, forms, services
from .models import Example, Run

SHOWN_WITH = ("result_run", "previous_run", "article")
NOT_SHOWN = ("article__body", "article__base_html", "article__body_html", "article__file_text")


def register() -> None:
    """Called once when the app is ready."""
    extend.block("example", draw_example)
    extend.site_extra("home", draw_featured)
    extend.page_extras("head", draw_picture)


def draw_example(slug: str, article: Article | None, request: HttpRequest) -> str:
    """The example with its stored result; an unknown slug says so instead of vanishing."""
    found, others = _at_hand(slug, article, request)
    if found is None:
        return render_to_string("simulator/_missing.html", {"slug": slug})
    waiting = pending(found)

    def draw() -> str:
        return render_to_string(
            "simulator/_example.html", context(found, waiting) | {"article": article}, request
        )

    shown = [*_ingredients(found, article, waiting), others, _glossary(request)]
    return pieces.kept(shown, draw)


Others = list[tuple[str, str, str]]


def _at_hand(
    slug: str, article: Article | None, request: HttpRequest
) -> tuple[Example | None, Others]:
    """An example and the others of its experiment; a whole answer's are asked for at once."""
    store: dict[str, Any] = request.__dict__.setdefault("examples_at_hand", {})
    if slug not in store:
        placed = extend.block_arguments(article.body_html, "example") if article else []
        # Within its own answer (also in an editor's preview) an example is always drawn.
        known = Example.objects.all() if article is not None else Example.objects.public()
        rows = known.select_related(*SHOWN_WITH).defer(*NOT_SHOWN)
        found = {row.slug: row for row in rows.filter(slug__in={slug, *placed})}
        public = Example.objects.public().filter(
            experiment__in={row.experiment for row in found.values()}
        )
        named = list(public.values_list("experiment", "slug", "title", "story"))
        for one in {slug, *placed}:
            row = found.get(one)
            store[one] = (row, [o[1:] for o in named if row and o[0] == row.experiment])
    at_hand: tuple[Example | None, Others] = store[slug]
    return at_hand


def _glossary(request: HttpRequest) -> Any:
    """The state of the glossary: figures lead to its terms."""
    if "glossary_state" not in request.__dict__:
        request.__dict__["glossary_state"] = glossary.state()
    return request.__dict__["glossary_state"]


def _ingredients(example: Example, article: Article | None, waiting: Run | None) -> list[Any]:
    """What an example's block shows of itself; stored results never change."""
    own = {f.attname: getattr(example, f.attname) for f in example._meta.concrete_fields}
    return [
        "example",
        own,
        example.is_due,
        waiting.pk if waiting else None,
        article.pk if article else None,
    ]


def draw_picture(article: Article, request: HttpRequest) -> str:
    """The social preview's picture: the chart that a reader of the article meets first."""
    placed = extend.block_arguments(article.body_html, "example")
    met = (_at_hand(slug, article, request)[0] for slug in placed)
    example = next((one for one in met if one is not None and one.result_run_id), None)
    if example is None:
        own = Example.objects.filter(article=article, result_run__isnull=False)
        example = own.order_by("position", "slug").first()
    if example is None:
        return ""
    return format_html(
        '<meta property="og:image" content="{}/runs/{}.png">'
        '<meta property="og:image:alt" content="{}">',
        settings.SITE_URL,
        example.result_run_id,
        example.title,
    )


def draw_featured(request: HttpRequest) -> str:
    """One example with its stored result for the start page; nothing before there is one."""
    example = (
        Example.objects.public()
        .filter(result_run__isnull=False)
        .exclude(article=None)
        .select_related("result_run", "article")
        .order_by("position", "slug")
        .first()
    )
    shown = (
        exhibits.exhibit(example.result_run, example) if example and example.result_run else None
    )
    if shown is None:
        return ""
    return render_to_string(
        "simulator/_featured.html", {"example": example, "exhibit": shown}, request
    )


def context(example: Example, waiting: Run | None = None) -> dict[str, Any]:
    """What the example's block and its page in the lab have in common."""
    try:
        experiment = services.experiment(example.experiment)
    except services.UnknownExperiment:
        experiment = None
    run = services.stored_run(example)
    found: dict[str, Any] = {
        "example": example,
        "experiment": experiment,
        "exhibit": exhibits.exhibit(run, example) if run else None,
        "since": changes.since(example.previous_run, run),
        "pending": waiting or pending(example),
        "path": example.get_absolute_url(),
    }
    if experiment is not None:
        found["form"] = forms.form_for(experiment, example.parameters, example.seed)
        found["presets"] = presets(experiment)
        found["others"] = other_examples(experiment, example)
    return found


def pending(example: Example) -> Run | None:
    """The unfinished run that will answer this example, if one is under way."""
    if not example.fingerprint or not example.is_due:
        return None
    return Run.objects.unfinished().filter(fingerprint=example.fingerprint).first()


def presets(experiment: Any) -> list[dict[str, str]]:
    """The experiment's own settings with a story."""
    usual = {p.name: p.default for p in experiment.parameters}
    path = f"/lab/{experiment.slug}/"
    return [
        {
            "name": preset.name,
            "story": preset.story,
            "url": forms.link(path, experiment, preset.parameters, usual),
        }
        for preset in experiment.presets
    ]


def other_examples(experiment: Any, example: Example | None = None) -> list[dict[str, str]]:
    """What answers ask of the same experiment, but for this example."""
    others = Example.objects.public().filter(experiment=experiment.slug)
    if example is not None:
        others = others.exclude(pk=example.pk)
    return [
        {"name": other.title, "story": other.story, "url": other.get_absolute_url()}
        for other in others
    ]
