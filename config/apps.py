"""Which admin site this project uses."""

from django.contrib.admin.apps import AdminConfig


class Admin(AdminConfig):
    default_site = "common.admin.Site"
