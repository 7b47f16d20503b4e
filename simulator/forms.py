"""The form of an experiment, read off its declaration, and the links that carry its values.

Nothing here knows a single experiment: fields, bounds, units and help come from the
parameters; what was typed stays as it was typed when something is wrong with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from simulator.engine.errors import ParameterError, ParametersRefused
from simulator.engine.experiments.base import (
    SEED_MAXIMUM,
    Boolean,
    Choice,
    Experiment,
    Integer,
    Number,
    NumberList,
    Parameter,
    SeriesName,
    shown,
)

from . import presentation

VERSION_KEY = "v"
SEED = "seed"
LONGEST = 200_000
LONG_FORM = 18  # fields; a longer form shows its first group and what was changed, the rest folded


@dataclass
class Field:
    """One input as the template draws it; ``text`` is what stands in it."""

    name: str
    label: str
    kind: str
    text: str
    default: str
    hint: str = ""
    bounds: str = ""
    term: str | None = None
    group: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""
    nearest: str = ""
    is_optional: bool = False

    @property
    def ident(self) -> str:
        return f"p-{self.name}"

    @property
    def described_by(self) -> str:
        """Ids of the texts that explain the input, the error first."""
        parts = [(self.error, "error"), (self.hint or self.bounds, "hint")]
        return " ".join(f"{self.ident}-{suffix}" for text, suffix in parts if text)

    @property
    def is_changed(self) -> bool:
        return self.text.strip() != self.default


@dataclass(frozen=True)
class Group:
    """Fields that belong together; ``is_folded``: nothing in it asks to be seen at once."""

    name: str
    fields: list[Field]
    is_folded: bool


@dataclass
class RunForm:
    """All fields of an experiment with their values, errors and notices."""

    experiment: Experiment
    fields: list[Field]
    seed: Field | None
    errors: list[ParameterError] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def groups(self) -> list[Group]:
        """Fields under their group's name, in the order of the declaration."""
        found: dict[str, list[Field]] = {}
        for one in self.fields:
            found.setdefault(one.group, []).append(one)
        folds = len(self.fields) > LONG_FORM
        return [
            Group(name, fields, folds and place > 0 and not any(map(asks_to_be_seen, fields)))
            for place, (name, fields) in enumerate(found.items())
        ]

    @property
    def everything(self) -> list[Field]:
        return self.fields + ([self.seed] if self.seed else [])

    def show(self, errors: Iterable[ParameterError]) -> None:
        """Put each error beside its field; what belongs to no field stands above the form."""
        by_name = {one.name: one for one in self.everything}
        for error in errors:
            one = by_name.get(error.field.split("[")[0])
            if one is None:
                self.errors.append(error)
                continue
            said = _sentence(error.detail)
            one.error = f"{one.error} {said}".strip()
            if error.nearest is not None:
                one.nearest = text_of(error.nearest)

    @property
    def faulty(self) -> list[Field]:
        return [one for one in self.everything if one.error]


def asks_to_be_seen(field: Field) -> bool:
    return bool(field.error) or field.is_changed


def form_for(experiment: Experiment, values: Mapping[str, Any], seed: int | None = None) -> RunForm:
    """The form filled with ``values`` over the defaults."""
    fields = [
        _field(parameter, text_of(values.get(parameter.name, parameter.default)))
        for parameter in experiment.parameters
    ]
    return RunForm(experiment, fields, _seed_field(experiment, seed))


def form_from_post(experiment: Experiment, typed: Mapping[str, str], values: Mapping[str, Any],
                   seed: int | None = None) -> RunForm:  # fmt: skip
    """The form with what a reader typed, where something was typed."""
    form = form_for(experiment, values, seed)
    for one in form.everything:
        if one.name in typed:
            one.text = typed[one.name][:LONGEST]
    return form


