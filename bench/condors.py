"""Twenty years of daily condors: 5,023 trades beside optopsy on the same trades.

Ours starts from the closes: strikes by delta (20 and 5), four prices under the smile, credit and
profit at the next close. optopsy is handed a finished chain of bids and asks that holds those
four options of every day and nothing else (so that it has nothing to search), and matches,
joins and settles them. Both answers are asserted to agree trade by trade. A third way goes
through a table row by row with pandas, with the strikes given.

optopsy is AGPL and no part of this project: it is used where it can be imported, in an
environment of one's own with numpy, scipy, pandas and rfc8785 (``python -m bench.condors``).
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from simulator.engine.ledger import Floats
from simulator.engine.markets import surface, two_factor
from simulator.engine.markets.state import World
from simulator.engine.overlays.condor_book import sheet
from simulator.engine.overlays.strikes import Choice, Quotes
from simulator.engine.structures import iron_condor
from simulator.engine.structures.iron_condor import IronCondor

ROOT = Path(__file__).resolve().parent.parent
DAYS, ROUNDS, ROWS = 5_023, 7, 400
RULE = Choice(method="delta", target=0.20, long_delta=0.05)
HALF_SPREAD = 0.01  # of the chain alone: optopsy trades at its mid


def market() -> World:
    """Closes of twenty years; a different one each round would change nothing but the noise."""
    return two_factor.world(paths=1, days=DAYS, seed=1)


def seconds(function: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds and the answer."""
    started = time.process_time()
    answer = function()
    return time.process_time() - started, answer


def sold(world: World) -> Quotes:
    quotes = sheet(world, RULE, dte=1).quotes
    assert quotes is not None
    return quotes


def ours(world: World) -> Floats:
    """Profit of every trade in index points, from the closes."""
    quotes = sold(world)
    k = quotes.strikes[:, :-1, 0]
    condor = IronCondor(long_put=k[0], short_put=k[1], short_call=k[2], long_call=k[3])
    return iron_condor.profit_at_expiry(condor, credit=quotes.credit[:-1, 0], spot=world.spx[1:, 0])


def chain(world: World) -> Any:
    """What optopsy reads: each day's four options when sold, and again on their last day."""
    import pandas as pd

    quotes = sold(world)
    dates = np.busday_offset("2004-01-02", np.arange(DAYS + 1))
    rows = []
    for leg, right in enumerate("ppcc"):
        strike = quotes.strikes[leg, :-1, 0]
        end = world.spx[1:, 0] - strike
        worth = np.maximum(end if right == "c" else -end, 0.0)
        for quoted, spot, mid in (
            (dates[:-1], world.spx[:-1, 0], quotes.legs[leg, :-1, 0]),
            (dates[1:], world.spx[1:, 0], worth),
        ):
            rows.append(
                pd.DataFrame(
                    {
                        "underlying_symbol": "SPX",
                        "underlying_price": spot,
                        "option_type": right,
                        "expiration": dates[1:].astype("datetime64[ns]"),
                        "quote_date": quoted.astype("datetime64[ns]"),
                        "strike": strike,
                        "bid": mid - HALF_SPREAD,
                        "ask": mid + HALF_SPREAD,
                    }
                )
            )
    return pd.concat(rows, ignore_index=True)


def optopsys(options: Any) -> Any:
    import optopsy

    return optopsy.iron_condor(
        options, max_entry_dte=10, dte_interval=1, exit_dte=0, min_bid_ask=1e-9, raw=True
    )


def by_row(world: World, quotes: Quotes) -> Floats:
    """The same trades from a table, one row after another; strikes and vols are given."""
    import pandas as pd

    k = quotes.strikes[:, :ROWS, 0]
    forward = world.spx[:ROWS, 0] * math.exp((world.rate - world.dividend_yield) / 252.0)
    vols = _vols(world, k)
    table = pd.DataFrame(
        {
            "forward": forward,
            "end": world.spx[1 : ROWS + 1, 0],
            **{f"strike_{leg}": k[leg] for leg in range(4)},
            **{f"vol_{leg}": vols[leg] for leg in range(4)},
        }
    )
    return np.asarray(table.apply(lambda row: _row(row, world.rate), axis=1), dtype=float)


def _vols(world: World, strikes: Floats) -> Floats:
    smile = surface.smile(
        vix=world.vix[:ROWS, 0],
        spot=world.spx[:ROWS, 0],
        expiry=1.0 / 252.0,
        rate=world.rate,
        dividend_yield=world.dividend_yield,
    )
    return np.asarray(smile.vol(strikes))


def _row(row: Any, rate: float) -> float:
    """One trade in scalar arithmetic."""
    signs, total = (-1.0, 1.0, 1.0, -1.0), 0.0
    for leg, sign in enumerate(signs):
        F, K = row["forward"], row[f"strike_{leg}"]
        width = row[f"vol_{leg}"] * math.sqrt(1.0 / 252.0)
        f = 1.0 if leg > 1 else -1.0
        d1 = math.log(F / K) / width + 0.5 * width
        value = f * (F * _normal(f * d1) - K * _normal(f * (d1 - width)))
        total += sign * (math.exp(-rate / 252.0) * value - max(f * (row["end"] - K), 0.0))
    return total


def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def main() -> int:
    world = market()
    quotes = sold(world)
    profits = ours(world)
    report: dict[str, Any] = {"trades": DAYS}
    try:
        import optopsy  # noqa: F401

        options = chain(world)
        found = optopsys(options).sort_values("expiration")
        theirs = (found["total_exit_proceeds"] - found["total_entry_cost"]).to_numpy()
        assert theirs.shape == profits.shape, (theirs.shape, profits.shape)
        np.testing.assert_allclose(theirs, profits, rtol=0.0, atol=1e-8)
        rounds = [
            (seconds(lambda: optopsys(options))[0], seconds(lambda: ours(world))[0])
            for _ in range(ROUNDS)
        ]
        report["optopsy / ours"] = round(median(a / b for a, b in rounds), 1)
        report["optopsy, seconds"] = round(median(a for a, _ in rounds), 3)
        report["ours, seconds"] = round(median(b for _, b in rounds), 4)
    except ImportError:
        print("optopsy is not installed here: its ratio is left out")
    try:
        import pandas  # noqa: F401

        np.testing.assert_allclose(by_row(world, quotes), profits[:ROWS], atol=1e-7)
        slow = [
            (seconds(lambda: by_row(world, quotes))[0], seconds(lambda: ours(world))[0])
            for _ in range(ROUNDS)
        ]
        report["pandas by row / ours"] = round(median(DAYS / ROWS * a / b for a, b in slow))
    except ImportError:
        print("pandas is not installed here: its ratio is left out")
    for name, value in report.items():
        print(f"{name:>22}  {value}")
    (ROOT / "bench" / "results").mkdir(exist_ok=True)
    (ROOT / "bench" / "results" / "condors.json").write_text(json.dumps(report, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
