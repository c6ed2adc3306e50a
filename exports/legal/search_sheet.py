"""What was found in history, as a workbook."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clinic.history import wording
from clinic.history.actions import record_print
from clinic.lib import sheets
from clinic.patients.models import Patient
from exports.evidence_record import delay_in_words, service_time
from exports.legal import search
from exports.legal.search import Found, Wanted

HEADINGS = (
    _("Entered"),
    _("Time of the service"),
    _("Person"),
    _("Role"),
    _("What happened"),
    _("Record"),
    _("Card number"),
    _("Fields"),
    _("Marks"),
)


def workbook(wanted: Wanted) -> bytes:
    """At most `search.MOST` events, the newest first; that they were taken out, and whose they are, stands in the ledger."""
    whose: list[UUID | None] = []
    content = sheets.workbook(str(_("History")), [str(heading) for heading in HEADINGS], _rows(wanted, whose))
    patients = sorted({str(patient) for patient in whose if patient})
    record_print(what="history search", patient_id=wanted.patient_id, body={**wanted.told(), "rows": len(whose), "patients": patients})
    return content


def _rows(wanted: Wanted, whose: list[UUID | None]) -> Iterator[list[object]]:
    for found in search.pages(wanted):
        whose.extend(event.patient_id for event in found.page.events)
        yield from _page(found)


def _page(found: Found) -> Iterator[list[object]]:
    lines = wording.lines(found.page.events, found.page.before)
    patients = {line.patient_id for line in lines if line.patient_id}
    cards = dict(Patient.objects.filter(pk__in=patients).values_list("pk", "card_number"))
    for event, line in zip(found.page.events, lines, strict=True):
        marks = ", ".join(filter(None, [*(str(mark.label) for mark in found.marks[event.id]), delay_in_words(event)]))
        what = f"{line.what} · {line.title}" if line.title else line.what
        served = service_time(event)
        yield [line.at, served, line.actor_name, line.role_label, line.kind_label, what, cards.get(line.patient_id), _told(line), marks]


def _told(line: Any) -> str:
    """The fields in one cell, each with what stood before."""
    parts = [f"{change.label}: {change.before} → {change.after}" if change.before else f"{change.label}: {change.after}" for change in line.changes]
    return "; ".join(parts)[:32_000]
