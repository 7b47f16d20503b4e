"""Citations against the examples that the style guides themselves print, and their rules."""

import json

import bibtexparser
import pytest

from kb import citations
from kb.citations import cite, export, in_text, plain, with_letters


def person(family, given="", **rest):
    return {"family": family, "given": given, **rest}


def group(name):
    return {"literal": name}


def issued(*parts):
    return {"date-parts": [list(parts)]}


GRADY = {
    "id": "grady-2019",
    "type": "article-journal",
    "title": "Emotions in storybooks: A comparison of storybooks that represent ethnic and racial "
    "groups in the United States",
    "author": [person("Grady", "Jessica S."), person("Her", "Mai"), person("Moreno", "Geena"),
               person("Perez", "Cristina"), person("Yelinek", "Julie")],
    "issued": issued(2019),
    "container-title": "Psychology of Popular Media Culture",
    "volume": "8",
    "issue": "3",
    "page": "207-217",
    "DOI": "10.1037/ppm0000185",
}  # fmt: skip
JACKSON = {
    "id": "jackson-2019",
    "type": "book",
    "title": "The psychology of prejudice: From attitudes to social action",
    "author": [person("Jackson", "Lynne M.")],
    "issued": issued(2019),
    "edition": "2",
    "publisher": "American Psychological Association",
    "DOI": "10.1037/0000168-000",
}
AGUIRRE = {
    "id": "aron-2019",
    "type": "chapter",
    "title": "Dialectical behavior therapy for couples therapy",
    "author": [person("Fruzzetti", "Alan E.")],
    "issued": issued(2019),
    "container-title": "The Oxford handbook of dialectical behaviour therapy",
    "editor": [person("Swales", "Michaela A.")],
    "page": "733-756",
    "publisher": "Oxford University Press",
}
WHO = {
    "id": "who-2018",
    "type": "webpage",
    "title": "The top 10 causes of death",
    "author": [group("World Health Organization")],
    "container-title": "World Health Organization",
    "issued": issued(2018, 5, 24),
    "URL": "https://www.who.int/news-room/fact-sheets/detail/the-top-10-causes-of-death",
}
BAGEL = {
    "id": "bagel",
    "type": "webpage",
    "title": "What is mindfulness?",
    "author": [],
    "container-title": "Mindful",
    "URL": "https://mindful.example/what",
    "accessed": issued(2026, 11, 23),
}
REPORT = {
    "id": "nci-2018",
    "type": "report",
    "title": "Facing forward: Life after cancer treatment",
    "author": [group("National Cancer Institute")],
    "issued": issued(2018),
    "number": "18-2424",
    "publisher": "U.S. Department of Health and Human Services, National Institutes of Health",
    "URL": "https://www.cancer.gov/publications/patient-education/life-after-treatment.pdf",
}

