"""A kept page is the page; it is gone the moment anything changes, and nobody's own gets in."""

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from common.models import StoredPage
from common.stored_pages import StoredPages, forget_old, generation, renew
from simulator.management.commands import prepare

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


class View:
    """A view that counts how often it was asked."""

    def __init__(self, response=None, during=None):
        self.asked, self.during = 0, during
        self.make = response or (lambda: HttpResponse(f"page {self.asked}"))

    def __call__(self, request):
        self.asked += 1
        if self.during:
            self.during()
        return self.make()


@pytest.fixture
def site():
    def build(**options):
        view = View(**options)
        with override_settings(STORED_PAGES=[r"/ask/[a-z]+/"]):
            middleware = StoredPages(view)

        def get(path="/ask/one/", **headers):
            return middleware(RequestFactory().get(path, **headers))

        return get, view

    return build


def test_a_page_is_rendered_once_and_answered_with_one_query(site):
    get, view = site()
    first = get()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        second = get()
    assert first.content == second.content == b"page 1"
    assert view.asked == 1
    assert len(queries) == 1
    assert first["ETag"] == second["ETag"]


def test_a_renewal_makes_every_kept_page_worthless(site):
    get, view = site()
    get()
    renew()
    assert get().content == b"page 2"
    assert view.asked == 2


def test_a_site_that_starts_serves_no_page_of_an_older_release(site, monkeypatch):
    get, view = site()
    get()
    monkeypatch.setattr(prepare, "collect_static", lambda: None)
    monkeypatch.setattr(prepare, "call_command", lambda *arguments, **options: None)
    monkeypatch.setattr(prepare.services, "warm_examples", list)
    prepare.Command().handle()
    get()
    assert view.asked == 2


def test_a_renewal_that_is_rolled_back_changes_nothing(site):
    get, view = site()
    get()
    with transaction.atomic():
        renew()
        transaction.set_rollback(True)
    get()
    assert view.asked == 1


def test_a_page_rendered_while_the_site_changed_is_never_served(site):
    get, view = site(during=renew)
    get()
    get()
    assert view.asked == 2


def test_an_unchanged_page_answers_304(site):
    get, view = site()
    tag = get()["ETag"]
    again = get(HTTP_IF_NONE_MATCH=tag)
    assert again.status_code == 304
    assert again["ETag"] == tag
    assert not again.content
    renew()
    view.make = lambda: HttpResponse("page 1")
    assert get(HTTP_IF_NONE_MATCH=tag).status_code == 304, "same bytes, same tag"


@pytest.mark.parametrize(
    "response",
    [
        lambda: HttpResponse("x", status=404),
        lambda: HttpResponse("x", headers={"Cache-Control": "private, no-store"}),
    ],
)
def test_errors_and_private_answers_are_not_kept(site, response):
    get, view = site(response=response)
    get()
    get()
    assert view.asked == 2
    assert not StoredPage.objects.exists()


def test_an_answer_that_sets_a_cookie_is_not_kept(site):
    def response():
        answer = HttpResponse("x")
        answer.set_cookie("a", "b")
        return answer

    get, _ = site(response=response)
    get()
    assert not StoredPage.objects.exists()


def test_a_reader_with_a_cookie_is_neither_answered_from_nor_kept(site):
    get, view = site()
    get(HTTP_COOKIE="sessionid=1")
    assert not StoredPage.objects.exists()
    get()
    get(HTTP_COOKIE="sessionid=1")
    assert view.asked == 3


def test_a_query_is_not_kept(site):
    get, view = site()
    get("/ask/one/?utm_source=x")
    get("/ask/one/?utm_source=x")
    assert view.asked == 2
    assert not StoredPage.objects.exists()


def test_other_paths_are_left_alone(site):
    get, view = site()
    get("/questions/new/")
    get("/questions/new/")
    assert view.asked == 2


def test_a_hostile_host_is_refused_even_when_the_page_is_kept(site):
    from django.core.exceptions import DisallowedHost

    get, _ = site()
    get()
    with override_settings(ALLOWED_HOSTS=["testserver"]), pytest.raises(DisallowedHost):
        get(HTTP_HOST="evil.example")


def test_old_generations_are_forgotten(site):
    get, _ = site()
    get()
    renew()
    before = generation()
    assert forget_old() == 1
    assert generation() == before


def test_a_kept_page_is_packed_once_and_unpacks_to_itself(site):
    import gzip

    get, view = site(response=lambda: HttpResponse("page " * 500))
    plain = get()
    packed = get(HTTP_ACCEPT_ENCODING="br, gzip;q=0.8")
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] == plain["ETag"]
    assert "Content-Encoding" not in get(HTTP_ACCEPT_ENCODING="gzip;q=0, br")
    assert "Accept-Encoding" in packed["Vary"]
    assert view.asked == 1


def test_another_process_finds_the_page_in_the_table(site):
    get, _ = site()
    get()
    other, second_view = site()
    assert other().content == b"page 1"
    assert second_view.asked == 0
    renew()
    other()
    assert second_view.asked == 1


def test_http_is_redirected_before_anything_is_answered(site):
    get, view = site()
    get()
    with override_settings(SECURE_SSL_REDIRECT=True):
        get()
    assert view.asked == 2


def test_kept_answers_carry_the_security_headers(client):
    from django.conf import settings

    assert "/about/" in settings.STORED_PAGES
    for _ in range(2):
        response = client.get("/about/")
        assert response["Content-Security-Policy"].startswith("default-src 'none'")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert not response.cookies
