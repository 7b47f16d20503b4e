"""The operator's view: runs with state, age, attempts, retry, cancel and log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.timesince import timesince

from . import claim_admin, services  # noqa: F401 - registers on import
from .models import DataSeries, Example, Run, Sweep, Worker

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ReadOnly(ModelAdmin):
    """Rows that only the machinery writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Run)
class RunAdmin(ReadOnly):
    list_display = (
        "short_id", "experiment", "status", "stage", "how_far", "age", "took", "attempts",
        "priority", "worker", "error_id",
    )  # fmt: skip
    list_filter = ("status", "priority", "experiment", "attempts")
    search_fields = ("id__startswith", "error_id", "fingerprint__startswith", "result__digest")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    list_select_related = ("example",)
    actions = ("cancel_runs", "retry_runs", "reap")
    exclude = ("client", "token")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)
        if not self.may_act(request):
            for name in self.actions:
                found.pop(str(name), None)
        return found

    def may_act(self, request: HttpRequest) -> bool:
        """Stopping and repeating runs is a change, although no field can be edited."""
        return request.user.has_perm("simulator.change_run")

    @admin.display(description="run", ordering="id")
    def short_id(self, run: Run) -> str:
        return str(run.pk)[:8]

    @admin.display(description="progress")
    def how_far(self, run: Run) -> str:
        return f"{run.progress:.0%}"

    @admin.display(description="age", ordering="created_at")
    def age(self, run: Run) -> str:
        return timesince(run.created_at, depth=1)

    @admin.display(description="seconds")
    def took(self, run: Run) -> str:
        return "" if run.duration is None else f"{run.duration:.1f}"

    def view_on_site(self, obj: Run) -> str:
        return obj.get_absolute_url()

    @admin.action(description="Cancel")
    def cancel_runs(self, request: HttpRequest, rows: QuerySet[Run]) -> None:
        for run in rows:
            services.cancel_run(run)
        self.message_user(request, "Cancellation was asked for.", messages.SUCCESS)

    @admin.action(description="Try again (a new run; the old one stays)")
    def retry_runs(self, request: HttpRequest, rows: QuerySet[Run]) -> None:
        made = 0
        for run in rows:
            try:
                _, created = services.retry_run(run)
            except (services.ParametersRefused, services.UnknownExperiment) as error:
                self.message_user(request, f"{run.pk}: {error}", messages.ERROR)
                continue
            except services.QueueFull as error:
                self.message_user(request, str(error), messages.ERROR)
                break
            made += created
        self.message_user(request, f"{made} new runs were queued.", messages.SUCCESS)

    @admin.action(description="Look after the queue now")
    def reap(self, request: HttpRequest, rows: QuerySet[Run]) -> None:
        swept = services.look_after_queue()
        words = f"{swept.ended} ended, {swept.rung} announced again, {swept.waiting} waiting."
        self.message_user(request, words, messages.SUCCESS)


@admin.register(Example)
class ExampleAdmin(ReadOnly):
    """Examples come from ``content/examples.toml``; here one sees and renews their results."""

    list_display = ("slug", "title", "experiment", "article", "result", "due")
    list_filter = ("experiment",)
    search_fields = ("slug", "title")
    list_select_related = ("article", "result_run")
    actions = ("renew",)

    @admin.display(description="stored result")
    def result(self, example: Example) -> str:
        run = example.result_run
        if run is None:
            return "–"
        return format_html('<a href="{}">{}</a>', run.get_absolute_url(), str(run.pk)[:8])

    @admin.display(description="due", boolean=True)
    def due(self, example: Example) -> bool:
        return example.is_due

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)
        if not request.user.has_perm("simulator.change_run"):
            found.pop("renew", None)
        return found

    @admin.action(description="Queue every result that is missing or due")
    def renew(self, request: HttpRequest, rows: QuerySet[Example]) -> None:
        made = len(services.warm_examples())
        self.message_user(request, f"{made} runs were queued.", messages.SUCCESS)


@admin.register(DataSeries)
class DataSeriesAdmin(ReadOnly):
    list_display = ("name", "first_day", "last_day", "rows", "unit", "is_current", "imported_at")
    list_filter = ("is_current", "format")
    search_fields = ("name", "sha256__startswith")
    exclude = ("content",)
    readonly_fields = ("size",)

    @admin.display(description="size")
    def size(self, series: DataSeries) -> str:
        return filesizeformat(16 * series.rows)


@admin.register(Sweep)
class SweepAdmin(ReadOnly):
    list_display = ("__str__", "total", "succeeded", "failed", "cancelled", "created_at")
    list_filter = ("experiment",)
    exclude = ("client",)


@admin.register(Worker)
class WorkerAdmin(ReadOnly):
    list_display = ("name", "slots", "started_at", "beat_at")
