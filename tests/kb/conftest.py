"""A small library of content files to write, load and read."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from kb import extend

SOURCE = {
    "id": "whaley-2009",
    "type": "article-journal",
    "title": "Understanding the VIX",
    "author": [{"family": "Whaley", "given": "Robert E."}],
    "issued": {"date-parts": [[2009]]},
    "container-title": "The Journal of Portfolio Management",
    "volume": "35",
    "issue": "3",
    "page": "98-105",
    "DOI": "10.3905/JPM.2009.35.3.098",
    "evidence": "peer-reviewed",
    "interest": None,
    "archived_url": None,
    "read_at": None,
}
VENDOR = {
    "id": "vendor-page",
    "type": "webpage",
    "title": "Our shield never fails",
    "author": [{"literal": "Vendor Research Team"}],
    "URL": "https://vendor.example/shield",
    "evidence": "vendor",
    "interest": "Sells the shield",
    "archived_url": "https://archive.example/shield",
    "read_at": "2026-03-01",
}


class Library:
    """A content folder: ``answer``, ``term`` and ``sources`` write files, ``sync`` loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "answers").mkdir()
        (folder / "glossary").mkdir()
        self.sources(SOURCE, VENDOR)

    def sources(self, *items: dict[str, Any]) -> None:
        text = json.dumps(list(items), ensure_ascii=False, indent=1) + "\n"
        (self.folder / "sources.json").write_text(text)

    def answer(self, slug: str, body: str = "Some words.", **front: Any) -> Path:
        data = {
            "title": f"What about {slug.replace('-', ' ')}?",
            "category": "Hedging",
            "authors": [{"name": "The Hedgelab group"}],
            "published": "2026-01-05",
            "short_answer": "It depends.",
        } | front
        return self.write(f"answers/{slug}.md", data, body)

    def term(self, slug: str, body: str = "A definition.", **front: Any) -> Path:
        data = {"name": slug.replace("-", " "), "summary": f"What {slug} means."} | front
        return self.write(f"glossary/{slug}.md", data, body)

    def write(self, name: str, data: dict[str, Any], body: str) -> Path:
        given = {key: value for key, value in data.items() if value is not None}
        head = yaml.safe_dump(given, allow_unicode=True, sort_keys=False)
        path = self.folder / name
        path.write_text(f"---\n{head}---\n\n{body}\n")
        return path

    def write_examples(self, text: str) -> None:
        (self.folder / "examples.toml").write_text(text)

    def sync(self, *arguments: str) -> str:
        """The last line that the command prints."""
        out = StringIO()
        call_command("sync_content", str(self.folder), *arguments, stdout=out)
        return out.getvalue().strip().splitlines()[-1]


@pytest.fixture
def library(tmp_path: Path, db: None) -> Library:
    folder = tmp_path / "content"
    folder.mkdir()
    return Library(folder)


@pytest.fixture
def visitor() -> Client:
    return Client()


def _person(name: str, group: str) -> User:
    user = User.objects.create_user(name, password="a long enough secret", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def editor(db: None) -> User:
    return _person("edith", "editor")


@pytest.fixture
def second_editor(db: None) -> User:
    return _person("edwin", "editor")


@pytest.fixture
def moderator(db: None) -> User:
    return _person("moira", "moderator")


@pytest.fixture
def bare_house(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what other apps registered, for tests of the extension points."""
    for name in ("content_kinds", "front_matter_keys", "blocks", "inlines", "search_sources",
                 "article_fields", "extras", "site_extras"):  # fmt: skip
        monkeypatch.setattr(extend, name, {})
    for name in ("publish_checks", "care_lists", "doubts"):
        monkeypatch.setattr(extend, name, [])
    monkeypatch.setattr(extend, "ingredients", [])
