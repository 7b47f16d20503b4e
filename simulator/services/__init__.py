"""What changes the world: ask for runs, compute them, keep the queue honest.

Views, the API, tasks and commands call these functions; nothing here imports them.
"""

from simulator.engine.errors import DataMissing, ParameterError, ParametersRefused

from .cancelling import cancel_run
from .catalogue import (
    UnknownExperiment,
    current_engine,
    experiment,
    experiment_or_404,
    experiments,
    preload,
    sources,
)
from .clients import client_key
from .executing import execute_run, in_words, run_now, work_off
from .fingerprints import Identity, identify
from .freshness import FRESH, Standing, standings
from .packages import package
from .passports import NOTICE, Found, is_current, look_up_digest, look_up_document, passport
from .queueing import expected_wait, place_in_queue, retry_after, throughput, waiting
from .refusals import CostTooHigh, QueueFull, QuotaExceeded
from .submitting import find_or_create_run, retry_run
from .sweeping import (
    ask_for_variants,
    cancel_sweep,
    create_sweep,
    resume_sweep,
    sweep_table,
    sweep_tables,
)
from .upkeep import (
    beat_worker,
    daily_work,
    dismiss_worker,
    forget,
    is_unserved,
    look_after_queue,
    oldest_waiting,
)
from .warming import (
    attach_result,
    known_result,
    stored_run,
    warm_examples,
    warm_settings,
)
from .warming import refresh as refresh_example

__all__ = [
    "FRESH",
    "NOTICE",
    "CostTooHigh",
    "DataMissing",
    "Found",
    "Identity",
    "ParameterError",
    "ParametersRefused",
    "QueueFull",
    "QuotaExceeded",
    "Standing",
    "UnknownExperiment",
    "ask_for_variants",
    "attach_result",
    "beat_worker",
    "cancel_run",
    "cancel_sweep",
    "client_key",
    "create_sweep",
    "current_engine",
    "daily_work",
    "dismiss_worker",
    "execute_run",
    "expected_wait",
    "experiment",
    "experiment_or_404",
    "experiments",
    "find_or_create_run",
    "forget",
    "identify",
    "in_words",
    "is_current",
    "is_unserved",
    "known_result",
    "look_after_queue",
    "look_up_digest",
    "look_up_document",
    "oldest_waiting",
    "package",
    "passport",
    "place_in_queue",
    "preload",
    "refresh_example",
    "resume_sweep",
    "retry_after",
    "retry_run",
    "run_now",
    "sources",
    "standings",
    "stored_run",
    "sweep_table",
    "sweep_tables",
    "throughput",
    "waiting",
    "warm_examples",
    "warm_settings",
    "work_off",
]
