"""Texts that grow: shapes known to cost Markdown renderers quadratic time, and worse.

Each takes a size in characters and gives about as many. Named as in the fuzzing corpora of
CommonMark implementations (cmark's ``pathological_tests.py``) where those have them.
"""


def _fill(unit):
    return lambda size: unit * (size // len(unit))


SHAPES = {
    "nested strong": lambda n: "*a **a " * (n // 14) + "b" + " a** a*" * (n // 14),
    "openers without closers": _fill("_a "),
    "closers without openers": _fill("a_ "),
    "strong openers": _fill("**a "),
    "mixed delimiters": _fill("*a_ "),
    "link closers": _fill("a]"),
    "link openers": _fill("[a"),
    "image openers": _fill("![a"),
    "nested brackets": lambda n: "[" * (n // 2) + "a" + "]" * (n // 2),
    "nested parentheses": lambda n: "[a](" + "(" * (n // 2) + ")" * (n // 2) + ")",
    "open destination": _fill("[a](<b"),
    "unfinished links": _fill("[a](b"),
    "titles": _fill('[a](b "c'),
    "backticks rising": lambda n: "".join("e" + "`" * k for k in range(1, int((2 * n) ** 0.5))),
    "backticks open": _fill("`a "),
    "dollars": _fill("$a "),
    "double dollars": _fill("$$a "),
    "nested quotes": lambda n: "> " * (n // 2) + "a",
    "nested lists": lambda n: "".join(" " * 2 * k + "- a\n" for k in range(int(n**0.5))),
    "deep list": lambda n: "- " * (n // 2) + "a",
    "quotes of lists": lambda n: "> - " * (n // 4) + "a",
    "entities": _fill("&#x41;&"),
    "ampersands": _fill("&a"),
    "escapes": _fill("\\*"),
    "tags": _fill("<a "),
    "comments": _fill("<!--"),
    "declarations": _fill("<!A "),
    "autolinks": _fill("<http:"),
    "tables": lambda n: "|a|b|\n|-|-|\n" + "|x|y|\n" * (n // 6),
    "wide table": lambda n: "|a" * (n // 4) + "|\n" + "|-" * (n // 4) + "|\n",
    "footnote uses": lambda n: "[^1] " * (n // 5) + "\n\n[^1]: a\n",
    "footnote definitions": lambda n: "".join(f"[^{k}]: a\n\n" for k in range(n // 10)),
    "references": lambda n: "".join(f"[{k}]: /a\n" for k in range(n // 8)),
    "citations": _fill("[@a; @b"),
    "terms": _fill("[[a|"),
    "fences": _fill("```\n"),
    "open fence of tildes": _fill("~~~ a\n"),
    "headings": _fill("# "),
    "setext": lambda n: "a\n" * (n // 4) + "=" * (n // 2),
    "rules": _fill("* * "),
    "admonitions": lambda n: "".join("    " * k + "!!! note\n" for k in range(int((n / 2) ** 0.5))),
    "definitions": _fill("a\n: b\n"),
    "spaces": lambda n: "a" + " " * n + "b",
    "line breaks": _fill("a  \n"),
    "braces": lambda n: "$" + "{" * (n // 2) + "}" * (n // 2) + "$",
    "left right": lambda n: "$" + r"\left(" * (n // 14) + "x" + r"\right)" * (n // 14) + "$",
    "block lines": _fill("::example a\n"),
    "heading ids": _fill("## a {#a}\n\n"),
}
