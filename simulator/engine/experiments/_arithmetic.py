"""The layered hedge at a glance: outlay, a quiet year's cost and what a jump of the VIX pays.

Our published arithmetic of the hedge's cost and cover, redone: Black-76 on VIX futures with
F(T) = 19 + (VIX - 19) e^{-4T} + 2.5 sqrt(T) and vols of 115 % now, decaying at 2.6 a year,
averaged over the option's life and never under 42 %. No paths, no randomness.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..ledger import Floats
from ..numerics.normal import quantile
from ..pricing import black76
from ..results import Column, Table
from ..units import USD, VIX_MULTIPLIER

DTES = np.array([30.0, 110.0, 220.0])
ROLLS = np.array([7.0, 80.0, 180.0])
SHOCKS = (3.0, 6.0, 12.0, 20.0, 40.0)
MEAN, SPEED, PREMIUM = 19.0, 4.0, 2.5
VOL_NOW, VOL_DECAY, VOL_FLOOR = 1.15, 2.6, 0.42


def futures(vix: float, years: Floats) -> Floats:
    """The quick curve of the published arithmetic, index points."""
    level = MEAN + (vix - MEAN) * np.exp(-SPEED * years) + PREMIUM * np.sqrt(years)
    return np.asarray(level)


def vols(years: Floats) -> Floats:
    """Root mean square over the life of an option of ``years``."""
    x = np.maximum(2.0 * VOL_DECAY * years, 1e-12)
    return np.asarray(np.maximum(VOL_NOW * np.sqrt(-np.expm1(-x) / x), VOL_FLOOR))


@dataclass(frozen=True)
class Arithmetic:
    """USD: outlays by layer, a quiet year's loss (positive), gains by shock; cover a fraction."""

    outlays: Floats
    quiet_years: Floats
    gains: Floats
    cover: float
    table: Table

    @property
    def quiet_year(self) -> float:
        return float(self.quiet_years.sum())


def layered_hedge(
    *,
    vix: float,
    delta: float,
    contracts: tuple[float, ...],
    account: float,
    full_loss: float,
    scale: float = 1.0,
) -> Arithmetic:
    """Outlay, quiet-year cost and gains of 30/110/220-day calls renewed at 7/80/180 days.

    ``cover`` is the gain on a VIX up by 12 points over ``full_loss`` (USD).
    """
    count = np.asarray(contracts) * scale * VIX_MULTIPLIER
    years, left = DTES / 365.0, ROLLS / 365.0
    F, s = futures(vix, years), vols(years)
    K = F * np.exp(0.5 * s * s * years - s * np.sqrt(years) * quantile(np.asarray(delta)))
    K = np.round(2.0 * K) / 2.0  # listed strikes are half a point apart
    fresh = black76.price(forward=F, strike=K, expiry=years, vol=s)
    aged = black76.price(forward=futures(vix, left), strike=K, expiry=left, vol=vols(left))
    quiet = count * (fresh - aged) * 365.0 / (DTES - ROLLS)
    gains = np.array(
        [
            count
            * (
                black76.price(forward=futures(vix + jump, years), strike=K, expiry=years, vol=s)
                - fresh
            )
            for jump in SHOCKS
        ]
    )
    cover = float(gains[SHOCKS.index(12.0)].sum() / full_loss) if full_loss > 0.0 else 0.0
    rows = [
        [f"{dte:g} days", *values]
        for dte, values in zip(DTES, np.column_stack([count * fresh, -quiet, gains.T]), strict=True)
    ]
    rows.append(["all", *np.column_stack([count * fresh, -quiet, gains.T]).sum(axis=0)])
    columns = (
        Column("layer", "Layer"),
        Column("outlay", "Outlay", USD),
        Column("quiet_year", "Profit of a quiet year", USD),
        *(Column(f"gain_{jump:g}", f"VIX +{jump:g} in a day", USD) for jump in SHOCKS),
    )
    label = f"The hedge at a glance, VIX {vix:g} (account {account:,.0f} USD)"
    return Arithmetic(count * fresh, quiet, gains, cover, Table("arithmetic", label, columns, rows))
