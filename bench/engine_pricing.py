"""Pricing: options a second on one core, as ratios to C -O3, plain numpy and QuantLib.

The same million options, one after another in each round; the ratio of a round is taken
within it and the median over rounds is printed. C is compiled on the spot where there is a
compiler. QuantLib is called from Python, option by option, which is how a Python site would.
"""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from scipy.special import ndtr

from simulator.engine.pricing import black_scholes, heston, implied

HERE = Path(__file__).resolve().parent
OPTIONS, QUANTLIB_OPTIONS, ROUNDS = 1_000_000, 10_000, 7
EDU = {"v0": 0.03, "kappa": 5.0, "theta": 0.04, "sigma": 0.5, "rho": -0.72}


def sample(n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        "spot": rng.uniform(50, 150, n),
        "strike": rng.uniform(50, 150, n),
        "expiry": rng.uniform(0.02, 2, n),
        "vol": rng.uniform(0.05, 0.8, n),
        "rate": rng.uniform(0, 0.1, n),
        "dividend_yield": rng.uniform(0, 0.05, n),
    }


def seconds(function: Callable[[], object]) -> float:
    started = time.process_time()
    function()
    return time.process_time() - started


def in_c(market: dict[str, np.ndarray]) -> Callable[[], list[np.ndarray]] | None:
    """The loop of engine_pricing.c, or None without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "pricing.so"
        source = HERE / "engine_pricing.c"
        command = [compiler, "-O3", "-shared", "-fPIC", "-o", library, source, "-lm"]
        subprocess.run(command, check=True)
        function = ctypes.CDLL(str(library)).price_and_four_greeks
    columns = [np.ascontiguousarray(column) for column in market.values()]
    results = [np.zeros_like(columns[0]) for _ in range(5)]
    pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in (*columns, *results)]

    def run() -> list[np.ndarray]:
        function(ctypes.c_long(columns[0].size), *pointers)
        return results

    return run


def plain_numpy(market: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The formula written once over whole arrays."""
    S, K, T, v, r, q = market.values()
    root = np.sqrt(T)
    d1 = (np.log(S / K) + (r - q + 0.5 * v * v) * T) / (v * root)
    d2 = d1 - v * root
    discount, Q = np.exp(-r * T), np.exp(-q * T)
    n1 = np.exp(-0.5 * d1 * d1) / np.sqrt(2 * np.pi)
    return [
        S * Q * ndtr(d1) - K * discount * ndtr(d2),
        Q * ndtr(d1),
        Q * n1 / (S * v * root),
        S * Q * n1 * root,
        q * S * Q * ndtr(d1) - r * K * discount * ndtr(d2) - 0.5 * S * Q * n1 * v / root,
    ]


def quantlib_black_scholes(market: dict[str, np.ndarray]) -> Callable[[], object]:
    """Quotes moved under one engine; the payoff made anew for each option."""
    import QuantLib as ql

    today = ql.Date(2, 1, 2020)
    ql.Settings.instance().evaluationDate = today
    day = ql.Actual365Fixed()
    spot, vol, rate, dividend = (ql.SimpleQuote(x) for x in (100.0, 0.2, 0.05, 0.01))
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(spot),
        ql.YieldTermStructureHandle(ql.FlatForward(today, ql.QuoteHandle(dividend), day)),
        ql.YieldTermStructureHandle(ql.FlatForward(today, ql.QuoteHandle(rate), day)),
        ql.BlackVolTermStructureHandle(
            ql.BlackConstantVol(today, ql.NullCalendar(), ql.QuoteHandle(vol), day)
        ),
    )
    engine = ql.AnalyticEuropeanEngine(process)
    rows = list(
        zip(*(column[:QUANTLIB_OPTIONS].tolist() for column in market.values()), strict=True)
    )

    def run() -> None:
        for S, K, T, v, r, q in rows:
            spot.setValue(S)
            vol.setValue(v)
            rate.setValue(r)
            dividend.setValue(q)
            expiry = today + max(round(365 * T), 1)
            option = ql.VanillaOption(
                ql.PlainVanillaPayoff(ql.Option.Call, K), ql.EuropeanExercise(expiry)
            )
            option.setPricingEngine(engine)
            option.NPV()
            option.delta()
            option.gamma()
            option.vega()
            option.theta()

    return run


