"""The code of an experiment, taken home, gives the same digest without this site."""

import io
import json
import subprocess
import sys
import zipfile

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def unpacked(client, example, tmp_path):
    answer = client.get("/lab/a-condor/code.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        packed.extractall(tmp_path)
    return tmp_path / "iron-condor"


def run(folder, *arguments):
    """In a process that finds the libraries, but none of this site's modules."""
    return subprocess.run(
        [sys.executable, "run.py", *arguments], cwd=folder, env={}, check=False,
        capture_output=True, text=True,
    )  # fmt: skip


def test_it_computes_a_downloaded_result_again(client, done, unpacked):
    (unpacked / "result.json").write_bytes(client.get(f"/runs/{done.pk}.json").content)
    told = run(unpacked, "result.json")
    assert told.returncode == 0, told.stderr
    assert told.stderr.strip() == "the same digest"
    again = json.loads(told.stdout)
    assert again["engine_version"] == done.engine_version
    assert again["metrics"] == done.document["metrics"]


def test_it_tells_when_a_figure_is_another(client, done, unpacked):
    document = done.document | {"digest": "sha256:" + "0" * 64}
    (unpacked / "result.json").write_text(json.dumps(document))
    told = run(unpacked, "result.json")
    assert told.returncode == 1
    assert "ANOTHER DIGEST" in told.stderr


def test_it_holds_the_examples_parameters_and_only_what_is_needed(unpacked):
    asked = json.loads((unpacked / "parameters.json").read_text())
    assert (asked["parameters"]["days"], asked["parameters"]["vol"]) == (30, 0.18)
    names = {path.name for path in (unpacked / "simulator/engine/experiments").iterdir()}
    assert "iron_condor" in names
    assert "layer_votes" not in names
    locked = (unpacked / "requirements.txt").read_text()
    assert {line.split("==")[0] for line in locked.splitlines() if "==" in line} == {
        "numpy", "rfc8785", "scipy"
    }  # fmt: skip
    assert locked.count("--hash=sha256:") > 10
    assert "hypothetical" in (unpacked / "README.txt").read_text().lower()


def test_the_same_code_is_the_same_bytes(client, example):
    first = client.get("/lab/a-condor/code.zip").content
    assert client.get("/lab/a-condor/code.zip").content == first
