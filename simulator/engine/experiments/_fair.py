"""The fair frame: every simulation's hedged account beside the same paths without the hedge.

No figure of a hedge leaves here without its baseline, its cost, a paired interval, the
share of paths it harmed, the number of independent crises and a twin without its best month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import Progress, silent
from ..markets.state import World, crises
from ..markets.two_factor import FactorCurve
from ..metrics.cash_flows import irr
from ..metrics.drawdown import max_drawdown, max_drawdown_of_returns
from ..metrics.returns import annual_return, simple_returns
from ..metrics.uncertainty import mean_over_paths, paired_difference, ratio_over_paths
from ..numerics.resampling import Indices, batches
from ..results import Axis, Chart, Column, Metric, Series, Table
from ..units import FRACTION
from ..verdicts import Effect, Verdict, protection
from ..words import percent
from ._common import COMMON_METRICS
from .base import MetricSpec

Floats = NDArray[np.float64]

PATHS_AT_ONCE = 1024
DRAWS = 1000
KEPT = 400_000  # draws times paths that are kept for the next figure: 3 MB
MONTH = 21
EFFECT_COLUMNS = (
    Column("difference", "Change of the deepest fall", FRACTION),
    Column("low", "Low", FRACTION),
    Column("high", "High", FRACTION),
    Column("annual_cost", "The hedge's profit a year", FRACTION),
    Column("share_harmed", "Paths with less money", FRACTION),
)
"""What a row of a model-risk band says of one choice, after its name."""
PATH_NOTE = "Hypothetical results of a model, educational only: no money was traded and no advice."
MODEL_NOTE = (
    "Paths of a model under the real-world measure, options priced under the pricing measure, "
    "hedges on VIX futures and never on spot VIX. Intervals are of the model's mean: they "
    "shrink with more paths and do not hold the error of the model."
)
MILD_NOTE = (
    "Its crashes are milder than "
    "the worst on record: at the usual marks its one-month calls pay back 23 % of what they cost, "
    "against 36 % on the closes of 1990 to 2023, of which 16 points are March 2020 alone."
)
EPISODE_NOTE = (
    "Scenario, not backtest: closes are documented at the turning points only and the days in "
    "between are a seeded reconstruction. Intervals are path uncertainty only; they say nothing "
    "about how often such an episode happens and never decide a verdict."
)


def alive(equity: Floats) -> Floats:
    """Equity of an account that ends when it reaches nothing: zero from that day on."""
    dead = np.maximum.accumulate(equity <= 0.0, axis=0)
    return np.asarray(np.where(dead, 0.0, equity))


def drawdowns(equity: Floats) -> Floats:
    """Deepest fall of each path from its running high, in [-1, 0]; days first."""
    return np.asarray(by_paths(lambda few: max_drawdown(levels=alive(few).T), equity))


def yearly(span: float) -> float:
    """What to divide a result by to have it a year: less than a year is not blown up to one."""
    return max(span, 1.0)


def annual_returns(equity: Floats, span: float) -> Floats:
    """Return a year by path, compounded; over less than a year, the return of the days."""
    growth = by_paths(lambda few: alive(few)[-1], equity) / equity[0]
    return np.asarray(growth ** (1.0 / yearly(span)) - 1.0)


def volatilities(equity: Floats, steps_a_year: float = 252.0) -> Floats:
    """Annual volatility of each path's daily profit, as a share of the capital at the start.

    Profits over the *start*, not over the day before: an account that has lost nearly
    everything would otherwise turn a small cash flow into an enormous return.
    """
    profit = np.diff(alive(equity), axis=0) / equity[0]
    if len(profit) < 2:
        return np.zeros(profit.shape[1])
    return np.asarray(profit.std(axis=0, ddof=1) * np.sqrt(steps_a_year))


def mean_effect(values: Floats, seed: int, progress: Progress = silent) -> Effect:
    """Mean over paths with its 95 % interval by resampling paths; none for a single path."""
    if len(values) < 2:
        return Effect(float(values.mean()))
    values = values[np.isfinite(values)]
    picks = _reported(redrawn(len(values), seed, 0xFA12), len(values), progress)
    estimate = mean_over_paths(difference=values, picks=picks)
    return Effect(estimate.value, estimate.low, estimate.high)


def ratio(numerator: Floats, denominator: Floats, seed: int) -> Effect | None:
    """Sum over sum of all paths, its interval by redrawing paths; None of nothing."""
    total = denominator.sum()
    if not total:
        return None
    value = float(numerator.sum() / total)
    if len(numerator) < 2:
        return Effect(value)
    estimate = ratio_over_paths(
        numerator=numerator, denominator=denominator, picks=redrawn(len(numerator), seed, 0xFA14)
    )
    return Effect(value, estimate.low, estimate.high)


def _reported(picks: Iterable[Indices], paths: int, progress: Progress) -> Iterator[Indices]:
    """The same picks, telling how many there have been: of many paths they take long."""
    drawn = 0
    for pick in picks:
        progress(drawn / DRAWS, "redrawing paths")
        yield pick
        drawn += len(pick)


def redrawn(paths: int, seed: int, stream: int) -> Iterable[Indices]:
    """Paths redrawn a thousand times: figures of one seed and stream stand on the same draws."""
    if paths * DRAWS <= KEPT:
        return _kept(paths, seed, stream)
    return _drawn(paths, seed, stream)


def _drawn(paths: int, seed: int, stream: int) -> Iterator[Indices]:
    rng = np.random.default_rng([seed, stream])
    return batches(n=paths, draws=DRAWS, mean_block=1, rng=rng)


@lru_cache(maxsize=8)
def _kept(paths: int, seed: int, stream: int) -> list[Indices]:
    return list(_drawn(paths, seed, stream))


def by_paths(function: Callable[..., Any], *arrays: Floats) -> Any:
    """What ``function`` finds for each path, worked out for some paths at a time.

    What it needs in between is then a part of the market's size and not several times as much.
    """
    paths = arrays[0].shape[1]
    parts = [slice(start, start + PATHS_AT_ONCE) for start in range(0, paths, PATHS_AT_ONCE)]
    return np.concatenate([function(*(one[:, part] for one in arrays)) for part in parts])


def without_best_month(hedge: Floats) -> Floats:
    """Cumulative hedge profit with the best 21 days in a row of each path taken out."""
    total = np.cumsum(hedge, axis=0)
    if len(hedge) <= MONTH:
        return np.zeros_like(total)
    padded = np.vstack([np.zeros((1, hedge.shape[1])), total])
    # the first of equal months, whatever the last bits of a processor's sums say
    best = np.argmax(np.round(padded[MONTH:] - padded[:-MONTH], 6), axis=0)
    rows = np.arange(len(hedge))[:, None]
    gone = (rows >= best) & (rows < best + MONTH)
    return np.cumsum(np.where(gone, 0.0, hedge), axis=0)


@dataclass(frozen=True)
class Comparison:
    """One account with and without its hedge; arrays by path unless said.

    Figures are worked out when they are first asked for: a sweep reads but a few of them.
    """

    world: World
    base: Floats
    hedged: Floats
    hedge: Floats
    premium: Floats
    seed: int
    decides: bool

    @property
    def span(self) -> float:
        return self.world.span

    @cached_property
    def drawdown_base(self) -> Floats:
        return drawdowns(self.base)

    @cached_property
    def drawdown_hedged(self) -> Floats:
        return drawdowns(self.hedged)

    @cached_property
    def return_base(self) -> Floats:
        return annual_returns(self.base, self.span)

    @cached_property
    def return_hedged(self) -> Floats:
        return annual_returns(self.hedged, self.span)

    @cached_property
    def effect(self) -> Effect:
        """Change of the deepest fall, above zero: less deep."""
        difference = self.drawdown_hedged - self.drawdown_base
        return self._effect(difference, max_drawdown_of_returns, self.seed)

    @cached_property
    def return_effect(self) -> Effect:
        gain = self.return_hedged - self.return_base
        return self._effect(gain, annual_return, self.seed + 1)

    @cached_property
    def twin(self) -> Floats:
        """The effect without the hedge's best month."""
        fall = by_paths(
            lambda base, hedge: drawdowns(base + without_best_month(hedge)), self.base, self.hedge
        )
        return np.asarray(fall - self.drawdown_base)

    @cached_property
    def crises(self) -> float:
        return float(by_paths(crises, self.world.spx, self.world.vix).mean())

    @cached_property
    def verdict(self) -> Verdict:
        return protection(
            self.effect,
            decides=self.decides,
            share_harmed=self.share_harmed,
            without_best_month=float(self.twin.mean()),
            hedged=bool(self.hedge.any()),
        )

    def judged(self, verdict: Verdict) -> Comparison:
        """The same figures, judged by another rule."""
        other = copy(self)
        vars(other)["verdict"] = verdict
        return other

    def about(self, subject: str) -> Comparison:
        """The same where the verdict speaks of ``subject`` (Rolling, The reserve)."""
        small = subject[0].lower() + subject[1:]
        said = self.verdict.sentence.replace("The hedge", subject).replace("the hedge", small)
        return self.judged(replace(self.verdict, sentence=said))

    @property
    def capital(self) -> float:
        return float(self.base[0].mean())

    @property
    def annual_cost(self) -> float:
        """Mean profit of the hedge a year, as a share of the capital: a cost is negative."""
        return float(self.hedge.sum(axis=0).mean() / self.capital / yearly(self.span))

    @property
    def annual_premium(self) -> float:
        return float(self.premium.mean() / self.capital / yearly(self.span))

    @cached_property
    def share_harmed(self) -> float:
        """Share of paths that end with less money (beyond rounding) because of the hedge."""
        less = self.hedged[-1] < self.base[-1] - 1e-9 * np.abs(self.base[0])
        return float(np.mean(less))

    @property
    def probability_of_benefit(self) -> float:
        """Share of paths whose deepest fall is less deep with the hedge."""
        return float(np.mean(self.drawdown_hedged > self.drawdown_base + 1e-12))

    def _effect(self, difference: Floats, statistic: Callable[..., Any], seed: int) -> Effect:
        """Over paths; for one replayed path over resampled blocks of its days, pairs kept."""
        base, hedged = self.base, self.hedged
        if self.world.paths > 1 or base.min() <= 0.0 or hedged.min() <= 0.0 or len(base) < 30:
            return mean_effect(difference, seed)
        estimate = paired_difference(
            base=simple_returns(levels=base[:, 0]),
            hedged=simple_returns(levels=hedged[:, 0]),
            statistic=lambda returns: statistic(returns=returns),
            rng=np.random.default_rng([seed, 0xFA13]),
            draws=400,
        )
        return Effect(float(difference[0]), estimate.low, estimate.high)


