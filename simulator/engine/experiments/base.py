"""How an experiment declares itself: typed parameters, rules, cost, metrics, model card.

The form, the API schema, the documentation table and the command line are read off
this declaration. A declaration imports no numpy, scipy or pandas; the computation
lives beside it in ``run.py``, which only a worker loads.

An experiment is a package ``simulator/engine/experiments/<slug_with_underscores>/``:
``__init__.py`` holds ``experiment = Experiment(...)`` and ``run.py`` holds
``run(params, *, seed, data, progress) -> Result``.
"""

from __future__ import annotations

import importlib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any, ClassVar

from ..data import Data, NoData, Progress, silent
from ..errors import ParameterError, ParametersRefused
from ..results import Result
from .typed import read_number, read_whole, split_list

SEED_MAXIMUM = 2**53 - 1
UNGIVEN: Any = object()


def shown(number: float) -> str:
    """A bound as a reader writes it: 1000000000 rather than 1e+09, no trailing zeros."""
    return f"{number:.10f}".rstrip("0").rstrip(".") if abs(number) >= 1e-6 else f"{number:g}"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """What every kind of parameter has; ``why`` says why these bounds."""

    name: str
    label: str
    default: Any = None
    unit: str | None = None
    help: str = ""
    why: str = ""
    term: str | None = None
    nullable: bool = False
    group: str = ""
    json_type: ClassVar[str] = "string"
    sweepable: ClassVar[bool] = True

    def parse(self, value: Any) -> Any:
        """The value as the experiment uses it; raises ``ParameterError`` in words."""
        if value is None:
            if self.nullable:
                return None
            raise self.refuse("a value is required here, null is not allowed")
        return self._parse(value)

    def _parse(self, value: Any) -> Any:
        raise NotImplementedError

    def from_text(self, text: str) -> Any:
        """Read what somebody typed into a form field; an empty field is null or the default."""
        text = text.strip()
        if not text:
            return None if self.nullable else self.default
        return self._read(text)

    def _read(self, text: str) -> Any:
        return text

    def refuse(self, detail: str, **extra: Any) -> ParameterError:
        return ParameterError(self.name, detail, unit=self.unit, **extra)

    def schema(self) -> dict[str, Any]:
        """This parameter as JSON Schema (2020-12), with ``unit`` as an annotation."""
        types: Any = [self.json_type, "null"] if self.nullable else self.json_type
        out: dict[str, Any] = {"type": types, "title": self.label, "default": self.default}
        description = " ".join(part for part in (self.help, self.why) if part)
        if description:
            out["description"] = description
        if self.unit is not None:
            out["unit"] = self.unit
        if self.term:
            out["term"] = self.term
        return out


