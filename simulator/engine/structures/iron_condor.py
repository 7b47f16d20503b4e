"""The iron condor as its four legs, from the seller's side, in index points.

Notation: K1 < K2 <= K3 < K4 are long put, short put, short call, long call; c the credit.
Everything is elementwise over arrays of strikes (one condor a day or a path), and a
smile of the same length, so a history of condors is priced in one call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ParameterError
from ..instruments import Leg, Option
from ..markets.surface import Smile
from ..numerics.arrays import FloatLike, Floats, floats
from ..pricing.greeks import Greeks

QUANTITIES = (1.0, -1.0, -1.0, 1.0)
CALLS = (False, False, True, True)
NAMES = ("long_put", "short_put", "short_call", "long_call")
EDR_BIAS = 1.025  # expected daily range over the plain VIX / sqrt(252) move


@dataclass(frozen=True, kw_only=True)
class IronCondor:
    """Four strikes in index points; each a number or an array of one common shape."""

    long_put: Any
    short_put: Any
    short_call: Any
    long_call: Any

    @property
    def strikes(self) -> tuple[Floats, Floats, Floats, Floats]:
        return (
            floats(self.long_put),
            floats(self.short_put),
            floats(self.short_call),
            floats(self.long_call),
        )

    def legs(self, *, expiry: FloatLike) -> tuple[Leg, Leg, Leg, Leg]:
        """The position as the seller holds it: one of each, the inner two sold."""
        k1, k2, k3, k4 = (
            Leg(option=Option(strike=strike, expiry=expiry, call=call), quantity=quantity)
            for strike, call, quantity in zip(self.strikes, CALLS, QUANTITIES, strict=True)
        )
        return k1, k2, k3, k4

    @property
    def widest_wing(self) -> Floats:
        k1, k2, k3, k4 = self.strikes
        result: Floats = np.maximum(k2 - k1, k4 - k3)
        return result


def leg_prices(condor: IronCondor, smile: Smile) -> tuple[Floats, Floats, Floats, Floats]:
    """Marks of the four options in the order of ``NAMES``, in index points."""
    k1, k2, k3, k4 = (
        smile.price(strike, call=call) for strike, call in zip(condor.strikes, CALLS, strict=True)
    )
    return k1, k2, k3, k4


def credit(condor: IronCondor, smile: Smile) -> Floats:
    """What the seller is paid at the marks: also what closing costs, on a later smile."""
    k1, k2, k3, k4 = leg_prices(condor, smile)
    return k2 + k3 - k1 - k4


def greeks(condor: IronCondor, smile: Smile) -> Greeks:
    """The seller's sensitivities; ``price`` is minus the credit (what is owed)."""
    parts = [
        [quantity * value for value in smile.greeks(strike, call=call)]
        for strike, call, quantity in zip(condor.strikes, CALLS, QUANTITIES, strict=True)
    ]
    return Greeks(*(sum(column[1:], column[0]) for column in zip(*parts, strict=True)))


def payoff(condor: IronCondor, *, spot: FloatLike) -> Floats:
    """What the four options pay the seller at expiry, before the credit (never positive)."""
    S = floats(spot)
    k1, k2, k3, k4 = condor.strikes
    puts = np.maximum(k1 - S, 0.0) - np.maximum(k2 - S, 0.0)
    calls = np.maximum(S - k4, 0.0) - np.maximum(S - k3, 0.0)
    result: Floats = puts + calls
    return result


def profit_at_expiry(condor: IronCondor, *, credit: FloatLike, spot: FloatLike) -> Floats:
    """Credit plus payoff; the credit earns no interest here."""
    return floats(credit) + payoff(condor, spot=spot)


def max_loss(condor: IronCondor, *, credit: FloatLike) -> Floats:
    """The widest wing less the credit."""
    return condor.widest_wing - floats(credit)


def break_evens(condor: IronCondor, *, credit: FloatLike) -> tuple[Floats, Floats]:
    """Where the profit at expiry changes sign; nan on a side where it does not.

    A side has no break-even if the credit is not positive (nothing to lose back) or is
    not below that side's wing (no level loses).
    """
    c = floats(credit)
    k1, k2, k3, k4 = condor.strikes
    low = np.where((c > 0) & (c < k2 - k1), k2 - c, np.nan)
    high = np.where((c > 0) & (c < k4 - k3), k3 + c, np.nan)
    return low, high