FIGURES = ("drawdown_base", "drawdown_hedged", "effect", "return_effect", "twin", "crises")
EFFECT = FIGURES[:3]


def compare(
    *,
    world: World,
    base: Floats,
    hedged: Floats,
    hedge: Floats,
    premium: Floats,
    seed: int,
    decides: bool | None = None,
    progress: Progress | None = None,
    figures: Sequence[str] = FIGURES,
) -> Comparison:
    """Hold one account against the same paths without the hedge.

    ``base`` and ``hedged`` are equities, ``days + 1`` by ``paths``; ``hedge`` the hedge's
    daily profit, ``premium`` what it paid out by path. ``decides``: whether intervals may
    decide a verdict (by default in every market but episodes). With ``progress`` all ``figures``
    are worked out now.
    """
    decides = world.kind != "episode" if decides is None else decides
    found = Comparison(world, base, hedged, hedge, premium, seed, decides)
    if progress is not None:
        for number, name in enumerate(figures):
            progress(number / len(figures), "comparing the accounts")
            getattr(found, name)
    return found


def metrics(c: Comparison, *, irr_base: float | None, irr_hedged: float | None) -> list[Metric]:
    """The common metrics of every simulation, in their order."""
    final = by_paths(lambda few: alive(few)[-1], c.hedged) / c.hedged[0] - 1.0
    values = {
        "max_drawdown_base": c.drawdown_base.mean(),
        "max_drawdown_hedged": c.drawdown_hedged.mean(),
        "max_drawdown_difference": c.effect,
        "annual_cost": c.annual_cost,
        "annual_premium": c.annual_premium,
        "annual_return_difference": c.return_effect,
        "irr_base": irr_base,
        "irr_hedged": irr_hedged,
        "share_harmed": c.share_harmed,
        "probability_of_benefit": c.probability_of_benefit,
        "median_path": float(np.median(final)),
        "worst_path": float(np.min(final)),
        "crises": c.crises,
        "without_best_month": c.twin.mean(),
    }
    return [figure(spec, values[spec.name]) for spec in COMMON_METRICS]


