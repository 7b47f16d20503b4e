"""What a reader meets on the page of a term, and in the glossary's index."""

import json
import re

import pytest

from kb import reports
from simulator import services
from simulator.models import Example

from .conftest import VENDOR

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(library):
    library.sources(
        VENDOR | {"id": "page-b", "title": "B"}, VENDOR | {"id": "page-a", "title": "A"}
    )
    library.term(
        "shield", "They say it always holds [@page-b].\n\n## In numbers {#numbers}\n\nThree.",
        name="Layered shield", abbreviation="LS", aliases=["the shield"],
        summary="A hedge in layers.", formula=r"\frac{a}{b}", sources=["page-a p. 4"],
        senses=[
            {"name": "Reading 1", "meaning": "Three layers.", "sources": ["page-a"],
             "disputed": True},
            {"name": "Reading 2", "meaning": "Four layers.", "disputed": True},
        ],
    )  # fmt: skip
    library.term("Ärger".lower().replace("ä", "ae"), name="Ärger")
    library.term("zero-dte", name="0DTE")
    library.sync()


@pytest.fixture
def page(shelf, visitor):
    return visitor.get("/glossary/shield/").content.decode()


def test_name_meaning_formula_and_definition_in_this_order(page):
    main = page[page.index("<main") :]
    order = ["Layered shield", "(LS)", "Also: the shield", "A hedge in layers.", "<math",
             "They say it always holds", "Competing readings", "Reading 1", 'id="references"',
             'id="cite"']  # fmt: skip
    places = [main.index(text) for text in order]
    assert places == sorted(places)
    assert '<h2 id="numbers">' in page


def test_sources_of_text_and_readings_share_one_list_and_its_letters(page):
    assert page.count('id="ref-page-a"') == page.count('id="ref-page-b"') == 1
    assert "Vendor Research Team, n.d.-b" in page
    assert 'href="#ref-page-a">(Vendor Research Team, n.d.-a)</a>' in page


def test_a_disputed_word_is_marked_and_linked_all_the_same(page, library, visitor):
    assert page.count('<li class="disputed">') == 2
    library.answer("hedging", "About the LS.")
    library.sync()
    assert 'data-term="shield"' in visitor.get("/ask/hedging/").content.decode()


def test_machines_read_a_defined_term(page):
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert data["@type"] == "DefinedTerm"
    assert data["name"] == "Layered shield"
    assert data["alternateName"] == ["LS", "the shield"]
    assert data["inDefinedTermSet"]["url"] == "http://testserver/glossary/"


def test_it_is_cited_as_an_entry(shelf, visitor):
    text = visitor.get("/glossary/shield/cite/apa").content.decode()
    assert "Layered shield. In <i>" not in text
    assert "Layered shield. In Hedgelab glossary. Hedgelab." not in text, "a publisher once"
    assert text.startswith("Hedgelab. (")
    assert "http://testserver/glossary/shield/r/1/" in text
    assert "TY  - DICT" in visitor.get("/glossary/shield/cite/ris").content.decode()


def test_the_index_goes_from_a_to_z(shelf, visitor):
    page = visitor.get("/glossary/").content.decode()
    letters = re.findall(r'<h2 id="letter-([^"]+)">', page)
    assert letters == ["0–9", "A", "L"]
    assert page.index("0DTE") < page.index("Ärger") < page.index("Layered shield")


def test_a_renamed_term_redirects_for_good(shelf, library, visitor):
    (library.folder / "glossary" / "shield.md").unlink()
    library.term("layered-shield", formerly=["shield"])
    library.sync()
    response = visitor.get("/glossary/shield/")
    assert (response.status_code, response["Location"]) == (301, "/glossary/layered-shield/")


def test_its_twins(shelf, library, visitor):
    file = (library.folder / "glossary" / "shield.md").read_text()
    assert visitor.get("/glossary/shield.md").content.decode() == file
    assert visitor.get("/glossary/shield.json").json()["abbreviation"] == "LS"


def test_a_worked_number_with_its_form_stands_under_the_definition(library, visitor):
    library.term("slope", example="a-slope")
    library.term("plain")
    library.write_examples(
        '[[example]]\nslug = "a-slope"\ntitle = "A call and its slope"\n'
        'experiment = "option-price"\nparameters = { strike = 105.0 }\n'
    )
    library.sync()
    page = visitor.get("/glossary/slope/").content.decode()
    part = page.partition('<h2 id="in-numbers">')[2]
    assert "A call and its slope" in part
    assert 'action="/lab/a-slope/"' in part
    assert 'name="strike"' in part
    assert "in-numbers" not in visitor.get("/glossary/plain/").content.decode()
    assert visitor.get("/glossary/slope.json").json()["example"] == "a-slope"
    found = visitor.get("/search/?q=slope&runnable=1&kind=term").content.decode()
    assert "/glossary/slope/" in found
    assert "plain" not in found.partition("results")[2]
    example = Example.objects.get()
    services.refresh_example(example)
    lab = visitor.get("/lab/a-slope/").content.decode()
    assert 'Stands in the glossary under <a href="/glossary/slope/">slope</a>' in lab
    run, _ = services.find_or_create_run(experiment="option-price", example=example)
    services.execute_run(run.pk, "tests")
    page = visitor.get("/glossary/slope/").content.decode()
    assert "a call struck at 105 with" in page.partition('<h2 id="in-numbers">')[2]


def test_an_unknown_example_says_so_and_a_hidden_one_stays_hidden(library, visitor):
    library.term("slope", example="nothing")
    library.term("secret", example="hidden")
    library.answer("draft", published=None)
    library.write_examples(
        '[[example]]\nslug = "hidden"\ntitle = "A secret title"\narticle = "draft"\n'
        'experiment = "option-price"\n'
    )
    library.sync()
    assert visitor.get("/glossary/slope/").status_code == 200
    assert "A secret title" not in visitor.get("/glossary/secret/").content.decode()
    found = [str(one) for one in reports.lines() if "no such example" in str(one)]
    assert found == [
        "no such example: hidden (under secret)",
        "no such example: nothing (under slope)",
    ]
