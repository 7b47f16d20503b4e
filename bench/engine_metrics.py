"""Metrics and signals beside the obvious way to compute the same: ratio is theirs ÷ ours.

Each pair is checked for equal answers before it is timed. Pandas stands in for the peers
whose figures are the tests (empyrical, ta), which do the same work through it.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from simulator.engine.importing import parse
from simulator.engine.metrics import cash_flows, drawdown, uncertainty
from simulator.engine.metrics.returns import levels
from simulator.engine.signals.averages import exponential
from simulator.engine.signals.rsi import rsi

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 7
Case = tuple[Callable[[], Any], Callable[[], Any]]


def seconds(function: Callable[[], Any]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def rates() -> Case:
    """All rates of 120 monthly flows against the eigenvalues of the companion matrix."""
    flows = np.random.default_rng(0).normal(size=120)

    def theirs() -> list[float]:
        x = np.roots(flows[::-1])
        return sorted(1 / z.real - 1 for z in x if abs(z.imag) < 1e-9 and z.real > 0)

    def ours() -> list[float]:
        return [root.rate for root in cash_flows.irr_roots(flows=flows)]

    np.testing.assert_allclose(ours(), theirs(), rtol=1e-6)
    return theirs, ours


def falls() -> Case:
    """The deepest fall of 1,000 paths of ten years against pandas, column by column."""
    r = np.random.default_rng(0).normal(0, 0.01, (1000, 2520))
    wealth = levels(returns=r)
    frame = pd.DataFrame(wealth.T)

    def theirs() -> Any:
        return (frame / frame.cummax() - 1).min().to_numpy()

    def ours() -> Any:
        return drawdown.max_drawdown(levels=wealth)

    np.testing.assert_allclose(ours(), theirs(), atol=1e-12)
    return theirs, ours


def averages() -> Case:
    """An exponential average of 9,000 closes against pandas' ewm from the same seed."""
    x = 100 * np.exp(np.random.default_rng(0).normal(0, 0.01, 9000).cumsum())

    def theirs() -> Any:
        seeded = pd.Series(np.concatenate([[x[:26].mean()], x[26:]]))
        return seeded.ewm(span=26, adjust=False).mean().to_numpy()

    def ours() -> Any:
        return exponential(values=x, n=26)[25:]

    np.testing.assert_allclose(ours(), theirs(), rtol=1e-9)
    return theirs, ours


def strength() -> Case:
    """RSI on 200 paths of ten years against one path after another."""
    x = 100 * np.exp(np.random.default_rng(0).normal(0, 0.01, (200, 2520)).cumsum(axis=1))

    def theirs() -> Any:
        return np.array([rsi(closes=path) for path in x])

    def ours() -> Any:
        return rsi(closes=x)

    np.testing.assert_allclose(ours(), theirs(), rtol=1e-9)
    return theirs, ours


def intervals() -> Case:
    """1,000 paired draws of a year's mean against a loop that draws block by block."""
    rng = np.random.default_rng(0)
    base = rng.normal(0, 0.01, 252)
    hedged = base + rng.normal(0, 0.002, 252)
    block = 8.0

    def theirs() -> float:
        draw, found = np.random.default_rng(1), []
        for _ in range(1000):
            days: list[int] = []
            while len(days) < 252:
                start, length = draw.integers(0, 252), draw.geometric(1 / block)
                days.extend((start + j) % 252 for j in range(length))
            chosen = days[:252]
            found.append(hedged[chosen].mean() - base[chosen].mean())
        return float(np.std(found))

    def ours() -> float:
        found = uncertainty.paired_difference(
            base=base, hedged=hedged, statistic=lambda r: r.mean(axis=-1),
            rng=np.random.default_rng(1), block=block,
        )  # fmt: skip
        return (found.high - found.low) / 3.92

    np.testing.assert_allclose(ours(), theirs(), rtol=0.2)
    return theirs, ours


def files() -> Case:
    """A file of 9,000 daily bars, every row inspected, against pandas, which inspects none."""
    days = pd.bdate_range("1990-01-02", periods=9000).strftime("%Y-%m-%d")
    rows = [
        f"{day},{20 + i % 7},{28 + i % 7},{19 + i % 7},{21 + i % 7}" for i, day in enumerate(days)
    ]
    text = "DATE,OPEN,HIGH,LOW,CLOSE\n" + "\n".join(rows)

    def theirs() -> Any:
        return pd.read_csv(io.StringIO(text), parse_dates=["DATE"])["CLOSE"].to_numpy(float)

    def ours() -> Any:
        return parse(text, name="x").series.values

    np.testing.assert_array_equal(ours(), theirs())
    return theirs, ours


CASES = (rates, falls, averages, strength, intervals, files)


def main() -> None:
    found: dict[str, dict[str, float]] = {}
    for case in CASES:
        theirs, ours = case()
        pairs = [(seconds(theirs), seconds(ours)) for _ in range(ROUNDS)]
        ratio = median(a / b for a, b in pairs)
        milliseconds = 1000 * median(b for _, b in pairs)
        found[case.__name__] = {"ratio": round(ratio, 3), "milliseconds": round(milliseconds, 3)}
        print(f"{ratio:8.2f} ×  {milliseconds:9.2f} ms  {(case.__doc__ or '').strip()}")
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    (results / "engine_metrics.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
