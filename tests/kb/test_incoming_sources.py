"""Works come in as CSL-JSON, BibTeX or RIS, or are asked for by an operator; never by a page."""

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from urllib.parse import unquote

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import citations, fetching
from kb.citations import incoming
from kb.citations.incoming import Unreadable
from kb.models import Source

# Entries in the form of btxdoc ("BibTeXing", Oren Patashnik, 1988), appendix and section 3.
PATASHNIK = r"""
@comment{not an entry}
@string{jf = "The Journal of Finance"}
@ARTICLE{merton76,
  author = {Merton, Robert C. and {van} der Berg, Jan},
  title = "{O}ption Pricing when {U}nderlying Stock Returns are Discontinuous",
  journal = {Journal of Financial Economics}, volume = 3, number = {1--2},
  pages = {125--144}, year = 1976, month = jan # "~7", doi = {https://doi.org/10.1016/0304-405X(76)90022-2}
}
@book(hull, author = "John C. Hull", title = {Options, Futures, and Other Derivatives},
  edition = {Ninth}, publisher = {Pearson}, year = {2015}, isbn = {978-0133456318})
@misc{cboe, author = {{Cboe Global Markets, Inc.}}, title = {VIX White Paper \& Rules},
  howpublished = {\url{https://cdn.cboe.example/vix.pdf}}, year = {2023}}
@inproceedings{g, author = {G{\"o}del, Kurt and \'{E}mile Borel and Erd\H{o}s, P{\'a}l and others},
  title = {On 50\,\% of {\L}}, booktitle = {Proceedings}, year = {1931}}
"""

RIS = """TY  - JOUR
AU  - Shannon, Claude E.
PY  - 1948/07//
DA  - 1948/07/27
TI  - A Mathematical Theory
      of Communication
T2  - Bell System Technical Journal
SP  - 379
EP  - 423
VL  - 27
IS  - 3
DO  - doi:10.1002/j.1538-7305.1948.tb01338.x
ER  -

TY  - ELEC
AU  - Cboe Global Markets
TI  - Volatility
UR  - https://www.cboe.example/vix
ER  -
"""


def test_bibtex_names_accents_groups_and_numbers_are_understood():
    merton, hull, cboe, goedel = incoming.read(PATASHNIK)
    assert merton["type"] == "article-journal"
    assert merton["title"] == "Option Pricing when Underlying Stock Returns are Discontinuous"
    assert merton["author"][0] == {"family": "Merton", "given": "Robert C."}
    assert merton["author"][1] == {"family": "van der Berg", "given": "Jan"}
    assert (merton["volume"], merton["page"]) == ("3", "125-144")
    assert merton["issued"] == {"date-parts": [[1976, 1]]}
    assert merton["DOI"] == "10.1016/0304-405X(76)90022-2"
    assert hull["author"] == [{"family": "Hull", "given": "John C."}]
    assert hull["ISBN"] == "978-0133456318"
    assert cboe["author"] == [{"literal": "Cboe Global Markets, Inc."}]
    assert cboe["title"] == "VIX White Paper & Rules"
    assert cboe["URL"] == "https://cdn.cboe.example/vix.pdf"
    assert [a["family"] for a in goedel["author"]] == ["Gödel", "Borel", "Erdős"]
    assert goedel["author"][1]["given"] == "Émile"
    assert goedel["container-title"] == "Proceedings"


def test_ris_records_are_understood():
    shannon, cboe = incoming.read(RIS)
    assert shannon == {
        "type": "article-journal",
        "title": "A Mathematical Theory of Communication",
        "author": [{"family": "Shannon", "given": "Claude E."}],
        "issued": {"date-parts": [[1948, 7, 27]]},
        "container-title": "Bell System Technical Journal",
        "volume": "27",
        "issue": "3",
        "page": "379-423",
        "DOI": "10.1002/j.1538-7305.1948.tb01338.x",
    }
    assert cboe["author"] == [{"literal": "Cboe Global Markets"}]
    assert cboe["type"] == "webpage"


def test_what_services_add_beyond_a_citation_is_left_out():
    (found,) = incoming.read(
        json.dumps(
            {"message": {"type": "journal-article", "title": ["<i>On</i> x &amp; y"], "indexed": {},
                         "reference": [{"key": "1"}], "ISSN": ["1", "2"], "URL": "javascript:x",
                         "author": [{"given": "A\x00da", "family": "Byron", "ORCID": "x"},
                                    {"name": "A group", "sequence": "first"}, "nobody"],
                         "issued": {"date-parts": [[2009, 3, None]]}}}
        )
    )  # fmt: skip
    assert found == {
        "type": "article-journal",
        "title": "On x & y",
        "author": [{"family": "Byron", "given": "A da"}, {"literal": "A group"}],
        "issued": {"date-parts": [[2009, 3]]},
        "ISSN": "1",
    }


