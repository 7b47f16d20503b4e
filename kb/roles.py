"""Who may do what: editors write and publish, moderators decide about readers' questions.

The migration makes both groups; their rights to this app's rows are given here, once, after
the first migrate. Other apps add theirs to the same groups.
"""

from __future__ import annotations

from typing import Any

EDITOR, MODERATOR = "editor", "moderator"
WRITES = ("article", "term", "source", "category", "tag", "correction", "proposal")
READS = ("revision", "searchmiss", "oldslug")


def grant(**kwargs: Any) -> None:
    """Give the editors their rights if they have none of this app yet."""
    from django.contrib.auth.models import Group, Permission

    group, _ = Group.objects.get_or_create(name=EDITOR)
    Group.objects.get_or_create(name=MODERATOR)
    if group.permissions.filter(content_type__app_label="kb").exists():
        return
    names = [f"{verb}_{model}" for model in WRITES for verb in ("add", "change", "view")]
    names += [f"view_{model}" for model in READS] + ["delete_searchmiss", "publish_article"]
    group.permissions.add(
        *Permission.objects.filter(content_type__app_label="kb", codename__in=names)
    )
