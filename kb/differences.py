"""What changed between two texts, shown in the text as it reads.

Blocks are compared first and words only within blocks that changed, so that the cost stays
near linear in the length. The result carries the tags of the newer text; words that went
stand in ``<del>``, words that came in ``<ins>``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape

from django.utils.safestring import SafeString, mark_safe

from .markup import clean

_MATHS = r"<math\b.*?</math>"
_TOKEN = re.compile(_MATHS + r"|<[^>]*>|[^\s<]+|\s+", re.DOTALL)
_BLOCK = re.compile(r"(?<=</p>)|(?<=</h[2-6]>)|(?<=</li>)|(?<=</tr>)|(?<=</div>)|(?<=</pre>)")
MOST_WORDS = 1_500  # of a changed stretch; a longer one is shown as removed and added whole


def rendered(before: str, after: str) -> SafeString:
    """Two stored HTML texts as one, cleaned again."""
    old, new = _BLOCK.split(before), _BLOCK.split(after)
    out: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            out += new[c:d]
        else:
            out.append(_stretch("".join(old[a:b]), "".join(new[c:d])))
    return mark_safe(clean("".join(out)))  # noqa: S308 - cleaned


def words(before: str, after: str) -> SafeString:
    """Two plain texts as one."""
    return mark_safe(  # noqa: S308 - escaped here
        _stretch(escape(before, quote=False), escape(after, quote=False))
    )


def _stretch(before: str, after: str) -> str:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        return _marked(old, "del", keep_tags=False) + _marked(new, "ins")
    out: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            out += new[c:d]
            continue
        out.append(_marked(old[a:b], "del", keep_tags=False))
        out.append(_marked(new[c:d], "ins"))
    return "".join(out)


def _marked(tokens: Sequence[str], mark: str, *, keep_tags: bool = True) -> str:
    """Runs of words inside the mark; tags stay outside it, or are left out."""
    out: list[str] = []
    run: list[str] = []

    def close() -> None:
        text = "".join(run)
        out.append(f"<{mark}>{text}</{mark}>" if text.strip() else text if keep_tags else "")
        run.clear()

    for token in tokens:
        if token.startswith("<") and not token.startswith("<math"):
            if keep_tags:
                close()
                out.append(token)
        else:
            run.append(token)
    close()
    return "".join(out)
