"""Addresses of the ledger; included by ``simulator.urls``."""

from django.urls import path
from django.views.decorators.http import require_safe

from . import claim_views as views

urlpatterns = [
    path("claims/", views.index, name="claims"),
    path("claims/of-others/", views.of_others, name="claims-of-others"),
    path("claims/badge/<slug:slug>.svg", views.badge, name="claims-badge"),
    path("claims/<str:public_id>/", views.detail, name="claim"),
    path("claims/<str:public_id>/search", views.search, name="claim-search"),
    path("claims/<str:public_id>/where", views.vary, name="claim-where"),
    path("corrections/", views.corrections, name="corrections"),
    path("feeds/corrections.atom", require_safe(views.CorrectionsFeed()), name="corrections-feed"),
]