def read_post(
    experiment: Experiment, typed: Mapping[str, str], values: Mapping[str, Any]
) -> tuple[dict[str, Any], int | None]:
    """Parameters and seed of a submitted form; fields that were not sent keep ``values``.

    Raises ``ParametersRefused`` with every wrong field at once.
    """
    errors: list[ParameterError] = []
    given = {name: value for name, value in values.items() if _has(experiment, name)}
    seed: int | None = None
    try:
        seed = read_seed(experiment, typed.get(SEED, ""))
    except ParametersRefused as refused:
        errors += refused.errors
    for parameter in experiment.parameters:
        if parameter.name in typed:
            try:
                text = typed[parameter.name][:LONGEST]
                given[parameter.name] = parameter.parse(parameter.from_text(text))
            except ParameterError as error:
                errors.append(error)
    if errors:
        raise ParametersRefused(errors)
    return experiment.parse(given), seed


def read_seed(experiment: Experiment, text: str) -> int | None:
    """The seed that was typed; an empty field is the default."""
    text = text.strip()
    if not text or not experiment.seeded:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise ParametersRefused(
            [
                ParameterError(
                    SEED,
                    f"must be a whole number from 0 to {SEED_MAXIMUM}",
                    minimum=0,
                    maximum=SEED_MAXIMUM,
                )
            ]
        )
    return experiment.parse_seed(int(text))


def values_from_link(
    experiment: Experiment, query: Mapping[str, str], values: Mapping[str, Any]
) -> tuple[dict[str, Any], int | None, list[str]]:
    """Values of a link (``?v=1&name=value``) over the example's, with a notice for what is old.

    A link never fails: what an experiment no longer has, or no longer allows, is left out
    and said.
    """
    found, notices = dict(values), []
    version = query.get(VERSION_KEY, "")
    if version and version != str(experiment.version):
        notices.append(
            f"This link was made for version {version[:12]} of the experiment; this is version "
            f"{experiment.version}. Values that still have a meaning were taken over."
        )
    seed: int | None = None
    for name, text in query.items():
        if name == VERSION_KEY:
            continue
        if name == SEED:
            try:
                seed = read_seed(experiment, text)
            except ParametersRefused:
                notices.append("The link's seed could not be used; the usual one stands instead.")
            continue
        _take(experiment, name, text, found, notices)
    try:
        experiment.parse({k: v for k, v in found.items() if _has(experiment, k)})
    except ParametersRefused as refused:
        notices.extend(
            f"The link's values do not fit together: {error.detail}." for error in refused.errors
        )
    return found, seed, notices


def _has(experiment: Experiment, name: str) -> bool:
    return any(parameter.name == name for parameter in experiment.parameters)


def _take(
    experiment: Experiment, name: str, text: str, found: dict[str, Any], notices: list[str]
) -> None:
    if not _has(experiment, name):
        notices.append(f"“{name[:60]}” is not a parameter here and was left out.")
        return
    parameter = experiment.parameter(name)
    try:
        found[name] = parameter.parse(parameter.from_text(text[:LONGEST]))
    except ParameterError as error:
        notices.append(
            f"The link's value for “{parameter.label}” was left out: {error.detail.strip()}."
        )


def link(
    path: str, experiment: Experiment, values: Mapping[str, Any], usual: Mapping[str, Any],
    seed: int | None = None,
) -> str:  # fmt: skip
    """A lasting link to the form with these values: only what differs from ``usual``."""
    pairs = [(VERSION_KEY, str(experiment.version))]
    for parameter in experiment.parameters:
        value = values.get(parameter.name, parameter.default)
        if value != usual.get(parameter.name, parameter.default):
            pairs.append((parameter.name, text_of(value)))
    if seed is not None:
        pairs.append((SEED, str(seed)))
    return f"{path}?{urlencode(pairs)}"


