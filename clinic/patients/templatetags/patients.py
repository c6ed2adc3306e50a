"""How phones and document numbers are printed."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from clinic.patients import rules
from clinic.patients.models import Identifier

register = template.Library()
CELLS = ("url", "name", "card", "born", "phone", "dentist", "branch")
ROW = (
    '<tr><td><a class="row-link" href="{}">{}</a><small>{}</small></td><td class="nowrap">{}</td><td class="nowrap">{}</td>'
    '<td>{}</td><td>{}</td><td><span class="chips">{}</span></td></tr>'
)


@register.filter
def phone(value: str | None) -> str:
    """+7 916 123-45-67."""
    return rules.format_phone(value) if value else ""


@register.filter
def number(identifier: Identifier) -> str:
    """The number in printed groups."""
    return rules.format_identifier(identifier.kind, identifier.number)


@register.filter
def in_rows(patients: Iterable[Mapping[str, Any]]) -> SafeString:
    """The rows of the list; in Python, because a page has hundreds of cells."""
    rows = [ROW.format(*[escape(row[cell]) for cell in CELLS], _chips(row["labels"])) for row in patients]
    return mark_safe("\n".join(rows))  # noqa: S308 - every value is escaped above


def _chips(labels: Sequence[Any]) -> SafeString:
    if not labels:
        return SafeString()
    chip = get_template("patients/_label.html")
    return mark_safe("".join(chip.render({"label": label}) for label in labels))  # noqa: S308 - a template escapes
