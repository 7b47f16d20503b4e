"""A passage without marks is passed over quickly; nobody can tell by the result."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import extend, markup
from kb.markup import structure

PARTS = [
    "word", "Two words.", " ", "  \n", "\n", "\n\n", "*", "**", "_", "`", "\\", "[", "]",
    "[@key]", "(/x/)", "[[term]]", "![a](/static/a.png)", "<b>", "&amp;", "&", "$x$", "$$x$$",
    "!", "^", "[^1]", "[^1]: note", "http://a.b", "<http://a.b>", "<a@b.c>", "## Heading",
    "| a | b |\n| - | - |\n", "> quote", "- item", "~", ":", "{", "}", "@", "=", "#", "'", '"',
    "–", "5 %", "::example x", "é",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=25).map("".join))
def test_looking_for_marks_first_changes_no_text(text):
    quick = markup.render(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "_MARK", re.compile(""))  # as if marks were everywhere
        assert markup.render(text) == quick


@given(st.text(max_size=60))
def test_nor_does_any_other_text(text):
    quick = markup.render(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "_MARK", re.compile(""))
        assert markup.render(text) == quick


BLOCKS = [
    '<div data-argument="one" data-block="example"></div>', "</div>",
    '<div data-argument="a/b" data-block="x">', '<div data-argument="', "<div>", "words", "<p>",
    '" data-block="example"></div>',
    '<div data-argument="UP" data-block="example"></div>',
]  # fmt: skip


@given(st.lists(st.sampled_from(BLOCKS), max_size=12).map("".join))
def test_blocks_are_found_by_their_ends_as_by_reading_from_the_start(stored):
    read = [argument for kind, argument in extend.html_parts(stored) if kind == "example"]
    assert extend.block_arguments(stored, "example") == read


def test_every_mark_of_the_language_is_seen():
    for marked in (
        "*a*",
        "**a**",
        "`a`",
        "[a](/b/)",
        "&copy;",
        "$x$",
        "\\*a",
        "a  \nb",
        "<http://a.b>",
    ):
        assert markup.render(marked).html != f"<p>{marked}</p>"
