from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        from . import renewal

        post_migrate.connect(renewal.install, sender=self, dispatch_uid="common.renewal")
