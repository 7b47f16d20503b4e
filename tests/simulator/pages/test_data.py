"""A reader asks what the numbers under a replay are, whose they are and what is wrong with them."""

import pytest
from django.core.management import call_command

from simulator.models import DataSeries, Example, Run, RunResult

pytestmark = pytest.mark.django_db
CLOSES = """date,close
2020-01-02,12.5
2020-01-03,14
2020-01-06,.
2020-01-07,13
2020-01-08,13.5
2020-01-20,13.25
"""
REJECTED = "no value on 2020-01-06"


@pytest.fixture
def bring(tmp_path, capsys):
    def bring(text=CLOSES, series="vix", **options):
        file = tmp_path / "closes.csv"
        file.write_text(text)
        call_command("import_market_data", str(file), series=series, **options)
        capsys.readouterr()
        return DataSeries.objects.current().get(name=series)

    return bring


def test_where_nothing_was_imported_the_page_says_how_to(client):
    page = client.get("/data/")
    assert page.status_code == 200
    assert "No market data has been imported" in page.text
    assert "import_market_data FILE" in page.text
    assert client.get("/api/v1/data/").json()["results"] == []
    assert client.get("/data/vix/").status_code == 404


def test_the_list_names_every_series_with_its_terms(client, bring):
    bring(licence="CC0-1.0")
    bring(series="spx")
    page = client.get("/data/").text
    assert 'href="/data/vix/"' in page
    assert 'href="/data/spx/"' in page
    assert "CC0-1.0" in page
    assert "not stated" in page


def test_the_list_costs_as_many_queries_for_ten_series_as_for_one(
    client, bring, django_assert_num_queries
):
    for number in range(10):
        bring(series=f"series-{number}")
    with django_assert_num_queries(2):
        client.get("/data/")


def test_a_series_shows_its_origin_checksum_gaps_and_every_row_of_the_report(client, bring):
    row = bring(origin="https://example.org/vix", licence="CC0-1.0", retrieved="2020-02-01")
    page = client.get("/data/vix/").text
    for words in (row.sha256, row.file_sha256, "https://example.org/vix", "1 February 2020"):
        assert words in page
    assert "5 kept of 6 read" in page
    assert REJECTED in page
    assert "no rows between 2020-01-08 and 2020-01-20" in page
    assert '<svg class="chart line"' in page
    assert '<details class="numbers">' in page


def test_the_numbers_are_given_only_where_the_licence_says_so(client, bring):
    bring(licence="CC0-1.0")
    given = client.get("/data/vix/values.csv")
    assert given.status_code == 200
    lines = [line for line in given.text.splitlines() if not line.startswith("#")]
    assert lines[:2] == ["date,value", "2020-01-02,12.5"]
    assert lines[-1] == "2020-01-20,13.25"
    assert len(lines) == 6


@pytest.mark.parametrize("licence", ["", "PDDL claimed by its datapackage", "cc0-1.0?", "(c) Cboe"])
def test_a_doubtful_licence_keeps_the_numbers_here(client, bring, licence):
    bring(licence=licence, origin="the exchange")
    refused = client.get("/data/vix/values.csv")
    assert refused.status_code == 403
    assert "the exchange" in refused.json()["detail"]
    assert "values.csv" not in client.get("/data/vix/").text
    assert client.get("/api/v1/data/vix/").json()["values"] is None


def test_what_is_known_can_be_taken_whatever_the_licence(client, bring):
    row = bring(origin="=HYPERLINK(1)")
    text = client.get("/data/vix/metadata.csv").text
    assert f"sha256,{row.sha256}" in text
    assert f"rejected,line 4: {REJECTED}" in text
    assert "origin,'=HYPERLINK(1)" in text
    assert "13.25" not in text


def test_an_earlier_version_keeps_its_address_and_says_so(client, bring):
    old = bring()
    new = bring(CLOSES + "2020-01-21,15\n")
    page = client.get("/data/vix/").text
    assert f"/data/vix/?version={old.sha256}" in page
    assert new.sha256 in page
    earlier = client.get(f"/data/vix/?version={old.sha256}").text
    assert "earlier version" in earlier
    assert "noindex" in earlier
    assert client.get("/data/vix/?version=" + "0" * 64).status_code == 404
    assert client.get("/data/vix/?version=%00").status_code == 404


def test_importing_the_same_numbers_again_forgets_no_licence(bring):
    bring(licence="CC0-1.0", origin="the ledger")
    row = bring()
    assert (row.licence, row.origin) == ("CC0-1.0", "the ledger")


def test_a_series_and_its_run_lead_to_each_other(client, done, example, bring, monkeypatch):
    row = bring()
    Run.objects.filter(pk=done.pk).update(data={"vix": row.sha256})
    entry = {"series": "vix", "sha256": row.sha256}
    entry |= {"from": "2020-01-02", "to": "2020-01-20", "rows": 5}
    document = done.result.read() | {"data": [entry]}
    monkeypatch.setattr(RunResult, "read", lambda self: document)
    assert f'href="/data/vix/?version={row.sha256}"' in client.get(f"/runs/{done.pk}/").text
    assert f'href="/runs/{done.pk}/"' in client.get("/data/vix/").text
    assert client.get("/api/v1/data/vix/").json()["examples"] == [example.slug]


def test_a_run_of_other_numbers_under_the_name_is_no_use_of_these(client, done, bring):
    bring()
    Run.objects.filter(pk=done.pk).update(data={"vix": "0" * 64})
    assert str(done.pk) not in client.get("/data/vix/").text


def test_the_example_of_an_unpublished_answer_is_not_named(client, done, example, bring):
    from kb.models import Article, Category

    row = bring()
    Run.objects.filter(pk=done.pk).update(data={"vix": row.sha256})
    category = Category.objects.create(slug="c", name="C")
    draft = Article.objects.create(slug="d", title="D", category=category, state="draft")
    Example.objects.filter(pk=example.pk).update(article=draft)
    assert example.slug not in client.get("/data/vix/").text


def test_the_api_gives_the_report_and_answers_304(client, bring):
    row = bring()
    first = client.get("/api/v1/data/vix/")
    body = first.json()
    assert body["sha256"] == row.sha256
    assert body["findings"][0]["reason"] == REJECTED
    assert body["gaps"] == [{"after": "2020-01-08", "before": "2020-01-20", "days": 12}]
    assert body["versions"] == [row.sha256]
    again = client.get("/api/v1/data/vix/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_the_lab_leads_to_the_data(client):
    assert 'href="/data/"' in client.get("/lab/").text