def effect_row(c: Comparison) -> list[float | None]:
    """What ``EFFECT_COLUMNS`` hold of one comparison."""
    effect = c.effect
    return [effect.value, effect.low, effect.high, c.annual_cost, c.share_harmed]


def figure(spec: MetricSpec, value: object) -> Metric:
    """A metric from its declaration; an ``Effect`` brings its interval."""
    if isinstance(value, Effect):
        return Metric(
            spec.name, spec.label, value.value, spec.unit, value.low, value.high, spec.term
        )
    return Metric(spec.name, spec.label, value, spec.unit, term=spec.term)


def growth_irr(equity: Floats, world: World) -> float | None:
    """Money-weighted return of the mean path: capital in, what is left out."""
    final = float(alive(equity)[-1].mean())
    return irr(flows=[-float(equity[0].mean()), final], times=[0.0, world.span])


def paths_table(c: Comparison, names: tuple[str, str] = ("without", "with")) -> Table:
    """Base and hedged side by side on the worst, the poor, the median and the good path."""
    base, hedged = alive(c.base)[-1] / c.base[0] - 1.0, alive(c.hedged)[-1] / c.hedged[0] - 1.0
    rows = []
    for share, label in ((0.0, "worst"), (0.05, "1 in 20"), (0.5, "median"), (0.95, "19 in 20")):
        rows.append(
            [
                label,
                np.quantile(base, share),
                np.quantile(hedged, share),
                np.quantile(c.drawdown_base, share),
                np.quantile(c.drawdown_hedged, share),
            ]
        )
    columns = (
        Column("path", "Path"),
        Column("return_base", f"Total return {names[0]}", FRACTION),
        Column("return_hedged", f"Total return {names[1]}", FRACTION),
        Column("drawdown_base", f"Deepest fall {names[0]}", FRACTION),
        Column("drawdown_hedged", f"Deepest fall {names[1]}", FRACTION),
    )
    return Table("paths", "Ranked paths, each column by itself", columns, rows)


