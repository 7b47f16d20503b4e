"""Who made a text, for templates."""

from django import template

from kb import origin

register = template.Library()
register.filter("drafting_words", origin.drafting_words)
register.filter("interest_words", origin.interest_words)
