"""An author writes content/examples.toml."""

import pytest

from kb.frontmatter import ContentError
from simulator.example_files import ExampleFiles
from simulator.models import Example

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiny_experiments")]
GOOD = '''# how runs are shown
[[example]]
slug = "seven"
title = "Seven"
experiment = "tiny-sum"
story = """
A number
slug = "not a key"
"""
[example.parameters]
a = 7

[[example]]
slug = "walk"
title = "A walk"
experiment = "tiny-walk"
seed = 4
parameters = { steps = 5 }
'''


def sync(folder, text):
    (folder / "examples.toml").write_text(text)
    kind = ExampleFiles()
    return kind.apply(kind.load(folder))


def refused(folder, text):
    with pytest.raises(ContentError) as error:
        sync(folder, text)
    assert Example.objects.count() == 0
    return [(problem.line, problem.message) for problem in error.value.problems]


def test_examples_are_created_updated_and_left_alone(tmp_path):
    assert sync(tmp_path, GOOD) == (2, 0, 0)
    assert sync(tmp_path, GOOD) == (0, 0, 2)
    assert sync(tmp_path, GOOD.replace("a = 7", "a = 8")) == (0, 1, 1)
    seven, walk = Example.objects.all()
    assert (seven.slug, seven.parameters, walk.seed) == ("seven", {"a": 8}, 4)
    assert seven.story.startswith("A number")


def test_no_file_is_no_example(tmp_path):
    assert ExampleFiles().load(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('slug = "walk"', 'slug = "seven"', 14, "used on line 3"),
        ('slug = "walk"', 'slug = "A walk"', 14, "small letters"),
        ('slug = "walk"\n', "", 13, "slug is missing"),
        ("tiny-walk", "tiny-wlk", 16, "There is no experiment"),
        ("steps = 5", "steps = 0", 18, "steps"),
        ("steps = 5", "stps = 5", 18, "not a parameter"),
        ("seed = 4", "seed = -4", 17, "seed"),
        ("a = 7", "a = 7000", 11, "out of range"),
        ("a = 7", 'a = "7"', 11, "number"),
        ("seed = 4", "sed = 4", 17, "unknown key"),
        ("seed = 4", "seed = ", 17, "nvalid"),
        ('title = "A walk"', 'title = "A walk"\narticle = "nowhere"', 16, "no article"),
    ],
    ids=str,
)
def test_a_mistake_is_named_with_its_line(tmp_path, old, new, line, words):
    assert old in GOOD
    found = refused(tmp_path, GOOD.replace(old, new))
    assert any(at == line and words in message for at, message in found), found


def test_every_mistake_is_told_at_once(tmp_path):
    assert len(refused(tmp_path, GOOD.replace("a = 7", "a = 7000").replace("= 5", "= 0"))) == 2


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"[[example]]\nslug = 5\n", b"other = 1\n"])
def test_what_cannot_be_read_is_refused(tmp_path, raw):
    (tmp_path / "examples.toml").write_bytes(raw)
    with pytest.raises(ContentError):
        ExampleFiles().load(tmp_path)
