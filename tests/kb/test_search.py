"""Finding: the same documents on both databases, the right one first."""

import random

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import extend, publishing, search
from kb.extend import SearchEntry
from kb.models import Article, SearchDocument, SearchMiss, SearchWord, Term
from kb.search import postings, vocabulary
from kb.search.words import fold, stem, words

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def shelf(library):
    library.term(
        "vix",
        name="Cboe Volatility Index",
        abbreviation="VIX",
        aliases=["fear index", "volatility index"],
    )
    library.term("iron-condor", name="Iron condor", abbreviation="IC")
    library.term("condor", name="Condor")
    library.term("skew", name="Volatility skew", summary="Why puts cost more, naïve as it sounds.")
    library.answer(
        "hedging", "Hedged with calls on the VIX. The cost of protection is a premium.",
        title="Is hedging an iron condor worth it?", tags=["VIX"], category="Costs",
    )  # fmt: skip
    library.answer(
        "fear", "When the fear index rises, calls on it gain.\n\n::example condor\n",
        title="What does fear cost?", category="Costs",
    )  # fmt: skip
    library.answer("rolling", "Rolling a position forward is two trades.", title="Why roll?")
    library.answer("secret", "Hedging secrets about the VIX.", title="Secret", published=None)
    library.sync()


def keys(query, **filters):
    return {hit.key for hit in search.find(query, search.Filters(**filters), size=100).hits}


def first(query):
    return search.find(query).hits[0].key


def test_this_runs_on_the_database_that_it_says():
    import os

    expected = (
        "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    )
    assert connection.vendor == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("hedge", {"hedging"}),
        ("hedges", {"hedging"}),
        ("HEDGED", {"hedging"}),
        ("naive", {"skew"}),
        ("naïve", {"skew"}),
        # a label of the glossary stands for all of them
        ("vix", {"vix", "hedging", "fear"}),
        ("fear index", {"vix", "hedging", "fear"}),
        ("volatility index", {"vix", "hedging", "fear"}),
        ("IC", {"iron-condor", "hedging"}),
        # all words must occur
        ("vix calls", {"hedging", "fear"}),
        ("vix premium", {"hedging"}),
        ("vix zebra", set()),
        # in a row only in quotes
        ('"position forward"', {"rolling"}),
        ('"forward position"', set()),
        ("forward position", {"rolling"}),
        ('"worth it hedged"', set()),
        # beginnings
        ("prem*", {"hedging"}),
        ("xyz*", set()),
        # typing errors
        ("premuim", {"hedging"}),
        ("premim", {"hedging"}),
        ("protetcion", {"hedging"}),
        # whatever people type
        ("c++ (", set()),
        ("' OR 1=1 --", set()),
        ("a:b", set()),
        ('"', set()),
        ("*", set()),
        ("(((", set()),
        ("NEAR AND OR NOT", set()),
        ("the of and", set()),
        ("\x00hedge", {"hedging"}),
        ("", set()),
        ("   ", set()),
        ("x" * 5000, set()),
        ("hedge " * 100, {"hedging"}),
    ],
)
def test_what_a_query_finds(shelf, query, expected):
    assert keys(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("vix", "vix"),
        ("VIX", "vix"),
        ("fear index", "vix"),
        ("condor", "condor"),
        ("Iron condors", "iron-condor"),
        ("why roll?", "rolling"),
    ],
)
def test_the_exact_term_or_title_comes_first(shelf, query, expected):
    assert first(query) == expected


def test_filters(shelf):
    assert keys("vix", kind="term") == {"vix"}
    assert keys("vix", category="costs") == {"hedging", "fear"}
    assert keys("vix", tag="vix") == {"hedging"}
    assert keys("vix", is_runnable=True) == {"fear"}
    assert keys("vix", kind="answer", category="costs", tag="vix") == {"hedging"}
    assert keys("vix", tag="v%") == set()
    assert keys("vix", kind="x' OR '1'='1") == set()


def test_a_corrected_word_is_told(shelf):
    assert search.find("premuim").corrections == {"premuim": "premium"}
    assert search.find("premium").corrections == {}


