"""On PostgreSQL the newest generation is asked for beside Django, exact, and never in the way."""

from types import SimpleNamespace

import psycopg
import pytest

from common import freshness
from tests import services

from .racing import nothing_is_missed

pytestmark = pytest.mark.service
RAISE = "UPDATE common_generation SET number = number + 1"


@pytest.fixture(scope="module")
def server():
    try:
        with services.postgresql() as url:
            yield {"host": url.partition("host=")[2], "user": "postgres", "dbname": "postgres"}
    except services.Missing as missing:
        pytest.skip(f"{missing} is not installed")


@pytest.fixture
def own(server, monkeypatch):
    """A writer's connection, and a site whose settings name this server."""
    asked = SimpleNamespace(
        settings_dict={"ENGINE": "django.db.backends.postgresql", "NAME": "postgres"},
        get_connection_params=lambda: {**server, "client_encoding": "UTF8", "context": None},
    )
    monkeypatch.setattr(freshness, "connection", asked)
    monkeypatch.setattr(freshness, "PAUSE", 0.0)
    with psycopg.connect(**server, autocommit=True) as own:
        own.execute("DROP TABLE IF EXISTS common_generation")
        own.execute("CREATE TABLE common_generation (number BIGINT)")
        own.execute("INSERT INTO common_generation VALUES (100)")
        yield own
    freshness.forget()
    freshness._local.is_plain = False


def pid_of_reader(own):
    found = own.execute(
        "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND query LIKE %s", [f"%{freshness.NEWEST}%"],
    ).fetchall()  # fmt: skip
    return found[0][0]


def test_a_commit_is_seen_and_a_rollback_is_not(own):
    assert freshness.newest() == 100
    with own.transaction(force_rollback=True):
        own.execute(RAISE)
        assert freshness.newest() == 100
    assert freshness.newest() == 100
    own.execute(RAISE)
    assert freshness.newest() == 101


def test_one_connection_serves_all_requests_of_a_thread(own):
    freshness.newest()
    first = pid_of_reader(own)
    freshness.newest()
    assert pid_of_reader(own) == first


def test_readers_in_many_threads_see_every_commit_while_others_write(own):
    nothing_is_missed(freshness.newest, lambda: own.execute(RAISE), looks=200)


def test_a_connection_that_breaks_leaves_the_request_to_django_and_is_opened_anew(own):
    assert freshness.newest() == 100
    own.execute("SELECT pg_terminate_backend(%s, 5000)", [pid_of_reader(own)])
    own.execute(RAISE)
    assert freshness.newest() is None
    assert freshness.newest() == 101


def test_a_server_that_is_away_is_not_asked_at_once_again(own, monkeypatch):
    monkeypatch.setattr(freshness, "PAUSE", 1000.0)
    own.execute("DROP TABLE common_generation")
    assert freshness.newest() is None
    own.execute("CREATE TABLE common_generation (number BIGINT)")
    own.execute("INSERT INTO common_generation VALUES (7)")
    assert freshness.newest() is None
    del freshness._local.not_before
    assert freshness.newest() == 7


def test_a_pooler_that_forgets_statements_is_asked_the_plain_way(own, monkeypatch):
    assert freshness.newest() == 100
    freshness._local.held.raw.exec_(b"DEALLOCATE ALL")
    assert freshness.newest() is None
    assert freshness.newest() == 100
    freshness._local.held.raw.exec_(b"DEALLOCATE ALL")
    own.execute(RAISE)
    assert freshness.newest() == 101


def test_a_site_without_a_generation_yet_asks_django(own):
    own.execute("DELETE FROM common_generation")
    assert freshness.newest() is None


def test_no_connection_at_all_is_no_failure(own, monkeypatch):
    nowhere = {"host": "/nowhere", "user": "postgres", "dbname": "postgres"}
    monkeypatch.setattr(freshness.connection, "get_connection_params", lambda: nowhere)
    assert freshness.newest() is None
