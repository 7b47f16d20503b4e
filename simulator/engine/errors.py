"""One tree of errors; the site and the command line translate it at their boundary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class EngineError(Exception):
    """Anything the engine refuses or cannot do, in words a reader understands."""


@dataclass
class ParameterError(EngineError):
    """One argument is wrong: names the field, the allowed range and the unit.

    ``nearest`` is the closest value that would have been accepted, where one exists.
    """

    field: str
    detail: str
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    nearest: Any = None

    def __post_init__(self) -> None:
        # what a copy in another process is made of: a dataclass alone does not tell its base
        self.args = (
            self.field,
            self.detail,
            self.minimum,
            self.maximum,
            self.unit,
            self.nearest,
        )

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}"

    def as_dict(self) -> dict[str, Any]:
        """The entry of a problem document's ``errors`` list (see the contract)."""
        return {
            "field": self.field,
            "detail": self.detail,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "unit": self.unit,
            "nearest": self.nearest,
        }


class ParametersRefused(EngineError):
    """Every wrong field of one request at once, so that a reader corrects them together."""

    def __init__(self, errors: list[ParameterError]) -> None:
        self.errors = errors
        super().__init__(errors)  # its argument, so that a copy in another process is whole

    def __str__(self) -> str:
        return "; ".join(str(error) for error in self.errors)


class DataMissing(EngineError):
    """A series that the experiment needs is not there, or does not cover the dates."""


class RunCancelled(EngineError):
    """Raised by ``progress`` inside a computation when somebody asked it to stop."""


class ResultRefused(EngineError):
    """An experiment produced something that may not be published, e.g. a nan."""
