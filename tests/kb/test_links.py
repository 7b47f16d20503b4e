"""Dead links are looked for by an operator, and a live page is never called dead."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import call_command

from kb import links
from kb.models import Source


class Pages(BaseHTTPRequestHandler):
    failures = 0

    def do_GET(self):
        moves = {"/old": (301, "/new"), "/now": (302, "/new"), "/circle": (301, "/circle")}
        if self.path in moves:
            code, target = moves[self.path]
            self.send_response(code)
            self.send_header("Location", target)
        elif self.path == "/flaky" and Pages.failures < 2:
            Pages.failures += 1
            self.send_response(503)
        else:
            codes = {"/gone": 410, "/missing": 404, "/robots": 403, "/busy": 503}
            self.send_response(codes.get(self.path, 200))
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    Pages.failures = 0
    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def check(url):
    return links.check(url, pause=lambda seconds: None, timeout=5)


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/page", "works"),
        ("/now", "works"),
        ("/flaky", "works"),
        ("/gone", "gone"),
        ("/missing", "gone"),
        ("/robots", "uncertain"),
        ("/busy", "uncertain"),
        ("/circle", "uncertain"),
    ],
)
def test_an_address_is_judged_by_what_it_says(site, path, state):
    assert check(site + path).state == state


def test_a_permanent_move_names_the_new_address(site):
    assert check(site + "/old") == links.Answer("moved", site + "/new")


def test_nobody_at_home_is_uncertain(site):
    assert check("http://127.0.0.1:1/").state == "uncertain"


@pytest.mark.django_db
def test_the_command_reports_and_exits(site, capsys):
    for key, path in (("good", "/page"), ("bad", "/gone"), ("paper", None)):
        csl = {"title": key} | ({"URL": site + path} if path else {})
        Source.objects.create(key=key, csl=csl, evidence="blog")
    with pytest.raises(SystemExit):
        call_command("check_links", "--tries", "1")
    told = capsys.readouterr().out
    assert "gone  bad" in told
    assert "1 gone, 1 works" in told
    call_command("check_links", "good")
