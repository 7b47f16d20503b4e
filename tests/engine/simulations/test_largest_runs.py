"""Nobody can ask for more paths than a run may hold; the refusal names what is accepted."""

from __future__ import annotations

import pytest

from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments import get


@pytest.mark.parametrize(
    ("slug", "most"),
    [
        ("alvh-condor", 2222), ("event-days", 2222), ("time-shift", 2222), ("alvh-readings", 1587),
        ("nft-hedge", 3571), ("layer-votes", 3571),
    ],
)  # fmt: skip
def test_the_nearest_number_of_paths_is_accepted_and_one_more_is_not(slug, most):
    experiment = get(slug)
    asked = {"market": "model", "days": 252}
    with pytest.raises(ParametersRefused) as refused:
        experiment.parse({**asked, "paths": 4000})
    (error,) = refused.value.errors
    assert (error.field, error.nearest, error.maximum) == ("paths", most, most)
    assert f"at most {most} paths" in error.detail
    assert experiment.parse({**asked, "paths": most})["paths"] == most
    with pytest.raises(ParametersRefused):
        experiment.parse({**asked, "paths": most + 1})
