"""Made-up documents with the statistics of real ones: Zipf's law, and a long tail of rare words.

The common words are those of this site's own answers, so that glossary, stems and synonyms do
the work that they do in earnest; the tail is made of syllables. Seeded: every run has the same.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

CONTENT = Path(__file__).resolve().parent.parent / "content"
RARE = 40_000
SYLLABLES_TEXT = "ba ce di fo gu ka le mi no pu ra se ti vo zu bar cel din fos gul"
SYLLABLES = SYLLABLES_TEXT.split()


def words() -> list[str]:
    """Commonest first."""
    text = " ".join(path.read_text("utf-8") for path in sorted(CONTENT.glob("*/*.md")))
    counted = Counter(re.findall(r"[a-z]{2,}", text.lower()))
    rng = random.Random(7)
    tail = {"".join(rng.choices(SYLLABLES, k=rng.randint(3, 5))) for _ in range(RARE)}
    return [word for word, _ in counted.most_common()] + sorted(tail)


class Writer:
    """Texts of words drawn by rank: the nth is drawn about 1/n as often as the first."""

    def __init__(self, seed: int = 1) -> None:
        self.rng = random.Random(seed)
        self.words = words()
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))

    def some(self, count: int) -> list[str]:
        return self.rng.choices(self.words, cum_weights=self.weights, k=count)

    def title(self) -> str:
        return " ".join(self.some(self.rng.randint(5, 9))).capitalize() + "?"

    def paragraphs(self, count: int, length: int) -> Iterator[str]:
        for _ in range(count):
            yield " ".join(self.some(length)).capitalize() + "."
