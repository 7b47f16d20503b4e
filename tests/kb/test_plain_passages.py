"""A passage without marks is passed over quickly; nobody can tell by the result."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import markup
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
