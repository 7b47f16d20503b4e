"""The short way to the newest generation is exact, whoever commits."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from common import freshness

from .racing import nothing_is_missed

CREATE = "CREATE TABLE common_generation (id INTEGER PRIMARY KEY, number BIGINT)"
RAISE = "UPDATE common_generation SET number = number + 1"
# Commits as often as it is asked and says the number only when it stands.
WRITER = f"""
import sqlite3, sys
own = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
for line in sys.stdin:
    own.execute("BEGIN IMMEDIATE")
    own.execute("{RAISE}")
    number = own.execute("SELECT number FROM common_generation").fetchone()[0]
    own.execute("COMMIT")
    print(number, flush=True)
"""


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "db.sqlite3"
    own = sqlite3.connect(path, isolation_level=None)
    own.execute("PRAGMA journal_mode = wal")
    own.execute(CREATE)
    own.execute("INSERT INTO common_generation VALUES (1, 100)")
    yield path, own
    own.close()
    freshness.forget()


def test_a_commit_is_seen_and_a_rollback_is_not(database):
    path, own = database
    assert freshness.newest(path) == 100
    own.execute("BEGIN")
    own.execute(RAISE)
    assert freshness.newest(path) == 100
    own.execute("ROLLBACK")
    assert freshness.newest(path) == 100
    own.execute(RAISE)
    assert freshness.newest(path) == 101


def test_what_others_write_elsewhere_changes_nothing(database):
    path, own = database
    own.execute("CREATE TABLE other (x)")
    assert freshness.newest(path) == 100
    own.execute("INSERT INTO other VALUES (1)")
    assert freshness.newest(path) == 100


def test_no_commit_of_several_processes_is_ever_missed(database):
    path, _ = database
    command = [sys.executable, "-c", WRITER, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    writers = [subprocess.Popen(command, **pipes) for _ in range(3)]
    try:
        for turn in range(120):
            writer = writers[turn % 3]
            writer.stdin.write("go\n")
            committed = int(writer.stdout.readline())
            assert freshness.newest(path) == committed
    finally:
        for writer in writers:
            writer.stdin.close()
            writer.wait()
            writer.stdout.close()


def test_readers_in_many_threads_see_every_commit_while_others_write(database):
    path, own = database
    nothing_is_missed(lambda: freshness.newest(path), lambda: own.execute(RAISE), looks=300)


def test_without_a_file_or_a_table_there_is_no_short_way(tmp_path):
    assert freshness.newest(tmp_path / "nothing.sqlite3") is None
    sqlite3.connect(tmp_path / "empty.sqlite3").close()
    assert freshness.newest(tmp_path / "empty.sqlite3") is None


@pytest.mark.parametrize(
    ("engine", "name", "found"),
    [
        ("django.db.backends.sqlite3", "/var/x/db.sqlite3", Path("/var/x/db.sqlite3")),
        ("django.db.backends.sqlite3", ":memory:", None),
        ("django.db.backends.sqlite3", "file:memorydb_default?mode=memory&cache=shared", None),
    ],
)
def test_only_a_file_of_sqlite_has_one(engine, name, found):
    assert freshness._file(engine, name) == found
