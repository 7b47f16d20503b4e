"""What is refused in a worker is refused in the same words where it is read."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from simulator.engine.errors import DataMissing, ParameterError, ParametersRefused
from simulator.engine.experiments import get

WRONG = {"wing_width": 1.0, "call_delta": 0.9}


def asked():
    return get("alvh-condor").parse(WRONG)


@pytest.fixture(scope="module")
def refusal():
    with pytest.raises(ParametersRefused) as caught:
        asked()
    return caught.value


def test_a_refusal_comes_back_whole_from_another_process(refusal):
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        there = pool.submit(asked).exception()
    assert isinstance(there, ParametersRefused)
    assert [error.as_dict() for error in there.errors] == [
        error.as_dict() for error in refusal.errors
    ]
    assert {error.field for error in there.errors} == set(WRONG)
    assert str(there) == str(refusal)


@pytest.mark.parametrize(
    "error",
    [
        ParameterError("days", "is too long", maximum=252.0, unit="days", nearest=252.0),
        ParameterError(field="days", detail="named by keywords"),
        DataMissing("spx: no such series"),
    ],
)
def test_an_error_is_the_same_after_a_copy(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    if isinstance(error, ParameterError):
        assert copy == error
