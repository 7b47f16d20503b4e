"""Linking a text of 10 KB to a glossary of 200, 2,000 and 20,000 terms.

Twice: a text as people write it, and an adversarial one in which nearly every word begins a
label. Processor time of the fastest of several rounds; the tree of labels is built beforehand, as
it is once for each state of the glossary.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

from ._corpus import Writer

ROOT = Path(__file__).resolve().parent.parent
SIZES = (200, 2_000, 20_000)
GOAL = 2.0
ROUNDS = 100


def labels(writer: Writer, count: int) -> list[str]:
    """Terms of one to three words from the middle and the tail of the vocabulary."""
    rng = random.Random(5)
    words = [word for word in writer.words[150:] if len(word) > 3]
    found: dict[str, None] = {}
    while len(found) < count:
        length = rng.choices([1, 2, 3], [3, 5, 2])[0]
        # Real terms favour words that texts use.
        first = int(len(words) * rng.random() ** 3)
        found[" ".join([words[first], *rng.sample(words, length - 1)])] = None
    return list(found)


def adversarial(writer: Writer, names: list[str]) -> str:
    """A text of first words of labels, whole labels now and then."""
    rng = random.Random(9)
    pieces: list[str] = []
    while sum(map(len, pieces)) + len(pieces) < 9_000:
        name = rng.choice(names)
        pieces.append(name if rng.random() < 0.1 else name.split()[0])
        pieces += writer.some(1)
    return " ".join(pieces)


def html(text: str) -> str:
    words = text.split()
    parts = [" ".join(words[at : at + 60]) for at in range(0, len(words), 60)]
    return "".join(
        (f"<h2>Part {n}</h2>" if n % 5 == 0 else "") + f"<p>{part}.</p>"
        for n, part in enumerate(parts)
    )


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from kb.glossary import Entry, Glossary

    found: dict[str, dict[str, float]] = {}
    for size in SIZES:
        writer = Writer()
        names = labels(writer, size)
        begun = time.process_time()
        glossary = Glossary(Entry(f"t-{n}", (name,)) for n, name in enumerate(names))
        building = time.process_time() - begun
        plain = " ".join(writer.paragraphs(14, 100))[:10_000]
        row = {"building": round(1000 * building)}
        for kind, text in (("a text", plain), ("adversarial", adversarial(writer, names)[:10_000])):
            marked = html(text)
            times = []
            for _ in range(ROUNDS):
                begun = time.process_time()
                linked = glossary.link(marked)
                times.append(1000 * (time.process_time() - begun))
            row[kind] = round(min(times), 2)
            row[f"{kind}: links"] = linked.html.count("<a ")
        found[str(size)] = row
        print(
            f"{size:>6} terms: {row['a text']} ms ({row['a text: links']} links), adversarial "
            f"{row['adversarial']} ms ({row['adversarial: links']} links), goal {GOAL} ms; "
            f"tree built in {row['building']} ms"
        )
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    (results / "linking.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
