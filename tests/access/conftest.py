"""The world of the matrix, made once for all its rows; each test's changes are rolled back."""

from __future__ import annotations

import pytest
from django.db import transaction

from simulator import doorbell

from . import world as worlds


@pytest.fixture(scope="module")
def everything(django_db_setup, django_db_blocker):
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(doorbell, "ring", lambda run_id, *, urgent=True: None)
        people = worlds.people()
        yield people, worlds.build()
        transaction.set_rollback(True)


@pytest.fixture
def people(everything, db):
    return everything[0]


@pytest.fixture
def world(everything, db):
    return everything[1]
