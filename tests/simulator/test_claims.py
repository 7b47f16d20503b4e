"""A figure in an article is true, due, no longer true, or cannot be checked; readers see which."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import RequestFactory, TestCase
from django.utils import timezone

from kb import extend, publishing
from kb.models import Article, Category, Source, Term
from simulator import claims, services
from simulator.claims import searching
from simulator.engine import provenance
from simulator.models import Claim, ClaimCause, Correction, Example, Priority, Run
from simulator.models.claims import BROKEN, DRIFTED, DUE, VERIFIED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiny_experiments", "rings")]

BODY = """\
Two and three make [five](claim:sum) in all. The sum is [positive](claim:sign), says everybody.

Somebody measured [seven](claim:seven) once. Why [nobody](claim:why) knows.
"""
TERMS = {
    "sum": {
        "example": "two-and-three",
        "metric": "sum",
        "kind": "value",
        "value": 5,
        "tolerance": 0,
    },
    "sign": {"example": "two-and-three", "metric": "sum", "kind": "direction", "value": "positive"},
    "seven": {"kind": "sourced", "source": "ledger"},
    "why": {"kind": "not_testable", "because": "it was never written down"},
}


@pytest.fixture
def example():
    return Example.objects.create(
        slug="two-and-three", title="A sum", experiment="tiny-sum", parameters={"a": 2, "b": 3}
    )


@pytest.fixture
def article(example):
    Source.objects.create(key="ledger", csl={"id": "ledger", "title": "A ledger"})
    made = Article.objects.create(
        slug="sums",
        title="Do sums add up?",
        category=Category.objects.create(slug="basics", name="Basics"),
        authors=[{"name": "Us"}],
        short_answer="Yes.",
        body=BODY,
        state=Article.State.PUBLISHED,
        published_at=timezone.now(),
    )
    claims.bind(made, TERMS)
    return made


def claim(name):
    return Claim.objects.get(name=name, retired_at=None)


def verify_all(seeds=1):
    claims.mark_due()
    for row in Claim.objects.current().testable():
        claims.verify(row, seeds)


def states():
    return {row.name: row.state for row in Claim.objects.current()}


def test_the_start_page_says_how_all_published_figures_stand(article, client):
    verify_all()
    assert "4 figures: 2 verified, 1 sourced, 1 not testable" in client.get("/").text
    Article.objects.update(state=Article.State.DRAFT)
    assert "figures:" not in client.get("/").text


def test_every_claim_is_due_until_somebody_looked(article):
    assert set(states().values()) == {DUE}


def test_a_true_claim_is_verified_at_the_run_behind_it(article):
    verify_all()
    found = claim("sum")
    assert (found.state, found.measured, found.unit) == (VERIFIED, 5.0, "1")
    assert found.run.document["metrics"][0]["value"] == 5.0
    assert states() == dict.fromkeys(TERMS, VERIFIED)


def test_changing_an_example_marks_exactly_what_depends_on_it(article):
    verify_all()
    other = Example.objects.create(
        slug="one-and-one", title="B", experiment="tiny-sum", parameters={"a": 1, "b": 1}
    )
    Example.objects.filter(slug="two-and-three").update(parameters={"a": 2, "b": 4})
    assert claims.mark_due() == 2
    assert states() == {"sum": DUE, "sign": DUE, "seven": VERIFIED, "why": VERIFIED}
    assert "parameters of example two-and-three" in claim("sum").cause
    (cause,) = ClaimCause.objects.all()
    assert {c.name for c in cause.claims.all()} == {"sum", "sign"}
    assert not Claim.objects.filter(example=other).exists()


def test_a_drifted_claim_is_struck_and_the_new_value_stands_beside_it(article, client):
    verify_all()
    Example.objects.filter(slug="two-and-three").update(parameters={"a": 2, "b": 4})
    verify_all()
    assert states()["sum"] == DRIFTED
    assert states()["sign"] == VERIFIED
    drawn = claims.mark(claim("sum"), "five")
    assert "<del>five</del>" in drawn
    assert "6" in claims.measured_text(claim("sum"))
    (correction,) = Correction.objects.all()
    assert correction.old == "five"
    page = client.get("/corrections/")
    assert "five" in page.content.decode()
    feed = client.get("/feeds/corrections.atom").content.decode()
    assert f"urn:uuid:{correction.id}" in feed


def test_a_claim_marked_twice_has_one_anchor(article):
    verify_all()
    request = RequestFactory().get("/ask/sums/")
    first, second = (extend.inlines["claim"]("sum", "five", article, request) for _ in range(2))
    assert 'id="claim-sum"' in first
    assert "id=" not in second
    assert "/claims/sums.sum/" in second


def test_an_editors_note_stands_among_the_corrections(article, client):
    article.corrections.create(
        date="2026-11-02", old="it always pays", new="it seldom pays", cause="Recounted."
    )
    page = client.get("/corrections/").content.decode()
    assert "it always pays" in page
    feed = client.get("/feeds/corrections.atom").content.decode()
    assert "it seldom pays" in feed
    assert feed == client.get("/feeds/corrections.atom").content.decode()


def test_changing_it_back_heals_the_claim_and_closes_the_cause(article):
    verify_all()
    rows = Example.objects.filter(slug="two-and-three")
    rows.update(parameters={"a": 2, "b": 4})
    verify_all()
    assert ClaimCause.objects.get().closed_at is None
    rows.update(parameters={"a": 2, "b": 3})
    verify_all()
    assert states() == dict.fromkeys(TERMS, VERIFIED)
    assert not ClaimCause.objects.filter(closed_at=None).exists()
    assert Correction.objects.count() == 2


def test_an_engine_change_is_named_and_looked_at_again(article, monkeypatch):
    verify_all()
    monkeypatch.setattr(services.fingerprints, "engine_version", lambda package: "0" * 12)
    claims.mark_due()
    assert claim("sum").state == DUE
    assert claim("sum").cause == "the engine behind tiny-sum changed"
    assert claim("seven").state == VERIFIED


def test_a_changed_engine_constant_moves_exactly_what_depends_on_it(
    article, example, client, monkeypatch
):
    """Due, drifted on page, ledger, feed and API, then healed; and nothing else moves."""
    import importlib

    Example.objects.create(slug="walk", title="A walk", experiment="tiny-walk", seed=1)
    article.body = BODY + "\nIt stays [near](claim:end).\n"
    end = {"example": "walk", "metric": "end", "kind": "bound", "value": 20}
    article.extra = {"claims": TERMS | {"end": end}}
    article.save()
    claims.bind(article, article.extra["claims"])
    services.warm_examples()
    services.work_off("a worker")
    assert set(states().values()) == {VERIFIED}

    module = importlib.import_module("simulator.engine.experiments.tiny_sum.run")
    sound = module.run

    def broken(params, **rest):
        params.a += 1
        return sound(params, **rest)

    honest = services.fingerprints.engine_version

    def changed(package):
        return "f" * 12 if package.endswith("tiny_sum") else honest(package)

    with monkeypatch.context() as engine:
        engine.setattr(module, "run", broken)
        for place in (services.fingerprints, importlib.import_module("simulator.engine.documents")):
            engine.setattr(place, "engine_version", changed)
        services.warm_examples()
        assert states() == dict.fromkeys(["sum", "sign"], DUE) | dict.fromkeys(
            ["seven", "why", "end"], VERIFIED
        )
        services.work_off("a worker")
        assert states() == dict.fromkeys(["sign", "seven", "why", "end"], VERIFIED) | {
            "sum": DRIFTED
        }
        ledger = client.get("/claims/?state=drifted").content.decode()
        assert "/claims/sums.sum/" in ledger
        assert "/claims/sums.sign/" not in ledger
        assert "engine behind tiny-sum" in client.get("/claims/sums.sum/").content.decode()
        assert "five" in client.get("/feeds/corrections.atom").content.decode()
        rows = client.get("/api/v1/claims/?state=drifted").json()["results"]
        assert [(row["id"], row["state"]) for row in rows] == [("sums.sum", "drifted")]
        assert publishing.checks(article)
        request = RequestFactory().get("/ask/sums/")
        shown = extend.inlines["claim"]("sum", "five", article, request)
        assert "<del>five</del>" in shown
        assert "no longer stand" in extend.slot("evidence", article, request)

    services.warm_examples()
    services.work_off("a worker")
    assert set(states().values()) == {VERIFIED}


def test_a_stored_result_settles_what_was_waiting_for_it(article, example):
    services.warm_examples()
    claims.mark_due()
    services.work_off("a worker")
    assert claim("sum").state == VERIFIED


def test_warming_the_examples_looks_at_what_is_due(article, example):
    services.warm_examples()
    services.work_off("a worker")
    assert set(states().values()) == {VERIFIED}


@pytest.fixture
def walk(article):
    """A claim of a random experiment."""
    Example.objects.create(slug="walk", title="A walk", experiment="tiny-walk", seed=1)
    article.body = "It stays [near](claim:end)."
    terms = {"example": "walk", "metric": "end", "kind": "bound", "value": 20}
    claims.bind(article, {"end": terms})
    return article


def test_after_publication_a_claim_is_looked_at_over_many_seeds(walk, client):
    services.warm_examples()
    services.work_off("a worker")
    assert (claim("end").seeds, claim("end").pass_rate) == (20, 1.0)
    assert "100&nbsp;% of 20" in client.get("/claims/").text


def test_a_draft_waits_with_its_seeds_until_it_is_public(walk):
    Article.objects.update(state=Article.State.DRAFT)
    services.warm_examples()
    services.work_off("a worker")
    assert (claim("end").state, claim("end").seeds) == (VERIFIED, 1)
    Article.objects.update(state=Article.State.PUBLISHED)
    walk.extra = {"claims": {"end": claim("end").terms}}
    extend.article_published.send(sender=Article, instance=walk, among=extend.Among([walk]))
    services.work_off("a worker")
    assert claim("end").seeds == 20


def test_an_operator_may_ask_for_the_quoted_seed_only(walk, settings):
    settings.CLAIM_CHECKS = "quoted"
    services.warm_examples()
    services.work_off("a worker")
    assert (claim("end").state, claim("end").seeds) == (VERIFIED, 1)


def test_the_night_after_a_claim_is_looked_at_over_many_seeds(walk, settings):
    settings.CLAIM_CHECKS = "quoted"
    services.warm_examples()
    services.work_off("a worker")
    assert (claim("end").state, claim("end").seeds) == (VERIFIED, 1)
    later = timezone.now() + timedelta(days=1)
    claims.nightly(later)
    services.work_off("a worker")
    claims.nightly(later)
    assert (claim("end").seeds, claim("end").pass_rate) == (20, 1.0)


def test_a_source_that_leaves_the_library_breaks_what_it_carried(article):
    verify_all()
    Source.objects.all().delete()
    claims.mark_due()
    assert claim("seven").state == BROKEN
    assert claim("sum").state == VERIFIED


def bring(folder, days):
    """Import a daily series whose closes alternate by a share that grows with ``days``."""
    file = folder / "closes.csv"
    start = date(2020, 1, 1)
    rows = [f"{start + timedelta(days=n)},{100 + n % 2 * (1 + days / 100)}" for n in range(days)]
    file.write_text("\n".join(["date,close", *rows]) + "\n")
    call_command("import_market_data", str(file), series="vix", stdout=StringIO())


def test_changed_data_marks_what_reads_it_and_nothing_else(article, tmp_path):
    bring(tmp_path, 300)
    Example.objects.create(
        slug="cone", title="A cone", experiment="volatility-cone", parameters={"series": "vix"}
    )
    terms = {"example": "cone", "metric": "median_vol", "kind": "direction", "value": "positive"}
    article.body = BODY + "\nIt [moves](claim:moves).\n"
    claims.bind(article, TERMS | {"moves": terms})
    verify_all()
    assert states() == dict.fromkeys([*TERMS, "moves"], VERIFIED)
    bring(tmp_path, 320)  # an import looks at what stands on the series
    assert states() == dict.fromkeys(TERMS, VERIFIED) | {"moves": DUE}
    assert claim("moves").cause == "the imported data changed"
    verify_all()
    assert claim("moves").state == VERIFIED
    assert ClaimCause.objects.get().closed_at is not None


def test_a_changed_definition_marks_the_figures_that_are_instances_of_it(article, monkeypatch):
    now = {"changed_at": timezone.now(), "touched_at": timezone.now()}
    term = Term.objects.create(slug="sum-of-things", name="sum", summary="What adds up.", **now)
    metrics = services.catalogue.experiment("tiny-sum").metrics
    told = tuple(replace(spec, term="sum-of-things") for spec in metrics if spec.name == "sum")
    experiment = replace(services.catalogue.experiment("tiny-sum"), metrics=told)
    monkeypatch.setattr("simulator.services.catalogue.experiments", lambda: [experiment])
    honest = services.catalogue.experiment
    monkeypatch.setattr(
        "simulator.services.catalogue.experiment",
        lambda slug: experiment if slug == "tiny-sum" else honest(slug),
    )
    verify_all()
    publishing.save_term(Term(slug="other", name="other", summary="Other."))
    assert not ClaimCause.objects.exists()
    term.summary = "What is left."
    with TestCase.captureOnCommitCallbacks(execute=True):
        publishing.save_term(term)
    (cause,) = ClaimCause.objects.all()
    assert cause.cause == "the glossary's definition of sum-of-things changed"
    assert {c.name for c in cause.claims.all()} == {"sum", "sign"}
    assert cause.closed_at is not None  # the runs were known, and the figures still stand
    assert states() == dict.fromkeys(TERMS, VERIFIED)


def test_a_changed_source_is_noticed_when_it_is_saved(article):
    verify_all()
    before = claim("seven").basis
    source = Source.objects.get()
    source.csl = source.csl | {"title": "Another ledger"}
    with TestCase.captureOnCommitCallbacks(execute=True):
        publishing.save_source(source)
    assert claim("seven").basis != before
    assert claim("sum").state == VERIFIED


def test_refused_parameters_break_a_claim_in_words(article):
    Example.objects.filter(slug="two-and-three").update(parameters={"a": "two"})
    verify_all()
    assert claim("sum").state == BROKEN
    assert "must be a number" in claim("sum").cause


def test_editing_the_words_of_a_published_figure_is_a_correction(article):
    verify_all()
    article.body = BODY.replace("[five]", "[5.0]")
    claims.bind(article, TERMS)
    (correction,) = Correction.objects.all()
    assert (correction.old, correction.new) == ("five", "5.0")
    claims.mark_due()
    assert claim("sum").state == DUE


def test_a_claim_that_the_text_drops_is_retired_not_deleted(article):
    verify_all()
    article.body = "Nothing is said."
    claims.bind(article, {})
    assert not Claim.objects.current().exists()
    assert Claim.objects.count() == 4
    claims.bind(article, {})
    article.body = BODY
    claims.bind(article, TERMS)
    assert claim("sum").public_id == "sums.sum.2"


def test_truth_over_seeds_decides_how_it_may_be_worded(example, article):
    Example.objects.create(
        slug="walk", title="A walk", experiment="tiny-walk", parameters={}, seed=1
    )
    first = services.find_or_create_run(experiment="tiny-walk", seed=1)[0]
    services.execute_run(first.pk, "test")
    end = first.document["metrics"][0]["value"]
    sign = "positive" if end > 0 else "negative"
    article.body = "It ends [so](claim:end)."
    for wording in ("certain", "tendency"):
        terms = {"example": "walk", "metric": first.document["metrics"][0]["name"]}
        terms |= {"kind": "direction", "value": sign, "wording": wording}
        claims.bind(article, {"end": terms})
        claims.mark_due()
        claims.verify(claim("end"), 20)
        found = claim("end")
        assert found.seeds == 20
        assert 0 < found.pass_rate <= 1
        required = claims.checking.rules.REQUIRED_RATE[wording]
        assert (found.state == VERIFIED) == (found.pass_rate >= required)


def test_unpublished_claims_appear_nowhere(article, client):
    Article.objects.update(state=Article.State.DRAFT)
    verify_all()
    for path in ("/claims/", "/corrections/", "/feeds/corrections.atom", "/api/v1/claims/"):
        assert "five" not in client.get(path).content.decode()
    assert client.get(claim("sum").get_absolute_url()).status_code == 404
    assert client.get("/claims/badge/sums.svg").status_code == 404


def test_the_ledger_says_how_far_a_run_may_lie_from_what_was_said(article, client):
    loose = {"value": 5.4, "tolerance": 0.5}
    claims.bind(article, {**TERMS, "sum": TERMS["sum"] | loose})
    verify_all()
    assert "said: 540\N{NO-BREAK SPACE}% ± 50\N{NO-BREAK SPACE}%" in client.get("/claims/").text
    bound = {"kind": "bound", "value": 6, "side": "at_most"}
    claims.bind(article, {**TERMS, "sum": {"example": "two-and-three", "metric": "sum"} | bound})
    assert "said: at most 600\N{NO-BREAK SPACE}%" in client.get("/claims/").text


def test_the_ledger_filters_and_counts(article, client):
    verify_all()
    page = client.get("/claims/").content.decode()
    assert "4 figures: 2 verified, 1 sourced, 1 not testable" in page
    narrowed = client.get("/claims/?kind=direction").content.decode()
    assert "positive" in narrowed
    assert "/claims/sums.sum/" not in narrowed
    assert client.get("/claims/?state=nonsense&page=-1&q=%00").status_code == 200


def test_a_claims_page_says_what_is_compared(article, client):
    verify_all()
    page = client.get(claim("sum").get_absolute_url()).content.decode()
    assert "Sum is 5" in page
    assert str(claim("sum").run_id) in page


def test_the_badge_counts(article, client):
    verify_all()
    assert "2 verified" in client.get("/claims/badge/sums.svg").content.decode()


def test_the_api_lists_them_with_every_field(article, client):
    verify_all()
    body = client.get("/api/v1/claims/?kind=value").json()
    assert body["count"] == 1
    (row,) = body["results"]
    assert set(row) == {
        "id",
        "article",
        "revision",
        "text",
        "kind",
        "example",
        "metric",
        "value",
        "unit",
        "tolerance",
        "state",
        "pass_rate",
        "checked_at",
        "run",
        "cause",
    }
    assert (row["id"], row["value"], row["state"]) == ("sums.sum", 5, "verified")


def test_verify_claims_exits_with_one_when_something_is_not_true(article, capsys):
    call_command("verify_claims")
    assert "2 verified" in capsys.readouterr().out
    Example.objects.filter(slug="two-and-three").update(parameters={"a": 2, "b": 4})
    with pytest.raises(SystemExit) as caught:
        call_command("verify_claims", "sums")
    assert caught.value.code == 1
    assert "sums.sum" in capsys.readouterr().out


def test_a_reader_sees_where_a_claim_holds(article, client):
    verify_all()
    address = claim("sum").get_absolute_url()
    response = client.post(f"{address}where", {"parameter": "b"})
    assert response.status_code == 303
    services.work_off("a worker")
    page = client.get(response["Location"]).content.decode()
    assert "Second: false for 1.5 to 2.85, true at 3, false for 3.3 to 6." in page
    assert page.count("where-fails") > 5


def test_a_reader_lets_the_server_search_for_a_run_in_which_it_fails(article, client):
    verify_all()
    address = claim("sum").get_absolute_url()
    assert "Search for a run in which it fails" in client.get(address).text
    response = client.post(f"{address}search")
    assert response.status_code == 303
    assert "still being computed" in client.get(response["Location"]).text
    services.work_off("a worker")
    page = client.get(response["Location"]).text
    assert "It fails in 4 of 5 runs near the claim" in page
    assert page.count("Challenge with this run") == 4
    assert "still being computed" not in page
    sign = client.post(f"{claim('sign').get_absolute_url()}search")
    assert "It fails in 0 of 5 runs" in client.get(sign["Location"]).text


def test_a_search_keeps_to_its_budget_and_counts_as_one_sweep(article, client, settings):
    settings.RUN_LIMITS = {"sweep_cpu_seconds": 0.001}
    refused = client.post(f"{claim('sum').get_absolute_url()}search")
    assert refused.status_code == 422
    assert "a sweep may take" in refused.text
    assert not Run.objects.exists()
    assert 0 < len(searching.candidates(claim("sum"))) <= searching.MOST_RUNS
    assert searching.candidates(claim("why")) == []


@pytest.mark.parametrize("parameter", ["", "nonsense", "\x00"])
def test_a_parameter_that_cannot_be_varied_is_refused_in_words(article, client, parameter):
    response = client.post(f"{claim('sum').get_absolute_url()}where", {"parameter": parameter})
    assert response.status_code == 422
    assert "cannot be varied" in response.content.decode()


def test_the_author_names_what_is_varied_at_publication(article):
    terms = {**TERMS, "sum": {**TERMS["sum"], "where": "a"}}
    article.extra = {"claims": terms}
    article.save()
    extend.article_published.send(sender=Article, instance=article, among=extend.Among([article]))
    assert claim("sum").where is None  # its example has no result yet, which comes first
    services.warm_examples()
    services.work_off("a worker")
    assert claim("sum").where.x_parameter == "a"
    assert claim("sign").where is None
    cells = claim("sum").where.cells.all()
    assert {cell.run.priority for cell in cells if cell.created} == {Priority.SYSTEM}


@pytest.mark.parametrize(
    ("where", "shape", "words"),
    [
        ("b", (12, 0), "true at 3"),
        (["a", "b"], (7, 7), "combinations; Second: "),
        ({"b": [3, 4, 5]}, (3, 0), "Second: true at 3, false for 4 to 5."),
        (
            {"a": [1, 2], "b": [1, 2, 3]},
            (2, 3),
            "True in 1 of 6 combinations; Second: nowhere for 1 to 2, in places at 3.",
        ),
    ],
)
def test_a_strip_or_a_grid_says_where_it_holds(article, client, where, shape, words):
    article.extra = {"claims": {**TERMS, "sum": {**TERMS["sum"], "where": where}}}
    article.save()
    extend.article_published.send(sender=Article, instance=article, among=extend.Among([article]))
    services.warm_examples()
    services.work_off("a worker")
    sweep = claim("sum").where
    assert (len(sweep.x_values), len(sweep.y_values)) == shape
    page = client.get(claim("sum").get_absolute_url()).content.decode()
    assert words in page
    assert "where-holds" in page


def test_what_holds_where_is_asked_again_only_when_something_moved(article):
    article.extra = {"claims": {**TERMS, "sum": {**TERMS["sum"], "where": "a"}}}
    article.save()
    extend.article_published.send(sender=Article, instance=article, among=extend.Among([article]))
    services.warm_examples()
    services.work_off("a worker")
    before = claim("sum").where_id
    services.warm_examples()
    assert claim("sum").where_id == before
    Example.objects.update(parameters={"a": 2, "b": 4})
    services.warm_examples()
    services.work_off("a worker")
    assert claim("sum").where_id != before


def test_a_sweep_of_something_else_says_nothing_here(article, client):
    verify_all()
    other = services.create_sweep(experiment="tiny-walk", x="steps", x_values=[1, 2])
    page = client.get(f"{claim('sum').get_absolute_url()}?sweep={other.pk}")
    assert "where-fails" not in page.content.decode()


def test_only_the_import_graph_can_move_a_claim(article):
    """The dependency table: an untouched engine leaves every basis as it was."""
    verify_all()
    before = {c.name: c.basis for c in Claim.objects.current()}
    provenance.engine_version.cache_clear()
    assert claims.mark_due() == 0
    assert {c.name: c.basis for c in Claim.objects.current()} == before


def test_editors_see_claims_causes_and_what_can_be_quoted(article, admin_client):
    services.warm_examples()
    services.work_off("a worker")
    Example.objects.update(article=article)
    assert "sums.sum" in admin_client.get("/admin/simulator/claim/").content.decode()
    Example.objects.filter(slug="two-and-three").update(parameters={"a": 2, "b": 4})
    claims.mark_due()
    assert "two-and-three" in admin_client.get("/admin/simulator/claimcause/").content.decode()
    page = admin_client.get(f"/admin/kb/article/{article.pk}/change/").content.decode()
    assert "](claim:sum)" in page
    chosen = list(Claim.objects.values_list("pk", flat=True))
    data = {"action": "ask_for_runs", "_selected_action": chosen}
    assert admin_client.post("/admin/simulator/claim/", data).status_code == 302
