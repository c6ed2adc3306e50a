"""How phones and document numbers are printed."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from uuid import UUID

from django import template
from django.template.loader import get_template
from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.formats import get_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from clinic.patients import rules
from clinic.patients.lines import Row
from clinic.patients.models import Identifier
from clinic.staff.rules import short_name

register = template.Library()
NOBODY = UUID(int=0)
OPTION = '<option value="{}"{}>{}</option>'
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
def in_rows(patients: Iterable[Row]) -> SafeString:
    """The rows of the list; in Python, because a page has hundreds of cells, and what they share is looked up once."""
    before, after = reverse("patient", args=[NOBODY]).split(str(NOBODY))
    card, written = escape(_("card %(number)s")), get_format("SHORT_DATE_FORMAT")
    rows = [
        ROW.format(
            f"{before}{patient.pk}{after}",
            escape(str(patient)),
            card % {"number": patient.card_number},
            format_date(patient.birth_date, written) if patient.birth_date else "",
            escape(phone(patient.phone)),
            escape(short_name(*patient.dentist)) if patient.dentist else "",
            escape(patient.branch),
            "".join(_chip(*label) for label in patient.labels or ()),
        )
        for patient in patients
    ]
    return mark_safe("\n".join(rows))  # noqa: S308 - every text is escaped above


@register.filter
def as_options(choices: Iterable[tuple[UUID, str]], chosen: str) -> SafeString:
    """The options of a filter, one of them chosen."""
    options = [OPTION.format(key, " selected" if str(key) == chosen else "", escape(name)) for key, name in choices]
    return mark_safe("".join(options))  # noqa: S308 - keys are our own, names are escaped


@lru_cache(maxsize=512)
def _chip(name: str, colour: str) -> str:
    return get_template("patients/_label.html").render({"label": {"name": name, "colour": colour}})
