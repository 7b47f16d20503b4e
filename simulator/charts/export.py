"""Charts as files: an SVG that stands alone and a PNG, both with passport and notice."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import drawing, natural_height, svg
from .words import alt_text

FONTS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "dejavu-sans"
WIDTH = 760.0
MARGIN, TITLE = 20.0, 30.0
LINE_HEIGHT = 14.0
LONGEST = 118
PIXELS = 1520
HEADER = 33  # bytes of a PNG's signature and of its first chunk, IHDR


def standalone_svg(chart: Mapping[str, Any], lines: Sequence[str] = ()) -> str:
    """An SVG document with its own colours; ``lines`` (passport, notice) stand under it."""
    frame = drawing(chart, WIDTH - 2 * MARGIN)
    title = str(chart.get("label") or "Chart")
    below = [part for line in lines for part in wrapped(line)]
    top, height = MARGIN + TITLE, _height(frame.height, below)
    written = [
        svg.text(0, frame.height + 24 + i * LINE_HEIGHT, words, "small")
        for i, words in enumerate(below)
    ]
    body = svg.element("g", "", *frame.items, *written, transform=f"translate({MARGIN:g} {top:g})")
    root = svg.Element(
        "svg",
        "",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {svg.place(WIDTH)} {svg.place(height)}",
            "width": WIDTH,
            "height": height,
            "font-family": svg.FONT,
            "role": "img",
        },
        children=[
            svg.Element("title", text=title),
            svg.Element("desc", text=alt_text(chart)),
            svg.rect(0, 0, WIDTH, height, "paper"),
            svg.text(MARGIN, MARGIN + 14, title, "title"),
            body,
        ],
    )
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + root.write(alone=True) + "\n"


def size(chart: Mapping[str, Any], lines: Sequence[str] = ()) -> tuple[float, float]:
    """Width and height of that document, without drawing it."""
    below = [part for line in lines for part in wrapped(line)]
    return WIDTH, _height(float(natural_height(chart, WIDTH - 2 * MARGIN)), below)


def _height(drawn: float, below: Sequence[str]) -> float:
    return MARGIN + TITLE + drawn + 16 + len(below) * LINE_HEIGHT + MARGIN


def png(chart: Mapping[str, Any], lines: Sequence[str] = (), *, width: int = PIXELS) -> bytes:
    """The same picture as PNG, with the font that comes with the site and no other."""
    import resvg_py

    picture: bytes = resvg_py.svg_to_bytes(
        svg_string=standalone_svg(chart, lines),
        width=width,
        skip_system_fonts=True,
        font_files=[str(path) for path in sorted(FONTS.glob("*.ttf"))],
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
    )
    return with_text(
        picture, Title=str(chart.get("label") or "Chart"), Description="\n".join(lines)
    )


def with_text(picture: bytes, **texts: str) -> bytes:
    """The PNG with text chunks (iTXt, UTF-8) behind its header, as the PNG standard has them."""
    chunks = [
        chunk(b"iTXt", keyword.encode("latin-1") + bytes(5) + words.encode())
        for keyword, words in texts.items()
        if words
    ]
    return picture[:HEADER] + b"".join(chunks) + picture[HEADER:]


def chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def wrapped(line: str) -> list[str]:
    """Lines of at most ``LONGEST`` characters, broken at spaces."""
    out: list[str] = []
    current = ""
    for word in line.split():
        if current and len(current) + 1 + len(word) > LONGEST:
            out.append(current)
            current = word
        else:
            current = f"{current} {word}".strip()
    return [*out, current] if current else out