def test_the_excerpt_shows_why(shelf):
    hit = next(h for h in search.find("premium").hits if h.key == "hedging")
    assert "<mark>premium</mark>" in hit.excerpt_html
    assert "<" not in hit.excerpt
    hit = search.find("hedging condor").hits[0]
    assert "<mark>hedging</mark>" in hit.title_html


def test_hostile_text_is_escaped_in_excerpts():
    entry = SearchEntry("example", "x", "<script>", "/x/", "<img onerror=x> zebra & <script>")
    search.index([entry])
    hit = search.find("zebra").hits[0]
    assert "<img" not in hit.excerpt_html
    assert "<script" not in hit.title_html


def test_pages_hold_every_hit_once():
    search.index(SearchEntry("example", f"e{n}", f"Zebra {n}", "/x/", "zebra") for n in range(45))
    search.index([SearchEntry("example", "exact", "Zebra", "/x/", "stripes")])
    seen = []
    for page in (1, 2, 3, 4):
        found = search.find("zebra", page=page)
        assert found.count == 46
        seen += [hit.key for hit in found.hits]
    assert seen[0] == "exact"
    assert len(seen) == len(set(seen)) == 46


@pytest.mark.parametrize("kind", ["", "example"])
def test_of_very_many_hits_those_with_the_word_in_the_title_come_first(monkeypatch, kind):
    monkeypatch.setattr(postings, "MOST_RANKED", 12)
    for number in range(50):
        title = f"Zebra number {number}" if number % 5 == 0 else f"Horse number {number}"
        search.index([SearchEntry("example", f"e{number}", title, "/x/", "zebra grass")])
    filters = search.Filters(kind=kind)
    seen = []
    for page in range(1, 8):
        found = search.find("zebra grass zebra", filters, page=page, size=8)
        assert found.count == 50
        seen += [hit.key for hit in found.hits]
    assert len(seen) == len(set(seen)) == 50
    seen = [hit.key for hit in search.find("zebra", filters, size=50).hits]
    assert len(set(seen)) == 50
    assert set(seen[:10]) == {f"e{number}" for number in range(0, 50, 5)}
    assert [d.key for d in search.suggest("zebra")]
    assert all(d.title.startswith("Zebra") for d in search.suggest("zebra"))


def test_words_are_marked_where_letters_change_their_length():
    search.index(
        [SearchEntry("example", "x", "İİİ zebra", "/x/", "ßİ a zebra, not zebras’ zebraish")]
    )
    hit = search.find("zebra").hits[0]
    assert hit.title_html == "İİİ <mark>zebra</mark>"
    assert "a <mark>zebra</mark>, not <mark>zebras</mark>’ zebraish" in hit.excerpt_html


def test_only_what_is_public_is_found(shelf):
    assert "secret" not in keys("hedging") | keys("secret") | keys("secrets")
    assert not SearchWord.objects.filter(word__startswith="secret").exists()
    assert not search.suggest("secr")
    article = Article.objects.select_related("category", "based_on").get(slug="hedging")
    publishing.withdraw(article, reason="Wrong.")
    assert keys("hedging") == set()
    assert not SearchWord.objects.filter(word="protection").exists()


def test_a_deleted_term_is_not_found(shelf):
    Term.objects.get(slug="skew").delete()
    assert keys("skew") == set()


def test_what_changed_is_found_by_its_new_words_only(shelf, library):
    library.answer("rolling", "Now it is about zebras.", title="Why roll?")
    library.sync()
    assert keys("zebra") == {"rolling"}
    assert keys('"two trades"') == set()


def test_another_app_adds_and_removes_documents(bare_house, library):
    entries = [SearchEntry("example", "condor", "An iron condor", "/lab/condor/", "zebra",
                           is_runnable=True)]  # fmt: skip
    extend.search_source("examples", lambda: list(entries))
    library.sync()
    assert keys("zebra", kind="example", is_runnable=True) == {"condor"}
    entries[0] = SearchEntry("example", "other", "Another", "/lab/other/", "zebra")
    library.sync()
    assert keys("zebra") == {"other"}