@dataclass(frozen=True, kw_only=True)
class Number(Parameter):
    """A finite number between ``minimum`` and ``maximum``, both included.

    ``above`` and ``below`` are exclusive bounds, for quantities such as prices.
    """

    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    step: float | None = None
    json_type: ClassVar[str] = "number"

    def _read(self, text: str) -> Any:
        is_share = text.endswith("%") and self.unit == "1"
        try:
            number = self._typed(text[:-1] if is_share else text)
        except ValueError as error:
            raise self.refuse(f"{error}{self._told()}", **self._bounds()) from None
        return number / 100 if is_share else number

    def _typed(self, text: str) -> float:
        return read_number(text)

    def _parse(self, value: Any) -> float | int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(f"must be a number{self._told()}", **self._bounds())
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.refuse(f"must be a finite number{self._told()}", **self._bounds())
        self._check(number)
        return number + 0.0

    def _check(self, number: float) -> None:
        low, high = self.minimum, self.maximum
        outside = (
            (low is not None and number < low)
            or (high is not None and number > high)
            or (self.above is not None and number <= self.above)
            or (self.below is not None and number >= self.below)
        )
        if outside:
            nearest = self._nearest(number)
            raise self.refuse(
                f"{shown(number)} is out of range: must be {self._range()}",
                **self._bounds(),
                nearest=nearest,
            )

    def _nearest(self, number: float) -> float | None:
        if self.minimum is not None and number < self.minimum:
            return self.minimum
        if self.maximum is not None and number > self.maximum:
            return self.maximum
        return None

    def _bounds(self) -> dict[str, Any]:
        low = self.minimum if self.minimum is not None else self.above
        high = self.maximum if self.maximum is not None else self.below
        return {"minimum": low, "maximum": high}

    def _range(self) -> str:
        parts = []
        if self.above is not None:
            parts.append(f"above {shown(self.above)}")
        if self.minimum is not None:
            parts.append(f"at least {shown(self.minimum)}")
        if self.below is not None:
            parts.append(f"below {shown(self.below)}")
        if self.maximum is not None:
            parts.append(f"at most {shown(self.maximum)}")
        if not parts:
            return ""
        unit = f" {self.unit}" if self.unit and self.unit != "1" else ""
        return " and ".join(parts) + unit

    def _told(self) -> str:
        """The range as the end of a sentence."""
        return f", {found}" if (found := self._range()) else ""

    def schema(self) -> dict[str, Any]:
        out = super().schema()
        for key, value in (
            ("minimum", self.minimum),
            ("maximum", self.maximum),
            ("exclusiveMinimum", self.above),
            ("exclusiveMaximum", self.below),
        ):
            if value is not None:
                out[key] = value
        if self.step is not None:
            out["step"] = self.step
        return out


@dataclass(frozen=True, kw_only=True)
class Integer(Number):
    json_type: ClassVar[str] = "integer"

    def _read(self, text: str) -> Any:
        number = super()._read(text)
        return int(number) if math.isfinite(number) and number == int(number) else number

    def _typed(self, text: str) -> float:
        return read_whole(text)

    def _parse(self, value: Any) -> int:
        number = super()._parse(value)
        if number != int(number):
            raise self.refuse(
                f"{shown(number)} is not a whole number",
                **self._bounds(),
                nearest=round(number),
            )
        return int(number)


