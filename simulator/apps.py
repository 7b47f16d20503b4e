"""The simulator's place in the house: what it adds to others at start-up."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SimulatorConfig(AppConfig):
    name = "simulator"
    verbose_name = "Examples and runs"

    def ready(self) -> None:
        from kb import extend

        from . import blocks, checks, example_files, ingredients
        from .claims import extend as claims
        from .models import guards

        extend.content_kind("examples", example_files.ExampleFiles())
        extend.article_field("examples", example_files.slugs_by_article)
        extend.search_source("example", example_files.search_entries)
        extend.publish_check(checks.examples_are_ready)
        extend.publish_check(checks.second_routes_agree)
        extend.care_list(checks.terms_without_example)
        blocks.register()
        claims.register()
        ingredients.register()

        post_migrate.connect(guards.install, sender=self, dispatch_uid="simulator.guards")
