"""Simulations beside their peers: ratio is theirs ÷ ours within a round, median of the rounds.

Heston paths against QuantLib's process, against a C loop (full-truncation Euler, which has a
bias that ours has not) and against the same scheme as a numba loop on the same draws. A layered
hedge of seven options valued on every day of 10,000 paths against the numba loop of
``bench.layered_peer``, which does the same job; both answers are asserted to agree. The C loop
is compiled with -O3 where a compiler is there, numba is used where it can be imported.
"""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import numpy as np

from bench import layered_peer
from simulator.engine import backtest
from simulator.engine.experiments import _book, get
from simulator.engine.ledger import Ledger
from simulator.engine.markets import two_factor
from simulator.engine.markets.heston_paths import PathModel, simulate
from simulator.engine.markets.state import World
from simulator.engine.overlays.layered import CallLayer
from simulator.engine.pricing.affine import Factor

ROOT = Path(__file__).resolve().parent.parent
PATHS, DAYS, OPTIONS, ROUNDS = 10_000, 252, 7, 3
FEW = 2_000
HESTON = Factor(v0=0.04, kappa=4.0, theta=0.05, sigma=0.5, rho=-0.7)

C_SOURCE = r"""
#include <math.h>
#include <stdint.h>
static uint64_t s[2] = {88172645463325252ULL, 362436069ULL};
static inline double uniform(void) {
  uint64_t a = s[0], b = s[1]; s[0] = b; a ^= a << 23; s[1] = a ^ b ^ (a >> 17) ^ (b >> 26);
  return ((s[1] + b) >> 11) * (1.0 / 9007199254740992.0) + 1e-17;
}
double paths(int n, int days, double v0, double k, double th, double sg, double rho) {
  double dt = 1.0 / 252.0, root = sqrt(dt), rest = sqrt(1 - rho * rho), total = 0;
  for (int p = 0; p < n; p++) {
    double x = 0, v = v0;
    for (int t = 0; t < days; t++) {
      double r = sqrt(-2 * log(uniform())), a = 6.283185307179586 * uniform();
      double z1 = r * cos(a), z2 = r * sin(a), w = v > 0 ? v : 0, q = sqrt(w) * root;
      x += -0.5 * w * dt + q * (rho * z1 + rest * z2);
      v += k * (th - w) * dt + sg * q * z1;
    }
    total += exp(x);
  }
  return total / n;
}
"""


def seconds(function: Callable[[], object]) -> float:
    """CPU seconds: everything here runs on one core, and other work must not count."""
    started = time.process_time()
    function()
    return time.process_time() - started


def compiled(folder: Path) -> ctypes.CDLL | None:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    (folder / "loops.c").write_text(C_SOURCE)
    library = folder / "loops.so"
    command = [compiler, "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
    subprocess.run([*command, "-o", library, folder / "loops.c", "-lm"], check=True)
    loops = ctypes.CDLL(str(library))
    loops.paths.restype = ctypes.c_double
    return loops


def our_paths() -> None:
    model = PathModel(factors=(HESTON,))
    found = simulate(model, steps=DAYS, paths=PATHS, seed=1)
    assert abs(found.spot[-1].mean() / 100.0 - 1.0) < 0.02


def quantlib_paths(count: int = 300) -> float:
    """Seconds for all paths, from ``count`` of them."""
    import QuantLib as ql

    today = ql.Date(1, 1, 2024)
    ql.Settings.instance().evaluationDate = today
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, ql.Actual365Fixed()))
    spot = ql.QuoteHandle(ql.SimpleQuote(100.0))
    h = HESTON
    process = ql.HestonProcess(flat, flat, spot, h.v0, h.kappa, h.theta, h.sigma, h.rho)
    times = list(ql.TimeGrid(1.0, DAYS))
    source = ql.UniformRandomSequenceGenerator(2 * DAYS, ql.UniformRandomGenerator(seed=1))
    generator = ql.GaussianMultiPathGenerator(
        process, times, ql.GaussianRandomSequenceGenerator(source), False
    )

    def draw() -> None:
        for _ in range(count):
            list(generator.next().value()[0])

    return seconds(draw) * PATHS / count


def parameters() -> SimpleNamespace:
    """A monthly condor (four legs) and three layers, marked daily, nothing switched on besides."""
    return SimpleNamespace(
        **get("alvh-condor").parse(
            {"ic_dte": 21, "strike_method": "sigma", "gate_mode": "none", "ts_enabled": False,
             "min_credit_ratio": 0.0, "tvm_enabled": False, "event_size_factor": 1.0}
        )
    )  # fmt: skip


