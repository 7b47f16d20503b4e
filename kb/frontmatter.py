"""A content file: YAML between two lines of ``---``, then Markdown.

Reading is strict (no tags, no anchors, no repeated or unknown key, every problem with its
line). Writing changes only the keys whose value changed, so an export of an untouched
article is the same file, and of an edited one the smallest difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from jsonschema import Draft202012Validator, FormatChecker

FENCE = "---"
FILE_LIMIT = 64 * 1024 + 16 * 1024  # a body of 64 KB and its front matter


class Problem(NamedTuple):
    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class ContentError(Exception):
    """One or more problems of content files, each with file and line."""

    def __init__(self, file: str | Path, line: int, message: str) -> None:
        self.problems = [Problem(str(file), line, message)]
        super().__init__(str(self.problems[0]))

    @classmethod
    def several(cls, problems: Iterable[Problem]) -> ContentError:
        """All problems in one error; at least one is needed."""
        found = list(problems)
        error = cls(*found[0])
        error.problems = found
        error.args = ("\n".join(map(str, found)),)
        return error


@dataclass(frozen=True)
class Page:
    """A parsed content file: values, text, and where each key and the text begin."""

    file: str
    data: dict[str, Any]
    body: str
    lines: dict[str, int] = field(default_factory=dict)
    body_line: int = 1

    def line(self, key: str) -> int:
        return self.lines.get(key, 1)


# libyaml reads ten times as fast; its absence costs time and nothing else.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """Safe, and plainer still: dates stay text, and there are no merge keys."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if not tag.endswith((":timestamp", ":merge"))]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# libyaml descends on the machine's own stack, so depth is bounded before it is asked.
_DEEP = re.compile(r"^ {60}|^(?: *[-?:] ){12}", re.MULTILINE)
MOST_BRACKETS = 1_000


def parse(file: str, text: str, schema: Mapping[str, Any]) -> Page:
    """Read and check one file.

    Raises ``ContentError`` with every problem found in the front matter.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    head, body, body_line = _split(file, text)
    data, lines = _load(file, head)
    problems = sorted(
        Problem(file, _line_of(error, lines), in_words(error))
        for error in validator(schema).iter_errors(data)
    )
    if problems:
        raise ContentError.several(problems)
    return Page(file, data, body, lines, body_line)


def key_lines(text: str) -> dict[str, int]:
    """The line of every key of a file that was read before, by its path such as ``claims.cost``."""
    head, _, _ = _split("", text.removeprefix("\ufeff").replace("\r\n", "\n"))
    return _load("", head)[1]


def parse_values(text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Read and check YAML that stands alone, as in a form; empty text is no values.

    Raises ``ContentError`` whose lines count from the first line of ``text``.
    """
    if not text.strip():
        return {}
    try:
        return parse("", f"{FENCE}\n{text.strip(chr(10))}\n{FENCE}\n", schema).data
    except ContentError as error:
        moved = [Problem(p.file, max(1, p.line - 1), p.message) for p in error.problems]
        raise ContentError.several(moved) from None


def write_values(data: Mapping[str, Any]) -> str:
    """YAML that ``parse_values`` reads back to the same values."""
    return _dump(data) if data else ""


def read(path: Path, name: str) -> str:
    """The text of a content file, or ``ContentError`` when it cannot be one."""
    raw = path.read_bytes()
    if len(raw) > FILE_LIMIT:
        raise ContentError(name, 1, f"the file is larger than {FILE_LIMIT // 1024} KB")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ContentError(name, line, "this is not UTF-8") from None
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise ContentError(name, line, "a NUL character cannot be stored")
    return text


def _split(file: str, text: str) -> tuple[str, str, int]:
    if not text.startswith(FENCE + "\n"):
        raise ContentError(file, 1, "the file must begin with a line of three dashes")
    end = text.find(f"\n{FENCE}\n", len(FENCE))
    if end < 0:
        if not text.endswith(f"\n{FENCE}"):
            raise ContentError(file, 1, "the front matter has no closing line of three dashes")
        end = len(text) - len(FENCE) - 1
    rest = text[end + len(FENCE) + 2 :]
    body = rest.lstrip("\n")
    body_line = text[: end + len(FENCE) + 2].count("\n") + 1 + len(rest) - len(body)
    return text[len(FENCE) + 1 : end + 1], body, body_line


