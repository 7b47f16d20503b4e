"""Regresses what calls paid on what was published before, and lets random pairs do the same.

Notation: y_i payoff over price of the call bought at month i, x_i the rate's change and s_i
sentiment as published by that close. Month by month from ``first_window`` on, b is fitted by
least squares to the months before and y_i is forecast; ybar is the mean of the same months.

    R2 = 1 - sum (y_i - b'(1, x_i, s_i))^2 / sum (y_i - ybar_i)^2        (out of sample)

The pair passes where R2 > 0 and at most one placebo in twenty does as well. Placebos and a
pair that knows nothing are exchangeable, so it passes in at most one history of twenty.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from ... import words
from ...data import Data, Progress
from ...errors import DataMissing
from ...ledger import Floats
from ...markets.state import World, crises
from ...metrics.regression import ols
from ...overlays.costs import FREE_VIX, VixCosts
from ...results import Axis, Chart, Column, Mark, Metric, Result, Series, Table
from ...units import FRACTION
from ...verdicts import Effect, Verdict
from .. import _fair, _monthly_calls, _vix_marks, _worlds
from .._fair import figure
from . import experiment

LEVEL = 0.05
CHANGE_DAYS = 30.4375
TINY = 1e-12


@dataclass(frozen=True)
class Judged:
    """One history: candidates by first axis (the pair, noise, then the placebos)."""

    r2: Floats
    errors: Floats
    forecasts: Floats
    means: Floats
    p_values: Floats
    passes: NDArray[np.bool_]


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers whether the declared pair forecasts, history by history."""
    world = _worlds.build(params, seed=seed, data=data, progress=progress)
    progress(0.12, "buying and settling calls")
    calls = _monthly_calls.buy(
        world,
        delta=params.call_delta,
        pricing=_vix_marks.pricing(params),
        costs=VixCosts() if params.costs else FREE_VIX,
    )
    y = calls.ratio
    if len(y) < params.first_window + 2:
        raise DataMissing(
            f"{len(y)} months are too few to learn from {params.first_window} of them"
        )
    rng = np.random.default_rng([seed, 0xC0F0])
    pair = regressors(params, world, calls.marks, y, data, rng)
    histories = []
    for path in range(world.paths):
        progress(0.2 + 0.75 * path / world.paths, "forecasting beside placebos")
        histories.append(judge(params, y[:, path], pair[path], rng))
    progress(0.96, "counting what passed")
    figures = _figures(params, world, y, pair, histories, seed)
    verdict = _verdict(params, figures)
    specs = {spec.name: spec for spec in experiment.metrics}
    metrics: list[Metric] = [figure(specs[name], value) for name, value in figures.items()]
    return Result(
        headline=_headline(figures, verdict, world.paths),
        metrics=metrics,
        tables=[
            _coefficients(y[:, 0], pair[0]),
            _alone(params, y[:, 0], pair[0], histories[0]),
            _payments(y),
        ],
        charts=[_placebo_chart(histories[0]), _error_chart(params, histories[0], y[:, 0])],
        notes=_notes(params, world, verdict, figures),
    )


# what was known


def regressors(
    params: SimpleNamespace,
    world: World,
    marks: NDArray[np.int_],
    y: Floats,
    data: Data,
    rng: np.random.Generator,
) -> Floats:
    """The rate's change and sentiment at every purchase, ``paths`` by months by 2, standardised."""
    months, paths = y.shape
    pair = null_pairs(params, paths, months, rng)
    if params.planted:
        z = standardised(y.T)
        pair[..., 0] = params.planted * z + np.sqrt(1.0 - params.planted**2) * pair[..., 0]
    if world.kind == "replay":
        assert world.dates is not None
        bought = world.dates[marks[:-1]]
        for column, name in enumerate((params.rate_series, params.mood_series)):
            if name is not None:
                pair[:, :, column] = _imported(params, name, bought, data, change=column == 0)
    return standardised(pair, axis=1)


def null_pairs(
    params: SimpleNamespace, count: int, months: int, rng: np.random.Generator
) -> Floats:
    """Pairs that know nothing: sums of autoregressive changes, and an autoregression."""
    span = params.change_months
    changes = _autoregression(rng.standard_normal((count, months + span)), params.rate_persistence)
    sums = np.cumsum(changes, axis=1)
    mood = _autoregression(rng.standard_normal((count, months)), params.mood_persistence)
    return standardised(np.stack([sums[:, span:] - sums[:, :-span], mood], axis=2), axis=1)


