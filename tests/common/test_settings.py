"""The site refuses to start in an unsafe shape, and says what to change."""

import os
import subprocess
import sys

import pytest


def check(tmp_path, *arguments, **environment):
    """Start Django in a process of its own with exactly this environment."""
    keep = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "manage.py", "check", *arguments],
        env={**keep, "VAR_DIR": str(tmp_path), "PLAIN_STATIC": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is empty"),
        ({"SECRET_KEY": "change-me"}, "example value"),
        ({"ALLOWED_HOSTS": "*"}, "wildcard"),
        ({"ALLOWED_HOSTS": "a.example,*.b.example"}, "wildcard"),
        ({"SITE_URL": "hedgelab.example"}, "SITE_URL must look like"),
        ({"DATABASE_URL": "mysql://x/y"}, "SQLite or PostgreSQL"),
    ],
)
def test_an_unsafe_setting_refuses_to_start(tmp_path, environment, words):
    done = check(tmp_path, **environment)
    assert done.returncode != 0
    assert words in done.stderr


def test_the_shipped_settings_pass_the_deployment_check(tmp_path):
    done = check(
        tmp_path, "--deploy", "--fail-level", "WARNING", SITE_URL="https://hedgelab.example"
    )
    assert done.returncode == 0, done.stderr


def test_a_secret_is_generated_once_and_kept(tmp_path):
    assert check(tmp_path).returncode == 0
    first = (tmp_path / "secret_key").read_text()
    assert check(tmp_path).returncode == 0
    assert (tmp_path / "secret_key").read_text() == first
    assert len(first) > 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
