"""What does this digest, or this file, belong to?"""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from simulator.models import Run

pytestmark = pytest.mark.django_db


def upload(client, content, name="result.json"):
    return client.post("/check/", {"file": SimpleUploadedFile(name, content)})


def test_a_digest_leads_to_its_run(client, done):
    page = client.get("/check/", {"digest": done.document["digest"]}).content.decode()
    assert "Known." in page
    assert f"/runs/{done.pk}/" in page


def test_a_result_of_an_older_engine_is_superseded(client, done):
    Run.objects.filter(pk=done.pk).update(engine_version="0" * 12)
    page = client.get("/check/", {"digest": done.document["digest"]}).content.decode()
    assert "Superseded." in page


@pytest.mark.parametrize("digest", ["sha256:" + "0" * 64, "hello", "<script>", "\x00"])
def test_anything_else_is_unknown(client, db, digest):
    answer = client.get("/check/", {"digest": digest})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Unknown." in page or "\x00" in digest
    assert "<script>" not in page.replace('<script type="module"', "")


@pytest.mark.parametrize("kind", ["json", "csv", "svg"])
def test_a_downloaded_file_is_recognised(client, done, kind):
    body = client.get(f"/runs/{done.pk}.{kind}").content
    page = upload(client, body, f"result.{kind}").content.decode()
    assert "Known." in page
    assert f"/runs/{done.pk}/" in page


def test_one_altered_figure_is_noticed(client, done):
    document = done.document
    document["metrics"][0]["value"] += 0.01
    page = upload(client, json.dumps(document).encode()).content.decode()
    assert "Unknown." in page
    assert "not those that its digest was made of" in page


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"{", b"plain words", b"[" * 100_000, b"{" + b'"a":{' * 50_000, b""]
)
def test_files_that_are_no_results_are_answered_in_words(client, db, content):
    answer = upload(client, content)
    assert answer.status_code in (200, 422)
    assert "notice bad" in answer.content.decode()


def test_no_file_at_all(client, db):
    assert client.post("/check/", {}).status_code == 422
