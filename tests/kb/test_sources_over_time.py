"""What becomes of cited pages and works: copies in an archive, retractions, successors."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from kb import archives, publishing, reports
from kb.models import Article, Source
from simulator.models import Claim
from simulator.services.signals import warmed

from .conftest import SOURCE, VENDOR
from .test_care import login, page

pytestmark = pytest.mark.django_db
COPY = "/web/20260302101500/"
BARE = VENDOR | {"archived_url": None}


class Archive(BaseHTTPRequestHandler):
    """Answers like the Wayback Machine: a lookup, a place that saves, and the copies."""

    asked = []
    held = {}
    busy = 0
    closed = False
    tells = "Location"

    def do_GET(self):
        parts = urlsplit(self.path)
        Archive.asked.append(self.path)
        if Archive.busy:
            Archive.busy -= 1
            self.send_response(429)
            self.end_headers()
        elif parts.path == "/available":
            given = parse_qs(parts.query)
            found = Archive.held.get(given["url"][0])
            closest = {"available": True, "status": "200", "url": found} if found else None
            self._say(
                {
                    "url": given["url"][0],
                    "archived_snapshots": {"closest": closest} if found else {},
                }
            )
        elif self.path.startswith("/save/"):
            url = self.path.removeprefix("/save/")
            if Archive.closed:
                self.send_response(403)
            elif Archive.tells == "Content-Location":
                self.send_response(200)
                self.send_header("Content-Location", COPY + url)
            elif Archive.tells == "Link":
                host = f"http://127.0.0.1:{self.server.server_port}"
                other = f'<{url}>; rel="original"'
                self.send_response(200)
                self.send_header("Link", f'{other}, <{host}{COPY}{url}>; rel="first memento"')
            elif Archive.tells == "nothing":
                host = f"http://127.0.0.1:{self.server.server_port}"
                Archive.held[url] = f"{host}{COPY}{url}"
                self.send_response(200)
            else:
                self.send_response(302)
                self.send_header("Location", COPY + self.path.removeprefix("/save/"))
            self.end_headers()
        else:
            self.send_response(200)
            self.end_headers()

    def _say(self, data):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(data).encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def archive(monkeypatch):
    Archive.asked, Archive.held, Archive.busy, Archive.closed = [], {}, 0, False
    Archive.tells = "Location"
    monkeypatch.setattr("time.sleep", lambda seconds: Archive.asked.append(f"rest {seconds:g}"))
    server = HTTPServer(("127.0.0.1", 0), Archive)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(archive, *arguments):
    out = StringIO()
    where = ("--lookup-service", f"{archive}/available", "--save-service", f"{archive}/save/")
    try:
        call_command("archive_sources", *arguments, *where, stdout=out)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


@pytest.fixture
def bare(library):
    """A cited page without a copy, and a paper with a DOI that needs none."""
    library.sources(SOURCE, BARE)
    library.answer("told", "As told [@vendor-page; @whaley-2009].")
    library.sync()
    return library


# Copies --------------------------------------------------------------------------------------


def test_a_copy_that_the_archive_holds_stands_beside_the_reference(bare, archive):
    assert "no archived copy is on record" in page("/ask/told/")
    copy = f"{archive}{COPY}https://vendor.example/shield"
    Archive.held = {BARE["URL"]: copy}
    told, code = run(archive)
    assert (code, told.splitlines()[1]) == (0, "1 found")
    assert "timestamp=20260301" in Archive.asked[0], "nearest to the day on which we read it"
    shown = page("/ask/told/")
    assert f'<a href="{copy}" rel="noopener noreferrer">archived copy</a> of 2 March 2026' in shown
    assert "no archived copy is on record" not in shown
    assert len(Archive.asked) == 1, "a work with a DOI is not asked about"


def test_what_was_found_goes_into_the_file_and_comes_back_unchanged(bare, archive, tmp_path):
    Archive.held = {BARE["URL"]: f"{archive}{COPY}{BARE['URL']}"}
    run(archive)
    out = tmp_path / "out"
    call_command("export_content", str(out), "--edited", stdout=StringIO())
    items = json.loads((out / "sources.json").read_text())
    assert items[1] == BARE | {"archived_url": f"{archive}{COPY}{BARE['URL']}"}
    assert items[0] == SOURCE
    (bare.folder / "sources.json").write_text((out / "sources.json").read_text())
    assert bare.sync() == "0 created, 1 updated, 2 unchanged"
    assert Source.objects.get(key="vendor-page").is_edited is False


def test_the_archive_is_asked_to_make_one_only_when_told_to(bare, archive):
    told, code = run(archive)
    assert (code, told.splitlines()[-1]) == (0, "1 without a copy")
    assert Source.objects.get(key="vendor-page").archived_url is None
    told, code = run(archive)
    assert told.splitlines()[-1] == "none", "asked lately, so it is left in peace"
    told, code = run(archive, "vendor-page", "--ask")
    assert (code, told.splitlines()[1]) == (0, "1 made")
    stored = Source.objects.get(key="vendor-page")
    assert stored.archived_url == f"{archive}{COPY}{BARE['URL']}"
    assert f"{stored.archived_on}" == "2026-03-02"


@pytest.mark.parametrize("tells", ["Location", "Content-Location", "Link", "nothing"])
def test_where_a_new_copy_is_may_be_told_in_several_ways(bare, archive, tells):
    Archive.tells = tells
    told, code = run(archive, "--ask")
    assert (code, told.splitlines()[1]) == (0, "1 made")
    assert Source.objects.get(key="vendor-page").archived_url == f"{archive}{COPY}{BARE['URL']}"


def test_a_busy_archive_is_asked_again_later_and_more_slowly(bare, archive):
    Archive.held = {BARE["URL"]: f"{archive}{COPY}{BARE['URL']}"}
    Archive.busy = 2
    told, code = run(archive)
    assert (code, told.splitlines()[1]) == (0, "1 found")
    assert [one for one in Archive.asked if one.startswith("rest")] == ["rest 5", "rest 10"]


def test_an_archive_that_cannot_be_asked_is_no_verdict_about_a_page(bare, archive):
    Archive.busy = 9
    told, code = run(archive)
    assert (code, told.splitlines()[-1]) == (1, "1 could not be asked")
    told, code = run(archive, "--print")
    assert "1 to be asked about" in told


def test_a_refusal_is_remembered_for_editors(bare, archive, editor):
    Archive.closed = True
    told, code = run(archive, "--ask")
    assert (code, told.splitlines()[-1]) == (0, "1 without a copy")
    care = page("/admin/kb/article/care/", login(editor))
    assert "vendor-page (a copy was refused: it answers 403, asked on " in care
    listed = page("/admin/kb/source/?copy=missing", login(editor))
    assert "none (a copy was refused: it answers 403" in listed
    assert "whaley-2009" not in listed


def test_it_rests_between_two_pages_and_stops_where_it_is_told_to(library, archive):
    library.sources(
        *(BARE | {"id": f"page-{n}", "URL": f"https://a.example/{n}"} for n in range(4))
    )
    library.sync()
    told, _ = run(archive, "--most", "3", "--pause", "7")
    assert told.splitlines()[-1] == "3 without a copy"
    assert Archive.asked.count("rest 7") == 2


def test_a_copy_of_another_page_is_not_taken(bare, archive):
    for other in (
        "https://vendor.example/",
        "https://vendor.example/shield2",
        "https://x.example/",
    ):
        Archive.held = {BARE["URL"]: f"{archive}{COPY}{other}"}
        assert archives.find(BARE["URL"], None, services(archive)) == ""
    for same in ("http://www.vendor.example:80/shield/", "https://VENDOR.example/shield#part"):
        Archive.held = {BARE["URL"]: f"{archive}{COPY}{same}"}
        assert archives.find(BARE["URL"], None, services(archive))


def services(archive):
    return archives.Services(f"{archive}/available", f"{archive}/save/", 5)


def test_a_source_that_needs_no_copy_cannot_be_named(bare, archive):
    for key in ("whaley-2009", "nobody"):
        with pytest.raises(CommandError, match=key):
            run(archive, key)


def test_publishing_with_a_page_that_may_be_gone_tomorrow_asks_why(library, editor):
    library.sources(SOURCE, BARE)
    library.answer("told", "As told [@vendor-page; @whaley-2009].", published=None,
                   review_by="2030-01-01")  # fmt: skip
    library.sync()
    draft = Article.objects.select_related("category", "based_on").get(slug="told")
    assert "no archived copy of vendor-page" in publishing.checks(draft)
    Source.objects.filter(key="vendor-page").update(archived_url="https://a.example/web/1/x")
    assert publishing.checks(draft) == []


# In citations --------------------------------------------------------------------------------


def test_the_reference_list_can_be_saved_with_copy_and_day_of_reading(library):
    archived = "https://web.archive.org/web/20260302101500/https://vendor.example/shield"
    library.sources(SOURCE, VENDOR | {"archived_url": archived})
    library.answer("told", "As told [@vendor-page; @whaley-2009].")
    library.sync()
    assert 'href="/ask/told/references/ris"' in page("/ask/told/")
    items = json.loads(page("/ask/told/references/csl-json"))
    assert [item["id"] for item in items] == ["vendor-page", "whaley-2009"]
    assert items[0]["archive_location"] == archived
    assert items[0]["archive"] == "web.archive.org"
    assert items[0]["accessed"] == {"date-parts": [[2026, 3, 1]]}
    assert "evidence" not in items[0]
    ris = page("/ask/told/references/ris")
    assert f"AV  - {archived}\r\n" in ris
    assert "Y2  - 2026/03/01\r\n" in ris
    bibtex = page("/ask/told/references/bibtex")
    assert f"note = {{Archived at {archived}}}" in bibtex
    assert "urldate = {2026-03-01}" in bibtex
    assert Client().get("/ask/told/references/nothing").status_code == 404
    assert page("/api/v1/articles/told/").count("archive_location") == 1


@pytest.mark.parametrize("style", ["csl-json", "ris", "bibtex"])
def test_copy_and_day_of_reading_come_in_again_as_they_went_out(library, editor, style):
    archived = "https://web.archive.org/web/20260302101500/https://vendor.example/a_shield%20x~y"
    library.sources(SOURCE, VENDOR | {"archived_url": archived, "note": "Seen & kept"})
    library.answer("told", "As told [@vendor-page].")
    library.sync()
    text = page(f"/ask/told/references/{style}")
    Article.objects.all().delete()
    Source.objects.all().delete()
    login(editor).post("/admin/kb/source/import/", {"text": text})
    source = Source.objects.get()
    assert source.archived_url == archived
    assert str(source.read_at) == "2026-03-01"
    assert source.csl["note"] == "Seen & kept"


# Retracted, superseded -----------------------------------------------------------------------

NOTICE = {
    "kind": "retracted",
    "date": "2026-05-04",
    "reason": "The data could not be found again.",
    "successor": "vendor-page",
}


@pytest.fixture
def retracted(library):
    library.sources(SOURCE | {"notice": NOTICE}, VENDOR)
    library.term("gamma", "A slope [@whaley-2009].")
    library.answer(
        "told", "It rose by [3 points](claim:rise) [@whaley-2009].",
        claims={"rise": {"kind": "sourced", "source": "whaley-2009"}},
    )  # fmt: skip
    library.answer("other", "As told [@vendor-page].")
    library.sync()
    return library


def test_a_retraction_stands_on_every_answer_and_beside_every_reference(retracted):
    shown = page("/ask/told/")
    assert "This answer cites a work that was retracted on 4 May 2026" in shown
    beside = shown.partition('class="notice-of-source"')[2].partition("</span>")[0]
    assert "The data could not be found again." in beside
    assert "Read instead:" in beside
    assert "Our shield never fails" in beside
    assert "retracted" not in page("/ask/other/").lower()
    assert "<strong>Retracted</strong>" in page("/glossary/gamma/")
    assert "<strong>Retracted</strong>" in page("/ask/told/r/1/")
    assert json.loads(page("/api/v1/sources/"))["results"][1]["notice"] == NOTICE
    assert "Retracted 2026-05-04" in page("/ask/told/references/ris")


def test_the_reference_follows_its_successor(retracted):
    renamed = VENDOR | {"title": "Our shield seldom fails"}
    assert "never fails" in page("/ask/told/")
    retracted.sources(SOURCE | {"notice": NOTICE}, renamed)
    retracted.sync()
    assert "seldom fails" in page("/ask/told/")


def test_what_a_source_said_is_due_once_the_source_is_taken_back(
    library, django_capture_on_commit_callbacks
):
    def loaded(*sources):
        library.sources(*sources)
        with django_capture_on_commit_callbacks(execute=True):
            library.sync()
        return Claim.objects.get(name="rise")

    library.answer(
        "told", "It rose by [3 points](claim:rise) [@whaley-2009].",
        claims={"rise": {"kind": "sourced", "source": "whaley-2009"}},
    )  # fmt: skip
    loaded(SOURCE, VENDOR)
    warmed.send(sender=None)
    assert Claim.objects.get(name="rise").state == "verified"
    claim = loaded(SOURCE | {"notice": NOTICE}, VENDOR)
    said = "the cited work was retracted on 2026-05-04: The data could not be found again."
    assert (claim.state, claim.cause) == ("due", said)
    assert "due for a check" in page("/claims/")
    assert loaded(SOURCE, VENDOR).state == "verified"


def test_editors_see_what_leans_on_it(retracted, editor):
    found = [one for one in reports.lines() if one.startswith("retracted source")]
    assert found == [
        "retracted source: whaley-2009: The data could not be found again. (cited in told, gamma)"
    ]
    draft = Article.objects.select_related("category", "based_on").get(slug="told")
    assert "cites whaley-2009, retracted on 2026-05-04" in publishing.checks(draft)


def test_a_long_list_of_pages_without_copy_hides_no_other_list(library):
    pages = [BARE | {"id": f"page-{n}", "URL": f"https://a.example/{n}", "title": f"Page {n}"}
             for n in range(101)]  # fmt: skip
    library.sources(SOURCE | {"notice": NOTICE | {"successor": "page-0"}}, *pages)
    library.sync()
    found = dict(reports.grouped(most=100))
    assert len(found["no archived copy"]) == 100
    unused = [one.text for one in found["unused source"]]
    assert "page-1" in unused
    assert "page-0" not in unused, "it is what to read instead of another"


def test_an_editor_notes_it_in_the_admin_and_the_file_keeps_it(library, editor, tmp_path):
    library.answer("told", "As told [@whaley-2009].")
    library.sync()
    source = Source.objects.get(key="whaley-2009")
    url = f"/admin/kb/source/{source.pk}/change/"
    data = {"key": source.key, "csl": json.dumps(source.csl), "evidence": source.evidence}
    half = login(editor).post(url, data | {"notice_kind": "superseded"})
    assert "Readers are told when and why." in half.content.decode()
    stray = {
        "notice_kind": "corrected",
        "notice_date": "2026-05-04",
        "notice_reason": "A table.",
        "notice_successor": "nobody",
    }
    wrong = login(editor).post(url, data | stray)
    assert "There is no other source with this key." in wrong.content.decode()
    whole = {
        "notice_kind": "superseded",
        "notice_date": "2026-05-04",
        "notice_reason": "A second edition.",
        "notice_successor": "vendor-page",
    }
    assert login(editor).post(url, data | whole).status_code == 302
    assert "superseded on 4 May 2026" in page("/ask/told/")
    assert "Superseded, 2026-05-04" in page("/admin/kb/source/?notice=any", login(editor))
    assert "A second edition." in page(url, login(editor))
    call_command("export_content", str(tmp_path / "out"), stdout=StringIO())
    items = json.loads((tmp_path / "out/sources.json").read_text())
    assert items[0]["notice"]["kind"] == "superseded"
    assert items[0]["notice"]["successor"] == "vendor-page"
    login(editor).post(url, data | {"notice_kind": ""})
    assert "superseded" not in page("/ask/told/")


def test_deleting_a_successor_says_whose_it_is(retracted):
    retracted.answer("other", "Nothing cited.")
    retracted.sync()
    successor = Source.objects.get(key="vendor-page")
    admin = User.objects.create_superuser("sue", "sue@example.org")
    shown = page(f"/admin/kb/source/{successor.pk}/delete/", login(admin))
    assert "The notice on whaley-2009 names it as what to read instead" in shown


@pytest.mark.parametrize(
    ("notice", "said"),
    [
        ({"kind": "burnt", "date": "2026-05-04", "reason": "x"}, "burnt"),
        ({"kind": "retracted", "date": "2026-05-04"}, "reason"),
        (NOTICE | {"successor": "nobody"}, "unknown source: nobody"),
        (NOTICE | {"successor": "whaley-2009"}, "does not succeed itself"),
        (NOTICE | {"date": "yesterday"}, "must be a date"),
    ],
)
def test_a_wrong_notice_is_refused_with_its_line(library, notice, said):
    library.sources(SOURCE | {"notice": notice}, VENDOR)
    with pytest.raises(CommandError, match=r"sources\.json:3") as refused:
        library.sync()
    assert said in str(refused.value)
    assert Source.objects.count() == 0
