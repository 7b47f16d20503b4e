"""Editors sign in; guessers wait; an owner is never locked out by a stranger."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice

from common import admin
from common.models import LoginFailure

pytestmark = pytest.mark.django_db
PASSWORD = "a long pass phrase, not guessed"
STRANGER, OWNER = "203.0.113.9", "198.51.100.7"


@pytest.fixture
def ada():
    return User.objects.create_superuser("ada", "ada@example.org", PASSWORD)


def sign_in(client, password=PASSWORD, address=OWNER, name="ada", **more):
    data = {"username": name, "password": password, "next": "/admin/", **more}
    return client.post("/admin/login/", data, REMOTE_ADDR=address)


def test_a_right_password_opens_the_admin_on_the_loopback(client, ada):
    assert sign_in(client).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_a_guesser_is_barred_and_the_owner_is_not(client, ada):
    for _ in range(admin.FOR_ACCOUNT):
        assert sign_in(client, "wrong", STRANGER).status_code == 200
    barred = sign_in(client, PASSWORD, STRANGER)
    assert "Too many attempts" in barred.content.decode()
    assert sign_in(client, PASSWORD, OWNER).status_code == 302


def test_one_password_on_many_accounts_is_barred_too(client, ada):
    for number in range(admin.FOR_BLOCK):
        sign_in(client, "Summer2026", STRANGER, name=f"user{number}")
    assert "Too many attempts" in sign_in(client, PASSWORD, STRANGER).content.decode()


def test_a_bar_ends_and_a_success_forgives(client, ada):
    for _ in range(admin.FOR_ACCOUNT):
        sign_in(client, "wrong", STRANGER)
    LoginFailure.objects.update(since=timezone.now() - timedelta(minutes=16))
    assert sign_in(client, PASSWORD, STRANGER).status_code == 302
    for _ in range(3):
        sign_in(client, "wrong")
    sign_in(client)
    assert not admin.is_barred("ada", OWNER)
    assert all("ada" not in row.key for row in LoginFailure.objects.all())


def test_addresses_of_one_ipv6_network_count_together():
    assert admin.block("2001:db8::1") == admin.block("2001:db8::ffff")
    assert admin.block("2001:db8::1") != admin.block("2001:db8:0:1::1")
    assert admin.block("nonsense") == "unknown"


@override_settings(SECOND_FACTOR=True)
def test_a_public_site_asks_for_a_second_factor(client, ada):
    page = sign_in(client)
    assert page.status_code == 200
    assert client.get("/admin/").status_code == 302
    device = StaticDevice.objects.create(user=ada, name="paper")
    device.token_set.create(token="once-only")
    assert sign_in(client, otp_token="wrong").status_code == 200
    device.refresh_from_db()
    device.throttle_reset()
    assert sign_in(client, otp_token="once-only").status_code == 302
    assert client.get("/admin/").status_code == 200
    assert client.get("/moderation/").status_code == 200


@override_settings(SECOND_FACTOR=True)
def test_a_session_with_a_password_alone_moderates_nothing(client, ada):
    client.force_login(ada)
    assert client.get("/moderation/").status_code == 302
    assert client.get("/admin/").status_code == 302
