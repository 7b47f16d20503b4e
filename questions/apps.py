from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save


class QuestionsConfig(AppConfig):
    name = "questions"
    verbose_name = "Questions and moderation"

    def ready(self) -> None:
        """Register the kinds of item, the ask form of articles and what publishing means here."""
        from kb import extend
        from simulator.claims import extend as claims
        from simulator.services.signals import daily

        from . import (
            ask_form,
            challenges,
            drafts,
            health,
            kinds,
            opinions,
            question_kind,
            reminders,
            report_kind,
            roles,
        )
        from .models import Report

        kinds.register(question_kind.KIND)
        kinds.register(report_kind.ERRORS)
        kinds.register(challenges.KIND)
        extend.page_extras("ask", opinions.draw)
        extend.page_extras("ask", ask_form.draw)
        extend.care_list(opinions.for_editors)
        extend.page_extras("after_terms", challenges.on_article)
        extend.page_ingredients(challenges.of_page)
        post_save.connect(challenges.on_saved, sender=Report, dispatch_uid="questions.challenges")
        claims.page_extra(challenges.on_claim)
        claims.on_counterexample(challenges.action)
        extend.article_published.connect(drafts.on_published, dispatch_uid="questions.published")
        daily.connect(health.on_daily, dispatch_uid="questions.digest")
        daily.connect(reminders.on_daily, dispatch_uid="questions.reminders")
        post_migrate.connect(roles.create, sender=self, dispatch_uid="questions.roles")