def strikes_by_delta(
    smile: Smile,
    *,
    short_delta: FloatLike,
    wing_width: FloatLike | None = None,
    long_delta: FloatLike | None = None,
    step: float = 0.0,
) -> IronCondor:
    """Sell where |delta| is ``short_delta``; buy ``wing_width`` further, or at ``long_delta``.

    Deltas are spot deltas at each strike's own vol. ``step`` rounds strikes to a grid.
    """
    short_put = smile.strike_for_delta(short_delta, call=False)
    short_call = smile.strike_for_delta(short_delta, call=True)
    if long_delta is None:
        return _with_wings(short_put, short_call, wing_width, step)
    return _rounded(
        smile.strike_for_delta(long_delta, call=False),
        short_put,
        short_call,
        smile.strike_for_delta(long_delta, call=True),
        step,
    )


def strikes_by_sigma(
    smile: Smile, *, multiple: FloatLike, wing_width: FloatLike, step: float = 0.0
) -> IronCondor:
    """Sell ``multiple`` at-the-money standard deviations (of ln S_T) either side of the forward."""
    y = floats(multiple)
    return _with_wings(smile.strike_at(-y), smile.strike_at(y), wing_width, step)


def strikes_by_edr(
    *,
    spot: FloatLike,
    vol: FloatLike,
    expiry: FloatLike,
    multiple: FloatLike,
    wing_width: FloatLike,
    bias: float = EDR_BIAS,
    step: float = 0.0,
) -> IronCondor:
    """Sell ``multiple`` expected ranges either side of the spot.

    The expected daily range is ``bias`` vol / sqrt(252) of the spot; over ``expiry`` years
    it grows with the root of time, so the range is ``bias`` vol sqrt(expiry) spot.
    """
    S = floats(spot)
    reach = floats(multiple) * bias * floats(vol) * np.sqrt(floats(expiry)) * S
    return _with_wings(S - reach, S + reach, wing_width, step)


def strikes_by_credit(
    smile: Smile, *, target: FloatLike, wing_width: FloatLike, step: float = 0.0
) -> IronCondor:
    """Sell at equal distances (in points) from the forward, so that the credit is ``target``.

    The credit falls as the distance grows; a target above the iron butterfly's (distance
    nought) or not positive is refused, with the largest credit there is.
    """
    goal, F, width = np.broadcast_arrays(floats(target), smile.forward, floats(wing_width))
    if np.any(width >= F):
        ceiling = float(np.min(F))
        raise ParameterError(
            "wing_width",
            f"the long put would be struck at or under nought: the wing must be below "
            f"{ceiling:.2f}",
            maximum=ceiling,
            unit="index points",
        )
    largest = credit(_with_wings(F, F, width, 0.0), smile)
    if np.any(goal <= 0.0) or np.any(goal > largest):
        ceiling = float(np.min(largest))
        raise ParameterError(
            "strike_target",
            f"no distance gives this credit: with these wings it lies above 0 and is at most "
            f"{ceiling:.4f} index points",
            minimum=0.0,
            maximum=ceiling,
            unit="index points",
        )
    low, high = np.zeros(F.shape), np.maximum(F - width, 0.0) * (1.0 - 1e-9)
    for _ in range(60):
        x = 0.5 * (low + high)
        too_rich = credit(_with_wings(F - x, F + x, width, 0.0), smile) > goal
        low, high = np.where(too_rich, x, low), np.where(too_rich, high, x)
    x = 0.5 * (low + high)
    return _with_wings(F - x, F + x, width, step)


def _with_wings(
    short_put: Floats, short_call: Floats, wing_width: FloatLike | None, step: float
) -> IronCondor:
    if wing_width is None:
        raise ParameterError("wing_width", "is needed to place the long strikes")
    width = floats(wing_width)
    return _rounded(short_put - width, short_put, short_call, short_call + width, step)


def _rounded(k1: Floats, k2: Floats, k3: Floats, k4: Floats, step: float) -> IronCondor:
    """Strikes on a grid of ``step`` points (0: as they are), the wings at least a step wide."""
    if step > 0.0:
        k1, k2, k3, k4 = (np.round(k / step) * step for k in (k1, k2, k3, k4))
        k1, k4 = np.minimum(k1, k2 - step), np.maximum(k4, k3 + step)
    return IronCondor(long_put=k1, short_put=k2, short_call=k3, long_call=k4)
