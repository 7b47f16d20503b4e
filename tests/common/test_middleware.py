"""Headers that every answer carries, and forged ones that change nothing."""

import pytest
from django.test import RequestFactory, override_settings

from common.middleware import TrustedProxies
from common.requests import is_from_here


def seen_through(proxies, **meta):
    request = RequestFactory().get("/", **meta)
    seen = {}

    def view(inner):
        seen.update(address=inner.META["REMOTE_ADDR"], secure=inner.is_secure())
        seen["left"] = [k for k in inner.META if "FORWARDED" in k or k == "HTTP_X_REAL_IP"]
        return

    with override_settings(TRUSTED_PROXIES=proxies):
        TrustedProxies(view)(request)
    return seen


def test_a_stranger_cannot_choose_its_address():
    seen = seen_through(
        [],
        REMOTE_ADDR="203.0.113.9",
        HTTP_X_FORWARDED_FOR="10.0.0.1",
        HTTP_X_FORWARDED_PROTO="https",
        HTTP_X_REAL_IP="10.0.0.1",
    )
    assert seen == {"address": "203.0.113.9", "secure": False, "left": []}


def test_behind_a_trusted_proxy_the_last_untrusted_address_counts():
    seen = seen_through(
        ["127.0.0.1", "10.0.0.0/8"],
        REMOTE_ADDR="127.0.0.1",
        HTTP_X_FORWARDED_FOR="1.2.3.4, 203.0.113.9, 10.1.1.1",
        HTTP_X_FORWARDED_PROTO="https",
    )
    assert seen == {"address": "203.0.113.9", "secure": True, "left": []}


def test_rubbish_in_the_chain_is_not_an_address():
    seen = seen_through(
        ["127.0.0.1"], REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="<script>, unknown"
    )
    assert seen["address"] == "127.0.0.1"


def test_every_answer_carries_the_policy(client):
    response = client.get("/healthz")
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "//" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert not response.cookies


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Referer": "http://testserver/ask/"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
    ],
)
def test_a_post_from_elsewhere_is_recognised(headers, allowed):
    request = RequestFactory().post("/", headers=headers)
    assert is_from_here(request) is allowed
