"""What must not be in the repository: registry hosts, machine paths, stray markers, unpinned code.

Part of ``make check``; it reads what git tracks and fails with file and line.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "|".join(
    ["pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian"]
)
FORBIDDEN = {
    "a package registry's host": re.compile(HOST),
    "a path of somebody's machine": re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/[\w.]"),
    "a leftover marker": re.compile(r"\b(?:TODO|FIXME|XXX)\b|breakpoint\(\)|<{7} |>{7} "),
}
OLDEST_SAFE = {
    "django": (5, 2, 19),
    "celery": (5, 7, 0),
    "pyyaml": (6, 0, 1),
    "nh3": (0, 3, 0),
    "gunicorn": (23, 0, 0),
    "urllib3": (2, 6, 0),
    "certifi": (2024, 7, 4),
    "sqlparse": (0, 5, 0),
    "markdown": (3, 8, 1),
    "djangorestframework": (3, 15, 2),
}


def tracked() -> list[Path]:
    out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in out.stdout.decode().split("\0") if name]


def findings() -> list[str]:
    found = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in {".png", ".ttf", ".woff2", ".ico"}:
            continue
        if not path.is_file():
            continue
        if "vendor" in path.parts:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for what, pattern in FORBIDDEN.items():
                if pattern.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {what}")
    return found + unpinned()


def unpinned() -> list[str]:
    """Every requirement is pinned with a hash and not older than a known safe version."""
    found = []
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        for block in re.split(r"\n(?=[A-Za-z])", text):
            match = re.match(r"([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([0-9][^\s;\\]*)", block)
            if not match or "--hash=sha256:" not in block:
                found.append(f"{name}: {block.splitlines()[0]!r} is not pinned with a hash")
                continue
            package = match[1].lower().replace("_", "-")
            version = tuple(int(part) for part in re.findall(r"\d+", match[2]))
            if version < OLDEST_SAFE.get(package, ()):
                found.append(f"{name}: {package} {match[2]} is older than the oldest safe version")
    return found


if __name__ == "__main__":
    problems = findings()
    print("\n".join(problems) or "hygiene: nothing found")
    sys.exit(bool(problems))
