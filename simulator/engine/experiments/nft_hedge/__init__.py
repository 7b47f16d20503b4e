"""Does a VIX-call hedge protect an NFT portfolio, or is it marketing?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from .._common import (
    COMMON_METRICS,
    COUNT,
    DAYS,
    FRACTION,
    USD,
    crash_parameters,
    from_history,
    law_cost,
    market_parameters,
    trading_days,
    vix_pricing_parameters,
    work_rule,
    year_rule,
)
from ..base import Choice, Experiment, MetricSpec, ModelCard, Number, Preset, SeriesName

ETH_VOLATILITY = 0.80


def volatility_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """The link to ether alone must not bring more volatility than the floor is said to have."""
    least = abs(params["nft_eth_beta"]) * ETH_VOLATILITY
    if params["nft_vol"] < least:
        yield ParameterError(
            "nft_vol",
            f"is smaller than what a link of {params['nft_eth_beta']:g} to ether brings by itself",
            minimum=least,
            maximum=2.5,
            unit=FRACTION,
            nearest=least,
        )


def cost(params: Mapping[str, Any]) -> float:
    paths = 1 if params["market"] == "replay" else params["paths"]
    layers = 3 if params["hedge_structure"] == "ladder" else 1
    more = law_cost(params, start=1.0, day=0.0045)
    return float(more + 0.7 + 1.0e-6 * paths * trading_days(params) * (0.8 + 0.4 * layers))


experiment = Experiment(
    slug="nft-hedge",
    title="A VIX hedge on an NFT portfolio",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "The same falls of an NFT portfolio with and without bought VIX calls: how much less "
        "deep, at what cost, on how many paths, and how much of it is the macro part."
    ),
    parameters=(
        *market_parameters(default="episode"),
        SeriesName(
            name="eth_series",
            label="Imported series of ether",
            default=None,
            nullable=True,
            group="market",
            help="Used by replay and bootstrap; without it ether comes from a null model.",
            read_when=from_history,
        ),
        *crash_parameters(),
        Number(
            name="nft_notional",
            label="Portfolio at the floor price",
            default=100_000.0,
            unit=USD,
            minimum=100.0,
            maximum=1e9,
            group="portfolio",
        ),
        Number(
            name="nft_vol",
            label="Volatility of the floor a year",
            default=1.10,
            unit=FRACTION,
            minimum=0.40,
            maximum=2.50,
            step=0.05,
            group="portfolio",
            why="CryptoPunks' weekly floor proxy, 2017 to 2021, lies near the top of this range.",
        ),
        Number(
            name="nft_eth_beta",
            label="Link of the floor to ether",
            default=0.80,
            unit=FRACTION,
            minimum=-0.5,
            maximum=2.0,
            step=0.1,
            group="portfolio",
            why="0.80 (t = 4.0) is measured on CryptoPunks, weekly, in dollars.",
        ),
        Number(
            name="nft_macro_beta",
            label="Direct link to shares under stress",
            default=0.8,
            unit=FRACTION,
            minimum=-0.5,
            maximum=4.0,
            step=0.1,
            group="portfolio",
            why="Low by measurement; raise it to see where the hedge begins to matter.",
        ),
        Number(
            name="nft_macro_beta_calm",
            label="Direct link to shares otherwise",
            default=0.2,
            unit=FRACTION,
            minimum=-0.5,
            maximum=4.0,
            step=0.1,
            group="portfolio",
        ),
        Number(
            name="nft_stress_vix",
            label="Stress begins above a VIX of",
            default=25.0,
            unit="index points",
            minimum=15.0,
            maximum=60.0,
            group="portfolio",
        ),
        Number(
            name="nft_idio_jump_rate",
            label="Falls of the collection's own a year",
            default=1.0,
            unit="1/year",
            minimum=0.0,
            maximum=6.0,
            group="portfolio",
        ),
        Number(
            name="nft_idio_jump_size",
            label="Size of such a fall",
            default=-0.35,
            unit=FRACTION,
            minimum=-0.90,
            maximum=0.0,
            group="portfolio",
        ),
        Number(
            name="nft_death_hazard",
            label="Chance a year that the collection dies",
            default=0.10,
            unit="1/year",
            minimum=0.0,
            maximum=3.0,
            group="portfolio",
            why="0.10 for the 8,850 largest collections, about 1.5 for all (dappGambl 2023).",
        ),
        Number(
            name="nft_liquidity_haircut",
            label="Haircut on leaving",
            default=0.15,
            unit=FRACTION,
            minimum=0.0,
            maximum=0.60,
            group="portfolio",
        ),
        Number(
            name="nft_trade_lag",
            label="Days until a sale is done",
            default=5.0,
            unit=DAYS,
            minimum=0.0,
            maximum=60.0,
            group="portfolio",
        ),
        Number(
            name="appraisal_smoothing",
            label="Smoothing of observed prices",
            default=0.4,
            unit=FRACTION,
            minimum=0.0,
            maximum=0.9,
            step=0.1,
            group="portfolio",
            why="0 is a price from trades; 0.4 is what floor asks show and hides most of a beta.",
        ),
        Choice(
            name="denomination",
            label="Counted in",
            default="usd",
            options={"usd": "US dollars", "eth": "ether"},
            group="portfolio",
        ),
        Number(
            name="nft_hedge_budget",
            label="Premium a year",
            default=0.03,
            unit=FRACTION,
            minimum=0.0,
            maximum=0.10,
            step=0.005,
            group="hedge",
            help="Of the portfolio's value at the start.",
        ),
        Choice(
            name="hedge_structure",
            label="Calls",
            default="monthly",
            options={
                "monthly": "one-month calls, renewed at expiry",
                "ladder": "30, 110 and 220 days, 40/40/20 % of the premium",
            },
            group="hedge",
        ),
        Number(
            name="call_delta",
            label="Delta of the calls when bought",
            default=0.30,
            unit=FRACTION,
            minimum=0.05,
            maximum=0.60,
            step=0.05,
            group="hedge",
        ),
        Number(
            name="sell_at_multiple",
            label="Sell at this multiple of the premium",
            default=None,
            unit=FRACTION,
            minimum=1.1,
            maximum=50.0,
            nullable=True,
            group="hedge",
            help="Empty: hold to expiry. The rule that vendors leave unsaid decides spikes.",
        ),
        *vix_pricing_parameters(),
        Number(
            name="nft_floor_eth",
            label="Floor of one item",
            default=10.0,
            unit="ETH",
            above=0.0,
            maximum=1e6,
            group="liquidity",
        ),
        Number(
            name="nft_supply",
            label="Items in the collection",
            default=10_000.0,
            unit=COUNT,
            minimum=1.0,
            maximum=1e7,
            group="liquidity",
        ),
        Number(
            name="nft_volume_30d",
            label="Volume of thirty days, as reported",
            default=4_000.0,
            unit="ETH",
            above=0.0,
            maximum=1e9,
            group="liquidity",
        ),
        Number(
            name="wash_share",
            label="Share of the volume that is wash trading",
            default=0.58,
            unit=FRACTION,
            minimum=0.0,
            maximum=0.99,
            group="liquidity",
            why="58 % of Ethereum's NFT volume of 2022 (hildobby on Dune).",
        ),
    ),
    metrics=(
        *COMMON_METRICS,
        MetricSpec("volatility_base", "Volatility of profit a year without the hedge", FRACTION),
        MetricSpec("volatility_hedged", "Volatility of profit a year with the hedge", FRACTION),
        MetricSpec(
            "macro_drawdown_difference", "Change of the deepest fall, macro part alone", FRACTION
        ),
        MetricSpec(
            "specific_drawdown_difference", "Change of the deepest fall, the rest alone", FRACTION
        ),
        MetricSpec("macro_share", "Share of the floor's variance that is macro", FRACTION),
        MetricSpec("hedge_loss_correlation", "Correlation of hedge profit and loss", FRACTION),
        MetricSpec("naive_beta", "Beta to shares as observed prices show it", FRACTION),
        MetricSpec("dimson_beta", "Beta to shares with lags", FRACTION),
        MetricSpec("floor_to_volume", "Years of true volume in the collection", "years"),
        MetricSpec("floor_to_volume_raw", "The same with wash trades counted", "years"),
        MetricSpec("knee_budget", "Budget beyond which a point costs more", FRACTION),
    ),
    card=ModelCard(
        what_it_is=(
            "A floor price linked to ether and, weakly, to shares, with jumps and death of its "
            "own, beside VIX calls marked with Black-76 on the modelled VIX future. Every path "
            "is run twice, with and without the calls."
        ),
        leaves_out=(
            "Quotes: calls are a model's marks; a trade costs the larger of 0.03 points and 3 %, "
            "and a dollar a contract.",
            "Settlement: calls pay on the VIX close, not on the special opening quotation.",
            "Whole contracts: fractions are bought, which favours small portfolios.",
            "What a portfolio of several collections would diversify: this is one floor.",
        ),
        would_change=(
            "A measured link of floors to shares far above 0.8 in stress.",
            "More than the few macro shocks since 2017 that reached crypto.",
            "Calls sold near the peak of a spike rather than held: try the multiple.",
            "Cheaper calls: in the model's market the fall is 0.9 points deeper at the market's "
            "marks and 0.5 at the model's own law.",
        ),
        sources=("Measured links: own regressions on CC0 CryptoPunks sales, 2017 to 2021.",),
    ),
    rules=(volatility_rule, work_rule, year_rule),
    cost=cost,
    presets=(
        Preset(
            "Pandemic 2020",
            "A macro shock that reached crypto: the case in which the hedge should help.",
            {"episode": "covid-2020"},
        ),
        Preset(
            "The model with crashes",
            "Eight crashes a century, as often as a VIX above 80 has been seen since 1986. Sweep "
            "their number for the one from which on the calls pay.",
            {"market": "model", "crashes_per_century": 8.0},
        ),
        Preset(
            "FTX 2022",
            "A crypto shock that did not reach shares: the VIX rose by a point and a half.",
            {"episode": "ftx-2022"},
        ),
        Preset(
            "Counted in ether",
            "The same year of 2022 for somebody who counts in ether.",
            {"denomination": "eth"},
        ),
        Preset(
            "An independent fall of 70 %",
            "One large fall a year of the collection's own that shares know nothing of.",
            {"nft_idio_jump_rate": 1.0, "nft_idio_jump_size": -0.70},
        ),
    ),
)
