"""Growing shapes are cut off or cost linear time; nothing that runs survives any one layer."""

import re
import time

import nh3
import pytest

from kb import markup
from kb.markup import limits

from .shapes import SHAPES

CONTEXT = markup.Context(labels={"a": "A", "b": "B"})
SECONDS = 2.5  # on a busy machine


def _cost(text):
    start = time.process_time()
    markup.render(text, CONTEXT)
    return time.process_time() - start


@pytest.mark.parametrize("name", SHAPES)
def test_a_growing_shape_is_cut_off_or_linear(name):
    """At full size, whatever the renderer still takes on is done in a moment."""
    assert _cost(SHAPES[name](60_000)) < SECONDS


def _largest_paragraph(make):
    low, high = 10, limits.PARAGRAPH_LIMIT
    while high - low > 20:
        middle = (low + high) // 2
        low, high = (low, middle) if limits.troubles(make(middle)) else (middle, high)
    return make(low).rstrip("\n") + "\n\n"


@pytest.mark.parametrize("name", SHAPES)
def test_the_largest_accepted_shape_again_and_again_is_bounded(name):
    """Many paragraphs, each as bad as the limits allow."""
    unit = _largest_paragraph(SHAPES[name])
    count = 20_000 // len(unit)
    while count > 1 and limits.troubles(unit * count):
        count = count * 3 // 4
    assert _cost(unit * count) < SECONDS


def test_a_text_beyond_the_limits_says_why_and_is_not_rendered():
    rendered = markup.render("fine\n\n" + "[a" * 2_000)
    assert rendered.html == ""
    assert rendered.troubles[0].line == 3
    assert "marks" in rendered.troubles[0].message


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "![x](javascript:alert(1))",
    '[x](https://a.example "onmouseover=alert(1)")',
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\text{</annotation><script>alert(1)</script>}$",
    "$</math><script>alert(1)</script>$",
    "```html\n<script>alert(1)</script>\n```",
    "## <script>alert(1)</script> {#a}",
    '::example "><script>alert(1)</script>',
    '[[x"><script>alert(1)</script>]]',
    '[words](claim:"><script>alert(1)</script>)',
    '[@a "><script>alert(1)</script>]',
    "| <script>alert(1)</script> |\n|---|\n| x |",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
    '!!! note "<script>alert(1)</script>"\n    x',
    "term\n: <script>alert(1)</script>",
    "<!-- --><script>alert(1)</script>",
    "<style>@import 'https://evil.example'</style>",
    "<iframe src=https://evil.example></iframe>",
    "<form action=https://evil.example><input></form>",
    "<a href=/ style=position:fixed>x</a>",
    "<base href=https://evil.example>",
    "<object data=x></object><embed src=x>",
]
LIVE = re.compile(
    r"<(?:script|style|iframe|object|embed|form|base|svg|input|link|meta)\b"
    r"|<[^>]*\son\w+\s*=|<[^>]*\sstyle\s*=|(?:href|src)\s*=\s*[\"']?\s*(?:javascript|data|vbscript):",
    re.IGNORECASE,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_runs_comes_out(text):
    assert not LIVE.search(markup.render(text, CONTEXT).html)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_renderer_alone_lets_no_element_through(text, monkeypatch):
    """The first layer with the second switched off: raw HTML is text."""
    monkeypatch.setattr(markup.document, "clean", lambda html: html)
    html = markup.render(text, CONTEXT).html
    assert not re.search(r"<(?:script|style|iframe|object|embed|form|base|svg|input)\b", html)
    assert not re.search(r"<[^>\"']*\son\w+\s*=", html)


@pytest.mark.parametrize("html", [t for t in HOSTILE if t.startswith("<")])
def test_the_allow_list_alone_lets_nothing_through(html):
    """The second layer with the first left out: hostile HTML arrives as it is."""
    assert not LIVE.search(markup.clean(html))


def test_the_allow_list_names_nothing_that_could_run():
    from kb.markup.clean import ATTRIBUTES, TAGS

    assert not TAGS & {"script", "style", "iframe", "object", "embed", "form", "svg", "link"}
    names = set().union(*ATTRIBUTES.values())
    assert not {name for name in names if name.startswith("on") or name == "style"}
    assert nh3.is_html("<b>")  # the cleaner is the one that is tested here


@pytest.mark.django_db
def test_the_policy_alone_stops_a_script_that_got_through(library, visitor):
    """The third layer: a stored script would stand on the page, and the browser may not run it."""
    from kb.models import Article

    library.answer("hedging")
    library.sync()
    Article.objects.update(body_html="<script>alert(1)</script>")
    response = visitor.get("/ask/hedging/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
