"""Documented episodes: real closes at the turning points, a seeded bridge in between.

The knots are published daily closes. Every day between two knots is a *reconstruction*:
logs of index, VIX and ether are interpolated and a bridge with the right daily size and
sign is added, pinned to zero at both ends. What such paths show is how the result depends
on the unknown days (path uncertainty); they are no evidence about how often it happens.

Sources of the closes: S&P 500, Yahoo's ^GSPC as kept in tzjtan/historical-stock-data and
fja05680/stock_market_calendar; VIX, Cboe's VIX_History as kept in datasets/finance-vix;
VXO for 1987, Cboe as quoted on cboeoptionshub.com, 2012-10-22; ether, Yahoo's ETH-USD as
kept in zmylalala/Cryptopunks_Analysis, and ShresthTiwari823/QuantEdge-AI for 2024-25.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError
from .curves import AnchoredCurve
from .state import Floats, World

Knot = tuple[str, float | None, float | None, float | None]

LEAD_IN_DAYS = 21
VIX_FLOOR = 9.0
VIX_REVERSION = 5.0
VIX_VOLATILITY = 0.95
ETH_VOLATILITY = 0.80
SPX_VIX = -0.75
SPX_ETH = 0.35


@dataclass(frozen=True)
class Episode:
    """One documented crisis. A knot is (date, S&P 500, VIX, ether in USD); None: not quoted."""

    slug: str
    code: str
    title: str
    knots: tuple[Knot, ...]
    source: str
    nature: str
    note: str = ""
    highest_vix: float | None = None
    collection_fall: float = 0.0
    wash_share: float | None = None

    @property
    def first(self) -> date:
        return date.fromisoformat(self.knots[0][0])

    @property
    def last(self) -> date:
        return date.fromisoformat(self.knots[-1][0])


MACRO, CRYPTO, SINGLE = "macro", "crypto", "collection"
INDEX_SOURCE = "S&P 500: Yahoo ^GSPC closes; VIX: Cboe daily closes; ether: Yahoo ETH-USD closes"

EPISODES: tuple[Episode, ...] = (
    Episode(
        slug="crash-1987",
        code="S1",
        title="Black Monday, October 1987",
        nature=MACRO,
        source="S&P 500: Yahoo ^GSPC closes; VXO: Cboe, quoted 2012-10-22",
        note=(
            "No VIX product existed in 1987: the VXO of the S&P 100 stands in for the VIX, and "
            "the calls of this run could not have been bought."
        ),
        knots=(
            ("1987-10-14", 305.23, None, None),
            ("1987-10-15", 298.08, 27.86, None),
            ("1987-10-16", 282.70, 36.37, None),
            ("1987-10-19", 224.84, 150.19, None),
            ("1987-10-20", 236.83, 140.00, None),
            ("1987-10-21", 258.38, 73.91, None),
        ),
    ),
    Episode(
        slug="lehman-2008",
        code="S2",
        title="The financial crisis, October 2007 to March 2009",
        nature=MACRO,
        source=INDEX_SOURCE,
        note="The index bottomed with the VIX 31 points below its peak.",
        knots=(
            ("2007-10-09", 1565.15, 16.12, None),
            ("2008-09-12", 1251.70, 25.66, None),
            ("2008-09-15", 1192.70, 31.70, None),
            ("2008-09-29", 1106.42, 46.72, None),
            ("2008-10-10", 899.22, 69.95, None),
            ("2008-10-15", 907.84, 69.25, None),
            ("2008-10-27", 848.92, 80.06, None),
            ("2008-11-20", 752.44, 80.86, None),
            ("2009-03-09", 676.53, 49.68, None),
        ),
    ),
    Episode(
        slug="downgrade-2011",
        code="S3",
        title="The downgrade, July to October 2011",
        nature=MACRO,
        source=INDEX_SOURCE,
        knots=(
            ("2011-07-22", 1345.02, 17.52, None),
            ("2011-08-05", 1199.38, 32.00, None),
            ("2011-08-08", 1119.46, 48.00, None),
            ("2011-10-03", 1099.23, 45.45, None),
        ),
    ),
    Episode(
        slug="volmageddon-2018",
        code="S4",
        title="The volatility spike of February 2018",
        nature=MACRO,
        source=INDEX_SOURCE,
        note="The VIX more than doubled in one day from a forward below 15.",
        knots=(
            ("2018-01-26", 2872.87, 11.08, 1055.0),
            ("2018-02-02", 2762.13, 17.31, 916.0),
            ("2018-02-05", 2648.94, 37.32, 698.0),
            ("2018-02-06", 2695.14, 29.98, 793.0),
            ("2018-02-08", 2581.00, 33.46, 818.0),
        ),
    ),
    Episode(
        slug="covid-2020",
        code="S5",
        title="The pandemic crash, February to March 2020",
        nature=MACRO,
        source=INDEX_SOURCE,
        note="The record close of the VIX, 82.69, is of 16 March 2020.",
        knots=(
            ("2020-02-19", 3386.15, 14.38, 260.0),
            ("2020-02-28", 2954.22, 40.11, 227.0),
            ("2020-03-12", 2480.64, 75.47, 112.0),
            ("2020-03-16", 2386.13, 82.69, 111.0),
            ("2020-03-18", 2398.10, 76.45, 115.0),
            ("2020-03-23", 2237.40, 61.59, 135.0),
        ),
    ),
    Episode(
        slug="bear-2022",
        code="S6",
        title="The slow bear market of 2022, with Terra and FTX",
        nature=MACRO,
        source=INDEX_SOURCE,
        note="The S&P 500 lost a quarter while the VIX never closed above 36.45.",
        highest_vix=36.45,
        knots=(
            ("2022-01-03", 4796.56, 16.60, 3761.0),
            ("2022-03-08", 4170.70, 35.13, 2577.0),
            ("2022-05-04", 4300.17, 25.42, 2941.0),
            ("2022-05-09", 3991.24, 34.75, 2245.0),
            ("2022-05-12", 3930.08, 31.77, 1962.0),
            ("2022-06-13", 3749.63, 34.02, 1205.0),
            ("2022-06-16", 3666.77, 32.95, 1068.0),
            ("2022-10-12", 3577.03, 33.57, 1295.0),
            ("2022-11-04", 3770.55, 24.55, 1645.0),
            ("2022-11-08", 3828.11, 25.54, 1333.0),
            ("2022-11-09", 3748.57, 26.09, 1100.0),
            ("2022-11-11", 3992.93, 22.52, 1287.0),
        ),
    ),
    Episode(
        slug="terra-2022",
        code="S7",
        title="The collapse of Terra, May to June 2022",
        nature=CRYPTO,
        source=INDEX_SOURCE,
        knots=(
            ("2022-05-04", 4300.17, 25.42, 2941.0),
            ("2022-05-09", 3991.24, 34.75, 2245.0),
            ("2022-05-12", 3930.08, 31.77, 1962.0),
            ("2022-06-13", 3749.63, 34.02, 1205.0),
            ("2022-06-16", 3666.77, 32.95, 1068.0),
        ),
    ),
    Episode(
        slug="ftx-2022",
        code="S8",
        title="The collapse of FTX, November 2022",
        nature=CRYPTO,
        source=INDEX_SOURCE,
        note="Ether fell by a third in five days while the VIX rose by a point and a half.",
        knots=(
            ("2022-11-04", 3770.55, 24.55, 1645.0),
            ("2022-11-08", 3828.11, 25.54, 1333.0),
            ("2022-11-09", 3748.57, 26.09, 1100.0),
            ("2022-11-11", 3992.93, 22.52, 1287.0),
        ),
    ),
    Episode(
        slug="unwind-2024",
        code="S9",
        title="The spike and fade of August 2024",
        nature=MACRO,
        source=INDEX_SOURCE,
        note="The VIX touched 65.73 within the day of 5 August and closed at 38.57.",
        knots=(
            ("2024-07-31", 5522.30, 16.36, 3231.0),
            ("2024-08-02", 5346.56, 23.39, 2986.0),
            ("2024-08-05", 5186.33, 38.57, 2417.0),
            ("2024-08-06", 5240.03, 27.71, 2459.0),
        ),
    ),
    Episode(
        slug="tariffs-2025",
        code="S10",
        title="The tariff shock of April 2025",
        nature=MACRO,
        source=INDEX_SOURCE + " in UTC days",
        knots=(
            ("2025-02-19", 6144.15, 15.27, None),
            ("2025-04-02", 5670.97, 21.51, 1795.0),
            ("2025-04-03", 5396.52, 30.02, 1816.0),
            ("2025-04-04", 5074.08, 45.31, 1815.0),
            ("2025-04-07", 5062.25, 46.98, 1555.0),
            ("2025-04-08", 4982.77, 52.33, 1473.0),
            ("2025-04-09", 5456.90, 33.62, 1668.0),
            ("2025-04-10", 5268.05, 40.72, 1523.0),
        ),
    ),
    Episode(
        slug="rug-pull",
        code="S11",
        title="One collection fails in a calm market (invented)",
        nature=SINGLE,
        source="invented: a calm quarter at a VIX of 17, the collection loses 95 % in one day",
        highest_vix=25.0,
        collection_fall=-0.95,
        knots=(
            ("2021-03-01", 3900.0, 17.0, 1600.0),
            ("2021-06-01", 3950.0, 17.0, 1650.0),
        ),
    ),
    Episode(
        slug="wash-mirage",
        code="S12",
        title="The volume was wash trading (invented)",
        nature=SINGLE,
        source=(
            "invented: a calm quarter; 58 % of Ethereum's NFT volume of 2022 was wash trading "
            "(hildobby on Dune)"
        ),
        highest_vix=25.0,
        wash_share=0.58,
        knots=(
            ("2021-03-01", 3900.0, 17.0, 1600.0),
            ("2021-06-01", 3950.0, 17.0, 1650.0),
        ),
    ),
)

BY_SLUG = {episode.slug: episode for episode in EPISODES}

CLOSED = (
    "1987-11-26 2007-11-22 2007-12-25 2008-01-01 2008-01-21 2008-02-18 2008-03-21",
    "2008-05-26 2008-07-04 2008-09-01 2008-11-27 2008-12-25 2009-01-01 2009-01-19",
    "2009-02-16 2011-09-05 2018-01-01 2018-01-15 2020-01-20 2020-02-17 2021-12-24",
    "2022-01-17 2022-02-21 2022-04-15 2022-05-30 2022-06-20 2022-07-04 2022-09-05",
    "2024-07-04 2025-01-20 2025-02-17 2011-07-04 2021-04-02 2021-05-31 2021-02-15",
)
HOLIDAYS = np.array(sorted(" ".join(CLOSED).split()), dtype="datetime64[D]")


def find(slug: str) -> Episode:
    """The episode of this name; raises ``ParameterError`` naming those there are."""
    if slug not in BY_SLUG:
        raise ParameterError("episode", "must be one of " + ", ".join(BY_SLUG))
    return BY_SLUG[slug]


def trading_days(first: date, last: date) -> NDArray[np.datetime64]:
    """Exchange days from ``first`` to ``last``, both included, as datetime64[D]."""
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    return days[np.is_busday(days, holidays=HOLIDAYS)]


def world(episode: Episode, *, paths: int, seed: int, lead_in: int = LEAD_IN_DAYS) -> World:
    """Reconstructed paths of one episode, every one through all documented closes.

    ``lead_in`` trading days before the first documented close are a reconstruction too:
    index, VIX and ether wander into their first known close, so that a plan does not
    start on the eve of the crisis. Ether is None where no close of it is documented.
    """
    if paths < 1:
        raise ParameterError("paths", "at least one path is needed", minimum=1)
    start = np.busday_offset(np.datetime64(episode.first, "D"), -lead_in, holidays=HOLIDAYS)
    dates = trading_days(start.astype(object), episode.last)
    shocks = _shocks(len(dates) - 1, paths, seed)
    years = (dates - dates[0]).astype(float) / 365.0
    vix_noise = _walk(shocks[1], VIX_VOLATILITY / np.sqrt(252.0), VIX_REVERSION)
    vix = _bridged(episode, 2, dates, vix_noise, VIX_REVERSION)
    spx = _bridged(episode, 1, dates, _walk(shocks[0], _daily_index_size(vix)))
    eth = None
    if sum(knot[3] is not None for knot in episode.knots) >= 2:
        eth_noise = _walk(shocks[2], ETH_VOLATILITY / np.sqrt(252.0))
        eth = _bridged(episode, 3, dates, eth_noise)
    highest = episode.highest_vix or max(knot[2] or 0.0 for knot in episode.knots)
    vix = np.clip(vix, VIX_FLOOR, highest)
    return World(
        kind="episode",
        spx=spx,
        vix=vix,
        years=years,
        curve=AnchoredCurve(vix),
        eth=eth,
        dates=dates,
    )


def _shocks(days: int, paths: int, seed: int) -> Floats:
    """Correlated standard normals, 3 × days × paths: index, VIX, ether."""
    correlation = np.array([[1.0, SPX_VIX, SPX_ETH], [SPX_VIX, 1.0, -0.25], [SPX_ETH, -0.25, 1.0]])
    factor = np.linalg.cholesky(correlation)
    free = np.random.default_rng([seed, 0xE915]).standard_normal((3, days, paths))
    return np.asarray(np.einsum("ij,jdp->idp", factor, free))


def _daily_index_size(vix: Floats) -> Floats:
    """The size of a day's index move: the VIX at the close before, less the usual premium."""
    return np.asarray(0.8 * vix[:-1] / 100.0 / np.sqrt(252.0))


