"""Every address × role × method × state gives exactly the answer of the table."""

from __future__ import annotations

from collections import Counter

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from . import bodies, table
from .world import ROLES

pytestmark = pytest.mark.django_db
ROWS = table.rows()
ADMIN_ROWS = {model: rest for model, *rest in table.lines("admin.txt")}
STAFF = {"M": "moderator", "E": "editor", "S": "superuser"}


def asked(row: table.Row, address: str, user: object):
    """The answer that a role gets; whatever it changed is rolled back."""
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    method = getattr(client, row.method.lower())
    with transaction.atomic():
        if row.method == "GET":
            response = method(address)
        elif row.name.startswith("api-"):
            body = bodies.JSON.get(row.name, {})
            response = method(address, body, content_type="application/json")
        else:
            response = method(address, bodies.FORMS.get(row.name, {}))
        transaction.set_rollback(True)
    return response


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_gets_what_the_table_says(row, world, people):
    address = row.address(world)
    found = {role: asked(row, address, people[role]).status_code for role in ROLES}
    assert found == row.expected


def test_the_table_covers_every_address():
    named = {name for name, _ in table.site_views()}
    covered = {row.name for row in ROWS}
    assert named - covered == set(), "addresses without a row in tests/access/matrix.txt"
    assert covered - named == set(), "rows for addresses that do not exist"
    assert [where for name, where in table.site_views() if not name.split(":")[-1]] == []


def test_every_address_has_a_row_for_reading_and_one_for_writing():
    methods = {(row.name, row.method) for row in ROWS}
    wanted = {(row.name, method) for row in ROWS for method in ("GET", "POST")}
    assert wanted - methods == set()


def test_no_row_stands_twice():
    twice = [row for row, count in Counter(map(str, ROWS)).items() if count > 1]
    assert twice == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_no_other_method_does_anything(method, world, people):
    done = []
    for row in ROWS:
        if row.method == "GET" and not row.name.startswith("admin:"):
            client = Client(raise_request_exception=False)
            client.force_login(people["superuser"])
            response = client.generic(method, row.address(world))
            if response.status_code not in (302, 400, 403, 404, 405, 410, 415):
                done.append((str(row), response.status_code))
    assert [one for one in done if not one[0].startswith("healthz")] == []


def test_looking_with_head_is_looking_with_get(world):
    different = []
    for row in ROWS:
        if row.method == "GET":
            response = Client(raise_request_exception=False).head(row.address(world))
            if response.status_code != row.expected["anonymous"]:
                different.append((str(row), response.status_code))
    assert different == []


def test_every_model_of_the_admin_has_a_row():
    registered = {model._meta.label_lower for model in admin.site._registry}
    assert registered == set(ADMIN_ROWS)


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda m: m._meta.label_lower)
def test_staff_may_do_in_the_admin_what_the_table_says(model, world, people):
    views = ("changelist", "add", "change", "delete")
    expected = dict(zip(views, ADMIN_ROWS[model._meta.label_lower], strict=True))
    first = model._default_manager.order_by("pk").first()
    found = {}
    for view in views:
        on_one = view in ("change", "delete")
        if on_one and first is None:
            found[view] = expected[view]
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}"
        address = reverse(name, args=[first.pk] if on_one else [])
        codes = {letter: status_for(people[role], address) for letter, role in STAFF.items()}
        assert set(codes.values()) <= {200, 403}, (view, codes)
        found[view] = "".join(letter for letter in STAFF if codes[letter] == 200) or "-"
        assert status_for(None, address) == 302
    assert found == expected


def status_for(user: User | None, address: str) -> int:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client.get(address).status_code


def test_nothing_of_the_admin_is_shown_to_a_signed_in_reader(world):
    reader = Client()
    reader.force_login(User.objects.create_user("reader", "reader@example.org"))
    assert reader.get("/admin/").status_code == 302
    assert reader.get("/moderation/").status_code == 403
