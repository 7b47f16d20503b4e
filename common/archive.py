"""A site's rows as JSON Lines with a manifest, readable by either database.

One file a model in the order of their dependencies; the manifest names each with its number of
rows and its SHA-256. Restoring checks everything before it writes anything, and all of it lands
in one transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

MANIFEST = "manifest.json"
FORMAT = 1
# Rebuilt by migrate or worthless elsewhere.
LEFT_OUT = {
    "contenttypes.contenttype",
    "auth.permission",
    "sessions.session",
    "admin.logentry",
}


class ArchiveError(Exception):
    """The archive cannot be trusted, or the database is not ready for it."""


@dataclass(frozen=True)
class Part:
    model: type[models.Model]
    file: str
    rows: int
    sha256: str


def kept_models() -> list[type[models.Model]]:
    """Every model worth keeping, what others point to first; their many-to-many travel inside."""
    left_out = LEFT_OUT | {label.lower() for label in settings.DERIVED_MODELS}
    wanted = [
        model
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in left_out
    ]
    ordered: list[type[models.Model]] = []
    waiting = list(wanted)
    while waiting:
        ready = [m for m in waiting if not _needs(m) & (set(waiting) - {m})]
        # A circle of foreign keys is cut at its first model; constraints are checked at the end.
        for model in ready or waiting[:1]:
            ordered.append(model)
            waiting.remove(model)
    return ordered


def _needs(model: type[models.Model]) -> set[Any]:
    return {
        field.related_model
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is not None
    }


def write(folder: Path) -> dict[str, Any]:
    """Write the whole site into an empty or new folder; returns the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ArchiveError(f"{folder} is not empty")
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        parts = [_write_part(folder, model) for model in kept_models()]
    manifest = {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(),
        "migrations": migration_state(),
        "parts": [
            {"model": p.model._meta.label_lower, "file": p.file, "rows": p.rows, "sha256": p.sha256}
            for p in parts
        ],
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def _write_part(folder: Path, model: type[models.Model]) -> Part:
    name = model._meta.label_lower + ".jsonl"
    digest, rows = hashlib.sha256(), 0
    with (folder / name).open("wb") as file:
        queryset = model._base_manager.order_by(model._meta.pk.name).iterator(chunk_size=500)
        for row in queryset:
            line = serializers.serialize("jsonl", [row], use_natural_foreign_keys=True)
            data = line.strip().encode() + b"\n"
            digest.update(data)
            file.write(data)
            rows += 1
    return Part(model, name, rows, digest.hexdigest())


def migration_state() -> dict[str, str]:
    """The newest applied migration of each app."""
    applied = MigrationRecorder.Migration.objects.order_by("app", "name")
    return dict(applied.values_list("app", "name"))


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, after every file has been compared with its checksum."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{folder} holds no readable {MANIFEST}: {error}") from None
    if manifest.get("format") != FORMAT:
        raise ArchiveError(f"format {manifest.get('format')!r} is not known, expected {FORMAT}")
    ours, theirs = migration_state(), manifest["migrations"]
    if ours != theirs:
        moved = sorted({app for app in {*ours, *theirs} if ours.get(app) != theirs.get(app)})
        raise ArchiveError(
            "the archive was made by another release; restore it with that release and upgrade "
            f"afterwards (different: {', '.join(moved)})"
        )
    for part in manifest["parts"]:
        path = folder / Path(part["file"]).name
        if not path.is_file():
            raise ArchiveError(f"{part['file']} is missing")
        if hashlib.sha256(path.read_bytes()).hexdigest() != part["sha256"]:
            raise ArchiveError(f"{part['file']} is damaged: its checksum does not fit")
    return manifest


def restore(folder: Path) -> dict[str, int]:
    """Load an archive into a database that holds nothing yet; returns rows by model."""
    manifest = read_manifest(folder)
    chosen = [apps.get_model(part["model"]) for part in manifest["parts"]]
    with transaction.atomic():
        _refuse_filled(chosen)
        for model in reversed(chosen):
            model._base_manager.all().delete()
        # Foreign keys are deferred on both databases, so circles need no particular order.
        for part in manifest["parts"]:
            for row in _rows(folder / part["file"]):
                row.save()
        connection.check_constraints()
        counts = {model._meta.label_lower: model._base_manager.count() for model in chosen}
        for part in manifest["parts"]:
            if counts[part["model"]] != part["rows"]:
                raise ArchiveError(
                    f"{part['model']}: {counts[part['model']]} rows arrived of {part['rows']}"
                )
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), chosen):
                cursor.execute(statement)
    return counts


def _refuse_filled(chosen: list[type[models.Model]]) -> None:
    """Migrations create groups and templates; users, runs and texts mean that it is in use."""
    signs = ("auth.user", "kb.article", "simulator.run", "questions.question")
    for model in chosen:
        if model._meta.label_lower in signs and model._base_manager.exists():
            raise ArchiveError(
                f"the database already holds rows ({model._meta.verbose_name_plural}); restore "
                "into an empty one"
            )


def _rows(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        yield from serializers.deserialize("jsonl", file, handle_forward_references=False)
