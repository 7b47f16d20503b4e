"""Loaded by pytest before Django's settings are read (``-p tests.environment``).

The suite never touches ``var/``: it gets a folder of its own and a known configuration.
"""

import os
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="hedgelab-tests-"))
os.environ.setdefault("VAR_DIR", str(FOLDER))
(Path(os.environ["VAR_DIR"]) / "static").mkdir(exist_ok=True)  # whitenoise warns without it
os.environ["SECRET_KEY"] = "tests only: not a secret, but long and varied enough 0123456789 abcdef"
os.environ["PLAIN_STATIC"] = "1"
os.environ["SITE_URL"] = "http://testserver"
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright's sync API runs an event loop
os.environ.pop("DEBUG", None)
os.environ.pop("REDIS_URL", None)
