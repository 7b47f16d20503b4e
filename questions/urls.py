"""Addresses of the pages."""

from django.urls import path, re_path

from .views import asked, asking, challenging, helpful, mail_links, moderating, reports, status

app_name = "questions"
TOKEN = r"(?P<token>[A-Za-z0-9_-]{22})"  # noqa: S105 - a pattern
KEY = r"(?P<key>[A-Za-z0-9_:.-]{1,700})"

urlpatterns = [
    path("questions/new/", asking.new, name="new"),
    path("questions/similar", asking.similar_answers, name="similar"),
    re_path(rf"^questions/confirm/{KEY}/$", mail_links.confirm, name="confirm"),
    re_path(rf"^questions/leave/{KEY}/$", mail_links.leave, name="leave"),
    re_path(rf"^questions/{TOKEN}/$", status.status, name="status"),
    re_path(rf"^questions/{TOKEN}/correct$", status.correct, name="correct"),
    re_path(rf"^questions/{TOKEN}/reply$", status.reply, name="reply"),
    re_path(rf"^questions/{TOKEN}/withdraw$", status.withdraw, name="withdraw"),
    re_path(rf"^questions/{TOKEN}/follow$", status.follow, name="follow"),
    re_path(rf"^questions/{TOKEN}/unfollow$", status.stop_mail, name="unfollow"),
    re_path(rf"^questions/{TOKEN}/export$", status.export, name="export"),
    re_path(rf"^questions/{TOKEN}/delete$", status.erase, name="delete"),
    path("asked/", asked.asked, name="asked"),
    path("ask/<slug:slug>/helpful/", helpful.helpful, name="helpful"),
    path("report/", reports.new, name="report"),
    re_path(rf"^report/{TOKEN}/$", reports.receipt, name="report-receipt"),
    path("claims/<str:public_id>/challenge", challenging.challenge, name="challenge"),
    path("moderation/", moderating.queue, name="queue"),
    path("moderation/state", moderating.state, name="queue-state"),
    path("moderation/bulk", moderating.bulk, name="bulk"),
    path("moderation/undo/<uuid:batch>", moderating.undo, name="undo"),
    path("moderation/log/", moderating.log, name="log"),
    path("moderation/mail/", moderating.mails, name="mails"),
    path("moderation/mail/<slug:template>/", moderating.mail_preview, name="mail-preview"),
    path("moderation/<slug:name>/<int:pk>/", moderating.item, name="item"),
    path("moderation/<slug:name>/<int:pk>/claim", moderating.claim, name="claim"),
    path("moderation/<slug:name>/<int:pk>/release", moderating.release, name="release"),
    path("moderation/<slug:name>/<int:pk>/decide", moderating.decide, name="decide"),
]
