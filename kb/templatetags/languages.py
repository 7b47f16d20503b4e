"""Names of languages, for templates."""

from django import template

from kb import translations

register = template.Library()
register.filter("language_name", translations.name)
