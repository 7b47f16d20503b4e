"""A reader opens the lab, changes a number and presses Run."""

import pytest

from simulator import forms, services
from simulator.models import Example, Run

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def test_the_lab_lists_every_example_and_experiment_with_its_state(client, example):
    page = text(client.get("/lab/"))
    assert "A condor of thirty days" in page
    assert "not computed yet" in page
    for experiment in services.experiments():
        assert f"/lab/{experiment.slug}/" in page


def test_an_example_stands_beneath_its_experiment(client, example):
    page = text(client.get("/lab/"))
    condor = page.index('id="iron-condor"')
    assert condor < page.index("A condor of thirty days") < page.index("<li id=", condor)


def test_a_long_list_of_figures_is_folded_behind_those_read_first(client, example, done):
    page = text(client.get("/lab/a-condor/"))
    assert len(done.document["metrics"]) >= 12
    folded = page.index("more figures of this result")
    assert page.index(done.document["metrics"][0]["label"]) < folded
    assert page.index(done.document["metrics"][-1]["label"]) > folded


def test_a_run_page_shows_every_figure_beneath_its_first_chart(client, done):
    page = text(client.get(f"/runs/{done.pk}/"))
    assert "more figures of this result" not in page
    assert page.index("<svg") < page.index('class="metrics"')


def test_a_computed_example_is_fresh_and_shows_its_finding(client, example, done):
    page = text(client.get("/lab/"))
    assert "fresh" in page
    assert done.document["headline"] in page.replace("&#x27;", "'")


def test_an_example_whose_engine_changed_is_not_called_fresh(client, example, done):
    Example.objects.update(fingerprint="0" * 64)
    page = text(client.get("/lab/"))
    assert "older than its engine or data" in page
    page = text(client.get("/lab/a-condor/"))
    assert "This result is older than the engine" in page


def test_the_stored_result_comes_before_the_form(client, example, done):
    page = text(client.get("/lab/a-condor/"))
    assert page.index("Hypothetical result") < page.index("Run it with your numbers")
    assert "<svg" in page
    assert 'value="0.18"' in page


def test_an_experiment_is_reachable_by_its_own_name(client):
    page = text(client.get("/lab/iron-condor/"))
    assert "Run it with your numbers" in page


def test_an_unknown_name_is_a_404(client):
    assert client.get("/lab/no-such-thing/").status_code == 404


def test_every_experiment_has_a_page_with_all_its_parameters(client):
    for experiment in services.experiments():
        page = text(client.get(f"/lab/{experiment.slug}/"))
        for parameter in experiment.parameters:
            assert f'name="{parameter.name}"' in page, (experiment.slug, parameter.name)


def test_run_leads_to_the_runs_own_address(client, example):
    answer = client.post("/lab/a-condor/", {"vol": "0.25"})
    run = Run.objects.get()
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/runs/{run.pk}/"
    assert run.parameters["vol"] == 0.25
    assert run.parameters["days"] == 30
    assert run.example == example


def test_the_same_question_leads_to_the_same_run_and_says_so(client, example):
    first = client.post("/lab/a-condor/", {"vol": "0.25"}).headers["Location"]
    again = client.post("/lab/a-condor/", {"vol": "0,250"}).headers["Location"]
    assert again == first + "#known"
    assert Run.objects.count() == 1
    assert 'id="known"' in text(client.get(first))


def test_a_wrong_number_comes_back_with_its_field_and_everything_typed(client, example):
    answer = client.post("/lab/a-condor/", {"vol": "9", "days": "thirty", "skew": "0.1"})
    assert answer.status_code == 422
    page = text(answer)
    assert 'name="vol" value="9"' in page
    assert 'name="days" value="thirty"' in page
    assert 'name="skew" value="0.1"' in page
    assert page.count('aria-invalid="true"') == 2
    assert 'id="p-vol-error"' in page
    assert "at most 5" in page
    assert "Nearest that works: 5." in page
    assert not Run.objects.exists()


def test_what_was_typed_cannot_become_markup(client, example):
    page = text(client.post("/lab/a-condor/", {"vol": '"><script>x</script>'}))
    assert "<script>x" not in page


@pytest.mark.parametrize(
    "typed", ["nan", "inf", "1e400", "9" * 5000, "٣", "true", "[1]", "\x00", "−0.2", "1;2"]
)
def test_odd_numbers_are_refused_in_words_never_an_error(client, example, typed):
    answer = client.post("/lab/a-condor/", {"vol": typed})
    assert answer.status_code == 422
    assert "p-vol-error" in text(answer)


