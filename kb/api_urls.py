"""Addresses under ``/api/v1/``."""

from django.urls import path

from . import api

urlpatterns = [
    path("articles/", api.ArticleList.as_view(), name="api-articles"),
    path("articles/<slug:slug>/", api.ArticleDetail.as_view(), name="api-article"),
    path("terms/", api.TermList.as_view(), name="api-terms"),
    path("terms/<slug:slug>/", api.TermDetail.as_view(), name="api-term"),
    path("sources/", api.SourceList.as_view(), name="api-sources"),
    path("categories/", api.CategoryList.as_view(), name="api-categories"),
    path("tags/", api.TagList.as_view(), name="api-tags"),
    path("search/", api.Search.as_view(), name="api-search"),
]