def _walk(shocks: Floats, size: Floats | float, reversion: float = 0.0) -> Floats:
    """A walk from zero, days + 1 by paths; with ``reversion`` a year it returns to zero."""
    keep = np.exp(-reversion / 252.0)
    moves = shocks * size
    walk = np.zeros((len(moves) + 1, moves.shape[1]))
    for day, move in enumerate(moves):
        walk[day + 1] = keep * walk[day] + move
    return walk


def _bridged(
    episode: Episode,
    column: int,
    dates: NDArray[np.datetime64],
    walk: Floats,
    reversion: float = 0.0,
) -> Floats:
    """Levels through every documented close of one column, with noise pinned in between."""
    known = [(np.datetime64(k[0], "D"), k[column]) for k in episode.knots if k[column] is not None]
    at = np.searchsorted(dates, np.array([day for day, _ in known]))
    logs = np.log(np.array([value for _, value in known], dtype=float))
    path = np.interp(np.arange(len(dates)), at, logs)[:, None] + _pinned(walk, at, reversion)
    return np.asarray(np.exp(path))


def _pinned(walk: Floats, at: NDArray[np.int_], reversion: float) -> Floats:
    """The walk made to vanish at the indices ``at``; free before the first and after the last.

    Between two pins the conditional law of a Gaussian walk given its end is the walk minus
    its covariance with the end times the end, over the end's variance.
    """
    out = np.zeros_like(walk)
    first, last = int(at[0]), int(at[-1])
    out[: first + 1] = walk[: first + 1] - walk[first]
    out[last:] = walk[last:] - walk[last]
    rate = reversion / 252.0
    for start, end in pairwise(at):
        steps = np.arange(int(end - start) + 1)
        fade = np.exp(-rate * steps)[:, None]
        local = walk[start : end + 1] - fade * walk[start]
        out[start : end + 1] = local - _share(steps, rate)[:, None] * local[-1]
    return out


def _share(steps: NDArray[np.int_], rate: float) -> Floats:
    """Covariance of a walk at each step with its end, over the variance of the end."""
    n = steps[-1]
    if rate == 0.0:
        return np.asarray(steps / n)
    variance = 1.0 - np.exp(-2.0 * rate * steps)
    return np.asarray(np.exp(-rate * (n - steps)) * variance / variance[-1])


def invented(episode: Episode) -> bool:
    """Whether the episode is a thought experiment rather than history."""
    return episode.nature == SINGLE
