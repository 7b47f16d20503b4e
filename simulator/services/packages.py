"""The code of one experiment to take home: exactly what a worker computes, and how to run it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from simulator.engine import provenance
from simulator.engine.experiments.base import Experiment

from .passports import NOTICE

NEEDED = (*provenance.LIBRARIES, "rfc8785")
TIME = (1980, 1, 1, 0, 0, 0)  # the same files give the same bytes
SCRIPT = Path(__file__).with_name("packaged_run.py.txt")
README = """{title}
{line}

{summary}

Engine version {engine}: a hash of the sources here with the versions of numpy and scipy.
{notice}

    python3 -m venv .venv
    .venv/bin/pip install --require-hashes -r requirements.txt
    .venv/bin/python run.py                 # with parameters.json
    .venv/bin/python run.py result.json     # again what a downloaded result was made of

The last line says whether the digest is the same. An experiment that reads market data needs
series that may not be passed on; it says which.

The code is under the MIT licence. {address}
"""


def package(experiment: Experiment, parameters: Mapping[str, Any], seed: int | None) -> bytes:
    """A ZIP of sources, locked requirements, parameters and a script; always the same bytes."""
    files = {f"simulator/engine/{name}": text for name, text in _sources(experiment).items()}
    files["simulator/__init__.py"] = '"""Of Hedgelab only the engine is here."""\n'
    files["requirements.txt"] = locked((Path(settings.BASE_DIR) / "requirements.txt").read_text())
    asked = {"experiment": experiment.slug, "parameters": dict(parameters), "seed": seed}
    files["parameters.json"] = json.dumps(asked, indent=1, ensure_ascii=False) + "\n"
    files["run.py"] = SCRIPT.read_text().replace("PACKAGE", experiment.package)
    files["README.txt"] = README.format(
        title=experiment.title,
        line="=" * len(experiment.title),
        summary=experiment.summary,
        engine=provenance.engine_version(experiment.package),
        notice=NOTICE,
        address=f"{settings.SITE_URL}/lab/{experiment.slug}/",
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{experiment.slug}/{name}", TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, text)
    return out.getvalue()


def _sources(experiment: Experiment) -> dict[str, str]:
    """What the experiment stands on, and what makes a document of its result."""
    root = Path(provenance.ROOT)
    found = set(provenance.sources(experiment.package))
    waiting = [root / "documents.py", root / "__init__.py"]
    while waiting:
        path = waiting.pop()
        # Not the registry: it would look for all the other experiments.
        if path not in found and path != root / "experiments" / "__init__.py":
            found.add(path)
            waiting.extend(provenance.imported(path))
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in found}


def locked(requirements: str) -> str:
    """The pinned lines, with their hashes, of what the engine needs."""
    blocks = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", requirements, re.M | re.S)
    return "".join(block for block in blocks if re.split(r"[=\[]", block)[0] in NEEDED)
