"""The knowledge base's place in the house."""

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate


class KbConfig(AppConfig):
    name = "kb"
    verbose_name = "Knowledge base"

    def ready(self) -> None:
        from common.signals import restored

        from . import receivers, roles
        from .models import Article, Term

        post_migrate.connect(roles.grant, sender=self, dispatch_uid="kb.roles")
        restored.connect(receivers.rebuild_search, dispatch_uid="kb.search")
        post_delete.connect(receivers.forget_article, sender=Article, dispatch_uid="kb.article")
        post_delete.connect(receivers.forget_term, sender=Term, dispatch_uid="kb.term")