def _autoregression(noise: Floats, phi: float) -> Floats:
    """x_t = phi x_{t-1} + e_t from its stationary law; time on the last axis."""
    out = noise.copy()
    out[:, 0] /= np.sqrt(1.0 - phi * phi)
    for t in range(1, out.shape[1]):
        out[:, t] += phi * out[:, t - 1]
    return out


def standardised(values: Floats, axis: int = -1) -> Floats:
    """Mean nought and deviation one along ``axis``; least squares does not mind the scale."""
    centred = values - values.mean(axis=axis, keepdims=True)
    return np.asarray(centred / np.maximum(centred.std(axis=axis, keepdims=True), TINY))


def _imported(
    params: SimpleNamespace,
    name: str,
    bought: NDArray[np.datetime64],
    data: Data,
    *,
    change: bool,
) -> Floats:
    """A series as published before each purchase: its level, or its log change over months."""
    series = data.series(name)
    known = np.asarray(series.dates, dtype="datetime64[D]") + np.timedelta64(
        params.publication_lag, "D"
    )
    values = np.asarray(series.values, dtype=float)
    now = np.searchsorted(known, bought, side="left") - 1
    back = now
    if change:
        days = np.timedelta64(round(params.change_months * CHANGE_DAYS), "D")
        back = np.searchsorted(known, bought - days, side="left") - 1
    if np.any(back < 0):
        raise DataMissing(f"{name} begins too late to be known at the first purchase")
    out = np.log(values[now] / values[back]) if change else values[now]
    if not np.all(np.isfinite(out)) or np.ptp(out) == 0.0:
        raise DataMissing(f"{name} does not vary, or has no logarithm, in these months")
    return np.asarray(out)


# the procedure


def judge(params: SimpleNamespace, y: Floats, pair: Floats, rng: np.random.Generator) -> Judged:
    """Run the pair, pure noise and the placebos through the same steps on one history."""
    months = len(y)
    candidates = np.concatenate(
        [
            pair[None],
            rng.standard_normal((1, months, 2)),
            null_pairs(params, params.placebos, months, rng),
        ]
    )
    forecasts, means = forecast(y, candidates, params.first_window)
    late = y[params.first_window :]
    errors = (late - forecasts) ** 2 - (late - means) ** 2
    spread = float(np.sum((late - means) ** 2))
    r2 = -errors.sum(axis=1) / spread if spread > 0.0 else np.full(len(candidates), -1.0)
    rivals = r2[2:]
    p = np.array([(1 + np.sum(rivals >= one)) / (1 + rivals.size) for one in r2[:2]])
    return Judged(r2, errors, forecasts, means, p, (r2[:2] > 0.0) & (p <= LEVEL))


def forecast(y: Floats, candidates: Floats, first: int) -> tuple[Floats, Floats]:
    """Expanding least squares: forecasts (candidates by late months), and the mean so far.

    ``candidates``: (number, months, regressors). Month i is forecast from months before it.
    """
    count, months, _ = candidates.shape
    Z = np.concatenate([np.ones((count, months, 1)), candidates], axis=2)
    squares = np.cumsum(Z[..., :, None] * Z[..., None, :], axis=1)
    products = np.cumsum(Z * y[None, :, None], axis=1)
    b = np.linalg.solve(squares[:, first - 1 : -1], products[:, first - 1 : -1, :, None])[..., 0]
    out = np.einsum("cmk,cmk->cm", Z[:, first:], b)
    means = np.cumsum(y)[first - 1 : -1] / np.arange(first, months)
    return np.asarray(out), np.asarray(means)


def timing(y: Floats, judged: Judged, first: int) -> float:
    """Profit a month of two calls where the forecast is above the mean and none elsewhere,

    less the same number of calls held evenly; of one call's price.
    """
    held = np.where(judged.forecasts[0] > judged.means, 2.0, 0.0)
    return float(np.mean((held - held.mean()) * (y[first:] - 1.0)))


# what it says


