"""What the commands that compute in the foreground share: values, progress, printing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from common.problems import entry, problem
from simulator import services

WIDTH = 30
TITLE = "Values cannot be used"


def settings_from(pairs: Iterable[str]) -> dict[str, Any]:
    """``name=value`` pairs; a value is JSON where it can be read so, else text."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            refused = services.ParameterError(pair[:80], "must look like name=value")
            raise services.ParametersRefused([refused])
        found[name.strip()] = _value(value)
    return found


def _value(text: str) -> Any:
    def no_constant(name: str) -> Any:
        raise ValueError(name)

    try:
        return json.loads(text, parse_constant=no_constant)
    except (ValueError, RecursionError):
        return text


class Bar:
    """A progress bar on a terminal; elsewhere one line whenever the stage changes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.is_terminal = self.stream.isatty()
        self.stage = ""

    def __call__(self, fraction: float, stage: str) -> None:
        if self.is_terminal:
            done = round(WIDTH * min(1.0, max(0.0, fraction)))
            bar = "█" * done + "░" * (WIDTH - done)
            self.stream.write(f"\r{bar} {fraction:4.0%} {stage:<40.40}")
        elif stage != self.stage:
            self.stream.write(f"{fraction:4.0%} {stage}\n")
        self.stage = stage
        self.stream.flush()

    def close(self) -> None:
        if self.is_terminal and self.stage:
            self.stream.write("\r" + " " * (WIDTH + 50) + "\r")
            self.stream.flush()


def as_json(document: Mapping[str, Any], *, indent: int | None = None) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=indent)


def problem_of(error: Exception) -> dict[str, Any]:
    """The problem document of anything that kept a run from a result."""
    if isinstance(error, services.ParametersRefused):
        return problem(422, TITLE, "", [e.as_dict() for e in error.errors])
    if isinstance(error, services.ParameterError):
        return problem(422, TITLE, "", [error.as_dict()])
    if isinstance(error, services.UnknownExperiment):
        return problem(404, "Not found", str(error), [entry("experiment", str(error))])
    return problem(500, "Not computed", services.in_words(error) or "")


def summary(document: Mapping[str, Any]) -> str:
    """A result as a person reads it in a terminal."""
    lines = [document["headline"], ""]
    width = max([len(m["label"]) for m in document["metrics"]], default=0)
    for metric in document["metrics"]:
        value = "–" if metric["value"] is None else f"{metric['value']:.6g}"
        unit = "" if metric["unit"] == "1" else f" {metric['unit']}"
        interval = ""
        if metric["low"] is not None and metric["high"] is not None:
            interval = f"  ({metric['low']:.6g} to {metric['high']:.6g})"
        lines.append(f"{metric['label']:<{width}}  {value}{unit}{interval}")
    lines += ["", *(f"Note: {note}" for note in document["notes"]), document["digest"]]
    return "\n".join(lines)
