"""From a simulation's market parameters to the paths it runs on."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from ..data import Data, Progress, silent
from ..errors import DataMissing, ParameterError
from ..markets import episodes, two_factor
from ..markets.bootstrap import resample
from ..markets.curves import AnchoredCurve
from ..markets.history import History, aligned
from ..markets.state import Floats, World

FEWEST_DAYS = 40


def build(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress = silent) -> World:
    """The market named by ``params.market``, with ``params.paths`` paths (a replay is one path).

    Raises ``DataMissing`` where a replay or a bootstrap lacks its imported series.
    """
    if params.market == "episode":
        return episodes.world(episodes.find(params.episode), paths=params.paths, seed=seed)
    if params.market == "model":
        return model(params, seed=seed, progress=progress)
    if params.market == "replay":
        return replay(params, data)
    if params.market == "bootstrap":
        return bootstrap(params, seed=seed, data=data)
    raise ParameterError("market", "must be one of model, episode, replay, bootstrap")


def model(params: SimpleNamespace, *, seed: int, progress: Progress = silent) -> World:
    """The two-factor world, started at ``vix0`` and ``spx0`` where the experiment has them."""
    start = two_factor.started(two_factor.EDU_2, vix=getattr(params, "vix0", 17.95))
    if getattr(params, "crashes_per_century", 0.0):
        start = two_factor.crashing(
            start,
            a_century=params.crashes_per_century,
            fall=params.crash_fall,
            vix=params.crash_vix,
        )
    return two_factor.world(
        paths=params.paths,
        days=params.days,
        seed=seed,
        model=start,
        spot=getattr(params, "spx0", 7138.80),
        report=lambda done: progress(0.1 * done, "drawing paths"),
    )


def imported(params: SimpleNamespace, data: Data, *more: str) -> History:
    """Index, VIX and any further series on the days of ``first_year`` to ``last_year``."""
    names = (params.spx_series, params.vix_series, *more)
    history = aligned([data.series(name) for name in names], at_least=FEWEST_DAYS)
    part = history.between(f"{params.first_year}-01-01", f"{params.last_year}-12-31")
    if len(part.dates) < FEWEST_DAYS:
        raise DataMissing(
            f"{', '.join(names)} share {len(part.dates)} days from {params.first_year} to "
            f"{params.last_year}; at least {FEWEST_DAYS} are needed"
        )
    return part


def replay(params: SimpleNamespace, data: Data) -> World:
    """One path: the imported closes themselves."""
    history = imported(params, data, *_ether(params))
    days = (history.dates - history.dates[0]).astype(float)
    vix = np.ascontiguousarray(history.column(params.vix_series)[:, None])
    return World(
        kind="replay",
        spx=np.ascontiguousarray(history.column(params.spx_series)[:, None]),
        vix=vix,
        years=days / 365.0,
        curve=AnchoredCurve(vix),
        eth=_column(history, getattr(params, "eth_series", None)),
        dates=history.dates,
    )


def bootstrap(params: SimpleNamespace, *, seed: int, data: Data) -> World:
    """Histories redrawn in joint blocks of the imported one."""
    names = (params.spx_series, *_ether(params))
    history = imported(params, data, *_ether(params))
    drawn = resample(
        changes=np.column_stack([np.diff(np.log(history.column(name))) for name in names]),
        vix=history.column(params.vix_series),
        paths=params.paths,
        days=params.days,
        rng=np.random.default_rng([seed, 0xB007]),
    )
    levels = []
    for number, name in enumerate(names):
        logs = np.zeros((params.days + 1, params.paths))
        np.cumsum(drawn.changes[:, :, number].T, axis=0, out=logs[1:])
        levels.append(float(history.column(name)[-1]) * np.exp(logs))
    vix = np.ascontiguousarray(drawn.vix.T)
    return World(
        kind="bootstrap",
        spx=levels[0],
        vix=vix,
        years=np.asarray(np.arange(params.days + 1) / 252.0, dtype=np.float64),
        curve=AnchoredCurve(vix),
        eth=levels[1] if len(levels) > 1 else None,
    )


def _ether(params: SimpleNamespace) -> tuple[str, ...]:
    """The series of ether, where the experiment has one and it was named."""
    name = getattr(params, "eth_series", None)
    return () if name is None else (name,)


def _column(history: History, name: str | None) -> Floats | None:
    """One path of a series' closes."""
    return None if name is None else np.ascontiguousarray(history.column(name)[:, None])


def tiled(world: World, paths: int) -> World:
    """The same single path many times, for what differs by path beside the market."""
    if world.paths != 1:
        return world
    vix = np.repeat(world.vix, paths, axis=1)
    return World(
        kind=world.kind,
        spx=np.repeat(world.spx, paths, axis=1),
        vix=vix,
        years=world.years,
        curve=AnchoredCurve(vix),
        eth=None if world.eth is None else np.repeat(world.eth, paths, axis=1),
        dates=world.dates,
        rate=world.rate,
        dividend_yield=world.dividend_yield,
    )