NAMES = st.text("ABCDEFGHIJabcdefghijéüø", min_size=2, max_size=9).map(str.capitalize)
PEOPLE = st.lists(
    st.fixed_dictionaries({"family": NAMES, "given": NAMES})
    | st.fixed_dictionaries({"literal": st.builds("{} {} & Sons".format, NAMES, NAMES)}),
    min_size=1,
    max_size=4,
)
WORKS = st.fixed_dictionaries(
    {
        "type": st.just("article-journal"),
        "title": st.text("ab XY&%$#_{}é-", min_size=1).map(lambda t: f"On {' '.join(t.split())}."),
        "author": PEOPLE,
        "issued": st.fixed_dictionaries(
            {
                "date-parts": st.tuples(st.integers(1000, 2999), st.integers(1, 12)).map(
                    lambda d: [[*d]]
                )
            }
        ),
        "container-title": NAMES,
        "volume": st.integers(1, 999).map(str),
        "issue": st.integers(1, 99).map(str),
        "page": st.integers(1, 999).map(lambda n: f"{n}-{n + 9}"),
        "DOI": st.integers(1, 10**6).map("10.1234/x.{}".format),
    }
)


@settings(max_examples=60, deadline=None)
@given(work=WORKS, style=st.sampled_from(["bibtex", "ris", "csl-json"]))
def test_what_we_export_we_read_back_the_same(work, style):
    text, _ = citations.export({"id": "a-key", **work}, style)
    assert incoming.read(text) == [work]


@settings(max_examples=150, deadline=None)
@given(st.text("@{}(),=#\"'\\\n TYERAU-ab10", max_size=400))
def test_any_text_is_read_or_refused_in_words(text):
    for start in ("", "@article{x, title = ", "TY  - JOUR\n", "[{"):
        with suppress(Unreadable):
            assert all(item["title"] for item in incoming.read(start + text))


@pytest.mark.parametrize(
    "text",
    ["", "Just words.", "[]", "[1]", '{"type": "book"}', "[" * 100_000, "@book{x}", "x" * 500_001],
)
def test_what_holds_no_work_is_refused_in_words(text):
    with pytest.raises(Unreadable, match=r"\w+"):
        incoming.read(text)


def test_keys_come_from_author_and_year_and_stay_apart():
    item = {"title": "T", "author": [{"family": "Müller", "given": "A."}],
            "issued": {"date-parts": [[2009]]}}  # fmt: skip
    assert incoming.key_for(item) == "muller-2009"
    assert incoming.key_for(item, {"muller-2009", "muller-2009-2"}) == "muller-2009-3"
    assert incoming.key_for({"title": "Über alles"}) == "uber-alles-n-d"


# Pasted by an editor -------------------------------------------------------------------------


def paste(user, text):
    client = Client()
    client.force_login(user)
    return client.post("/admin/kb/source/import/", {"text": text}, follow=True)


@pytest.mark.django_db
def test_an_editor_pastes_a_work_and_is_led_to_its_record(editor):
    response = paste(editor, RIS.partition("ER")[0])
    source = Source.objects.get()
    assert response.redirect_chain[-1][0] == f"/admin/kb/source/{source.pk}/change/"
    assert (source.key, source.evidence, source.is_edited) == (
        "shannon-1948", "peer-reviewed", True)  # fmt: skip
    assert source.csl["DOI"] == "10.1002/j.1538-7305.1948.tb01338.x"


@pytest.mark.django_db
def test_a_work_that_is_there_is_not_stored_twice(library, editor):
    library.sync()
    page = paste(editor, "@article{x, title={Again}, doi={10.3905/jpm.2009.35.3.098}}")
    assert "There already: whaley-2009" in page.content.decode()
    assert Source.objects.filter(csl__title="Again").count() == 0


@pytest.mark.django_db
def test_a_paste_without_a_work_keeps_the_text(editor):
    page = paste(editor, "Nothing <here>").content.decode()
    assert "neither CSL-JSON, nor BibTeX, nor RIS" in page
    assert "Nothing &lt;here&gt;" in page
    assert not Source.objects.exists()


@pytest.mark.django_db
def test_moderators_bring_nothing_in(moderator):
    assert paste(moderator, RIS).status_code == 403


# Asked for by an operator --------------------------------------------------------------------

PAGE = """<html><head><title>Fallback</title>
<meta name="citation_title" content="The Page"><meta name="citation_author" content="Ada Byron">
<meta property="og:site_name" content="The Site">
<meta property="article:published_time" content="2024-05-06T07:08:09Z"></head></html>"""


