"""Times to expiry of many paths, of which only a few differ.

Calls of one layer end on a handful of days, so an exponential or a root of the time to go
is worked out once for each of those days and then handed to every path that has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, floats


@dataclass(frozen=True)
class Times:
    """``distinct`` years to go, and in ``group`` which of them each path has.

    Without ``group`` the years are used as they stand: one number for all, or one a path.
    """

    distinct: Floats
    group: NDArray[np.intp] | None = None

    @classmethod
    def of(cls, years: Any) -> Times:
        """``years`` as they come: grouped already, a number or an array."""
        return years if isinstance(years, Times) else cls(floats(years))

    def spread(self, values: Any) -> Any:
        """What was worked out for each distinct time (the last axis), handed to every path."""
        return values if self.group is None else values.take(self.group, axis=-1)

    def longer(self, years: float) -> Times:
        """The same paths with ``years`` more to go."""
        return Times(self.distinct + years, self.group)

    def each(self) -> Floats:
        """The years of every path."""
        return np.asarray(self.spread(self.distinct))
