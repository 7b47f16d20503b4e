"""What a backup holds comes back whole, or not at all."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.utils import timezone

from common import archive
from kb.models import Article, Category
from questions.models import Question
from simulator import doorbell, services
from simulator.models import Run, RunResult
from tests.drills import tiny

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def site(monkeypatch):
    """A site with an editor, an answer, a finished run and a question."""
    monkeypatch.setattr(doorbell, "ring", lambda run_id, *, urgent=True: None)
    editor = User.objects.create_user("ada", password="long enough, this one")
    editor.groups.add(Group.objects.get_or_create(name="editor")[0])
    Article.objects.create(
        slug="one",
        title="Does it hedge?",
        category=Category.objects.get_or_create(slug="basics", defaults={"name": "Basics"})[0],
        authors=[{"name": "Us"}],
        short_answer="Sometimes.",
        body="Text – with “signs” and 😀.",
        state=Article.State.PUBLISHED,
        published_at=timezone.now(),
    )
    with tiny.registered():
        run = services.find_or_create_run(experiment="tiny-sum", parameters={"a": 2})[0]
        services.execute_run(run.pk, "test")
    Question.objects.create(text="Why?\nAnd how?")


def everything():
    """All rows as the archive writes them, for comparison."""
    from django.core import serializers

    return {
        model._meta.label_lower: serializers.serialize(
            "json", model._base_manager.order_by("pk"), use_natural_foreign_keys=True
        )
        for model in archive.kept_models()
        if not model._meta.label_lower.startswith("common.")
    }


def emptied():
    call_command("flush", interactive=False, verbosity=0)


def test_a_restored_site_is_the_site(site, tmp_path, capsys, client):
    before = everything()
    call_command("backup", str(tmp_path / "b"))
    emptied()
    assert not Article.objects.exists()
    call_command("restore", str(tmp_path / "b"))
    assert everything() == before
    assert "/ask/one/" in client.get("/search/?q=hedge").content.decode()
    assert User.objects.get().check_password("long enough, this one")
    assert User.objects.get().groups.get().name == "editor"
    assert RunResult.objects.get().read()["metrics"][0]["value"] == 4.0
    assert "restored and checked" in capsys.readouterr().out
    assert Run.objects.get().status == "succeeded"
    # Sequences stand behind what was restored.
    Category.objects.create(slug="fresh", name="Fresh")


def test_a_damaged_archive_changes_nothing(site, tmp_path):
    call_command("backup", str(tmp_path / "b"))
    emptied()
    file = tmp_path / "b" / "kb.article.jsonl"
    file.write_text(file.read_text().replace("Sometimes", "Always"))
    with pytest.raises(CommandError, match=r"kb\.article\.jsonl is damaged"):
        call_command("restore", str(tmp_path / "b"))
    assert not Article.objects.exists()


def test_a_missing_file_and_a_missing_manifest_are_named(site, tmp_path):
    call_command("backup", str(tmp_path / "b"))
    emptied()
    (tmp_path / "b" / "kb.article.jsonl").unlink()
    with pytest.raises(CommandError, match=r"kb\.article\.jsonl is missing"):
        call_command("restore", str(tmp_path / "b"))
    with pytest.raises(CommandError, match="holds no readable"):
        call_command("restore", str(tmp_path / "nowhere"))


def test_an_archive_of_another_release_is_refused(site, tmp_path):
    call_command("backup", str(tmp_path / "b"))
    emptied()
    path = tmp_path / "b" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["migrations"]["kb"] = "9999_future"
    path.write_text(json.dumps(manifest))
    with pytest.raises(CommandError, match=r"another release.*kb"):
        call_command("restore", str(tmp_path / "b"))


def test_a_filled_database_and_a_filled_folder_are_refused(site, tmp_path):
    call_command("backup", str(tmp_path / "b"))
    with pytest.raises(CommandError, match="already holds rows"):
        call_command("restore", str(tmp_path / "b"))
    with pytest.raises(CommandError, match="is not empty"):
        call_command("backup", str(tmp_path / "b"))
