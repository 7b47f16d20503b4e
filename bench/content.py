"""``sync_content`` of 10,000 answers: the first load, one without a change, one changed file.

By the clock, and by processor time for a machine that has other work.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path
from typing import Any

from ._corpus import Writer

ROOT = Path(__file__).resolve().parent.parent
FILES = 10_000
GOALS = {"files_a_second": 100, "unchanged_seconds": 2}


def write(folder: Path, count: int) -> None:
    """Answers of about 3 KB with sections, citations and terms beside the site's own content."""
    writer = Writer()
    for path in (ROOT / "content").iterdir():
        if path.name not in ("answers", "examples.toml"):
            (folder / path.name).symlink_to(path)
    answers = folder / "answers"
    answers.mkdir()
    for number in range(count):
        parts = list(writer.paragraphs(6, 70))
        head = f"title: '{writer.title()}'\ncategory: Hedging\ntags: [Tail risk]\n"
        head += "authors:\n  - name: A group\npublished: 2026-01-05\nshort_answer: It depends.\n"
        body = f"{parts[0]}\n\n## First part\n\n{parts[1]} [@whaley-2009 p. 3].\n\n{parts[2]}\n\n"
        body += f"## Second part\n\n{parts[3]} **{parts[4]}**\n\n- {parts[5]}\n"
        (answers / f"made-{number}.md").write_text(f"---\n{head}---\n\n{body}")


def measured(count: int) -> dict[str, Any]:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", "-v0")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, count)

        def sync() -> tuple[float, float, str]:
            out = StringIO()
            begun, worked = time.perf_counter(), time.process_time()
            call_command("sync_content", str(folder), stdout=out)
            spent = time.process_time() - worked
            return time.perf_counter() - begun, spent, out.getvalue().strip().splitlines()[-1]

        first, first_worked, said = sync()
        again, again_worked, unchanged = sync()
        path = folder / "answers" / "made-7.md"
        path.write_text(path.read_text() + "\nOne more line.\n")
        one, _, changed = sync()
    return {
        "files": count, "files_a_second": round(count / first), "first": said,
        "files_a_processor_second": round(count / first_worked),
        "unchanged_seconds": round(again, 2), "again": unchanged,
        "unchanged_processor_seconds": round(again_worked, 2),
        "one_changed_seconds": round(one, 2), "changed": changed,
    }  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as var:
        environment = {
            **os.environ, "VAR_DIR": var, "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        command = [sys.executable, "-m", "bench.content", str(FILES)]
        said = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
        )
    found = json.loads(said.stdout)
    print(
        f"{found['files']} files: {found['files_a_second']} a second (goal "
        f"{GOALS['files_a_second']}), {found['files_a_processor_second']} of processor time; "
        f"unchanged {found['unchanged_seconds']} s (goal {GOALS['unchanged_seconds']}), "
        f"{found['unchanged_processor_seconds']} s of processor time; "
        f"one changed {found['one_changed_seconds']} s"
    )
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    (results / "content.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]))))
