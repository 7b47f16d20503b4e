"""An example is an experiment with chosen parameters, attached to an answer."""

from __future__ import annotations

from django.db import models

from .runs import Run


class ExampleQuerySet(models.QuerySet["Example"]):
    def public(self) -> ExampleQuerySet:
        """Of a published answer or of none: an unpublished one is listed and opened nowhere."""
        return self.filter(models.Q(article=None) | models.Q(article__state="published"))


class Example(models.Model):
    """``result_run`` is the newest succeeded run of exactly these inputs, kept while it is stale.

    ``previous_run`` is the one that was shown before it, to say what has changed since.

    ``fingerprint`` names the inputs with today's engine; when the stored run has another
    one, its result is shown all the same and marked as due.
    """

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    experiment = models.CharField(max_length=64)
    article = models.ForeignKey(
        "kb.Article",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="examples",
    )
    story = models.TextField(blank=True)
    parameters = models.JSONField(default=dict, blank=True, help_text="the given ones only")
    seed = models.BigIntegerField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True, db_index=True)
    result_run = models.ForeignKey(
        Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    previous_run = models.ForeignKey(
        Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ExampleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/lab/{self.slug}/"

    @property
    def is_due(self) -> bool:
        """Whether the stored result is missing or answers an older engine, data or parameters."""
        return self.result_run is None or self.result_run.fingerprint != self.fingerprint
