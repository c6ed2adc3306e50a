"""`{% history_link record %}`: the way from any record to all of its past versions."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from uuid import UUID

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from clinic.history.models import EventKind, Record
from clinic.history.wording import Line
from clinic.lib.templatetags.house import icon

register = template.Library()
NOTHING = UUID(int=0)
EVENT = (
    '<li class="history-event is-{kind}"><time datetime="{moment}">{clock}</time><span class="history-icon">{icon}</span>'
    '<div><p><strong>{actor}</strong> {label}{colon} <span class="history-what">{what}</span> {marks} {links}</p>{changes}</div></li>'
)


PATTERNS = {
    EventKind.UPDATE.value: (
        '<div><dt>{}</dt><dd><del>{}</del> <span class="faint" aria-hidden="true">→</span> <ins>{}</ins></dd></div>',
        ("label", "before", "after"),
    ),
    EventKind.DELETE.value: ("<div><dt>{}</dt><dd><del>{}</del></dd></div>", ("label", "before")),
}


@register.simple_tag(takes_context=True)
def history_link(context: template.Context, record: Record) -> SafeString:
    """A quiet link to the versions of a record, for those who may read history."""
    if not context["request"].user.may("history_view"):
        return SafeString()
    return format_html('<a class="btn btn-quiet" href="{}">{}{}</a>', record_url(record._meta.db_table, record.pk), icon("history"), _("Versions"))


@register.simple_tag(takes_context=True)
def receipt_link(context: template.Context, record: Record, patient_id: UUID) -> SafeString:
    """A quiet link to the receipts of a signed record, for those who see the patient's documents."""
    if not context["request"].user.may("document_view"):
        return SafeString()
    address = reverse("signatures-of", args=[patient_id, record.pk])
    return format_html('<a class="btn btn-quiet" href="{}">{}{}</a>', address, icon("qr-code"), _("Receipt"))


@register.simple_tag
def record_url(table: str, key: object) -> str:
    """The address of the page with all versions of a record."""
    try:
        return _address(table).replace(str(NOTHING), str(UUID(str(key))))
    except (NoReverseMatch, ValueError):
        return ""


@lru_cache(maxsize=512)
def _address(table: str) -> str:
    return reverse("record-history", args=[table, NOTHING])


@register.simple_tag
def history_events(lines: Iterable[Line], is_search: object = None) -> SafeString:
    """The events under their days; in Python, because a page has fifty with hundreds of fields."""
    parts: list[str] = []
    day = None
    for line in lines:
        if line.day != day:
            day = line.day
            parts.append(format_html('<li class="history-day"><h2>{}</h2></li>', date_format(day, "DATE_FORMAT")))
        parts.append(_event(line, is_search=bool(is_search)))
    return mark_safe("\n".join(parts))  # noqa: S308 - every part is escaped


def _event(line: Line, *, is_search: bool) -> str:
    links = [(record_url(line.table, str(line.key)), _("versions"))] if line.has_record_page else []
    links += [(reverse("patient-history", args=[line.patient_id]), _("patient"))] if is_search and line.patient_id else []
    shown = {
        "kind": escape(line.kind.lower()),
        "moment": line.moment,
        "clock": line.clock,
        "icon": icon(line.icon),
        "actor": escape(line.actor_name),
        "label": escape(line.kind_label),
        "colon": _(":"),
        "what": escape(f"{line.what} · {line.title}" if line.title else line.what),
        "marks": " ".join([f'<span class="chip chip-warning">{escape(mark)}</span>' for mark in line.marks]),
        "links": " ".join([f'<a class="small no-print" href="{escape(url)}">{escape(label)}</a>' for url, label in links]),
        "changes": f'<dl class="history-changes">{changes_in_html(line)}</dl>' if line.changes else "",
    }
    return EVENT.format_map(shown)


@register.filter
def changes_in_html(line: Line) -> SafeString:
    """Every field of an event; by plain strings, because a page of events has hundreds of them."""
    pattern, sides = PATTERNS.get(line.kind, ("<div><dt>{}</dt><dd>{}</dd></div>", ("label", "after")))
    rows = [pattern.format(*[escape(getattr(change, side)) for side in sides]) for change in line.changes]
    return mark_safe("".join(rows))  # noqa: S308 - every value is escaped above
