"""What the matrix posts; a view without an entry gets an empty form."""

from __future__ import annotations

from typing import Any

JSON: dict[str, Any] = {
    "api-questions": {"text": "How does theta decay?"},
    "api-runs": {"experiment": "option-price", "parameters": {"underlying": 103.0}},
    "api-sweeps": {},
}
FORMS: dict[str, dict[str, Any]] = {
    "questions:new": {"text": "How does theta decay?"},
    "questions:correct": {"text": "How does theta really decay?"},
    "questions:reply": {"reply": "In thirty days."},
    "questions:follow": {"email": "new@example.org"},
    "questions:decide": {"action": "decline", "reason": "Another subject."},
    "questions:bulk": {"action": "spam"},
}
