"""Whether a question asks for personal advice, and how to ask it in general.

Nobody here may give advice, and an answer to one person's position helps no other
reader. The asker is told so and may send the question all the same.
"""

from __future__ import annotations

import re

VERBS = (
    "buy|sell|close|hold|hedge|roll|exit|enter|open|invest|allocate|keep|take|put|write|"
    "use|wait|trade|move|switch|adjust|cut|double|exercise"
)
PATTERNS = (
    rf"\b(?:should|shall|must|can|do) (?:i|we)(?: \w+)? (?:{VERBS})\b",
    r"\bwhat (?:should|would|can|do) (?:i|we|you) do\b",
    r"\bwould you (?:buy|sell|close|hold|hedge|roll|recommend|advise)\b",
    r"\b(?:recommend|advise|suggest|tell) (?:me|us)\b",
    r"\b(?:good|right|safe|wise|smart) (?:\w+ )?for (?:me|us|my)\b",
    r"\bmy (?:\w+ )?(?:portfolio|account|position|savings|retirement|pension|ira|401k|401\(k\)|"
    r"condor|condors|broker|money|capital|nest egg|nfts?)\b",
    r"\b(?:i|we) (?:have|hold|own|lost|am down|are down) (?:\$|€|£)? ?\d",
    r"\bi am (?:\d{2}|retired|retiring)\b",
)
FINDERS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in PATTERNS)
STEER = (
    "This reads like a request for personal advice, which nobody here can give. It will be "
    "answered sooner as a general question: name the position or the market instead of "
    "yourself, and ask what happens rather than what to do."
)
EXAMPLES = (
    ("Should I roll my condor now?", "When does rolling an iron condor cost more than it saves?"),
    ("Is this hedge right for me?", "For which portfolios does this hedge reduce the drawdown?"),
)


def personal_phrases(text: str) -> list[str]:
    """The phrases, in order of appearance, that make the text read as a request for advice."""
    plain = re.sub(r"\s+", " ", text.replace("’", "'"))
    found = [(m.start(), m.group(0)) for finder in FINDERS for m in finder.finditer(plain)]
    return list(dict.fromkeys(phrase.lower() for _, phrase in sorted(found)))
