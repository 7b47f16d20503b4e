"""Compute one run in this process: claim, watch, compute within limits, finish."""

from __future__ import annotations

import logging
import traceback
import uuid
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from simulator.datasets import StoredData
from simulator.engine.data import Progress, silent
from simulator.engine.documents import compute
from simulator.engine.errors import (
    DataMissing,
    EngineError,
    ParametersRefused,
    ResultRefused,
    RunCancelled,
)
from simulator.models import Run, leases

from . import catalogue
from .fingerprints import Identity, identify
from .signals import computed
from .warming import attach_result
from .watching import LeaseLost, LimitReached, Limits, Watch

log = logging.getLogger(__name__)
OUTPUT_LIMIT = 4_000_000
DATABASE_IS_AWAY = (OperationalError, InterfaceError)


def execute_run(
    run_id: uuid.UUID | None, worker: str, *, limits: Limits | None = None
) -> uuid.UUID | None:
    """Claim and compute a run; with None, whichever is first in the queue.

    Returns the run that was computed, or None when there was nothing to claim. With
    ``limits`` the computation is held to them and a pulse thread keeps the lease (worker
    processes); without, the lease is renewed from ``progress`` alone.
    """
    run = leases.claim(worker, run_id)
    if run is None:
        return None
    assert run.token is not None
    lease = leases.Lease(run.pk, run.token)
    try:
        with Watch(lease, limits) as watch:
            document = _compute(run, watch)
    except LeaseLost:
        log.info("Run %s went to another worker; its work here is thrown away.", run.pk)
    except RunCancelled:
        leases.stop(lease)
    except DATABASE_IS_AWAY:
        # No fault of the computation: the lease lapses, and somebody begins it again.
        connection.close()
        raise
    except BaseException as error:
        words = in_words(error)
        if words is None:
            leases.hand_back(lease)
            raise
        _fail(lease, run, words, error)
    else:
        _store(lease, run, document)
    return run.pk


def work_off(worker: str, *, limits: Limits | None = None, most: int | None = None) -> int:
    """Claim and compute until nothing is claimable; how many runs that were."""
    done = 0
    while most is None or done < most:
        if execute_run(None, worker, limits=limits) is None:
            break
        done += 1
    return done


def run_now(identity: Identity, progress: Progress = silent) -> dict[str, Any]:
    """The result document of checked inputs, computed here and stored nowhere."""
    return compute(
        identity.experiment,
        identity.parameters,
        seed=identity.seed,
        data=StoredData(identity.data),
        progress=progress,
    )


def _compute(run: Run, watch: Watch) -> dict[str, Any]:
    experiment = catalogue.experiment(run.experiment)
    identity = identify(experiment, run.parameters, run.seed)
    if identity.engine_version != run.engine_version or experiment.version != run.version:
        raise EngineChanged
    return compute(
        experiment,
        identity.parameters,
        seed=identity.seed,
        data=StoredData(run.data),
        progress=watch.progress,
    )


class EngineChanged(EngineError):
    """The worker stands on other sources than the site had when the run was asked for."""

    def __init__(self) -> None:
        super().__init__(
            "The engine was renewed between the request and the computation. "
            "Ask again to have it computed by the new one."
        )


def _store(lease: leases.Lease, run: Run, document: dict[str, Any]) -> None:
    text = leases.as_text(document)
    if len(text) > OUTPUT_LIMIT:
        words = f"The result is larger than {OUTPUT_LIMIT // 1_000_000} MB. Try smaller values."
        _fail(lease, run, words, None)
        return
    if leases.succeed(lease, document, text):
        attach_result(run)
        computed.send_robust(sender=Run, run=run)


def in_words(error: BaseException) -> str | None:
    """What a reader is told about a failure; None for what must end the process instead."""
    if isinstance(error, LimitReached | DataMissing | ParametersRefused | EngineChanged):
        return str(error)
    if isinstance(error, MemoryError):
        return "The computation needed more memory than a run may have. Try smaller values."
    if isinstance(error, ResultRefused):
        return f"The computation ended with something that cannot be published: {error}."
    if isinstance(error, EngineError):
        return str(error)
    if isinstance(error, catalogue.UnknownExperiment):
        return "This experiment no longer exists."
    if isinstance(error, RecursionError | ArithmeticError):
        return "The computation broke down numerically at these values."
    if isinstance(error, Exception):
        return "Something went wrong inside the computation; it is our fault, not yours."
    return None


def _fail(lease: leases.Lease, run: Run, words: str, error: BaseException | None) -> None:
    error_id = uuid.uuid4().hex[:8]
    technical = "".join(traceback.format_exception(error))[-20_000:] if error else ""
    told = f"{words.rstrip('.')}. (Error {error_id}.)"
    if leases.fail(lease, told, error_id=error_id, technical=technical):
        log.warning("Run %s failed (%s): %s", run.pk, error_id, words)
