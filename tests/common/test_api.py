"""What the API reads and how it refuses."""

import io
import json

import pytest
from rest_framework.exceptions import ParseError, Throttled, ValidationError

from common import api, problems


def read(raw: bytes):
    return api.StrictJSONParser().parse(io.BytesIO(raw))


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"a": "\xff"}',
        b"[" * 100_000,
        b"",
        b"{} {}",
        b" " * 1_000_001,
    ],
)
def test_what_is_not_strict_json_is_refused(raw):
    with pytest.raises(ParseError):
        read(raw)


def test_strict_json_is_read():
    assert read('{"a": [1, 0.5, null, "é😀"]}'.encode()) == {"a": [1, 0.5, None, "é😀"]}


def test_a_number_beyond_every_float_is_left_to_the_parameter():
    assert read(b'{"a": 1e400}')["a"] == float("inf")


def answer(error):
    response = api.problem_handler(error, {})
    return response.status_code, response.data, response.headers


def test_a_refusal_is_a_problem_document_with_every_key():
    entry = problems.entry("vol", "too high", maximum=5, unit="1", nearest=5)
    code, body, _ = answer(api.Unprocessable([entry]))
    assert code == 422
    assert body["errors"] == [
        {
            "field": "vol",
            "detail": "too high",
            "minimum": None,
            "maximum": 5,
            "unit": "1",
            "nearest": 5,
        }
    ]
    assert body["status"] == 422


def test_waiting_time_is_told():
    assert answer(Throttled(wait=12.2))[2]["Retry-After"] == "13"
    assert answer(api.Unavailable("Busy", 30))[2]["Retry-After"] == "30"


def test_a_field_error_becomes_an_entry():
    code, body, _ = answer(ValidationError({"text": ["This field is required."]}))
    assert code == 400
    assert body["errors"][0]["field"] == "text"


def test_a_plain_problem_answer_carries_the_media_type():
    response = problems.problem_response(problems.problem(409, "Not yet"), {"Retry-After": "2"})
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["title"] == "Not yet"
    assert response["Retry-After"] == "2"
