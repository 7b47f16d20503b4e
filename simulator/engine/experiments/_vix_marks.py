"""How a simulation marks its VIX calls, from its parameters."""

from __future__ import annotations

from types import SimpleNamespace

from ..overlays.vix_marks import Pricing


def pricing(p: SimpleNamespace) -> Pricing:
    """The rule of the market's marks, or the model's own law where it is asked for."""
    return Pricing(vol_of_vix=p.vol_of_vix, skew=p.vix_skew, by_law=p.vix_call_vol == "model")
