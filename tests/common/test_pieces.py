"""Parts of pages: drawn once for their ingredients, and never shown for others."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from common import pieces
from common.models import Piece

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    pieces.forget_memory()
    yield
    pieces.forget_memory()


@pytest.fixture
def draw():
    """Draws another text each time, so that a kept one is told from a new one."""
    made = []

    def one():
        made.append(1)
        return f"<p>{len(made)}</p>"

    return one


def test_the_same_ingredients_are_drawn_once_for_all_processes(draw):
    assert pieces.kept(["a", 1], draw) == "<p>1</p>"
    assert pieces.kept(["a", 1], draw) == "<p>1</p>"
    pieces.forget_memory()  # another process
    assert pieces.kept(["a", 1], draw) == "<p>1</p>"


@pytest.mark.parametrize(
    "other", [["a", 2], ["a"], ["a", "1"], ["a", None], ["a", [1]], [["a", 1]]]
)
def test_other_ingredients_make_another_piece(draw, other):
    pieces.kept(["a", 1], draw)
    assert pieces.kept(other, draw) == "<p>2</p>"


def test_another_release_draws_anew(draw, monkeypatch):
    pieces.kept(["a"], draw)
    monkeypatch.setattr(pieces, "release", lambda: "next")
    assert pieces.kept(["a"], draw) == "<p>2</p>"


def test_a_full_disk_stops_no_reader(draw, monkeypatch):
    def full(*args, **kwargs):
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(type(Piece.objects), "bulk_create", full)
    assert pieces.kept(["a"], draw) == "<p>1</p>"
    assert not Piece.objects.exists()


def test_memory_is_bounded_and_the_table_still_knows(draw, monkeypatch):
    monkeypatch.setattr(pieces, "MOST_BYTES", 20)
    for number in range(5):
        pieces.kept([number], draw)
    assert sum(map(len, pieces._memory.values())) <= 20
    assert pieces.kept([0], draw) == "<p>1</p>"


def test_what_was_drawn_long_ago_is_forgotten(draw):
    pieces.kept(["old"], draw)
    Piece.objects.update(made_at=timezone.now() - timedelta(days=31))
    pieces.kept(["new"], draw)
    assert pieces.forget_old() == 1
    assert Piece.objects.count() == 1


def test_while_developing_nothing_is_kept(draw, settings):
    settings.DEBUG = True
    pieces.kept(["a"], draw)
    assert pieces.kept(["a"], draw) == "<p>2</p>"