class Timer:
    """CPU seconds by name."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def __call__(self, name: str, function: Callable[[], Any]) -> Any:
        started = time.process_time()
        result = function()
        self.spent[name] = self.spent.get(name, 0.0) + time.process_time() - started
        return result


def hedge(timer: Timer, *, paths: int = PATHS, peer: bool = False) -> None:
    """Ours, and beside it the numba loop on the same draws: paths first, then the account."""
    p = parameters()
    market = timer("paths", lambda: two_factor.world(paths=paths, days=DAYS, seed=1))
    ledger, calls, capital = timer("account", lambda: account(p, market))
    if not peer:
        return
    theirs = timer("peer paths", lambda: layered_peer.paths(count=paths, days=DAYS, seed=1))
    np.testing.assert_allclose(market.spx, theirs[0], rtol=1e-12)
    np.testing.assert_allclose(market.vix, theirs[1], rtol=1e-12)
    profits = timer("peer account", lambda: layered_peer.profits(p, theirs, calls, capital))
    for line, profit in zip(ledger.profits.values(), profits, strict=True):
        np.testing.assert_allclose(line, profit, rtol=1e-7, atol=1e-6)


def account(p: SimpleNamespace, market: World) -> tuple[Ledger, list[CallLayer], float]:
    book = _book.book(p, market)
    calls = _book.layers(p, capital=book.capital, seed=1, explain=False)
    policies = [*_book.condors(book, explain=False), *calls]
    return backtest.run(market, policies, capital=book.capital), calls, book.capital


def hedge_ratios() -> dict[str, float]:
    few, found = Timer(), {}
    hedge(few, paths=FEW)
    rounds = []
    if layered_peer.numba is None:
        print("numba cannot be imported: the layered hedge is measured without its peer")
    else:
        hedge(Timer(), paths=10, peer=True)  # compiles
    for _ in range(ROUNDS):
        timer = Timer()
        hedge(timer, peer=layered_peer.numba is not None)
        rounds.append(timer.spent)
    own = [one["paths"] + one["account"] for one in rounds]
    found["hedge_seconds"] = median(own)
    found["hedge_options_a_second"] = PATHS * DAYS * OPTIONS / median(own)
    found["hedge_growth"] = median(own) / sum(few.spent.values()) / (PATHS / (FEW))
    if layered_peer.numba is not None:
        found["hedge_over_numba"] = median(
            (one["peer paths"] + one["peer account"]) / (one["paths"] + one["account"])
            for one in rounds
        )
        found["hedge_over_numba_without_paths"] = median(
            one["peer account"] / one["account"] for one in rounds
        )
        found["hedge_paths_over_numba"] = median(one["peer paths"] / one["paths"] for one in rounds)
    return found


def path_ratios() -> dict[str, float]:
    """Heston paths alone: each peer beside ours within a round."""
    found, rounds = {}, []
    with tempfile.TemporaryDirectory() as folder:
        loops = compiled(Path(folder))
        numbers = [ctypes.c_double(x) for x in vars(HESTON).values()] if loops else []
        if layered_peer.numba is not None:
            layered_peer.heston(HESTON, count=10, days=DAYS)
        for _ in range(ROUNDS + 2):
            timer = Timer()
            timer("ours", our_paths)
            if loops is not None:
                timer("c", lambda: loops.paths(PATHS, DAYS, *numbers))
            if layered_peer.numba is not None:
                timer("numba", lambda: layered_peer.heston(HESTON, count=PATHS, days=DAYS))
            rounds.append(timer.spent)
    ours = median(one["ours"] for one in rounds)
    found["paths_seconds"] = ours
    found["paths_over_quantlib"] = quantlib_paths() / ours
    for name in ("c", "numba"):
        if name in rounds[0]:
            found[f"paths_over_{name}"] = median(one[name] / one["ours"] for one in rounds)
    return found


def memory_of_hedge() -> float:
    """MB that the hedge of all paths adds at its peak, in a process of its own."""
    code = (
        "import re; from pathlib import Path; from bench import engine_simulations as b;"
        "status = Path('/proc/self/status');"  # getrusage would begin with this process's peak
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', status.read_text())[1]) / 1024;"
        "b.hedge(b.Timer(), paths=10); before = peak();"
        "b.hedge(b.Timer()); print(peak() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    return float(done.stdout)


def main() -> None:
    found = path_ratios() | hedge_ratios()
    found["hedge_memory_mb"] = memory_of_hedge()
    for name, value in found.items():
        print(f"{name:30s} {value:14.3f}")
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    rounded = {name: round(value, 4) for name, value in found.items()}
    (results / "engine_simulations.json").write_text(json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    main()