def test_a_rule_over_several_fields_is_explained(client):
    strikes = {"long_put": "5000", "short_put": "4900", "short_call": "5100", "long_call": "5200"}
    answer = client.post("/lab/iron-condor/", strikes)
    assert answer.status_code == 422
    assert 'role="alert"' in text(answer)


def test_a_quota_is_named_with_the_time_to_wait(client, example, monkeypatch):
    def refuse(**given):
        raise services.QuotaExceeded("60 calculators a minute", 7.2)

    monkeypatch.setattr(services, "find_or_create_run", refuse)
    answer = client.post("/lab/a-condor/", {"vol": "0.4"})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "8"
    assert "60 calculators a minute" in text(answer)
    assert 'value="0.4"' in text(answer)


def test_a_full_queue_offers_the_nearest_stored_result(client, example, done, monkeypatch):
    def refuse(**given):
        raise services.QueueFull(30, done)

    monkeypatch.setattr(services, "find_or_create_run", refuse)
    answer = client.post("/lab/a-condor/", {"vol": "0.4"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert f"/runs/{done.pk}/" in text(answer)


def test_a_post_from_another_site_is_refused(client, example):
    answer = client.post("/lab/a-condor/", {}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not Run.objects.exists()


def test_a_fork_remembers_its_parent(client, done):
    fork = client.post("/lab/iron-condor/", {"days": "30", "vol": "0.22", "from": str(done.pk)})
    run = Run.objects.get(pk=fork.headers["Location"].split("/")[2])
    assert run.parent == done


def test_pages_of_the_lab_set_no_cookie(client, example, done):
    for path in ("/lab/", "/lab/a-condor/", f"/runs/{done.pk}/", "/check/", "/runs/compare/"):
        assert not client.get(path).cookies


def test_the_code_of_an_experiment_can_be_read(client):
    page = text(client.get("/lab/iron-condor/code/"))
    assert "def run(" in page
    assert "pricing/black76.py" in page
    one = text(client.get("/lab/iron-condor/code/?file=errors.py"))
    assert "class EngineError" in one


@pytest.mark.parametrize("name", ["../../config/settings.py", "/etc/passwd", "nothing.py"])
def test_only_the_experiments_own_files_are_shown(client, name):
    assert client.get("/lab/iron-condor/code/", {"file": name}).status_code == 404


def test_an_example_of_an_unpublished_answer_appears_nowhere(client, example, done):
    """Its experiment stays; title, story and address are the draft's own."""
    from kb.models import Article, Category

    category = Category.objects.create(slug="c", name="C")
    draft = Article.objects.create(slug="draft", title="Draft", category=category, state="draft")
    Example.objects.update(article=draft)
    for path in ("/lab/", "/lab/iron-condor/", f"/runs/{done.pk}/"):
        assert "A condor of thirty days" not in text(client.get(path)), path
    for path in ("/lab/a-condor/", "/lab/a-condor/code/", "/lab/a-condor/sweep/"):
        assert client.get(path).status_code == 404


def computed(runs):
    """Work off what was queued, as a worker would."""
    for run in runs:
        services.execute_run(run.pk, "w")


def test_an_experiment_shows_what_its_defaults_and_its_presets_give(client, rings):
    made = services.warm_settings()
    condor = services.experiment("iron-condor")
    mine = [run for run in made if run.experiment == condor.slug]
    assert len(mine) == 1 + len(condor.presets)
    assert "What the default settings give" not in text(client.get("/lab/iron-condor/"))
    computed(mine)
    page = text(client.get("/lab/iron-condor/"))
    assert page.index("What the default settings give") < page.index("Run it with your numbers")
    assert Run.objects.get(pk=mine[0].pk).document["headline"] in page.replace("&#x27;", "'")
    for preset in condor.presets:
        link = forms.link("/lab/iron-condor/", condor, preset.parameters, {})
        assert "What these settings give" in text(client.get(link))
    assert "What these settings give" not in text(client.get("/lab/iron-condor/?v=1&vol=0.219"))


def test_settings_are_warmed_once_behind_every_reader(rings):
    made = services.warm_settings()
    assert {run.experiment for run in made} == {e.slug for e in services.experiments()}
    assert all(run.is_system for run in made)
    assert services.warm_settings() == []


def test_presets_stand_before_the_examples_of_other_answers(client, example):
    page = text(client.get("/lab/iron-condor/"))
    assert "1 other example of this experiment" in page
    assert "A condor of thirty days" in page
    assert "other example" not in text(client.get("/lab/a-condor/"))
