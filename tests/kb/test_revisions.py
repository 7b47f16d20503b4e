"""Every published wording keeps its address."""

import pytest

from kb import differences, publishing
from kb.models import Article, Revision
from kb.publishing import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(library):
    library.answer("hedging", "The hedge costs **three** points.\n\nIt stays.\n\n- a\n- b")
    library.sync()
    library.answer(
        "hedging", "The hedge costs **four** points.\n\nIt stays.\n\n- a\n- b\n- c",
        change_note="A better run",
    )  # fmt: skip
    library.sync()
    return Article.objects.get(slug="hedging")


def test_an_old_wording_is_read_at_its_address_with_a_notice(answer, visitor):
    page = visitor.get("/ask/hedging/r/1/").content.decode()
    assert "<strong>three</strong>" in page
    assert "This is revision 1 of 2" in page
    assert "noindex" in page
    assert '<link rel="canonical" href="http://testserver/ask/hedging/">' in page
    current = visitor.get("/ask/hedging/r/2/").content.decode()
    assert "<strong>four</strong>" in current
    assert "current revision" in current


@pytest.mark.parametrize("number", ["0", "3", "-1", "01", "999999999999", "x"])
def test_a_revision_that_never_was_is_no_page(answer, visitor, number):
    assert visitor.get(f"/ask/hedging/r/{number}/").status_code == 404


def test_the_history_lists_them_with_their_notes(answer, visitor):
    page = visitor.get("/ask/hedging/history/").content.decode()
    assert page.index("Revision 2") < page.index("Revision 1")
    assert "A better run" in page
    assert "/ask/hedging/compare/1/2/" in page


def test_two_wordings_are_compared_as_they_read(answer, visitor):
    page = visitor.get("/ask/hedging/compare/1/2/").content.decode()
    assert "<del>three</del>" in page
    assert "<ins>four</ins>" in page
    assert "<ins>c</ins>" in page
    assert "<del>It" not in page
    assert "noindex" in page


def test_a_citation_names_its_revision_and_keeps_the_old_title(answer, visitor):
    text = visitor.get("/ask/hedging/cite/apa?revision=1").content.decode()
    assert "/ask/hedging/r/1/" in text


def test_an_old_wording_is_restored_as_a_new_one(answer, editor, visitor):
    publishing.restore(Revision.objects.get(article=answer, number=1), user=editor)
    assert "<strong>three</strong>" in visitor.get("/ask/hedging/").content.decode()
    newest = answer.revisions.first()
    assert (newest.number, newest.note) == (3, "Restored revision 1")
    assert newest.editor == "edith"


def test_a_reworded_heading_keeps_its_anchor(library):
    library.answer("hedging", "## What it costs\n\nA.\n\n## And who pays\n\nB.")
    library.sync()
    library.answer("hedging", "## What it really costs\n\nA.\n\n## And who pays\n\nB.")
    library.sync()
    anchors = [entry["id"] for entry in Article.objects.get(slug="hedging").contents]
    assert anchors == ["what-it-costs", "and-who-pays"]


def test_a_term_has_a_history_too(library, visitor):
    library.term("delta", "First meaning.")
    library.sync()
    library.term("delta", "Second meaning.")
    library.sync()
    assert "First meaning." in visitor.get("/glossary/delta/r/1/").content.decode()
    page = visitor.get("/glossary/delta/compare/1/2/").content.decode()
    assert "<del>First</del>" in page
    assert "/glossary/delta/r/2/" in visitor.get("/glossary/delta/cite/apa").content.decode()


def test_a_difference_never_breaks_the_markup():
    before = "<p>a <strong>b</strong></p><table><tbody><tr><td>1</td></tr></tbody></table>"
    after = "<p>a b</p><table><tbody><tr><td>2</td></tr><tr><td>3</td></tr></tbody></table>"
    html = differences.rendered(before, after)
    for tag in ("p", "table", "tr", "td", "ins", "del"):
        assert html.count(f"<{tag}>") == html.count(f"</{tag}>")


def test_a_withdrawal_needs_a_reason(answer):
    with pytest.raises(Refused):
        publishing.withdraw(answer, reason=" ")


def test_an_unpublished_wording_is_no_revision(library):
    library.answer("draft", published=None)
    library.sync()
    assert not Revision.objects.exists()
