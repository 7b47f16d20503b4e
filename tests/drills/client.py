"""A reader or operator in a process of their own: ``python -m tests.drills.client VERB …``.

Prints one JSON value. Drills use it where the caller must die, or where the database is
another one than the suite's.
"""

from __future__ import annotations

import json
import os
import random
import sys


def submit(count: str, pause: str = "0.02", steps: str = "10", first: str = "0") -> list[str]:
    from simulator import services

    made = []
    for marker in range(int(first), int(first) + int(count)):
        run, _ = services.find_or_create_run(
            experiment="tiny-walk",
            parameters={"marker": marker, "pause": float(pause), "steps": int(steps)},
        )
        made.append(str(run.pk))
    return made


def die_before_the_bell(marker: str) -> None:
    """Commit a run and end like a power cut before anybody is told."""
    from simulator import doorbell, services

    doorbell.ring = lambda *a, **k: os._exit(9)
    services.find_or_create_run(experiment="tiny-sum", parameters={"marker": int(marker)})


def write_along(name: str, count: str) -> dict[str, int]:
    """Submit, claim, beat and finish as fast as it goes; how often the database refused."""
    from django.db import OperationalError

    from simulator import services
    from simulator.models import leases

    done = refused = 0
    chance = random.Random(name)
    for _ in range(int(count)):
        try:
            given = {"marker": chance.randrange(10**6)}
            services.find_or_create_run(experiment="tiny-sum", parameters=given)
            run = leases.claim(name)
            if run is not None:
                lease = leases.Lease(run.pk, run.token)
                leases.beat(lease, progress=0.5, stage="half")
                done += leases.succeed(lease, {"digest": "sha256:" + "0" * 64})
        except OperationalError:
            refused += 1
    return {"done": done, "refused": refused}


def work_off(*options: str) -> None:
    from django.core.management import call_command

    call_command("work_off", *options)


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def states() -> dict[str, str]:
    from simulator.models import Run

    return {str(pk): status for pk, status in Run.objects.values_list("pk", "status")}


def invariants(*acknowledged: str) -> dict[str, int]:
    from tests.drills.invariants import broken

    problems = broken(acknowledged)
    if problems:
        raise SystemExit("\n".join(problems))
    return {"runs": len(acknowledged)}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from tests.drills import quick, tiny

    tiny.register_only()
    quick.apply()
    sys.stdout.write(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