def _figures(
    params: SimpleNamespace,
    world: World,
    y: Floats,
    pair: Floats,
    histories: list[Judged],
    seed: int,
) -> dict[str, object]:
    first = histories[0]
    r2 = np.array([one.r2[0] for one in histories])
    passes = np.array([one.passes for one in histories], dtype=float)
    gains = np.array([timing(y[:, i], one, params.first_window) for i, one in enumerate(histories)])
    twin = np.array(
        [_without_best(y[:, i], one, params.first_window) for i, one in enumerate(histories)]
    )
    fit = ols(y=y[:, 0], x=pair[0])
    slopes = [Effect(float("nan")), Effect(float("nan"))]
    if fit is not None:
        half = 1.959963984540054 * fit.errors
        b = fit.coefficients
        slopes = [Effect(float(b[k]), float(b[k] - half[k]), float(b[k] + half[k])) for k in (1, 2)]
    total = y.sum(axis=0)
    best = np.sort(y, axis=0)[-5:].sum(axis=0)
    return {
        "r2_out_of_sample": float(first.r2[0]),
        "p_value": float(first.p_values[0]),
        "placebo_bar": float(np.quantile(first.r2[2:], 1.0 - LEVEL)),
        "r2_in_sample": None if fit is None else fit.r_squared,
        "slope_rate": slopes[0],
        "slope_mood": slopes[1],
        "r2_mean": _fair.mean_effect(r2, seed),
        "without_best_month": float(twin.mean()),
        "pass_rate": _fair.mean_effect(passes[:, 0], seed + 1),
        "noise_pass_rate": _fair.mean_effect(passes[:, 1], seed + 2),
        "timing_gain": _fair.mean_effect(gains, seed + 3),
        "share_harmed": float(np.mean(gains < 0.0)),
        "mean_ratio": float(y.mean()),
        "paying_months": float(np.mean(y > 0.0)),
        "best_five_share": float(best.sum() / total.sum()) if total.sum() > 0.0 else None,
        "months": len(y),
        "crises": float(crises(world.spx, world.vix).mean()),
    }


def _without_best(y: Floats, judged: Judged, first: int) -> float:
    """The pair's out-of-sample R2 with the best-paid month left out of the judgement."""
    late = y[first:]
    kept = np.arange(len(late)) != int(np.argmax(late))
    spread = float(np.sum((late - judged.means)[kept] ** 2))
    return float(-judged.errors[0][kept].sum() / spread) if spread > 0.0 else -1.0


def _verdict(params: SimpleNamespace, figures: dict[str, object]) -> Verdict:
    """One history: it passes or not. Many: their share, against one in twenty."""
    share = figures["pass_rate"]
    assert isinstance(share, Effect)
    if share.low is None:
        if share.value > 0.0:
            return Verdict(
                "forecast",
                "The pair beats nineteen of twenty placebos in this one history; look at its "
                "halves and at the twin without the best month.",
            )
        return Verdict("none", "No forecast can be detected.")
    if share.low > LEVEL:
        return Verdict("forecast", "The pair forecasts in this market.")
    return Verdict("none", "No forecast can be detected.")


def _headline(figures: dict[str, object], verdict: Verdict, histories: int) -> str:
    r2, p = figures["r2_out_of_sample"], figures["p_value"]
    assert isinstance(r2, float)
    assert isinstance(p, float)
    text = (
        "Forecasting what VIX calls pay from the exchange rate and sentiment has an "
        f"out-of-sample R² of {words.percent(r2)} in the first history, as good as chance in "
        f"{words.percent(p)} of tries"
    )
    share, noise = figures["pass_rate"], figures["noise_pass_rate"]
    assert isinstance(share, Effect)
    assert isinstance(noise, Effect)
    if histories > 1:
        text += (
            f"; the pair passes in {words.percent(share.value)} of {histories} histories, pure "
            f"noise in {words.percent(noise.value)}"
        )
    return f"{text}. {verdict.sentence}"


def _coefficients(y: Floats, pair: Floats) -> Table:
    """The regression over all months of the first history, errors robust to dependence."""
    fit = ols(y=y, x=pair)
    rows = []
    names = ("constant", "exchange rate, one deviation", "sentiment, one deviation")
    if fit is not None:
        for name, b, error in zip(names, fit.coefficients, fit.errors, strict=True):
            t = b / error if error > 0.0 else None
            rows.append([name, b, error, t, b - 1.96 * error, b + 1.96 * error])
    columns = (
        Column("term", "Term"),
        Column("value", "Payoff over price", FRACTION),
        Column("error", "Robust error", FRACTION),
        Column("t", "t"),
        Column("low", "From", FRACTION),
        Column("high", "To", FRACTION),
    )
    return Table("regression", "The regression inside the first history", columns, rows)


