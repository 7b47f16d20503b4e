"""Downloads: the numbers as they are, with passport and notice, safe in a spreadsheet."""

import csv
import io
import json
import xml.etree.ElementTree as ET
import zlib

import pytest

from simulator import services
from simulator.models import Run
from simulator.views.files import cell

pytestmark = pytest.mark.django_db


def rows(response):
    lines = [
        line for line in response.content.decode().splitlines(True) if not line.startswith("# ")
    ]
    return list(csv.reader(io.StringIO("".join(lines))))


@pytest.mark.parametrize("kind", ["json", "csv", "svg", "png"])
def test_before_there_is_a_result_files_are_a_409_problem(client, asked, kind):
    answer = client.get(f"/runs/{asked.pk}.{kind}")
    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "queued" in json.loads(answer.content)["detail"]


def test_json_is_the_result_document(client, done):
    answer = client.get(f"/runs/{done.pk}.json")
    assert json.loads(answer.content) == done.document
    assert services.look_up_document(json.loads(answer.content)).state == "known"


def test_csv_is_the_first_table_with_all_digits(client, done):
    found = rows(client.get(f"/runs/{done.pk}.csv"))
    table = done.document["tables"][0]
    assert found[0] == [c["name"] for c in table["columns"]]
    for written, row in zip(found[1:], table["rows"], strict=True):
        for text, value in zip(written, row, strict=True):
            if isinstance(value, float):
                assert float(text) == value


def test_a_spreadsheet_with_decimal_commas_gets_the_same_numbers(client, done):
    plain = rows(client.get(f"/runs/{done.pk}.csv", {"table": "metrics"}))
    answer = client.get(f"/runs/{done.pk}.csv", {"table": "metrics", "decimal": "comma"})
    lines = [line for line in answer.content.decode().splitlines(True) if line[:2] != "# "]
    written = list(csv.reader(io.StringIO("".join(lines)), delimiter=";"))
    assert [[c.replace(",", ".") for c in row] for row in written[1:]] == [
        [c.replace(",", ".") for c in row] for row in plain[1:]
    ]
    assert any("," in cell for row in written for cell in row)
    assert f"/runs/{done.pk}.csv?table=metrics&amp;decimal=comma" in (
        client.get(f"/runs/{done.pk}/").content.decode()
    )


def test_every_table_and_chart_has_its_csv(client, done):
    document = done.document
    names = [part["name"] for part in document["tables"] + document["charts"]] + ["metrics"]
    for name in names:
        answer = client.get(f"/runs/{done.pk}.csv", {"table": name})
        assert answer.status_code == 200, name
        assert len(rows(answer)) > 1


def test_csv_and_svg_carry_notice_and_digest(client, done):
    for kind in ("csv", "svg"):
        body = client.get(f"/runs/{done.pk}.{kind}").content.decode()
        assert services.NOTICE[:40] in body
        assert done.document["digest"] in body
        assert f"/runs/{done.pk}/" in body


def test_an_unknown_table_or_chart_is_a_404(client, done):
    assert client.get(f"/runs/{done.pk}.csv?table=nothing").status_code == 404
    assert client.get(f"/runs/{done.pk}.svg?chart=nothing").status_code == 404


def test_svg_stands_alone_and_runs_nothing(client, done):
    answer = client.get(f"/runs/{done.pk}.svg")
    root = ET.fromstring(answer.content)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert answer.headers["Content-Type"] == "image/svg+xml"


def test_png_is_a_png(client, done):
    assert client.get(f"/runs/{done.pk}.png").content.startswith(b"\x89PNG")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_execute_is_escaped(text):
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers():
    assert cell(-0.5) == "-0.5"
    assert cell(None) == ""
    assert cell("plain") == "plain"


def test_every_experiment_gives_files_of_every_kind(client):
    """Whatever an experiment describes can be drawn and downloaded."""
    from .conftest import compute

    for experiment in services.experiments():
        if experiment.kind != "calculator":
            continue
        run, _ = services.find_or_create_run(experiment=experiment)
        compute(run)
        assert client.get(f"/runs/{run.pk}/").status_code == 200
        for chart in Run.objects.get(pk=run.pk).document["charts"]:
            for kind in ("svg", "png"):
                answer = client.get(f"/runs/{run.pk}.{kind}", {"chart": chart["name"]})
                assert answer.status_code == 200, (experiment.slug, chart["name"])


def test_a_csv_explains_its_columns(client, done):
    table = done.document["tables"][0]
    body = client.get(f"/runs/{done.pk}.csv").content.decode()
    for column in table["columns"]:
        line = f"# Column {column['name']}: {column['label']}"
        assert line in body
        if column.get("unit"):
            assert f"({column['unit']})" in body


def test_a_png_carries_its_passport_as_text_and_is_known_by_it(client, done):
    from django.core.files.uploadedfile import SimpleUploadedFile

    picture = client.get(f"/runs/{done.pk}.png").content
    assert done.document["digest"].encode() in picture
    assert services.NOTICE[:40].encode() in picture
    upload = SimpleUploadedFile("chart.png", picture, "image/png")
    told = client.post("/check/", {"file": upload}).content.decode()
    assert "Known." in told
    assert f"/runs/{done.pk}/" in told


def test_the_text_leaves_the_picture_whole(client, done):
    """Every chunk has the length and the checksum that the PNG standard asks for."""
    picture = client.get(f"/runs/{done.pk}.png").content
    place, kinds = 8, []
    while place < len(picture):
        length = int.from_bytes(picture[place : place + 4], "big")
        body = picture[place + 4 : place + 8 + length]
        sum_ = int.from_bytes(picture[place + 8 + length : place + 12 + length], "big")
        assert zlib.crc32(body) == sum_
        kinds.append(body[:4])
        place += 12 + length
    assert kinds[0] == b"IHDR"
    assert kinds[-1] == b"IEND"
    assert kinds.count(b"iTXt") == 2