def quantlib_heston(strikes: list[float]) -> Callable[[], list[float]]:
    import QuantLib as ql

    today = ql.Date(2, 1, 2020)
    ql.Settings.instance().evaluationDate = today
    day = ql.Actual365Fixed()
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, day))
    process = ql.HestonProcess(flat, flat, ql.QuoteHandle(ql.SimpleQuote(100.0)), *EDU.values())
    engine = ql.AnalyticHestonEngine(ql.HestonModel(process), 1e-10, 100_000)
    exercise = ql.EuropeanExercise(today + 91)

    def run() -> list[float]:
        prices = []
        for strike in strikes:
            option = ql.VanillaOption(ql.PlainVanillaPayoff(ql.Option.Call, strike), exercise)
            option.setPricingEngine(engine)
            prices.append(option.NPV())
        return prices

    return run


def black_scholes_round(market: dict[str, np.ndarray]) -> dict[str, Callable[[], object]]:
    contestants: dict[str, Callable[[], object]] = {
        "ours": lambda: black_scholes.price_and_four_greeks(**market),
        "plain numpy": lambda: plain_numpy(market),
    }
    compiled = in_c(market)
    if compiled is not None:
        contestants["C -O3"] = compiled
        ours = black_scholes.price_and_four_greeks(**market)
        for mine, theirs in zip(ours, compiled(), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)
    for mine, theirs in zip(
        black_scholes.price_and_four_greeks(**market), plain_numpy(market), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)
    return contestants


def main() -> None:
    market = sample(OPTIONS)
    contestants = black_scholes_round(market)
    slow = quantlib_black_scholes(market)
    rounds: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        timing = {name: seconds(run) / OPTIONS for name, run in contestants.items()}
        timing["QuantLib"] = seconds(slow) / QUANTLIB_OPTIONS
        rounds.append(timing)
    report: dict[str, float] = {}
    for name in rounds[0]:
        speed = median(1e-6 / timing[name] for timing in rounds)
        ratio = median(timing[name] / timing["ours"] for timing in rounds)
        report[f"black-scholes with four greeks, million a second, {name}"] = round(speed, 3)
        report[f"ours against {name}"] = round(ratio, 2)
        print(f"{name:12} {speed:8.2f} M options/s   ours is {ratio:7.2f} times as fast")

    strikes = np.linspace(60.0, 140.0, 100)
    theirs = quantlib_heston(strikes.tolist())
    price = {"spot": 100.0, "strike": strikes, "expiry": 91 / 365, **EDU}
    np.testing.assert_allclose(heston.price(**price), theirs(), atol=1e-7)
    pairs = []
    for _ in range(ROUNDS):
        ours = seconds(lambda: [heston.price(**price) for _ in range(20)]) / 2000
        pairs.append((ours, seconds(theirs) / 100))
    ours_ms = 1e3 * median(pair[0] for pair in pairs)
    ratio = median(pair[1] / pair[0] for pair in pairs)
    report["heston in a strip of 100, ms an option"] = round(ours_ms, 4)
    report["heston: ours against QuantLib"] = round(ratio, 2)
    print(
        f"Heston       {ours_ms:8.4f} ms an option in a strip; {ratio:.1f} times QuantLib's speed"
    )

    quotes = black_scholes.price(**market)
    speed = median(
        1e-6 * OPTIONS
        / seconds(lambda: implied.black_scholes_vol(
            price=quotes, **{k: v for k, v in market.items() if k != "vol"}
        ))
        for _ in range(3)
    )  # fmt: skip
    report["implied vols, million a second"] = round(speed, 3)
    print(f"Implied vol  {speed:8.3f} M a second")

    target = HERE / "results" / "engine_pricing.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
