"""How phones and document numbers are printed."""

from django import template

from clinic.patients import rules
from clinic.patients.models import Identifier

register = template.Library()


@register.filter
def phone(value: str | None) -> str:
    """+7 916 123-45-67."""
    return rules.format_phone(value) if value else ""


@register.filter
def number(identifier: Identifier) -> str:
    """The number in printed groups."""
    return rules.format_identifier(identifier.kind, identifier.number)