@dataclass(frozen=True, kw_only=True)
class Boolean(Parameter):
    json_type: ClassVar[str] = "boolean"

    def _read(self, text: str) -> Any:
        words = {"true": True, "on": True, "yes": True, "1": True}
        words |= {"false": False, "off": False, "no": False, "0": False}
        return words.get(text.lower(), text)

    def _parse(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.refuse("must be true or false")
        return value


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter):
    """One word of a list; ``options`` maps the word to what a reader sees."""

    options: Mapping[str, str]

    def _parse(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise self.refuse("must be one of " + ", ".join(self.options))
        return value

    def schema(self) -> dict[str, Any]:
        out = super().schema()
        out["enum"] = [*self.options, None] if self.nullable else list(self.options)
        out["enumTitles"] = dict(self.options)
        return out


@dataclass(frozen=True, kw_only=True)
class SeriesName(Parameter):
    """The name of an imported daily series; whether it exists is known only to the site.

    ``read_when(params)`` says whether these parameters read it at all: a series that the
    chosen market does not use need not be there.
    """

    read_when: Callable[[Mapping[str, Any]], bool] = field(default=lambda params: True)
    sweepable: ClassVar[bool] = False

    def _parse(self, value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", value):
            raise self.refuse(
                "must be the name of an imported series (small letters, digits, hyphens)"
            )
        return value

    def schema(self) -> dict[str, Any]:
        return super().schema() | {"pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"}


@dataclass(frozen=True, kw_only=True)
class NumberList(Parameter):
    """A list of finite numbers; ``gaps`` allows null for a missing day."""

    minimum: float | None = None
    maximum: float | None = None
    min_items: int = 1
    max_items: int = 20_000
    gaps: bool = False
    json_type: ClassVar[str] = "array"
    sweepable: ClassVar[bool] = False

    def _read(self, text: str) -> Any:
        if text.startswith("["):
            return _json_list(self, text)
        try:
            words = split_list(text)
        except ValueError as error:
            raise self.refuse(str(error)) from None
        item = Number(name=self.name, label=self.label, unit=self.unit)
        missing = {"null", "nan", "-", "."}
        return [None if w.lower() in missing and self.gaps else item._read(w) for w in words]

    def _parse(self, value: Any) -> list[float | None]:
        if not isinstance(value, list | tuple):
            raise self.refuse("must be a list of numbers")
        if not self.min_items <= len(value) <= self.max_items:
            raise self.refuse(
                f"has {len(value)} entries, allowed are {self.min_items} to {self.max_items}",
                minimum=self.min_items,
                maximum=self.max_items,
            )
        return [self._item(index, item) for index, item in enumerate(value)]

    def _item(self, index: int, item: Any) -> float | None:
        if item is None and self.gaps:
            return None
        number = Number(
            name=f"{self.name}[{index}]",
            label=self.label,
            unit=self.unit,
            minimum=self.minimum,
            maximum=self.maximum,
        )
        parsed: float = number.parse(item)
        return parsed

    def schema(self) -> dict[str, Any]:
        item: dict[str, Any] = {"type": ["number", "null"] if self.gaps else "number"}
        if self.minimum is not None:
            item["minimum"] = self.minimum
        if self.maximum is not None:
            item["maximum"] = self.maximum
        return super().schema() | {
            "items": item,
            "minItems": self.min_items,
            "maxItems": self.max_items,
        }


@dataclass(frozen=True, kw_only=True)
class FlowList(NumberList):
    """Cash flows: plain amounts at equal steps, or ``{"date", "amount"}`` objects, not mixed."""

    def _read(self, text: str) -> Any:
        if text.startswith("["):
            return _json_list(self, text)
        if not re.search(r"\d{4}-\d{2}-\d{2}", text):
            return super()._read(text)
        flows = []
        item = Number(name=self.name, label=self.label, unit=self.unit)
        for line in re.split(r"[\n;]+", text):
            if line.strip():
                day, _, amount = line.strip().partition(" ")
                flows.append({"date": day.rstrip(","), "amount": item._read(amount.strip())})
        return flows

    def _parse(self, value: Any) -> list[Any]:
        if isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value):
            return self._dated(value)
        return super()._parse(value)

    def _dated(self, value: Sequence[Any]) -> list[dict[str, Any]]:
        if not self.min_items <= len(value) <= self.max_items:
            raise self.refuse(
                f"has {len(value)} entries, allowed are {self.min_items} to {self.max_items}"
            )
        flows = []
        for index, item in enumerate(value):
            if not isinstance(item, dict) or set(item) != {"date", "amount"}:
                raise self.refuse(
                    f'entry {index} must be {{"date": "YYYY-MM-DD", "amount": number}} like the '
                    "others: dated and undated amounts cannot be mixed"
                )
            try:
                day = date.fromisoformat(item["date"])
            except (TypeError, ValueError):
                raise self.refuse(f"entry {index}: the date must be YYYY-MM-DD") from None
            flows.append({"date": day.isoformat(), "amount": self._item(index, item["amount"])})
        return flows

    def schema(self) -> dict[str, Any]:
        dated = {
            "type": "object",
            "required": ["date", "amount"],
            "additionalProperties": False,
            "properties": {
                "date": {"type": "string", "format": "date"},
                "amount": {"type": "number"},
            },
        }
        return super().schema() | {"items": {"anyOf": [{"type": "number"}, dated]}}


def _json_list(parameter: Parameter, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise parameter.refuse("is not a list of numbers that can be read") from None


@dataclass(frozen=True)
class MetricSpec:
    """A metric that the experiment always reports, known before it runs."""

    name: str
    label: str
    unit: str
    term: str | None = None


@dataclass(frozen=True)
class ModelCard:
    """What the model is, what it leaves out, and what would change the verdict."""

    what_it_is: str
    leaves_out: Sequence[str]
    would_change: Sequence[str]
    sources: Sequence[str] = ()


@dataclass(frozen=True)
class Preset:
    """Chosen parameters with a name and one sentence of why a reader would look at them."""

    name: str
    story: str
    parameters: Mapping[str, Any]


Rule = Callable[[Mapping[str, Any]], Iterable[ParameterError]]


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A question with typed parameters and a computation that answers it.

    ``cost`` estimates CPU seconds from parsed parameters; ``rules`` are cross-field
    checks over parsed parameters that yield ``ParameterError``; ``package`` is the
    declaring module's ``__name__``. ``reads`` names the imported series that parsed
    parameters make it read, besides those that a ``SeriesName`` parameter names: their
    checksums belong to a run's identity. ``warms`` are parameters of a small run that fills the
    tables which later runs of the same process share.
    """

    slug: str
    title: str
    version: int
    summary: str
    parameters: tuple[Parameter, ...]
    metrics: tuple[MetricSpec, ...]
    card: ModelCard
    package: str
    kind: str = "calculator"
    seeded: bool = False
    default_seed: int = 1
    rules: tuple[Rule, ...] = ()
    cost: Callable[[Mapping[str, Any]], float] = field(default=lambda params: 0.05)
    presets: tuple[Preset, ...] = ()
    reads: Callable[[Mapping[str, Any]], Iterable[str]] = field(default=lambda params: ())
    warms: Mapping[str, Any] | None = None

    def parameter(self, name: str) -> Parameter:
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)

    def parse(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters, defaults included, checked; raises ``ParametersRefused``."""
        parsed: dict[str, Any] = {}
        known = {parameter.name for parameter in self.parameters}
        errors = [
            ParameterError(str(name)[:80], "is not a parameter here")
            for name in raw
            if name not in known
        ]
        for parameter in self.parameters:
            value = raw.get(parameter.name, UNGIVEN)
            if value is UNGIVEN:
                parsed[parameter.name] = parameter.default
                continue
            try:
                parsed[parameter.name] = parameter.parse(value)
            except ParameterError as error:
                errors.append(error)
        if not errors:
            for rule in self.rules:
                errors.extend(rule(parsed))
        if errors:
            raise ParametersRefused(errors)
        return parsed

    def parse_text(self, raw: Mapping[str, str]) -> dict[str, Any]:
        """Parse what a reader typed into a form: text in every field."""
        errors: list[ParameterError] = []
        read: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.name not in raw:
                continue
            try:
                read[parameter.name] = parameter.from_text(raw[parameter.name])
                parameter.parse(read[parameter.name])
            except ParameterError as error:
                errors.append(error)
        if errors:
            raise ParametersRefused(errors)
        return self.parse(read)

    def parse_seed(self, seed: Any) -> int | None:
        """The seed of a request; None means the default, and stays None where nothing is random."""
        if seed is not None and (
            isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= SEED_MAXIMUM
        ):
            raise ParametersRefused(
                [
                    ParameterError(
                        "seed",
                        f"must be a whole number from 0 to {SEED_MAXIMUM}",
                        minimum=0,
                        maximum=SEED_MAXIMUM,
                    )
                ]
            )
        if not self.seeded:
            return None
        return self.default_seed if seed is None else seed

    def schema(self) -> dict[str, Any]:
        """JSON Schema (2020-12) of the parameters object."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": False,
            "properties": {p.name: p.schema() for p in self.parameters},
        }

    def run(
        self,
        params: Mapping[str, Any],
        *,
        seed: int | None = None,
        data: Data | None = None,
        progress: Progress = silent,
    ) -> Result:
        """Compute; ``params`` must come from ``parse``. Loads numpy: call it in a worker."""
        module = importlib.import_module(self.package + ".run")
        result: Result = module.run(
            SimpleNamespace(**params), seed=seed, data=data or NoData(), progress=progress
        )
        return result
