"""The floor price of an NFT collection: what links it to other markets, and what does not.

Notation, for one day: e = dln ETH, s = dln SPX, z a standard normal, J a jump:

    dln floor = beta_E e + beta_S(regime) s + sqrt(h) z + J,   and the collection may die.

The regime is stress when the VIX closed above a level *the day before*. The link to ether
(beta_E = 0.80, t = 4.0) and the residual are measured on the weekly floor proxy of
CryptoPunks, 2017-2021; the direct link to shares in stress is a choice and is low. Where a
market has no ether price, one is drawn from a null model with the measured regime-dependent
beta to shares (1.05, 1.10, 1.49, 1.37 at a VIX to 15, 20, 30 and above).

Sources: residual and link, own regressions on the CC0 file of every on-chain CryptoPunks
sale; death hazard, dappGambl 2023 (18 % of the 8,850 largest collections at zero, about 0.10
a year; 95 % of all, about 1.5 a year); wash share, hildobby on Dune (58 % of Ethereum's
volume of 2022). Appraisal smoothing is in ``metrics.smoothing``, floor-to-volume in
``metrics.cash_flows``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..errors import ParameterError
from .state import Floats, World

ETH_BETAS = (1.05, 1.10, 1.49, 1.37)
ETH_BETA_LEVELS = (15.0, 20.0, 30.0)
ETH_VOLATILITY = 0.80
ETH_OWN_VOLATILITY = 0.76
DEAD = 0.03  # what a dead collection still fetches, of its price before
TRADING_DAYS = 252.0


@dataclass(frozen=True, kw_only=True)
class FloorModel:
    """How a floor moves; ``volatility`` is annual, of everything but jumps and death.

    ``jump_rate`` and ``death_hazard`` are per year, ``jump_size`` is a fraction (-0.35),
    ``stress_vix`` in index points.
    """

    beta_eth: float = 0.80
    beta_calm: float = 0.2
    beta_stress: float = 0.8
    stress_vix: float = 25.0
    volatility: float = 1.10
    jump_rate: float = 1.0
    jump_size: float = -0.35
    death_hazard: float = 0.10

    @property
    def own_volatility(self) -> float:
        """Annual volatility of what neither ether nor shares explain."""
        own = self.volatility**2 - (self.beta_eth * ETH_VOLATILITY) ** 2
        if own < 0.0:
            raise ParameterError(
                "nft_vol",
                "is smaller than what the link to ether alone brings",
                minimum=abs(self.beta_eth) * ETH_VOLATILITY,
                unit="1",
                nearest=abs(self.beta_eth) * ETH_VOLATILITY,
            )
        return float(np.sqrt(own))


@dataclass(frozen=True)
class FloorPaths:
    """Log changes by cause (``days`` by ``paths``), and the ether price they go with.

    ``macro`` is what shares explain (directly and through ether), ``crypto`` ether's own
    part, ``own`` the collection's. Their sum is the floor's log change.
    """

    macro: Floats
    crypto: Floats
    own: Floats
    eth: Floats
    eth_is_synthetic: bool

    @property
    def log_changes(self) -> Floats:
        return self.macro + self.crypto + self.own

    def floor(self) -> Floats:
        """The floor in USD as a multiple of its start, ``days + 1`` by ``paths``."""
        return cumulated(self.log_changes)


def cumulated(changes: Floats) -> Floats:
    """Levels that start at 1 from log changes."""
    levels = np.zeros((len(changes) + 1, changes.shape[1]))
    np.cumsum(changes, axis=0, out=levels[1:])
    return np.asarray(np.exp(levels))


def eth_beta(vix: Floats) -> Floats:
    """Ether's beta to shares at each VIX close (measured 2017-2023, by regime)."""
    return np.asarray(np.asarray(ETH_BETAS)[np.searchsorted(ETH_BETA_LEVELS, vix, side="left")])


def eth_null(world: World, rng: np.random.Generator) -> Floats:
    """An ether price for a market that has none: regime beta to shares plus fat-tailed noise."""
    s = world.log_returns()
    noise = rng.standard_t(5.0, s.shape) * np.sqrt(3.0 / 5.0)
    own = ETH_OWN_VOLATILITY / np.sqrt(TRADING_DAYS) * noise
    return cumulated(eth_beta(world.vix[:-1]) * s + own) * 2000.0


def floor_paths(model: FloorModel, world: World, *, seed: int) -> FloorPaths:
    """The floor on every path of ``world``, split by what moved it."""
    rng = np.random.default_rng([seed, 0x0F7])
    own_size = model.own_volatility
    eth = world.eth if world.eth is not None else eth_null(world, rng)
    s, e = world.log_returns(), np.diff(np.log(eth), axis=0)
    before = world.vix[:-1]
    through_eth = eth_beta(before)
    direct = np.where(before > model.stress_vix, model.beta_stress, model.beta_calm)
    elapsed = np.diff(world.years)[:, None]
    z = rng.standard_normal(s.shape)
    own = own_size / np.sqrt(TRADING_DAYS) * z
    own += rng.poisson(model.jump_rate * elapsed, s.shape) * np.log1p(model.jump_size)
    dies = rng.random(s.shape) < -np.expm1(-model.death_hazard * elapsed)
    first_death = dies & (np.cumsum(dies, axis=0) == 1)
    own += np.where(first_death, np.log(DEAD), 0.0)
    return FloorPaths(
        macro=(direct + model.beta_eth * through_eth) * s,
        crypto=model.beta_eth * (e - through_eth * s),
        own=own,
        eth=eth,
        eth_is_synthetic=world.eth is None,
    )


def with_fall(paths: FloorPaths, *, fall: float, day: int) -> FloorPaths:
    """The same paths with one more fall (a fraction, -0.95) of the collection on ``day``."""
    own = paths.own.copy()
    own[day] += np.log1p(fall)
    return FloorPaths(
        macro=paths.macro,
        crypto=paths.crypto,
        own=own,
        eth=paths.eth,
        eth_is_synthetic=paths.eth_is_synthetic,
    )


def true_volume(raw: ArrayLike, *, wash_share: float) -> Floats:
    """Volume without wash trades: ``raw`` times (1 - ``wash_share``)."""
    return np.asarray(raw, dtype=float) * (1.0 - wash_share)


def exit_fraction(
    *,
    items: ArrayLike,
    items_a_day: ArrayLike,
    daily_volatility: ArrayLike,
    half_spread: float = 0.06,
    impact: float = 1.0,
    fee: float = 0.025,
    royalty: float = 0.05,
) -> Floats:
    """What selling ``items`` at once brings, as a fraction of items times floor.

    (1 - half spread - impact * sigma_d * sqrt(n / V)) (1 - fee - royalty), never under 0;
    ``items_a_day`` is wash-filtered volume. The square-root law is the usual one for
    markets with a book; an NFT pool may be worse.
    """
    n, volume = np.asarray(items, dtype=float), np.asarray(items_a_day, dtype=float)
    if np.any(n < 0.0) or np.any(volume <= 0.0):
        raise ParameterError("items", "needs items of 0 or more and a volume above 0")
    slip = half_spread + impact * np.asarray(daily_volatility, dtype=float) * np.sqrt(n / volume)
    return np.asarray(np.maximum(1.0 - slip, 0.0) * max(1.0 - fee - royalty, 0.0))