class Service(BaseHTTPRequestHandler):
    seen: list[tuple[str, str]] = []

    def do_GET(self):
        Service.seen.append((self.path, self.headers["Accept"]))
        path = unquote(self.path)
        if path == "/10.1234/moved":
            self.send_response(302)
            self.send_header("Location", "/10.1234/works")
            self.end_headers()
            return
        answers = {
            "/10.1234/works": json.dumps(
                {"type": "journal-article", "title": "Found", "DOI": "10.1234/WORKS",
                 "author": [{"family": "Byron", "given": "Ada"}],
                 "issued": {"date-parts": [[2020, 2]]}, "license": [1]}
            ),
            "/10.1234/html": "<html>",
            "/10.1234/huge": '{"title": "' + "x" * 2_100_000 + '"}',
            "/api/books?bibkeys=ISBN:9780133456318&format=json&jscmd=data": json.dumps(
                {"ISBN:9780133456318": {"title": "Options", "subtitle": "And so on",
                 "authors": [{"name": "John C. Hull"}], "publishers": [{"name": "Pearson"}],
                 "publish_date": "Jan 2015"}}
            ),
            "/api/books?bibkeys=ISBN:0306406152&format=json&jscmd=data": "{}",
            "/page": PAGE,
        }  # fmt: skip
        body = answers.get(path)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def service():
    Service.seen = []
    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def fetch(service, folder, what, *more):
    out = StringIO()
    call_command("fetch_source", what, "--dir", str(folder), "--doi-service", service,
                 "--isbn-service", service, *more, stdout=out)  # fmt: skip
    return out.getvalue()


def listed(folder):
    return {item["id"]: item for item in json.loads((folder / "sources.json").read_text())}


def test_a_doi_is_asked_for_as_csl_and_added_to_the_list(service, library):
    before = (library.folder / "sources.json").read_text()
    said = fetch(service, library.folder, "https://doi.org/10.1234/moved")
    assert said.startswith("byron-2020 added")
    assert {accept for _, accept in Service.seen} == {fetching.CSL}
    added = listed(library.folder)["byron-2020"]
    assert added == {
        "id": "byron-2020", "type": "article-journal", "title": "Found",
        "author": [{"family": "Byron", "given": "Ada"}], "issued": {"date-parts": [[2020, 2]]},
        "DOI": "10.1234/moved", "evidence": "peer-reviewed", "interest": None,
        "archived_url": None, "read_at": None,
    }  # fmt: skip
    after = (library.folder / "sources.json").read_text()
    assert after.startswith(before.rstrip("\n]").rstrip())
    library.sync()
    assert Source.objects.get(key="byron-2020").title == "Found"


def test_a_book_and_a_page_are_found_too(service, library):
    fetch(service, library.folder, "978-0-13-345631-8", "--key", "hull-book")
    book = listed(library.folder)["hull-book"]
    assert (book["title"], book["evidence"]) == ("Options: And so on", "book")
    assert book["issued"] == {"date-parts": [[2015]]}
    fetch(service, library.folder, f"{service}page", "--evidence", "vendor", "--interest", "Sells")
    page = listed(library.folder)["byron-2024"]
    assert (page["title"], page["container-title"]) == ("The Page", "The Site")
    assert page["issued"] == {"date-parts": [[2024, 5, 6]]}
    assert (page["evidence"], page["interest"]) == ("vendor", "Sells")
    assert page["read_at"]
    library.sync()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("10.1234/nowhere", "answers 404"),
        ("10.1234/html", "not JSON"),
        ("10.1234/huge", "more than"),
        ("10.3905/jpm.2009.35.3.098", "answers 404"),
        ("9780133456319", "neither a DOI"),
        ("0306406152", "No book"),
        ("ftp://example.org/x", "neither a DOI"),
    ],
)
def test_what_cannot_be_found_changes_nothing(service, library, what, said):
    before = (library.folder / "sources.json").read_bytes()
    with pytest.raises(CommandError, match=said):
        fetch(service, library.folder, what)
    assert (library.folder / "sources.json").read_bytes() == before


def test_a_work_that_is_listed_or_a_name_that_is_taken_is_refused(service, library):
    fetch(service, library.folder, "10.1234/works")
    with pytest.raises(CommandError, match="already: byron-2020"):
        fetch(service, library.folder, "https://doi.org/10.1234/works")
    with pytest.raises(CommandError, match="called whaley-2009"):
        fetch(service, library.folder, "9780133456318", "--key", "whaley-2009")


def test_print_writes_nothing(service, library):
    before = (library.folder / "sources.json").read_bytes()
    assert '"title": "Found"' in fetch(service, library.folder, "10.1234/works", "--print")
    assert (library.folder / "sources.json").read_bytes() == before
