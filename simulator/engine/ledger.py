"""Cash, positions and profit of one account on many paths, day by day.

A layer is one line of the account (the condor book, one hedge layer, the collection).
Its profit of a day is the change of its value plus the cash that it moved, so cash plus
positions is the account's equity to rounding. Causes (theta, delta, gamma, vega, jumps,
costs) are posted beside the profit and what they leave unexplained is the residual.
Money in USD; arrays ``days + 1`` by ``paths``; a hedge's cost is negative profit.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ALL = slice(None)
CAUSES = ("theta", "delta", "gamma", "vega", "jumps", "costs")


class Ledger:
    """One account; ``capital`` is its cash at the start, a number or one a path.

    ``flows``: the cash that each day moved is kept. ``host``: the account whose lines this one
    has too, beside its own; it rides along and answers for both (``backtest.with_more``).
    """

    def __init__(
        self,
        *,
        days: int,
        paths: int,
        capital: float | Floats,
        flows: bool = False,
        host: Ledger | None = None,
    ) -> None:
        self.days, self.paths = days, paths
        self.capital = np.broadcast_to(np.asarray(capital, dtype=float), (paths,)).copy()
        self.cash: Floats = self.capital.copy()
        self.values: dict[str, Floats] = {}
        self.profits: dict[str, Floats] = {}
        self.causes: dict[str, dict[str, Floats]] = {}
        self.gross: dict[str, Floats] = {}
        self.paid: dict[str, Floats] = {}
        self.received: dict[str, Floats] = {}
        self.flows: Floats | None = np.zeros((days + 1, paths)) if flows else None
        self.explained = False
        self.host = host
        self.riders: list[Ledger] = []
        self.parted = np.zeros(paths, dtype=bool)
        if host is not None:
            host.riders.append(self)
        self._moved: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(paths))

    def open(self, layer: str) -> None:
        """Begin a line; a line that never trades stays at zero."""
        zero = np.zeros(self.paths)
        self.values[layer], self.paid[layer], self.received[layer] = zero, zero.copy(), zero.copy()
        self.gross[layer] = zero.copy()
        self.profits[layer] = np.zeros((self.days + 1, self.paths))
        self.causes[layer] = {cause: np.zeros(self.paths) for cause in CAUSES}

    def adopt(
        self,
        layer: str,
        *,
        profits: Floats,
        value: Floats,
        paid: Floats,
        received: Floats,
        costs: Floats,
    ) -> None:
        """Take the books of an opened line from whoever keeps them from now on."""
        self.profits[layer], self.values[layer] = profits, value
        self.paid[layer], self.received[layer] = paid, received
        self.causes[layer]["costs"] = costs

    def move(self, day: int, cash: Floats, *, at: Any) -> None:
        """Cash of a line whose books are kept elsewhere, on the paths ``at``."""
        self.cash[at] += cash
        if self.flows is not None:
            self.flows[day, at] += cash

    def trade(self, day: int, layer: str, cash: Floats, *, at: Any = ALL) -> None:
        """Cash that a line moves at the close of ``day``: negative is paid, positive received.

        ``cash`` is one number a path, or one for each of the paths ``at``.
        """
        received = np.maximum(cash, 0.0)
        paid = received - cash
        if at is ALL:
            self.cash += cash
            if self.flows is not None:
                self.flows[day] += cash
            self._moved[layer] += cash
            self.received[layer] += received
            self.paid[layer] += paid
        else:
            self.cash[at] += cash
            if self.flows is not None:
                self.flows[day, at] += cash
            self._moved[layer][at] += cash
            self.received[layer][at] += received
            self.paid[layer][at] += paid

    def charge(self, day: int, layer: str, cost: Floats, *, at: Any = ALL) -> None:
        """A cost (not negative) of trading, paid in cash and posted to ``costs``."""
        self.trade(day, layer, -cost, at=at)
        self.causes[layer]["costs"][at] -= cost

    def mark(self, day: int, layer: str, value: Floats) -> None:
        """What the line is worth at the close of ``day``; books the day's profit."""
        profit, moved = self.profits[layer][day], self._moved[layer]
        np.subtract(value, self.values[layer], out=profit)
        profit += moved
        self.values[layer] = value
        moved.fill(0.0)

    def explain(self, layer: str, cause: str, amount: Floats) -> None:
        """Post a part of a line's profit to a cause."""
        self.explained = True
        self.causes[layer][cause] += amount
        self.gross[layer] += np.abs(amount)

    def explain_moves(
        self, layer: str, straight: Floats, bent: Floats, jumped: Bools | None
    ) -> None:
        """Post what the underlying's move brought: delta and gamma, or on a jump to jumps."""
        if jumped is not None and jumped.any():
            whole = straight + bent
            self.explain(layer, "jumps", np.where(jumped, whole, 0.0))
            straight = np.where(jumped, 0.0, straight)
            bent = np.where(jumped, 0.0, bent)
        self.explain(layer, "delta", straight)
        self.explain(layer, "gamma", bent)

    def equity(self, *layers: str) -> Floats:
        """Capital plus the profit so far, of all lines or of those named."""
        chosen = layers or tuple(self.profits)
        total = np.zeros((self.days + 1, self.paths))
        for layer in chosen:
            total += self.profits[layer]
        return np.asarray(np.cumsum(total, axis=0) + self.capital)

    def profit(self, *layers: str) -> Floats:
        """The profit of each day, summed over all lines or those named."""
        chosen = layers or tuple(self.profits)
        total = np.zeros((self.days + 1, self.paths))
        for layer in chosen:
            total += self.profits[layer]
        return total

    def now(self) -> Floats:
        """The equity at this moment: cash plus the last marks, those of a host among them."""
        own = self.own()
        return own if self.host is None else self.host.now() + own

    def own(self) -> Floats:
        """The same of the lines of this ledger alone."""
        total = self.cash.copy()
        for value in self.values.values():
            total += value
        return total

    def earned(self, layer: str, day: int) -> Floats:
        """The profit of a line, or of one of the host's, at the close of ``day``."""
        if self.host is not None and layer not in self.profits:
            return self.host.earned(layer, day)
        return np.asarray(self.profits[layer][day])

    def bears(self, loss: Floats, asked: Bools, *, more: float | Floats = 0.0) -> Bools:
        """Where of ``asked`` the account, and ``more`` USD, can bear a loss.

        A rider that answers otherwise has parted: its account would not have the same lines.
        """
        money = self.now() + more
        able = money >= loss
        for rider in self.riders:
            rider.parted |= asked & ((money + rider.own() >= loss) != able)
        return np.asarray(asked & able)

    def whole(self) -> Ledger:
        """The account of a rider: the lines of its host, then its own."""
        host = self.host
        assert host is not None
        out = Ledger(days=self.days, paths=self.paths, capital=host.capital + self.capital)
        out.cash = host.cash + self.cash
        out.explained = host.explained or self.explained
        for mine, ours, both in (
            (self.values, host.values, out.values),
            (self.profits, host.profits, out.profits),
            (self.gross, host.gross, out.gross),
            (self.paid, host.paid, out.paid),
            (self.received, host.received, out.received),
        ):
            both.update(ours)
            both.update(mine)
        out.causes.update(host.causes)
        out.causes.update(self.causes)
        return out

    def residual(self, layer: str) -> Floats:
        """Profit of a line that no cause explains, by path."""
        explained = sum(self.causes[layer].values(), np.zeros(self.paths))
        return np.asarray(self.profits[layer].sum(axis=0) - explained)

    def attribution(self) -> dict[str, dict[str, float]]:
        """Mean profit by line and cause, the residual and the total beside them."""
        out: dict[str, dict[str, float]] = {}
        for layer, causes in self.causes.items():
            row: dict[str, Any] = {cause: float(amount.mean()) for cause, amount in causes.items()}
            row["residual"] = float(self.residual(layer).mean())
            row["total"] = float(self.profits[layer].sum(axis=0).mean())
            out[layer] = row
        return out
