"""Addresses of the pages."""

from django.urls import path, register_converter
from django.views.decorators.http import require_safe

from .feeds import AnswersFeed, GlossaryFeed
from .views import answers, listings, machines, searching, terms


class Number:
    """A revision's number: no sign, no leading zero, small enough for any database."""

    regex = "[1-9][0-9]{0,7}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Number, "number")

app_name = "kb"
urlpatterns = [
    path("", listings.home, name="home"),
    path("ask/", listings.answers, name="answers"),
    path("withdrawn/", listings.withdrawn, name="withdrawn"),
    path("ask/<slug:slug>.json", machines.article_json, name="article-json"),
    path("ask/<slug:slug>.md", answers.markdown, name="article-markdown"),
    path("ask/<slug:slug>/", answers.article, name="article"),
    path("ask/<slug:slug>/card", answers.card, name="card"),
    path("ask/<slug:slug>/cite/<slug:style>", answers.cite, name="cite"),
    path("ask/<slug:slug>/references/<slug:style>", answers.reference_list, name="reference-list"),
    path("ask/<slug:slug>/history/", answers.history, name="history"),
    path("ask/<slug:slug>/r/<number:number>/", answers.revision, name="revision"),
    path("ask/<slug:slug>/compare/<number:old>/<number:new>/", answers.compare, name="compare"),
    path("a/<slug:short_id>/", answers.permalink, name="permalink"),
    path("glossary/", terms.index, name="glossary"),
    path("glossary/<slug:slug>.json", machines.term_json, name="term-json"),
    path("glossary/<slug:slug>.md", terms.markdown, name="term-markdown"),
    path("glossary/<slug:slug>/", terms.term, name="term"),
    path("glossary/<slug:slug>/card", terms.card, name="term-card"),
    path("glossary/<slug:slug>/cite/<slug:style>", terms.cite, name="term-cite"),
    path("glossary/<slug:slug>/history/", terms.history, name="term-history"),
    path("glossary/<slug:slug>/r/<number:number>/", terms.revision, name="term-revision"),
    path(
        "glossary/<slug:slug>/compare/<number:old>/<number:new>/",
        terms.compare,
        name="term-compare",
    ),
    path("categories/<slug:slug>/", listings.category, name="category"),
    path("tags/<slug:slug>/", listings.tag, name="tag"),
    path("search/", searching.page, name="search"),
    path("search/suggest", searching.suggest, name="suggest"),
    path("feeds/answers.atom", require_safe(AnswersFeed()), name="answers-feed"),
    path("feeds/tags/<slug:slug>.atom", require_safe(AnswersFeed()), name="tag-feed"),
    path("feeds/glossary.atom", require_safe(GlossaryFeed()), name="glossary-feed"),
    path("sitemap.xml", machines.sitemap_index, name="sitemap"),
    path("sitemap-<slug:section>.xml", machines.sitemap, name="sitemap-section"),
    path("robots.txt", machines.robots, name="robots"),
]
