"""The allow-list: what stored HTML may consist of."""

from __future__ import annotations

import html
import re

import nh3

MATHML = {
    "math": {"display", "class"},
    "semantics": set(),
    "annotation": {"encoding"},
    "mfrac": {"linethickness"},
    "mi": {"mathvariant"},
    "mn": {"mathvariant"},
    "mo": {
        "stretchy",
        "fence",
        "form",
        "separator",
        "movablelimits",
        "accent",
        "minsize",
        "maxsize",
        "lspace",
        "rspace",
        "mathvariant",
    },
    "mover": {"accent"},
    "mpadded": {"width", "height", "depth", "lspace", "voffset"},
    "mphantom": set(),
    "mroot": set(),
    "mrow": set(),
    "mspace": {"width", "height", "depth", "linebreak"},
    "msqrt": set(),
    "mstyle": {"displaystyle", "scriptlevel"},
    "msub": set(),
    "msubsup": set(),
    "msup": set(),
    "mtable": {"columnalign", "rowspacing", "columnspacing", "displaystyle"},
    "mtd": {"columnalign", "columnspan", "rowspan"},
    "mtext": {"mathvariant"},
    "mtr": {"columnalign"},
    "munder": {"accentunder"},
    "munderover": {"accent", "accentunder"},
}
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title", "rel", "id"},
    "data": {"value"},
    "dfn": {"data-term"},
    "div": {"data-block", "data-argument", "tabindex", "role", "aria-label"},
    "img": {"src", "alt", "title", "width", "height"},
    "li": {"id"},
    "ol": {"start"},
    "sup": {"id"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    **{f"h{n}": {"id"} for n in range(2, 7)},
    **{tag: names - {"class"} for tag, names in MATHML.items()},
}
ALIGNED = {"align-left", "align-right", "align-center"}
CLASSES: dict[str, set[str]] = {
    "a": {"anchor", "cite", "footnote-ref", "footnote-backref", "term"},
    "code": {f"language-{name}" for name in ("python", "json", "text", "toml", "yaml", "sh")},
    "data": {"inline"},
    "div": {
        "admonition",
        "note",
        "warning",
        "tip",
        "example",
        "disputed",
        "footnote",
        "table-box",
    },
    "math": {"formula"},
    "p": {"admonition-title"},
    "span": {"no-term", "citation", "missing-term", "needs-source"},
    "td": ALIGNED,
    "th": ALIGNED,
}
TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "cite", "code", "data", "dd", "del", "dfn", "div"),
    *("dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img"),
    *("ins", "kbd", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub", "sup"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "var"),
    *MATHML,
}
SCHEMES = {"http", "https", "mailto"}
_OUTSIDE = re.compile(r'<a (?=[^>]*href="https?://)')
_SPACES = re.compile(r"\s+")
_ANNOTATION = re.compile(r"<annotation.*?</annotation>", re.DOTALL)
_OWN_LINK = re.compile(r'<a [^>]*href="(/[^"#?]*)')
_UNSOURCED = re.compile(r'<span class="needs-source">[^<]*</span>')
_TAG = re.compile(r"<[^>]*>")
_BLOCK_END = re.compile(r"</(?:p|h[2-6]|li|td|th|tr|dt|dd|div|pre|blockquote)>|<br>")


def clean(markup: str) -> str:
    """Only what the allow-list names; links to other sites carry no referrer."""
    cleaned = nh3.clean(
        markup,
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel=None,
        strip_comments=True,
    )
    return _OUTSIDE.sub('<a rel="noopener noreferrer" ', cleaned)


def without_script(markup: str) -> bool:
    """Whether cleaning changes nothing that matters: for checks of stored HTML."""
    return clean(markup) == markup


def unsourced(markup: str) -> list[str]:
    """The sentences of stored HTML that carry the mark of a missing source."""
    found = []
    for mark in _UNSOURCED.finditer(markup):
        start = max(markup.rfind("<p", 0, mark.start()), markup.rfind("<li", 0, mark.start()), 0)
        before = plain_text(markup[start : mark.start()])
        found.append(f"{before[-80:].strip()} {plain_text(mark.group())}".strip())
    return found


def own_links(markup: str) -> list[str]:
    """Where stored HTML leads on this site."""
    return _OWN_LINK.findall(markup)


def plain_text(markup: str) -> str:
    """The words of stored HTML, for the search and for excerpts; formulas stay as symbols."""
    text = _ANNOTATION.sub("", markup)
    text = _BLOCK_END.sub(" ", text)
    text = _TAG.sub("", text)
    return _SPACES.sub(" ", html.unescape(text)).strip()
