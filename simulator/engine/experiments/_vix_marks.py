"""How a simulation marks its VIX calls, from its parameters."""

from __future__ import annotations

from types import SimpleNamespace

from ..markets.state import World
from ..overlays.vix_marks import Pricing


def pricing(p: SimpleNamespace) -> Pricing:
    """The rule of the market's marks, or the model's own law where it is asked for."""
    return Pricing(vol_of_vix=p.vol_of_vix, skew=p.vix_skew, by_law=p.vix_call_vol == "model")


def notes(p: SimpleNamespace, world: World) -> list[str]:
    """What the calls cost in this run, where that is not the market's marks."""
    if pricing(p).is_by_law(world):
        return [
            "VIX calls are priced by the model's own law under its pricing measure: what their "
            "buyer loses is the premium between the two measures, and trading. The market's marks, "
            "which are the default, are dearer, above all those of a month."
        ]
    if p.vix_call_vol == "model":
        return [
            "This market is known by its VIX alone and has no law of its own: VIX calls keep the "
            "market's marks."
        ]
    return []
