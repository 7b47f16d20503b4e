"""Simulations beside their peers: ratio is theirs ÷ ours, of the median of a few rounds.

Heston paths against QuantLib's process and against a C loop (full-truncation Euler, which has
a bias that ours has not); a layered hedge of seven options valued on every day of 10,000 paths
against a C loop that values the same number of options and does nothing else. The C loops are
compiled with -O3 where a compiler is there; compiled loops stand in for numba.
"""

from __future__ import annotations

import ctypes
import json
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from types import SimpleNamespace

import numpy as np

from simulator.engine import backtest
from simulator.engine.experiments import _book, get
from simulator.engine.markets import two_factor
from simulator.engine.markets.heston_paths import PathModel, simulate
from simulator.engine.pricing.affine import Factor

ROOT = Path(__file__).resolve().parent.parent
PATHS, DAYS, OPTIONS, ROUNDS = 10_000, 252, 7, 3
BLOCK = 2_000
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
double values(const double *F, const double *K, long days, long paths, int options) {
  double total = 0;
  for (long t = 0; t < days; t++)
    for (int o = 0; o < options; o++) {
      double T = (30.0 + 10 * o) / 252.0;
      for (long p = 0; p < paths; p++) {
        double f = F[t * paths + p], k = K[o], vol = 0.9 * (1 + 0.45 * log(k / f));
        double w = vol * sqrt(T), d = log(f / k) / w + 0.5 * w;
        total += exp(-0.03 * T) * 0.5 * (f * erfc(-d * M_SQRT1_2) - k * erfc((w - d) * M_SQRT1_2));
      }
    }
  return total;
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
    loops.paths.restype = loops.values.restype = ctypes.c_double
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


def our_hedge(paths: int = PATHS) -> None:
    """A monthly condor (four legs) and three layers, marked daily, in blocks of paths."""
    p = SimpleNamespace(
        **get("alvh-condor").parse(
            {"ic_dte": 21, "strike_method": "sigma", "gate_mode": "none", "ts_enabled": False,
             "min_credit_ratio": 0.0, "tvm_enabled": False, "event_size_factor": 1.0}
        )
    )  # fmt: skip
    for block in range(0, paths, BLOCK):
        world = two_factor.world(paths=min(BLOCK, paths - block), days=DAYS, seed=1 + block)
        book = _book.book(p, world)
        policies = [
            *_book.condors(book, explain=False),
            *_book.layers(p, capital=book.capital, seed=1, explain=False),
        ]
        ledger = backtest.run(world, policies, capital=book.capital)
        assert np.isfinite(ledger.now()).all()


def main() -> None:
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        loops = compiled(Path(folder))
        ours = median(seconds(our_paths) for _ in range(ROUNDS))
        found["paths_seconds"] = ours
        found["paths_over_quantlib"] = quantlib_paths() / ours
        hedge = median(seconds(our_hedge) for _ in range(ROUNDS))
        found["hedge_seconds"] = hedge
        found["hedge_options_a_second"] = PATHS * DAYS * OPTIONS / hedge
        few = seconds(lambda: our_hedge(BLOCK))
        found["hedge_growth"] = hedge / few / (PATHS / BLOCK)
        if loops is not None:
            h = HESTON
            numbers = [ctypes.c_double(x) for x in (h.v0, h.kappa, h.theta, h.sigma, h.rho)]
            c_paths = median(
                seconds(lambda: loops.paths(PATHS, DAYS, *numbers)) for _ in range(ROUNDS)
            )
            found["paths_over_c"] = c_paths / ours
            F = np.full((DAYS, PATHS), 19.0) + np.random.default_rng(1).normal(0, 1, (DAYS, PATHS))
            K = np.linspace(18.0, 26.0, OPTIONS)
            pointers = [a.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for a in (F, K)]
            sizes = (ctypes.c_long(DAYS), ctypes.c_long(PATHS), ctypes.c_int(OPTIONS))
            c_values = median(
                seconds(lambda: loops.values(*pointers, *sizes)) for _ in range(ROUNDS)
            )
            found["hedge_over_c"] = c_values / hedge
    found["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    for name, value in found.items():
        print(f"{name:26s} {value:14.3f}")
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    rounded = {name: round(value, 4) for name, value in found.items()}
    (results / "engine_simulations.json").write_text(json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    main()