def test_the_vocabulary_is_the_sum_of_the_documents(shelf):
    before = dict(SearchWord.objects.values_list("word", "documents"))
    count = SearchDocument.objects.count()
    assert search.rebuild() == count
    assert dict(SearchWord.objects.values_list("word", "documents")) == before


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("vo", ["skew", "vix"]),
        ("volatility s", ["skew"]),
        ("iron", ["iron-condor", "hedging"]),
        ("IRON CON", ["iron-condor", "hedging"]),
        ("fear", ["fear"]),
        ("fear index", ["vix"]),
        ("zzz", []),
        ("", []),
        ('"', []),
    ],
)
def test_suggestions_while_one_types(shelf, typed, expected):
    assert {d.key for d in search.suggest(typed)} == set(expected)


def test_suggestions_that_begin_so_come_first(shelf):
    assert search.suggest("condor")[0].key == "condor"


def test_the_pages(shelf, visitor):
    page = visitor.get("/search/?q=vix+calls").content.decode()
    assert "2 results for “vix calls”" in page
    assert "/ask/hedging/" in page
    assert 'name="robots" content="noindex' in page
    assert "ask the question" in visitor.get("/search/?q=zebra").content.decode()
    assert visitor.get("/search/").status_code == 200
    assert visitor.get("/search/?q=vix&page=99999999999999999999&kind=%00").status_code == 200
    assert visitor.get("/search/?q=%3Cscript%3E").content.decode().count("<script>") == 0
    hits = visitor.get("/search/suggest?q=iron").json()["results"]
    assert hits[0] == {"kind": "term", "title": "Iron condor (IC)", "url": "/glossary/iron-condor/"}


def test_vain_searches_are_kept_for_editors_without_who(shelf, visitor):
    for _ in range(2):
        visitor.get("/search/?q=Zebra  Hedge")
    visitor.get("/search/?q=zebra&kind=term")
    visitor.get("/search/?q=me@mail.example")
    visitor.get("/search/?q=zebra", headers={"user-agent": "Googlebot/2.1"})
    miss = SearchMiss.objects.get()
    assert (miss.query, miss.times) == ("zebra hedge", 2)
    assert {f.name for f in SearchMiss._meta.get_fields()} == {
        "id", "query", "times", "first_at", "last_at",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("hedge", "hedge", 0), ("hegde", "hedge", 1), ("hedg", "hedge", 1), ("xedge", "hedge", 1),
     ("hedging", "hedge", 3), ("ab", "ba", 1), ("", "ab", 2)],
)  # fmt: skip
def test_the_distance_of_words(a, b, distance):
    assert vocabulary.edits(a, b, 5) == distance
    assert vocabulary.edits(b, a, 5) == distance


def _reference(query, documents):
    """The slow obvious way: every word of the query in the document's words."""
    wanted = [stem(word) for word in words(query)]
    return {key for key, text in documents.items()
            if wanted and all(one in [stem(w) for w in words(text)] for one in wanted)}  # fmt: skip


VOCABULARY = ["hedge", "hedged", "naïve", "Zürich", "vix9d", "4", "2018", "put", "puts", "κόσμος",
              "волатильность", "s&p", "o'neil", "the", "co-op", "rho"]  # fmt: skip


@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3))
def test_both_databases_agree_with_the_slow_obvious_way(zoo, query):
    text = " ".join(query)
    known = set(SearchWord.objects.values_list("stem", flat=True))
    if all(stem(w) in known or w.isdigit() or len(w) == 1 for w in words(text)):
        assert keys(text) == _reference(text, zoo)


@pytest.fixture
def zoo():
    rng = random.Random(5)
    documents = {}
    for number in range(40):
        title = " ".join(rng.choices(VOCABULARY, k=2))
        documents[f"d{number}"] = (title, " ".join(rng.choices(VOCABULARY, k=rng.randint(1, 12))))
    search.index(SearchEntry("zoo", key, t, "/x/", b) for key, (t, b) in documents.items())
    return {key: f"{t} {b}" for key, (t, b) in documents.items()}


@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.text(max_size=40))
def test_nothing_that_can_be_typed_is_an_error(zoo, query):
    search.find(query)
    search.suggest(query)


def test_folding_keeps_every_script():
    assert fold("Ärger ﬁnal ΚΌΣΜΟΣ") == "arger final κοσμοσ"
    assert words("Волатильность растёт") == ["волатильность", "растет"]
