"""A series must be imported only when the chosen market reads it."""

import pytest

from simulator import services
from simulator.engine.errors import ParametersRefused

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("experiment", services.experiments(), ids=lambda e: e.slug)
def test_every_experiment_can_be_asked_for_at_its_defaults_with_nothing_imported(experiment):
    assert services.identify(experiment, {}).data == {}


def test_a_replay_names_the_series_it_misses():
    experiment = services.catalogue.experiment("nft-hedge")
    with pytest.raises(ParametersRefused) as caught:
        services.identify(experiment, {"market": "replay"})
    assert {error.field for error in caught.value.errors} == {"spx_series", "vix_series"}
    assert "not been imported" in caught.value.errors[0].detail
