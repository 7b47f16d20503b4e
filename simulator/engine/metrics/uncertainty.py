"""How sure a difference is: paired resampling, intervals over paths, independent crises.

A hedge is judged by the *difference* of one figure with and without it. Two ways to
an interval, both paired:

* one history: resample the same blocks of days for both books (``paired_difference``);
* many paths: both books live on the same paths (``over_paths``).

Intervals are percentiles of the draws. The bias-corrected (BCa) interval is not offered:
its acceleration comes from a jackknife over single days, which blocks do not have
(bashtage/arch#801). Sources: Politis–Romano 1994; Patton–Politis–White 2009.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..numerics.resampling import Indices, batches, block_length

Array = NDArray[np.float64]
Statistic = Callable[[Array], Any]
"""Figures of many books at once: (draws, days) → (draws,)."""

LEVEL = 0.95
CRISIS_VIX = 30.0
CRISIS_FALL = 0.10
CRISES_APART = 63
MONTH = 21
YEAR = 252


@dataclass(frozen=True)
class Estimate:
    """A difference with its interval and the share of draws in which it is above zero.

    ``block`` is the mean block in days (None over paths); ``draws`` counts the draws
    or paths that had a value. Every figure is nan when there was none.
    """

    value: float
    low: float
    high: float
    probability_positive: float
    draws: int
    block: float | None = None

    @property
    def is_detectable(self) -> bool:
        """True when the interval lies on one side of zero."""
        return bool(self.low > 0.0 or self.high < 0.0)


def percentile_interval(*, draws: ArrayLike, level: float = LEVEL) -> tuple[float, float]:
    """The central ``level`` of the finite draws; nan, nan when there are none."""
    x = np.asarray(draws, dtype=np.float64)
    x = x[np.isfinite(x)]
    if not x.size:
        return float("nan"), float("nan")
    low, high = np.quantile(x, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


def probability_positive(*, draws: ArrayLike) -> float:
    """Share of finite draws above zero; a draw of exactly zero counts half."""
    x = np.asarray(draws, dtype=np.float64)
    x = x[np.isfinite(x)]
    return float(np.mean(np.heaviside(x, 0.5))) if x.size else float("nan")


def mean_block(*, base: ArrayLike, hedged: ArrayLike) -> float:
    """Automatic mean block of a pair of return series: the longer one of their squares."""
    both = (np.asarray(base, dtype=np.float64), np.asarray(hedged, dtype=np.float64))
    return max(block_length(values=r**2).stationary for r in both)


def paired_difference(
    *,
    base: ArrayLike,
    hedged: ArrayLike,
    statistic: Statistic,
    rng: np.random.Generator,
    draws: int = 1000,
    block: float | None = None,
    level: float = LEVEL,
) -> Estimate:
    """Interval of ``statistic(hedged) − statistic(base)`` over resampled days, pairs kept.

    ``base`` and ``hedged`` are returns of the same days, shape (n,). ``block`` is the
    mean block; by default the automatic one on squared returns.
    """
    b, h = np.asarray(base, dtype=np.float64), np.asarray(hedged, dtype=np.float64)
    if b.shape != h.shape or b.ndim != 1:
        raise ValueError("base and hedged must be two series of the same days")
    length = mean_block(base=b, hedged=h) if block is None else block
    found = [
        statistic(h[days]) - statistic(b[days])
        for days in batches(n=b.size, draws=draws, mean_block=length, rng=rng)
    ]
    value = float(np.asarray(statistic(h[None, :]) - statistic(b[None, :])).ravel()[0])
    return _estimate(value, np.concatenate(found), level, length)


def over_paths(*, difference: ArrayLike, level: float = LEVEL) -> Estimate:
    """Median over paths of a per-path difference, with the range of single paths.

    The range says what may happen to one reader on one path; it does not shrink with
    the number of paths (``mean_over_paths`` does).
    """
    d = np.asarray(difference, dtype=np.float64)
    d = d[np.isfinite(d)]
    return _estimate(float(np.median(d)) if d.size else float("nan"), d, level, None)


def mean_over_paths(
    *,
    difference: ArrayLike,
    rng: np.random.Generator | None = None,
    picks: Iterable[Indices] | None = None,
    draws: int = 1000,
    level: float = LEVEL,
) -> Estimate:
    """Mean over independent paths, with the bootstrap interval of that mean.

    ``picks`` are paths redrawn already (draws by paths), which several figures may share;
    otherwise ``rng`` redraws them.
    """
    d = np.asarray(difference, dtype=np.float64)
    if picks is None:
        d = d[np.isfinite(d)]
    if not d.size:
        return _estimate(float("nan"), d, level, None)
    found = [d[who].mean(axis=1) for who in _picks(d.size, rng, picks, draws)]
    return _estimate(float(d.mean()), np.concatenate(found), level, None)


def ratio_over_paths(
    *,
    numerator: ArrayLike,
    denominator: ArrayLike,
    rng: np.random.Generator | None = None,
    picks: Iterable[Indices] | None = None,
    draws: int = 1000,
    level: float = LEVEL,
) -> Estimate:
    """Sum over sum, as in a share of all sales of all paths, with its bootstrap interval.

    Whole paths are redrawn, numerator and denominator together: sales of one path share its
    market, and to redraw them one by one would make the interval too narrow. Draws without any
    denominator have no value and are left out. ``picks`` as in ``mean_over_paths``.
    """
    a, b = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError("a ratio over paths needs one numerator and one denominator a path")
    with np.errstate(divide="ignore", invalid="ignore"):
        found = [
            a[who].sum(axis=1) / b[who].sum(axis=1) for who in _picks(a.size, rng, picks, draws)
        ]
        value = float(a.sum() / b.sum())
    return _estimate(value, np.concatenate(found), level, None)


def _picks(
    paths: int, rng: np.random.Generator | None, picks: Iterable[Indices] | None, draws: int
) -> Iterable[Indices]:
    if picks is not None:
        return picks
    if rng is None:
        raise ValueError("paths are redrawn by a generator, or were so before: give one of both")
    return batches(n=paths, draws=draws, mean_block=1, rng=rng)


def _estimate(value: float, draws: Array, level: float, block: float | None) -> Estimate:
    low, high = percentile_interval(draws=draws, level=level)
    p = probability_positive(draws=draws)
    return Estimate(value, low, high, p, int(np.sum(np.isfinite(draws))), block)


def crisis_starts(
    *,
    vix: ArrayLike | None = None,
    index: ArrayLike | None = None,
    above: float = CRISIS_VIX,
    fall: float = CRISIS_FALL,
    apart: int = CRISES_APART,
) -> NDArray[np.bool_]:
    """The days on which an independent crisis begins, of daily closes of shape (…, n).

    A day is stressed when the VIX closes above ``above`` or the index stands ``fall``
    below its highest close of the last 252 days (a lifetime high would call all of
    2001 to 2007 one crisis). A stressed day begins a new crisis when none of the
    ``apart`` trading days before it was stressed, so one long bear market counts once.
    """
    stressed = _stressed(vix, index, above, fall)
    t = np.arange(stressed.shape[-1])
    last = np.maximum.accumulate(np.where(stressed, t, -apart - 1), axis=-1)
    before = np.concatenate([np.full_like(last[..., :1], -apart - 1), last[..., :-1]], axis=-1)
    return np.asarray(stressed & (t - before >= apart), dtype=np.bool_)


def crises(
    *,
    vix: ArrayLike | None = None,
    index: ArrayLike | None = None,
    above: float = CRISIS_VIX,
    fall: float = CRISIS_FALL,
    apart: int = CRISES_APART,
) -> NDArray[np.int64]:
    """Positions of ``crisis_starts`` in one history of shape (n,)."""
    starts = crisis_starts(vix=vix, index=index, above=above, fall=fall, apart=apart)
    return np.asarray(np.flatnonzero(starts), dtype=np.int64)


def _stressed(
    vix: ArrayLike | None, index: ArrayLike | None, above: float, fall: float
) -> NDArray[np.bool_]:
    found: list[NDArray[np.bool_]] = []
    if vix is not None:
        found.append(np.asarray(vix, dtype=np.float64) > above)
    if index is not None:
        s = np.asarray(index, dtype=np.float64)
        found.append(s <= trailing_high(s, days=YEAR) * (1.0 - fall))
    if not found:
        raise ValueError("a crisis is told by the VIX, the index or both; give at least one")
    return np.asarray(np.logical_or.reduce(found), dtype=np.bool_)


def trailing_high(values: ArrayLike, *, days: int) -> Array:
    """Highest value of the last ``days`` days, today included, along the last axis."""
    high = np.array(values, dtype=np.float64)
    span = 1
    while span < min(days, high.shape[-1]):
        step = min(span, days - span)
        high[..., step:] = np.maximum(high[..., step:], high[..., :-step].copy())
        span += step
    return high


def months_of(*, dates: Any = None, n: int | None = None, month: int = MONTH) -> NDArray[np.int64]:
    """The month every day belongs to: calendar months of dates, else blocks of 21 days."""
    if dates is not None:
        whole = np.asarray(dates, dtype="datetime64[M]").astype(np.int64)
        return np.asarray(whole - whole[0], dtype=np.int64)
    return np.arange(n or 0, dtype=np.int64) // month


def without_best_month(
    *, base: ArrayLike, hedged: ArrayLike, months: ArrayLike
) -> tuple[Array, Any]:
    """The hedged returns with the hedge's best month taken out, and which month that was.

    Best is the month in which the hedged book gained most on the base in log terms; its
    days become the base's. Shapes (…, n); the month is one figure a path.
    """
    b, h = np.asarray(base, dtype=np.float64), np.asarray(hedged, dtype=np.float64)
    m = np.asarray(months, dtype=np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.nan_to_num(np.log1p(h) - np.log1p(b), nan=0.0)
    first = np.flatnonzero(np.diff(m, prepend=m[0] - 1))
    best = np.argmax(np.add.reduceat(gain, first, axis=-1), axis=-1)
    taken = m == np.expand_dims(m[first][best], -1)
    return np.where(taken, b, h), m[first][best]