APA = [
    # Publication Manual, 7th ed., section 10.1, example 1
    (
        GRADY,
        "Grady, J. S., Her, M., Moreno, G., Perez, C., & Yelinek, J. (2019). Emotions in "
        "storybooks: A comparison of storybooks that represent ethnic and racial groups in the "
        "United States. Psychology of Popular Media Culture, 8(3), 207–217. "
        "https://doi.org/10.1037/ppm0000185",
    ),
    # section 10.2, book with a DOI, second edition
    (
        JACKSON,
        "Jackson, L. M. (2019). The psychology of prejudice: From attitudes to social action "
        "(2nd ed.). American Psychological Association. https://doi.org/10.1037/0000168-000",
    ),
    # section 10.3, chapter of an edited book
    (
        AGUIRRE,
        "Fruzzetti, A. E. (2019). Dialectical behavior therapy for couples therapy. In "
        "M. A. Swales (Ed.), The Oxford handbook of dialectical behaviour therapy "
        "(pp. 733–756). Oxford University Press.",
    ),
    # section 10.4, report by a government agency, example 50
    (
        REPORT,
        "National Cancer Institute. (2018). Facing forward: Life after cancer treatment (Report "
        "No. 18-2424). U.S. Department of Health and Human Services, National Institutes of "
        "Health. https://www.cancer.gov/publications/patient-education/life-after-treatment.pdf",
    ),
    # section 10.16, web page with a group author that is the site's name too, example 111
    (
        WHO,
        "World Health Organization. (2018, May 24). The top 10 causes of death. "
        "https://www.who.int/news-room/fact-sheets/detail/the-top-10-causes-of-death",
    ),
    # no author: the title moves to the front; no date: n.d.
    (BAGEL, "What is mindfulness? (n.d.). Mindful. https://mindful.example/what"),
]
MLA = [
    # MLA Handbook, 9th ed., section 5: an article with one author, two, three and more
    (
        {
            "id": "baron",
            "type": "article-journal",
            "title": "Redefining Reading: The Impact of Digital Communication Media",
            "author": [person("Baron", "Naomi S.")],
            "container-title": "PMLA",
            "volume": "128",
            "issue": "1",
            "issued": issued(2013, 1),
            "page": "193-200",
        },
        "Baron, Naomi S. “Redefining Reading: The Impact of Digital Communication Media.” PMLA, "
        "vol. 128, no. 1, Jan. 2013, pp. 193–200.",
    ),
    (
        {
            "id": "dorris",
            "type": "book",
            "title": "The Crown of Columbus",
            "author": [person("Dorris", "Michael"), person("Erdrich", "Louise")],
            "publisher": "HarperCollins Publishers",
            "issued": issued(1999),
        },
        "Dorris, Michael, and Louise Erdrich. The Crown of Columbus. HarperCollins Publishers, "
        "1999.",
    ),
    (
        {
            "id": "burdick",
            "type": "book",
            "title": "Digital_Humanities",
            "author": [
                person("Burdick", "Anne"),
                person("Drucker", "Johanna"),
                person("Lunenfeld", "Peter"),
            ],
            "publisher": "MIT P",
            "issued": issued(2012),
        },
        "Burdick, Anne, et al. Digital_Humanities. MIT P, 2012.",
    ),
    # a publisher that is the author is named once, as publisher (section 5.19)
    (
        WHO,
        "“The top 10 causes of death.” World Health Organization, 24 May 2018, "
        "https://www.who.int/news-room/fact-sheets/detail/the-top-10-causes-of-death.",
    ),
    # without a date the day of reading stands at the end
    (
        BAGEL,
        "“What is mindfulness?” Mindful, https://mindful.example/what. Accessed 23 Nov. 2026.",
    ),
]
CHICAGO = [
    # Chicago Manual of Style, 17th ed., quick guide: book, book with two authors
    (
        {
            "id": "smith",
            "type": "book",
            "title": "Swing Time",
            "author": [person("Smith", "Zadie")],
            "publisher-place": "New York",
            "publisher": "Penguin Press",
            "issued": issued(2016),
        },
        "Smith, Zadie. Swing Time. New York: Penguin Press, 2016.",
    ),
    (
        {
            "id": "grazer",
            "type": "book",
            "title": "A Curious Mind: The Secret to a Bigger Life",
            "author": [person("Grazer", "Brian"), person("Fishman", "Charles")],
            "publisher-place": "New York",
            "publisher": "Simon & Schuster",
            "issued": issued(2015),
        },
        "Grazer, Brian, and Charles Fishman. A Curious Mind: The Secret to a Bigger Life. New "
        "York: Simon & Schuster, 2015.",
    ),
    # quick guide: journal article
    (
        {
            "id": "satterfield",
            "type": "article-journal",
            "title": "Livy and the Pax Deum",
            "author": [person("Satterfield", "Susan")],
            "container-title": "Classical Philology",
            "volume": "111",
            "issue": "2",
            "issued": issued(2016, 4),
            "page": "165-76",
        },
        "Satterfield, Susan. “Livy and the Pax Deum.” Classical Philology 111, no. 2 (2016): "
        "165–76.",
    ),
    # quick guide: website content, with and without a date
    (
        {
            "id": "bouman",
            "type": "webpage",
            "title": "How to Take a Picture of a Black Hole",
            "author": [person("Bouman", "Katie")],
            "container-title": "TED",
            "issued": issued(2016, 11),
            "URL": "https://www.ted.com/talks/x",
        },
        "Bouman, Katie. “How to Take a Picture of a Black Hole.” TED. November 2016. "
        "https://www.ted.com/talks/x.",
    ),
    (
        BAGEL,
        "“What is mindfulness?” Mindful. Accessed November 23, 2026. https://mindful.example/what.",
    ),
]


