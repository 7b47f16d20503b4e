"""From a simulation's market parameters to the paths it runs on."""

from __future__ import annotations

from types import SimpleNamespace

from ..data import Data
from ..errors import ParameterError
from ..markets import episodes
from ..markets.state import World


def build(params: SimpleNamespace, *, seed: int, data: Data) -> World:
    """The market named by ``params.market``, with ``params.paths`` paths."""
    if params.market == "episode":
        return episodes.world(episodes.find(params.episode), paths=params.paths, seed=seed)
    raise ParameterError("market", "is not built yet")