def equity_chart(
    c: Comparison,
    world: World,
    *,
    label: str,
    points: int = 260,
    names: tuple[str, str, str] = (
        "Without the hedge",
        "With the hedge",
        "The hedge alone, median profit",
    ),
) -> Chart:
    """Median account with a band of 5 to 95 % of paths, and the hedge's own line."""
    days = np.unique(np.linspace(0, len(c.base) - 1, min(points, len(c.base))).astype(int))
    hedge = np.cumsum(c.hedge, axis=0)[days] / c.capital
    series = [
        _band("base", names[0], alive(c.base)[days] / c.capital, "base"),
        _band("hedged", names[1], alive(c.hedged)[days] / c.capital, "hedged"),
        Series("hedge", names[2], np.median(hedge, axis=1), "hedge"),
    ]
    return Chart(
        name="equity",
        label=label,
        kind="line",
        x=time_axis(world, days),
        y=Axis("Multiple of the start", FRACTION),
        series=series,
        alt=(
            f"{label}: the median account ends at {_last(series[0]):.2f} of its start "
            f"({names[0].lower()}) and at {_last(series[1]):.2f} ({names[1].lower()}); bands "
            "hold 90 % of paths."
        ),
    )


def drawdown_chart(
    c: Comparison,
    world: World,
    *,
    points: int = 260,
    names: tuple[str, str] = ("Without the hedge", "With the hedge"),
) -> Chart:
    """Distance from the running high, mean over paths, with and without the hedge."""
    days = np.unique(np.linspace(0, len(c.base) - 1, min(points, len(c.base))).astype(int))
    series = []
    for name, label, equity in (
        ("base", names[0], c.base),
        ("hedged", names[1], c.hedged),
    ):
        held = alive(equity)
        fall = (held / np.maximum.accumulate(held, axis=0) - 1.0).mean(axis=1)[days]
        series.append(Series(name, label, fall, name))
    return Chart(
        name="drawdown",
        label="Distance from the running high, mean over paths",
        kind="line",
        x=time_axis(world, days),
        y=Axis("Fall from the high", FRACTION),
        series=series,
        alt=(
            f"The mean fall from the high is deepest at {percent(min(series[0].values))} "
            f"({names[0].lower()}) and {percent(min(series[1].values))} ({names[1].lower()})."
        ),
    )


def time_axis(world: World, days: NDArray[np.int_]) -> Axis:
    if world.dates is not None:
        return Axis("Date", None, "date", [str(world.dates[day]) for day in days])
    return Axis("Trading day", "trading days", "number", days)


def _band(name: str, label: str, values: Floats, role: str) -> Series:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95), axis=1)
    return Series(name, label, middle, role, low, high)


def _last(series: Series) -> float:
    return float(series.values[-1])


def notes(world: World, c: Comparison, *more: str) -> list[str]:
    """The notes that every simulation carries, and then its own."""
    out = [f"Verdict by rule ({c.verdict.word}): {c.verdict.sentence}"]
    if world.kind == "episode":
        out.append(EPISODE_NOTE)
    elif world.kind == "model":
        out.append(model_note(world))
    if c.span < 1.0:
        out.append(
            "These days are less than a year: figures “a year” are of the days themselves, not "
            "blown up to a year (an IRR is a yearly rate by nature)."
        )
    if np.any(c.hedged <= 0.0) or np.any(c.base <= 0.0):
        out.append("Some accounts reach nothing; they stay there, a fall of 100 %.")
    return [*out, *more, PATH_NOTE]


def model_note(world: World) -> str:
    """What the model is, and which crashes its paths hold."""
    curve = world.curve
    crashes = curve.model.crashes if isinstance(curve, FactorCurve) else None
    if crashes is None:
        return f"{MODEL_NOTE} {MILD_NOTE}"
    return (
        f"{MODEL_NOTE} Its paths hold {100.0 * crashes.intensity:g} crashes a century, falls of "
        f"{percent(-crashes.compensator)} in a day, which no option price knows of; the other days "
        "are better by as much, so that the index grows as it would without them."
    )
