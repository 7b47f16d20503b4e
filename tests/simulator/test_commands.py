"""An operator at the command line."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from common import stored_pages
from simulator import datasets, services
from simulator.models import DataSeries, Example, Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiny_experiments", "rings")]


def told(*arguments, **options):
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


class TestRunExperiment:
    def test_json_is_the_apis_document(self):
        document = json.loads(told("run_experiment", "tiny-walk", "--json", "--seed", "5"))
        run, _ = services.find_or_create_run(experiment="tiny-walk", seed=5)
        services.execute_run(run.pk, "w")
        run.refresh_from_db()
        assert run.document["digest"] == document["digest"]
        timing = {"timing": None}
        assert run.document | timing == document | timing

    def test_words_for_a_person(self):
        assert "The sum is 5." in told("run_experiment", "tiny-sum", "--set", "a=3")

    @pytest.mark.parametrize("pair", ["a=9999", 'a="3"', "a=three", "c=1", "a=NaN", "a=true"])
    def test_a_wrong_value_is_a_problem_document_and_exit_1(self, pair):
        out = io.StringIO()
        with pytest.raises(SystemExit) as left:
            call_command("run_experiment", "tiny-sum", "--json", "--set", pair, stdout=out)
        assert left.value.code == 1
        problem = json.loads(out.getvalue())
        assert problem["status"] == 422
        assert problem["errors"][0]["field"] == pair[0]

    def test_an_unknown_name_lists_the_known(self):
        with pytest.raises(CommandError, match="tiny-sum"):
            told("run_experiment", "nothing")

    def test_a_file_of_parameters_gives_a_line_each_in_order(self, tmp_path):
        file = tmp_path / "in.jsonl"
        file.write_text(
            '{"steps": 3, "seed": 7}\n\n{"steps": 0}\nnot json\n[1]\n'
            '{"steps": NaN}\n{"steps": 3, "seed": 8}\n{"seed": -1}\n'
        )
        lines = told("run_experiment", "tiny-walk", "--input", str(file)).splitlines()
        found = [json.loads(line) for line in lines]
        assert [d.get("status", d.get("seed")) for d in found] == [7, 422, 400, 400, 400, 8, 422]
        assert found[0]["parameters"]["steps"] == 3

    def test_a_missing_file_is_said(self):
        with pytest.raises(CommandError, match="cannot be read"):
            told("run_experiment", "tiny-sum", "--input", "/nowhere")

    def test_progress_goes_to_stderr_only(self, capsys):
        call_command("run_experiment", "tiny-walk", "--json")
        captured = capsys.readouterr()
        json.loads(captured.out)
        assert "walking" in captured.err


class TestRunExample:
    def test_it_uses_the_examples_values_and_seed(self):
        Example.objects.create(
            slug="three", title="T", experiment="tiny-walk", parameters={"steps": 3}, seed=9
        )
        document = json.loads(told("run_example", "three", "--json"))
        assert (document["seed"], document["parameters"]["steps"]) == (9, 3)
        changed = json.loads(told("run_example", "three", "--json", "--set", "steps=4"))
        assert changed["parameters"]["steps"] == 4

    def test_an_unknown_slug_is_said(self):
        with pytest.raises(CommandError, match="There is no example"):
            told("run_example", "nothing")


class TestImport:
    def write(self, folder, text):
        file = folder / "vix.csv"
        file.write_text(text)
        return str(file)

    GOOD = "date,value\n2020-01-02,12.5\n2020-01-03,14.0\n2020-01-06,13.25\n"

    def test_a_series_is_stored_with_its_checksum_and_read_back(self, tmp_path):
        said = told("import_market_data", self.write(tmp_path, self.GOOD), "--series", "vix")
        row = DataSeries.objects.get()
        assert row.sha256 in said
        series = datasets.StoredData().series("vix")
        assert list(series.values) == [12.5, 14.0, 13.25]
        assert str(series.dates[-1]) == "2020-01-06"
        assert not series.values.flags.writeable
        from simulator.engine.importing.canonical import checksum

        assert checksum(series.dates, series.values) == row.sha256 == series.sha256

    def test_the_same_file_twice_changes_nothing(self, tmp_path):
        file = self.write(tmp_path, self.GOOD)
        told("import_market_data", file, "--series", "vix")
        assert "were here already" in told("import_market_data", file, "--series", "vix")
        assert DataSeries.objects.count() == 1

    def test_newer_numbers_become_current_and_older_stay_for_their_runs(self, tmp_path):
        told("import_market_data", self.write(tmp_path, self.GOOD), "--series", "vix")
        old = DataSeries.objects.get()
        more = self.write(tmp_path, self.GOOD + "2020-01-07,15\n")
        told("import_market_data", more, "--series", "vix")
        assert len(datasets.StoredData().series("vix").values) == 4
        assert len(datasets.StoredData({"vix": old.sha256}).series("vix").values) == 3
        assert DataSeries.objects.current().count() == 1

    def test_a_wrong_row_stops_everything_and_is_named(self, tmp_path):
        file = self.write(tmp_path, self.GOOD + "2020-01-08,abc\n")
        with pytest.raises(CommandError, match=r"line 5.*(?s:.*)Nothing was changed"):
            told("import_market_data", file, "--series", "vix")
        assert DataSeries.objects.count() == 0

    def test_a_repaired_row_is_reported(self, tmp_path):
        file = self.write(tmp_path, self.GOOD + "2020-01-06,13.25\n")
        assert "line 5" in told("import_market_data", file, "--series", "vix")

    def test_what_was_never_imported_is_missing(self):
        with pytest.raises(services.DataMissing):
            datasets.StoredData().series("nothing")

    def test_a_series_name_is_checked(self, tmp_path):
        with pytest.raises(CommandError, match="small letters"):
            told("import_market_data", self.write(tmp_path, self.GOOD), "--series", "../vix")


def test_reap_runs_says_what_it_did():
    services.find_or_create_run(experiment="tiny-sum")
    assert told("reap_runs").strip() == "0 ended, 0 announced again, 1 waiting"


def test_old_failures_are_forgotten_and_results_stay():
    good, _ = services.find_or_create_run(experiment="tiny-sum", client="reader")
    services.find_or_create_run(experiment="tiny-harm")
    services.work_off("w")
    told("forget_old", "--days", "1")
    assert Run.objects.count() == 2
    told("forget_old", "--days", "0")
    assert list(Run.objects.all()) == [good]
    assert Run.objects.get().client == ""


def test_once_a_day_the_pages_of_older_releases_are_forgotten(client):
    client.get("/about/")
    assert stored_pages.StoredPage.objects.exists()
    stored_pages.renew()
    assert services.daily_work()
    assert not stored_pages.StoredPage.objects.exists()
    client.get("/about/")
    stored_pages.renew()
    assert not services.daily_work()
    assert stored_pages.StoredPage.objects.exists()