def text_of(value: Any) -> str:
    """A value as it stands in a field: plain decimals, lists apart by spaces."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            return "\n".join(f"{item['date']} {text_of(item['amount'])}" for item in value)
        return " ".join("null" if item is None else text_of(item) for item in value)
    if isinstance(value, float):
        return shown(value) if float(shown(value)) == value else repr(value)
    return str(value)


def parameter_rows(
    experiment: Experiment, values: Mapping[str, Any]
) -> list[tuple[str, str, str, bool]]:
    """(name, label, value in words, differs from the default) of every parameter of a run."""
    rows = []
    known = {parameter.name: parameter for parameter in experiment.parameters}
    for name, value in values.items():
        parameter = known.get(name)
        label = parameter.label if parameter else name
        rows.append((name, label, value_words(parameter, value), not parameter
                     or value != parameter.default))  # fmt: skip
    return rows


def value_words(parameter: Parameter | None, value: Any) -> str:
    if isinstance(parameter, Choice) and value in parameter.options:
        return str(parameter.options[value])
    if value is None:
        return "not given"
    if isinstance(value, list):
        return f"{len(value)} values" if len(value) > 8 else text_of(value).replace("\n", "; ")
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    name = f"{parameter.name} {parameter.label}" if parameter else ""
    return presentation.figure_text(value, parameter.unit if parameter else None, name)


def _field(parameter: Parameter, text: str) -> Field:
    kinds = (
        (Boolean, "boolean"),
        (Choice, "choice"),
        (NumberList, "list"),
        (SeriesName, "series"),
        (Integer, "integer"),
        (Number, "number"),
    )
    kind = next((name for cls, name in kinds if isinstance(parameter, cls)), "text")
    options = list(parameter.options.items()) if isinstance(parameter, Choice) else []
    if options and parameter.nullable:
        options.insert(0, ("", "none"))
    return Field(
        name=parameter.name,
        label=parameter.label,
        kind=kind,
        text=text,
        default=text_of(parameter.default),
        hint=" ".join(part for part in (parameter.help, parameter.why) if part),
        bounds=bounds_text(parameter),
        term=parameter.term,
        group=parameter.group,
        options=options,
        is_optional=parameter.nullable,
    )


def bounds_text(parameter: Parameter) -> str:
    """Unit and range in a few words: ``0 to 5, a fraction (0.2 is 20 %)``."""
    parts = []
    if isinstance(parameter, Number):
        low, high = parameter.minimum, parameter.maximum
        start = f"above {shown(parameter.above)}" if parameter.above is not None else ""
        end = f"below {shown(parameter.below)}" if parameter.below is not None else ""
        if high is not None and high >= 1e9:
            high = None
        if low is not None and high is not None:
            parts.append(f"{_bound(low, parameter)} to {_bound(high, parameter)}")
        else:
            start = start or (f"at least {_bound(low, parameter)}" if low is not None else "")
            end = end or (f"at most {_bound(high, parameter)}" if high is not None else "")
            parts += [" and ".join(part for part in (start, end) if part)]
    named = f"{parameter.name} {parameter.label}"
    if presentation.is_percentage(parameter.unit, named):
        parts.append("a fraction: 0.05 is 5\N{NO-BREAK SPACE}%")
    elif parameter.unit and parameter.unit not in ("1", "count"):
        parts.append(parameter.unit)
    if isinstance(parameter, NumberList):
        parts.append(f"{parameter.min_items} to {_bound(parameter.max_items, parameter)} numbers")
    if parameter.nullable:
        parts.append("may stay empty")
    return ", ".join(part for part in parts if part)


def _bound(value: float, parameter: Parameter) -> str:
    if presentation.is_year(value, parameter.unit, parameter.name):
        return f"{value:.0f}"
    return presentation.sensible(value, 6) if value >= 1000 else shown(value).replace("-", "−")


def _seed_field(experiment: Experiment, seed: int | None) -> Field | None:
    if not experiment.seeded:
        return None
    usual = str(experiment.default_seed)
    return Field(
        name=SEED,
        label="Seed",
        kind="integer",
        text=usual if seed is None else str(seed),
        default=usual,
        hint="The same seed draws the same paths; another one shows how much is chance.",
        bounds="a whole number",
    )


def _sentence(words: str) -> str:
    words = words.strip()
    words = words[:1].upper() + words[1:]
    return words if words.endswith((".", "!", "?")) else words + "."


def uuid_in(text: str) -> UUID | None:
    """The first run number in a text, such as a copied address."""
    match = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text[:500].lower())
    return UUID(match[0]) if match else None
