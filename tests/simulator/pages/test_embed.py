"""A result in somebody else's page, by a frame or by oEmbed, never without notice and way back."""

import json
import re
import struct
from urllib.parse import urlsplit

import pytest

from kb.models import Article, Category
from simulator import services
from simulator.models import Example, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft_article(db):
    category = Category.objects.create(slug="c", name="C")
    return Article.objects.create(slug="d", title="D", category=category, state="draft")


def ask(client, **query):
    answer = client.get("/oembed", query)
    return answer, json.loads(answer.content)


def test_a_frame_shows_the_chart_with_notice_digest_and_way_back(client, done):
    answer = client.get(f"/runs/{done.pk}/embed/")
    page = answer.content.decode()
    assert "<svg" in page
    assert services.NOTICE[:40] in page
    assert done.document["digest"].removeprefix("sha256:")[:12] in page
    assert f"http://testserver/runs/{done.pk}/" in page
    assert '<base target="_top">' in page


def test_only_a_frame_may_be_framed(client, done):
    framed = client.get(f"/runs/{done.pk}/embed/")
    assert "X-Frame-Options" not in framed.headers
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert "default-src 'none'" in framed.headers["Content-Security-Policy"]
    assert "unsafe" not in framed.headers["Content-Security-Policy"]
    assert not framed.cookies
    whole = client.get(f"/runs/{done.pk}/")
    assert whole.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in whole.headers["Content-Security-Policy"]


def test_a_frame_can_show_any_chart_of_the_result(client, done):
    for chart in done.document["charts"]:
        page = client.get(f"/runs/{done.pk}/embed/", {"chart": chart["name"]}).content.decode()
        assert chart["label"] in page.replace("&#x27;", "'").replace("&amp;", "&")
    assert client.get(f"/runs/{done.pk}/embed/", {"chart": "nothing"}).status_code == 404


def test_a_frame_of_an_unfinished_run_says_so(client, asked):
    answer = client.get(f"/runs/{asked.pk}/embed/")
    assert answer.status_code == 409
    assert "no result to show yet" in answer.content.decode()


def test_the_run_page_offers_the_code_and_names_its_oembed_address(client, done):
    page = client.get(f"/runs/{done.pk}/").content.decode()
    assert f"&lt;iframe src=&quot;http://testserver/runs/{done.pk}/embed/" in page
    link = re.search(r'type="application/json\+oembed" href="([^"]+)"', page)[1]
    assert client.get(link.replace("&amp;", "&")).json()["type"] == "rich"


def test_oembed_answers_for_a_run_an_example_and_a_chart(client, example, done):
    name = done.document["charts"][-1]["name"]
    for path in (f"/runs/{done.pk}/", "/lab/a-condor/", f"/runs/{done.pk}/embed/?chart={name}"):
        answer, told = ask(client, url=f"http://testserver{path}")
        assert (answer.status_code, told["version"], told["type"]) == (200, "1.0", "rich")
        assert f"/runs/{done.pk}/embed/" in told["html"]
        assert ("?chart=" in told["html"]) == ("chart=" in path)
        source = urlsplit(re.search(r'src="([^"]+)"', told["html"])[1])
        assert client.get(f"{source.path}?{source.query}").status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert told["title"].startswith("A condor of thirty days")


def test_the_thumbnail_has_the_size_that_is_told(client, done):
    _, told = ask(client, url=f"http://testserver/runs/{done.pk}/")
    picture = client.get(urlsplit(told["thumbnail_url"]).path)
    wide, high = struct.unpack(">II", picture.content[16:24])
    assert wide == told["thumbnail_width"]
    assert abs(high - told["thumbnail_height"]) <= 1
    assert picture.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_oembed_keeps_to_the_consumers_limits(client, done):
    address = f"http://testserver/runs/{done.pk}/"
    _, told = ask(client, url=address, maxwidth="480", maxheight="400")
    assert (told["width"], told["height"]) == (480, 400)
    assert 'width="480"' in told["html"]
    for nonsense in ("-1", "x", "٣٠٠", "9" * 30, ""):
        assert ask(client, url=address, maxwidth=nonsense)[1]["width"] == 760


@pytest.mark.parametrize(
    "address",
    [
        "", "x", "http://elsewhere.example/lab/a-condor/", "http://testserver/about/",
        "http://testserver/lab/nothing/", "http://[", "http://testserver/nothing",
        "http://testserver/runs/00000000-0000-0000-0000-000000000001/",
    ],
)  # fmt: skip
def test_what_is_not_ours_cannot_be_embedded(client, done, address):
    answer, told = ask(client, url=address)
    assert answer.status_code == 404
    assert told["title"] == "Nothing to embed"


def test_an_unfinished_run_has_nothing_to_embed(client, asked):
    assert ask(client, url=f"http://testserver/runs/{asked.pk}/")[0].status_code == 404


def test_an_example_of_an_unpublished_answer_is_not_told_of(client, done, draft_article):
    Example.objects.update(article=draft_article)
    assert ask(client, url="http://testserver/lab/a-condor/")[0].status_code == 404
    _, told = ask(client, url=f"http://testserver/runs/{done.pk}/")
    assert "A condor of thirty days" not in told["title"]
    assert Run.objects.get(pk=done.pk).example_id is not None


def test_only_json_is_served(client, done):
    address = f"http://testserver/runs/{done.pk}/"
    assert ask(client, url=address, format="xml")[0].status_code == 501
