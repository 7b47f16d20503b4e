"""Front matter: read strictly, written back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import frontmatter

FREE = {}  # no schema: only the form is checked

printable = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")), max_size=60
)
keys = st.from_regex(r"[a-z][a-z_]{0,10}", fullmatch=True)
values = st.recursive(
    printable | st.integers(-(10**9), 10**9) | st.booleans() | st.none()
    | st.floats(allow_nan=False, allow_infinity=False, width=32),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
front = st.dictionaries(keys, values, min_size=1, max_size=6)
bodies = printable.map(lambda text: f"{text.strip()}\n" if text.strip() else "x\n")


@given(front, bodies)
def test_what_is_written_is_read_back(data, body):
    page = frontmatter.parse("x", frontmatter.write(data, body), FREE)
    assert (page.data, page.body) == (data, body)


@given(front, bodies)
def test_an_untouched_file_comes_back_byte_for_byte(data, body):
    text = frontmatter.write(data, body)
    page = frontmatter.parse("x", text, FREE)
    assert frontmatter.write(page.data, page.body, text) == text


@given(front, keys, printable, bodies)
def test_an_edit_is_read_back_and_leaves_the_rest(data, key, value, body):
    text = frontmatter.write(data, body)
    edited = frontmatter.write(data | {key: value}, body, text)
    page = frontmatter.parse("x", edited, FREE)
    assert (page.data, page.body) == (data | {key: value}, body)


FILE = """---
# by hand
title:   "A title"   # with a remark
tags: [one,
  two]
short_answer: >-
  folded
  text
published: 2026-01-05
---


Body, after two empty lines.
"""


def test_a_hand_written_file_keeps_its_hand():
    page = frontmatter.parse("x", FILE, FREE)
    assert page.data["short_answer"] == "folded text"
    assert page.data["published"] == "2026-01-05"
    assert frontmatter.write(page.data, page.body, FILE) == FILE
    changed = frontmatter.write(page.data | {"tags": ["three"]}, page.body, FILE)
    kept = [line for line in FILE.splitlines() if "one" not in line and "two]" not in line]
    assert [
        line for line in changed.splitlines() if "three" not in line and line != "tags:"
    ] == kept


def test_lines_are_counted_in_the_file():
    page = frontmatter.parse("x", FILE, FREE)
    assert page.line("title") == 3
    assert page.line("short_answer") == 6
    assert FILE.splitlines()[page.body_line - 1].startswith("Body")


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_ends_do_not_matter(ending):
    page = frontmatter.parse("x", FILE.replace("\n", ending), FREE)
    assert page.body.startswith("Body")


@pytest.mark.parametrize("text", ["yes", "2026-01-05", "1e3", "null", "- x", "a: b", "#", "'", "|"])
def test_text_that_looks_like_something_else_stays_text(text):
    page = frontmatter.parse("x", frontmatter.write({"title": text}, "x\n"), FREE)
    assert page.data["title"] == text