def _alone(params: SimpleNamespace, y: Floats, pair: Floats, judged: Judged) -> Table:
    """Out-of-sample R2 of each regressor alone, of both, and of both in each half."""
    first = params.first_window
    late = y[first:]
    rows: list[list[object]] = []
    for label, columns in (("exchange rate alone", [0]), ("sentiment alone", [1])):
        forecasts, means = forecast(y, pair[None][:, :, columns], first)
        spread = float(np.sum((late - means) ** 2))
        gain = float(np.sum((late - means) ** 2 - (late - forecasts[0]) ** 2))
        rows.append([label, len(late), gain / spread if spread > 0.0 else None])
    half = len(late) // 2
    for label, part in (
        ("both", slice(None)),
        ("both, first half", slice(0, half)),
        ("both, second half", slice(half, None)),
    ):
        spread = float(np.sum((late - judged.means)[part] ** 2))
        gain = -float(judged.errors[0][part].sum())
        rows.append([label, len(late[part]), gain / spread if spread > 0.0 else None])
    rows.append(["both, without the best month", len(late) - 1, _without_best(y, judged, first)])
    rows.append(["pure noise", len(late), float(judged.r2[1])])
    columns_ = (
        Column("which", "Regressors"),
        Column("months", "Months judged", "count"),
        Column("r2", "Out-of-sample R²", FRACTION),
    )
    return Table("alone", "Each by itself, and in halves (first history)", columns_, rows)


def _payments(y: Floats) -> Table:
    """How few months pay: quantiles of payoff over price."""
    rows = [
        [share, float(np.quantile(y, share))] for share in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)
    ]
    columns = (
        Column("quantile", "Share of months below", FRACTION),
        Column("ratio", "Payoff over price", FRACTION),
    )
    return Table("payments", "What the calls paid, all histories", columns, rows)


def _placebo_chart(judged: Judged) -> Chart:
    rivals = judged.r2[2:]
    below = int(np.sum(rivals < judged.r2[0]))
    low, high = min(rivals.min(), judged.r2[0]), max(rivals.max(), judged.r2[0])
    edges = np.linspace(low, high + 1e-9, 25)
    counts = np.histogram(rivals, edges)[0]
    return Chart(
        name="placebos",
        label="The pair among its placebos, first history",
        kind="histogram",
        x=Axis("Out-of-sample R²", FRACTION, "number", 0.5 * (edges[:-1] + edges[1:])),
        y=Axis("Placebos", "count"),
        series=[Series("placebos", "Random pairs", counts, "reference")],
        marks=[Mark("x", float(judged.r2[0]), float(judged.r2[0]), "the pair")],
        alt=(
            f"The pair's out-of-sample R² is {words.percent(judged.r2[0])}; {below} of "
            f"{rivals.size} random pairs lie below it."
        ),
    )


def _error_chart(params: SimpleNamespace, judged: Judged, y: Floats) -> Chart:
    """Squared errors saved so far: a forecast that works climbs steadily, luck in one step."""
    saved = np.cumsum(-judged.errors[:2], axis=1)
    months = np.arange(params.first_window, len(y)) + 1
    return Chart(
        name="saved",
        label="Squared error saved against the mean so far, first history",
        kind="line",
        x=Axis("Month", "months", "number", months),
        y=Axis("Squared error saved", FRACTION),
        series=[
            Series("pair", "Exchange rate and sentiment", saved[0], "hedged"),
            Series("noise", "Pure noise", saved[1], "reference"),
        ],
        alt=(
            f"By the last month the pair has saved {saved[0][-1]:.1f} of squared error against "
            f"the plain mean and noise {saved[1][-1]:.1f}; below zero is worse than the mean."
        ),
    )


def _notes(
    params: SimpleNamespace, world: World, verdict: Verdict, figures: dict[str, object]
) -> list[str]:
    out = [f"Verdict by rule ({verdict.word}): {verdict.sentence}"]
    if world.kind == "model":
        out.append(_fair.model_note(world))
        out.append(
            "The model's calls pay less on average, and its largest spike is smaller, than those "
            "of 2006 to 2025: its payoffs are a kinder target than history's."
        )
    out += _vix_marks.notes(params, world)
    out.append(
        "Regressors, lags and the rule for passing were fixed before the run; nothing is chosen "
        "afterwards. A pair that knows nothing passes in one history of twenty."
    )
    synthetic = [
        label
        for label, name in (("exchange rate", params.rate_series), ("mood", params.mood_series))
        if world.kind != "replay" or name is None
    ]
    if synthetic:
        out.append(
            f"Synthetic: {' and '.join(synthetic)}, drawn from a null model that does not know the "
            "VIX" + (" save for what was planted." if params.planted else ".")
        )
    if world.kind == "replay" and len(synthetic) < 2:
        out.append(
            f"Imported figures count from {params.publication_lag} days after their date. A dollar "
            "index is no real effective exchange rate and should not carry its name."
        )
    missing = sorted(name.replace("_", " ") for name, value in figures.items() if value is None)
    if missing:
        out.append(f"Not defined for these payoffs: {', '.join(missing)}.")
    return [*out, _fair.PATH_NOTE]
