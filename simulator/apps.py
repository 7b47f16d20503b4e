"""The simulator's place in the house: what it adds to others at start-up."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SimulatorConfig(AppConfig):
    name = "simulator"
    verbose_name = "Examples and runs"

    def ready(self) -> None:
        from .claims import extend as claims
        from .models import guards

        claims.register()

        post_migrate.connect(guards.install, sender=self, dispatch_uid="simulator.guards")