@pytest.mark.parametrize(
    ("style", "item", "expected"),
    [("apa", *case) for case in APA]
    + [("mla", *case) for case in MLA]
    + [("chicago", *case) for case in CHICAGO],
)
def test_the_style_guides_own_examples(style, item, expected):
    assert plain(cite(item, style)) == expected


def many(count):
    return {**GRADY, "author": [person(f"Name{n:02d}", "Ada B.") for n in range(1, count + 1)]}


@pytest.mark.parametrize(
    ("count", "start", "label"),
    [
        (1, "Name01, A. B. (2019).", "Name01, 2019"),
        (2, "Name01, A. B., & Name02, A. B. (2019).", "Name01 & Name02, 2019"),
        (3, "Name01, A. B., Name02, A. B., & Name03, A. B. (2019).", "Name01 et al., 2019"),
    ],
)
def test_apa_with_few_authors(count, start, label):
    assert plain(cite(many(count), "apa")).startswith(start)
    assert in_text(many(count)) == label


@pytest.mark.parametrize("count", range(4, 21))
def test_apa_names_up_to_twenty_authors(count):
    text = plain(cite(many(count), "apa"))
    assert text.count("Name") == count
    assert f", & Name{count:02d}, A. B. (2019)" in text


@pytest.mark.parametrize("count", [21, 22, 40])
def test_apa_shortens_more_than_twenty_authors(count):
    text = plain(cite(many(count), "apa"))
    assert f"Name19, A. B., . . . Name{count:02d}, A. B. (2019)" in text
    assert text.count("Name") == 20
    assert "&" not in text


@pytest.mark.parametrize(("count", "named"), [(10, 10), (11, 7), (21, 7)])
def test_chicago_names_ten_authors_or_seven(count, named):
    text = plain(cite(many(count), "chicago"))
    assert text.count("Name") == named
    assert (", et al." in text) == (named == 7)


@pytest.mark.parametrize(
    ("name", "apa", "mla"),
    [
        (person("Berg", "Anna Maria", **{"non-dropping-particle": "van der"}),
         "van der Berg, A. M.", "van der Berg, Anna Maria"),
        (person("Beethoven", "Ludwig", **{"dropping-particle": "van"}),
         "Beethoven, L. van", "Beethoven, Ludwig van"),
        (person("King", "Martin Luther", suffix="Jr."), "King, M. L., Jr.",
         "King, Martin Luther, Jr."),
        (person("Sartre", "Jean-Paul"), "Sartre, J.-P.", "Sartre, Jean-Paul"),
        (person("O’Neil", "Cathy"), "O’Neil, C.", "O’Neil, Cathy"),
        (person("王", "小明"), "王, 小明", "王, 小明"),
        (person("Достоевский", "Фёдор"), "Достоевский, Ф.", "Достоевский, Фёдор"),
        (person("Madonna"), "Madonna", "Madonna"),
        (group("Federal Reserve, Board of Governors"), "Federal Reserve, Board of Governors",
         "Federal Reserve, Board of Governors"),
        ({"name": "The Hedgelab group"}, "The Hedgelab group", "The Hedgelab group"),
    ],
)  # fmt: skip
def test_names_of_every_kind(name, apa, mla):
    item = {**JACKSON, "author": [name]}
    assert plain(cite(item, "apa")).startswith((f"{apa} (2019)", f"{apa}. (2019)"))
    assert plain(cite(item, "mla")).startswith((f"{mla}. ", mla))


