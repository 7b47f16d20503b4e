"""gunicorn's settings that are code: its workers end with it, however it ends."""

from __future__ import annotations

from typing import Any

from .processes import die_with_parent


def post_fork(server: Any, worker: Any) -> None:
    die_with_parent()
