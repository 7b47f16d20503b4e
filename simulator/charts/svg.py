"""A tiny SVG tree with two ways out: classes for the page, attributes for a file on its own.

On the page colours come from the stylesheet through classes, so that dark mode, print,
forced colours and a Content-Security-Policy without inline style all work. A downloaded
file has no stylesheet: the same classes are written as presentation attributes.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import Any

UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FONT = "DejaVu Sans, Helvetica Neue, Arial, sans-serif"
COLOURS = {
    "s1": "#0d5963",
    "s2": "#b85a10",
    "s3": "#5b3f95",
    "s4": "#3d8a4f",
    "s5": "#a02a5f",
    "s6": "#54606a",
    "sr": "#5c6366",
}
DASHES = {"s2": "7 3", "s3": "2 3", "s4": "9 3 2 3", "s5": "13 4", "s6": "4 3", "sr": "1 3"}
FILL = {"s2": "0.55", "s3": "0.3", "s6": "0.25"}
HEAT = (
    "#b85a10",
    "#cd8650",
    "#dda884",
    "#eaccb3",
    "#f3f1ea",
    "#c3d6d5",
    "#92b8b9",
    "#5f9599",
    "#0d5963",
)
INK, GREY, LINE, PAPER = "#1c2124", "#4c5357", "#d8d4c7", "#fcfbf8"
STYLE: dict[str, dict[str, str]] = {
    "paper": {"fill": PAPER},
    "grid": {"stroke": LINE, "stroke-width": "1", "fill": "none"},
    "axis": {"stroke": GREY, "stroke-width": "1", "fill": "none"},
    "zero": {"stroke": INK, "stroke-width": "1.2", "fill": "none"},
    "tick": {"fill": GREY, "font-size": "12"},
    "label": {"fill": GREY, "font-size": "12"},
    "name": {"fill": "{c}", "font-size": "12"},
    "value": {"fill": INK, "font-size": "11"},
    "title": {"fill": INK, "font-size": "16", "font-weight": "bold"},
    "small": {"fill": GREY, "font-size": "10"},
    "line": {"stroke": "{c}", "stroke-width": "2", "fill": "none", "stroke-dasharray": "{d}"},
    "band": {"fill": "{c}", "fill-opacity": "0.16"},
    "area": {"fill": "{c}", "fill-opacity": "0.14"},
    "bar": {"fill": "{c}", "fill-opacity": "{f}", "stroke": "{c}"},
    "outline": {"stroke": "{c}", "stroke-width": "1.6", "fill": "none", "stroke-dasharray": "{d}"},
    "hatch": {"stroke": PAPER, "stroke-width": "1.6"},
    "dot": {"fill": "{c}", "stroke": PAPER, "stroke-width": "1"},
    "whisker": {"stroke": "{c}", "stroke-width": "1.4", "fill": "none"},
    "mark": {"fill": GREY, "fill-opacity": "0.1"},
    "markline": {"stroke": GREY, "stroke-width": "1", "stroke-dasharray": "3 3"},
    "gain": {"fill": "#24603a", "fill-opacity": "0.12"},
    "loss": {"fill": "#98281c", "fill-opacity": "0.12"},
    "cell": {"stroke": PAPER, "stroke-width": "1"},
    "gap": {"fill": "#ffffff", "stroke": LINE},
    "light": {"fill": "#ffffff"},
    "start": {"text-anchor": "start"},
    "middle": {"text-anchor": "middle"},
    "end": {"text-anchor": "end"},
    "on": {"fill": INK},
    "off": {"fill": LINE},
} | {f"h{i}": {"fill": colour} for i, colour in enumerate(HEAT, 1)}


def place(value: float) -> str:
    """A coordinate with one decimal; anything not finite is a bug and stops here."""
    if not math.isfinite(value):
        raise ValueError("a coordinate must be finite")
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def clean(text: Any) -> str:
    """Text without the characters that XML cannot hold."""
    return UNPRINTABLE.sub("", str(text))


@dataclass
class Element:
    """One SVG element: tag, classes, attributes, then text or children."""

    tag: str
    classes: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    text: str | None = None
    children: list[Element] = field(default_factory=list)

    def write(self, *, alone: bool = False) -> str:
        found = dict(self.attributes)
        if self.classes:
            found = (
                _presentation(self.classes) | found if alone else {"class": self.classes} | found
            )
        if alone:
            found = {k: v for k, v in found.items() if not k.startswith("data-")}
        written = "".join(
            f' {k}="{escape(clean(place(v) if isinstance(v, float) else v))}"'
            for k, v in found.items()
        )
        inside = escape(clean(self.text), quote=False) if self.text is not None else ""
        inside += "".join(child.write(alone=alone) for child in self.children)
        return (
            f"<{self.tag}{written}>{inside}</{self.tag}>" if inside else f"<{self.tag}{written}/>"
        )


def _presentation(classes: str) -> dict[str, str]:
    names = classes.split()
    series = next((n for n in names if n in COLOURS), "s1")
    colour = INK if "ink" in names else COLOURS[series]
    out: dict[str, str] = {}
    for name in names:
        for key, value in STYLE.get(name, {}).items():
            filled = value.replace("{c}", colour).replace("{d}", DASHES.get(series, ""))
            filled = filled.replace("{f}", FILL.get(series, "1"))
            if filled:
                out[key] = filled
    return out


def element(tag: str, classes: str = "", *children: Element, **attributes: Any) -> Element:
    """``stroke_width`` becomes ``stroke-width``; floats are written as coordinates."""
    named = {k.rstrip("_").replace("_", "-"): v for k, v in attributes.items()}
    return Element(tag, classes, named, children=list(children))


def text(x: float, y: float, words: str, classes: str) -> Element:
    return Element("text", classes, {"x": float(x), "y": float(y)}, text=words)


def line(x1: float, y1: float, x2: float, y2: float, classes: str) -> Element:
    return element("line", classes, x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2))


def rect(x: float, y: float, width: float, height: float, classes: str, **more: Any) -> Element:
    return element(
        "rect",
        classes,
        x=float(x),
        y=float(y),
        width=float(max(width, 0.0)),
        height=float(max(height, 0.0)),
        **more,
    )


def path(points: str, classes: str) -> Element:
    return element("path", classes, d=points)


def polyline(points: list[tuple[float, float]]) -> str:
    """Path data through these points, in steps of tenths from the first: half as long."""
    tenths = [(_tenths(x), _tenths(y)) for x, y in points]
    out = [f"M{_tenth(tenths[0][0])} {_tenth(tenths[0][1])}l"]
    for (x1, y1), (x2, y2) in pairwise(tenths):
        dx, dy = _tenth(x2 - x1), _tenth(y2 - y1)
        out.append(f" {dx}{'' if dy.startswith('-') else ' '}{dy}")
    return "".join(out).replace("l ", "l") if len(points) > 1 else out[0][:-1]


def _tenths(value: float) -> int:
    if not math.isfinite(value):
        raise ValueError("a coordinate must be finite")
    return round(value * 10)


def _tenth(tenths: int) -> str:
    whole, rest = divmod(abs(tenths), 10)
    text = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{text}" if tenths < 0 else text


def marker(shape: int, x: float, y: float, classes: str, size: float = 4.0) -> Element:
    """Circle, square, triangle, diamond, cross or bar: the second coding beside colour."""
    s = size
    corners = {
        1: [(-s, -s), (s, -s), (s, s), (-s, s)],
        2: [(0, -s * 1.2), (s * 1.15, s), (-s * 1.15, s)],
        3: [(0, -s * 1.3), (s * 1.3, 0), (0, s * 1.3), (-s * 1.3, 0)],
        4: [(-s * 1.15, -s), (s * 1.15, -s), (0, s * 1.2)],
        5: [(-s * 0.5, -s * 1.3), (s * 0.5, -s * 1.3), (s * 0.5, s * 1.3), (-s * 0.5, s * 1.3)],
    }
    if shape % 6 == 0:
        return element("circle", classes, cx=float(x), cy=float(y), r=float(s))
    points = [(x + dx, y + dy) for dx, dy in corners[shape % 6]]
    return path(polyline(points) + "Z", classes)


def width_of(words: str, size: float = 12.0) -> float:
    """About how wide text runs; on the generous side, so that labels never collide."""
    return len(words) * size * 0.6
