"""Downloads: a picture that says what it is, drawn with the font that comes with the site."""

import hashlib
import struct
import tomllib
from pathlib import Path

import pytest

from simulator.charts import export

from .samples import SAMPLES

VENDOR = Path(__file__).parents[3] / "static" / "vendor"


@pytest.mark.parametrize("chart", SAMPLES, ids=lambda c: c["name"])
def test_every_kind_becomes_a_png(chart):
    picture = export.png(chart, ["Hypothetical result."], width=380)
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">I", picture[16:20]) == (380,)


def test_the_png_has_letters_in_it():
    """Without a font the text would silently be missing."""
    blank = export.png(SAMPLES[0], [], width=380)
    lettered = export.png(SAMPLES[0] | {"label": "A much longer title"}, [], width=380)
    assert blank != lettered


def test_long_lines_are_broken_at_words():
    line = "word " * 60
    assert all(len(part) <= export.LONGEST for part in export.wrapped(line))
    assert " ".join(export.wrapped(line)) == line.strip()


def test_vendored_files_are_what_the_list_says():
    listed = tomllib.loads((VENDOR / "VENDORED.toml").read_text(encoding="utf-8"))
    for folder, entry in listed.items():
        assert (VENDOR / folder / "LICENSE").is_file()
        found = {p.name for p in (VENDOR / folder).iterdir()} - {"LICENSE"}
        assert found == set(entry["sha256"])
        for name, digest in entry["sha256"].items():
            data = (VENDOR / folder / name).read_bytes()
            assert hashlib.sha256(data).hexdigest() == digest
