"""The front answers as Django would, byte for byte, or leaves the answer to Django."""

import gzip
import io

import pytest
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import override_settings

from common import stored_pages
from common.front import Front
from kb.models import Category

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PATH = "/about/"


class Site:
    """The real application behind a front, which counts what it leaves to Django."""

    def __init__(self):
        self.left = 0
        inner = get_wsgi_application()

        def application(environ, start_response):
            self.left += 1
            return inner(environ, start_response)

        self.django = inner
        self.front = Front(application)
        # A test's database is in memory and its changes are not committed: ask as Django does.
        self.front.newest = stored_pages.generation

    def ask(self, application, path=PATH, method="GET", **more):
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "x",
            "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "192.0.2.1",
            "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0), "SERVER_PROTOCOL": "HTTP/1.1", **more,
        }  # fmt: skip
        said = {}

        def start_response(status, headers, exc_info=None):
            said["status"], said["headers"] = status, dict(headers)

        body = b"".join(application(environ, start_response))
        said["headers"].pop("Content-Length", None)
        return said["status"], said["headers"], body if method != "HEAD" else b""


@pytest.fixture(autouse=True)
def _connections_stay():
    """As Django's test client does: a request must not close the connection of the test."""
    both = (signals.request_started, signals.request_finished)
    for one in both:
        one.disconnect(close_old_connections)
    yield
    for one in both:
        one.connect(close_old_connections)


@pytest.fixture
def site():
    found = Site()
    found.ask(found.front)
    found.left = 0
    return found


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"method": "HEAD"},
        {"HTTP_ACCEPT_ENCODING": "br, gzip"},
        {"HTTP_ACCEPT_ENCODING": "gzip;q=0"},
        {"HTTP_HOST": "127.0.0.1:8000"},
        {"HTTP_HOST": "localhost"},
        {"HTTP_USER_AGENT": "anything", "HTTP_X_FORWARDED_HOST": "evil.example"},
    ],
)
def test_a_kept_page_is_answered_before_django_and_the_same(site, more):
    assert site.ask(site.front, **more) == site.ask(site.django, **more)
    assert site.left == 0


def test_who_has_the_page_is_told_so(site):
    tag = site.ask(site.front)[1]["ETag"]
    status, headers, body = site.ask(site.front, HTTP_IF_NONE_MATCH=tag)
    assert (status, body) == ("304 Not Modified", b"")
    assert (status, headers, body) == site.ask(site.django, HTTP_IF_NONE_MATCH=tag)
    assert site.left == 0


def test_the_packed_page_is_the_page(site):
    packed = site.ask(site.front, HTTP_ACCEPT_ENCODING="gzip")[2]
    assert gzip.decompress(packed) == site.ask(site.front)[2]


@pytest.mark.parametrize(
    "more",
    [
        {"method": "POST"},
        {"method": "OPTIONS"},
        {"HTTP_COOKIE": "sessionid=x"},
        {"QUERY_STRING": "a=1"},
        {"SCRIPT_NAME": "/under"},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "127.0.0.1@evil.example"},
        {"HTTP_HOST": ""},
        {"path": "/about"},
        {"path": "/nothing/"},
        {"path": "/healthz"},
    ],
)
def test_anything_else_is_left_to_django(site, more):
    site.ask(site.front, **more)
    assert site.left == 1


def test_after_any_change_django_is_asked_again(site):
    Category.objects.create(slug="new", name="New")
    site.ask(site.front)
    assert site.left == 1


def test_an_old_page_is_left_to_django(site, monkeypatch):
    monkeypatch.setattr("common.front.LIFETIME", -1.0)
    site.ask(site.front)
    assert site.left == 1


def test_where_there_is_no_short_way_to_know_django_is_asked(site):
    site.front.newest = lambda: None
    site.ask(site.front)
    assert site.left == 1


def test_a_site_on_https_answers_plain_requests_by_django_alone(site):
    with override_settings(SECURE_SSL_REDIRECT=True):
        site.ask(site.front)
        site.ask(site.front, HTTP_X_FORWARDED_PROTO="https")
        assert site.left == 2
        site.ask(site.front, **{"wsgi.url_scheme": "https"})
        assert site.left == 2
        with override_settings(TRUSTED_PROXIES=["192.0.2.0/24"]):
            behind = Front(site.front.application)
            behind.newest = stored_pages.generation
            site.ask(behind, HTTP_X_FORWARDED_PROTO="https")
            assert site.left == 2
