"""Rows: what was asked, what came out, and what stands behind it."""

from .claims import Claim, ClaimCause, ClaimCheck, Correction
from .datasets import DataSeries
from .examples import Example
from .quotas import TokenBucket
from .runs import (
    ACTIVE,
    CANCELLED,
    FAILED,
    KEPT,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    TERMINAL,
    Priority,
    Run,
    RunResult,
)
from .sweeps import Sweep, SweepCell
from .workers import Worker

__all__ = [
    "ACTIVE",
    "CANCELLED",
    "FAILED",
    "KEPT",
    "QUEUED",
    "RUNNING",
    "SUCCEEDED",
    "TERMINAL",
    "Claim",
    "ClaimCause",
    "ClaimCheck",
    "Correction",
    "DataSeries",
    "Example",
    "Priority",
    "Run",
    "RunResult",
    "Sweep",
    "SweepCell",
    "TokenBucket",
    "Worker",
]
