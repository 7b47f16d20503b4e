"""The futures curve of a world that is known by its VIX closes alone.

F(t, T) = h_t + (VIX_t - h_t) b(T) of ``vix_curve``; h_t is the slow average of the
closes so far plus a premium, so a curve never looks ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..numerics.times import Times
from . import vix_curve
from .state import Floats, Indices


@dataclass(frozen=True)
class AnchoredCurve:
    """Futures from ``vix`` (``days + 1`` by ``paths``, index points).

    ``half_life`` in trading days and ``premium`` in index points are the anchor's.
    """

    vix: Floats
    half_life: float = vix_curve.HALF_LIFE
    premium: float = vix_curve.PREMIUM
    anchor: Floats = field(init=False)

    def __post_init__(self) -> None:
        average = vix_curve.anchor(vix=self.vix.T, half_life=self.half_life, premium=self.premium)
        object.__setattr__(self, "anchor", np.ascontiguousarray(average.T))

    def future(self, day: int | slice, years: Any, at: Indices | None = None) -> Floats:
        """VIX futures ``years`` ahead of the close of ``day``, index points."""
        times = Times.of(years)
        level, vix = self.anchor[day], self.vix[day]
        if at is not None:
            level, vix = level[at], vix[at]
        beta = times.spread(vix_curve.future_beta(expiry=times.distinct))
        return np.asarray(level + (vix - level) * beta)

    def horizon_vol(self, day: int, years: Any) -> Floats:
        """The VIX itself: a world known by the VIX alone says nothing of other horizons."""
        return np.asarray(self.vix[day])

    def first(self, paths: int) -> AnchoredCurve:
        """The same curve for the first ``paths`` paths."""
        vix = np.ascontiguousarray(self.vix[:, :paths])
        return AnchoredCurve(vix, half_life=self.half_life, premium=self.premium)

    def beside(self, others: Sequence[AnchoredCurve]) -> AnchoredCurve:
        """This curve and others with the same anchor as one, path after path."""
        anchors = {(one.half_life, one.premium) for one in (self, *others)}
        if len(anchors) > 1:
            raise ValueError("curves side by side need one anchor")
        vix = np.concatenate([one.vix for one in (self, *others)], axis=1)
        return AnchoredCurve(vix, half_life=self.half_life, premium=self.premium)
