"""The whole suite: ``make test``.

First everything on SQLite in two processes, then what talks to real processes one at a
time, then what must hold on PostgreSQL as well, on a cluster of our own.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time

from . import services


def run(title: str, *arguments: str, **environment: str) -> bool:
    print(f"\n=== {title} ===", flush=True)
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    code = subprocess.run(command, env={**os.environ, **environment}, check=False).returncode
    print(f"=== {title}: {time.monotonic() - started:.0f} s, exit {code} ===", flush=True)
    return code == 0


def main() -> int:
    with contextlib.ExitStack() as stack:
        for name, probe in (("Redis", services.redis_server), ("Chromium", services.chromium)):
            try:
                found = probe()
                if not isinstance(found, str):
                    with found:
                        pass
            except services.Missing:
                services.announce_missing(name)
        database = None
        try:
            database = stack.enter_context(services.postgresql())
        except services.Missing:
            services.announce_missing("PostgreSQL")
        passed = [run("quick", "-n", "2", "-m", "not service and not browser and not drill")]
        passed.append(run("services and drills", "-m", "service or drill"))
        passed.append(run("browser", "-m", "browser"))
        if database:
            passed.append(run("PostgreSQL", "-m", "both_databases", DATABASE_URL=database))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