def _load(file: str, head: str) -> tuple[dict[str, Any], dict[str, int]]:
    deep = _DEEP.search(head)
    if deep or head.count("[") + head.count("{") > MOST_BRACKETS:
        line = head[: deep.start()].count("\n") + 2 if deep else 2
        raise ContentError(file, line, "the front matter is nested too deeply")
    try:
        if "&" in head or "*" in head:
            _refuse_anchors(head)
        loader = _Loader(head)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise ContentError(file, 2, "the front matter must be keys and values")
        lines: dict[str, int] = {}
        _note_lines(file, node, "", lines)
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + 2
        raise ContentError(file, line, f"not readable as YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise ContentError(file, 2, f"not readable as YAML: {first}") from None
    except RecursionError:
        raise ContentError(file, 2, "the front matter is nested too deeply") from None


def _refuse_anchors(head: str) -> None:
    for event in yaml.parse(head, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(None, None, "anchors are not used here", mark)


def _note_lines(file: str, node: yaml.Node, path: str, lines: dict[str, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{path}{key.value}"
            if name in lines:
                line = key.start_mark.line + 2
                raise ContentError(file, line, f"the key {key.value} appears twice")
            lines[name] = key.start_mark.line + 2
            _note_lines(file, value, f"{name}.", lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[f"{path}{index}"] = value.start_mark.line + 2
            _note_lines(file, value, f"{path}{index}.", lines)


def _line_of(error: Any, lines: Mapping[str, int]) -> int:
    path = [str(part) for part in error.absolute_path]
    if error.validator == "additionalProperties":
        unknown = _unknown_keys(error)
        path += unknown[:1]
    while path and ".".join(path) not in lines:
        path.pop()
    return lines.get(".".join(path), 1)


def _unknown_keys(error: Any) -> list[str]:
    known = error.schema.get("properties", {})
    return [str(key) for key in error.instance if key not in known]


def in_words(error: Any) -> str:
    where = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        keys = ", ".join(_unknown_keys(error))
        known = ", ".join(sorted(error.schema.get("properties", {})))
        return f"unknown key: {keys} (known: {known})"
    if error.validator == "required":
        return f"{where + ': ' if where else ''}{error.message.replace(chr(39), '')}"
    said = error.schema.get("description")
    return f"{where}: {said or error.message}"[:300]


_validators: dict[int, tuple[Mapping[str, Any], Draft202012Validator]] = {}


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    kept = _validators.get(id(schema))
    if kept is None or kept[0] is not schema:
        checker = FormatChecker(formats=["date"])
        kept = _validators[id(schema)] = (
            schema,
            Draft202012Validator(schema, format_checker=checker),
        )
    return kept[1]


# Writing -------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Block style, lists indented under their key, long text kept on one line or as a block."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if not tag.endswith(":timestamp")]
    for first, rules in yaml.SafeDumper.yaml_implicit_resolvers.items()
}


def write(data: Mapping[str, Any], body: str, previous: str = "") -> str:
    """The file for these values and this text.

    ``previous`` is the file as it was: keys whose value did not change keep their exact
    lines, comments included, and an unchanged file comes back byte for byte.
    """
    kept, old_body, gap = _previous(previous)
    parts = []
    for key in [k for k in kept if k in data] + [k for k in data if k not in kept]:
        if key in kept and kept[key][0] == data[key]:
            parts.append(kept[key][1])
        else:
            parts.append(_dump({key: data[key]}))
    if previous and old_body == body and len(parts) == len(kept) and parts == _texts(kept):
        return previous
    head = "".join(parts)
    return f"{FENCE}\n{head}{FENCE}\n{gap}{body}" + ("" if body.endswith("\n") else "\n")


def _texts(kept: Mapping[str, tuple[Any, str]]) -> list[str]:
    return [text for _, text in kept.values()]


def _dump(data: Mapping[str, Any]) -> str:
    return yaml.dump(
        dict(data), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6, indent=2
    )


KEY_LINE = re.compile(r"^[^\s#'\"-][^:]*:", re.MULTILINE)


def _previous(text: str) -> tuple[dict[str, tuple[Any, str]], str, str]:
    """The chunks of an earlier file by key, its body, and the empty lines before the body."""
    if not text:
        return {}, "", "\n"
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        head, body, _ = _split("", text)
        data, lines = _load("", head)
    except ContentError:
        return {}, "", "\n"
    starts = {key: lines[key] - 2 for key in data if isinstance(key, str) and key in lines}
    rows = head.splitlines(keepends=True)
    order = sorted(starts, key=lambda key: starts[key])
    edges = [0, *(starts[key] for key in order[1:]), len(rows)]
    kept = {key: (data[key], "".join(rows[edges[i] : edges[i + 1]])) for i, key in enumerate(order)}
    after = text[len(FENCE) + 1 + len(head) + len(FENCE) + 1 :]
    return kept, body, after[: len(after) - len(body)]