@pytest.mark.parametrize("style", citations.STYLES)
def test_a_group_stays_whole_in_every_style(style):
    item = {**GRADY, "author": [group("Hedgelab, Editors and Friends")]}
    text, _ = export(item, style)
    assert "Hedgelab, Editors and Friends" in text


@pytest.mark.parametrize("style", citations.STYLES)
@pytest.mark.parametrize("lacking", ["author", "issued", "container-title", "DOI", "page"])
def test_a_missing_field_never_leaves_a_hole(style, lacking):
    item = {key: value for key, value in GRADY.items() if key != lacking}
    text, _ = export(item, style)
    for hole in ("None", "..", " ,", "( )", "()", ", ,", "  (", "“”"):
        if style in ("apa", "mla", "chicago"):
            assert hole not in text
    assert "Emotions in storybooks" in text


def test_same_author_and_year_are_told_apart_by_letters():
    items = [{**WHO, "id": "b", "title": "B"}, {**WHO, "id": "a", "title": "A"}, GRADY]
    lettered = {item["id"]: item for item in with_letters(items)}
    assert in_text(lettered["a"]) == "World Health Organization, 2018a"
    assert in_text(lettered["b"]) == "World Health Organization, 2018b"
    assert "(2018b, May 24)" in plain(cite(lettered["b"], "apa"))
    assert in_text(lettered["grady-2019"]) == "Grady et al., 2019"
    many_alike = with_letters([{**WHO, "id": f"{n:03d}", "title": f"{n:03d}"} for n in range(30)])
    assert in_text(many_alike[26]) == "World Health Organization, 2018aa"


def test_hostile_fields_are_escaped():
    item = {**GRADY, "title": "<script>alert(1)</script>", "author": [group("<b>A & B</b>")]}
    for style in citations.STYLES:
        assert "<script>" not in cite(item, style)
        assert "<b>" not in cite(item, style)


def test_bibtex_is_read_back_by_a_bibtex_reader():
    item = {
        **GRADY,
        "title": "Costs & risks: 100 % of $5_000 {braces} #1 ~ ^ \\ ü",
        "author": [person("Berg", "Anna", **{"non-dropping-particle": "van der"}),
                   group("Research & Team, Inc.")],
    }  # fmt: skip
    library = bibtexparser.parse_string(export(item, "bibtex")[0])
    assert not library.failed_blocks
    entry = library.entries[0]
    assert entry.entry_type == "article"
    assert entry.key == "grady-2019"
    assert entry["pages"] == "207--217"
    assert entry["author"] == r"van der Berg, Anna and {Research \& Team, Inc.}"
    assert r"\$5\_000 \{braces\} \#1" in entry["title"]


def test_ris_holds_one_line_a_field():
    text, kind = export(GRADY, "ris")
    lines = text.split("\r\n")
    assert kind.startswith("application/x-research-info-systems")
    assert lines[0] == "TY  - JOUR"
    assert lines.count("AU  - Grady, Jessica S.") == 1
    assert sum(line.startswith("AU  - ") for line in lines) == 5
    assert "SP  - 207" in lines
    assert "EP  - 217" in lines
    assert lines[-3] == "ER  - "


def test_csl_json_is_the_record_without_our_own_keys():
    text, _ = export({**GRADY, "evidence": "book", "interest": None}, "csl-json")
    assert json.loads(text) == [GRADY]


def test_a_list_of_sources_is_one_file():
    library = bibtexparser.parse_string(export([GRADY, JACKSON, WHO], "bibtex")[0])
    assert [entry.key for entry in library.entries] == ["grady-2019", "jackson-2019", "who-2018"]
    assert export([GRADY, JACKSON], "ris")[0].count("TY  - ") == 2
