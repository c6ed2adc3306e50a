"""What was found in history, as a workbook."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.history import wording
from clinic.history.actions import record_taken
from clinic.lib import sheets
from clinic.patients.models import Patient
from clinic.staff.models import User
from exports.evidence_record import clocks_of, delay_in_words, service_time
from exports.legal import search
from exports.legal.search import Found, Wanted

CHUNK = 1000
HEADINGS = (
    gettext_lazy("Entered"),
    gettext_lazy("Time of the service"),
    gettext_lazy("Person"),
    gettext_lazy("Role"),
    gettext_lazy("What happened"),
    gettext_lazy("Record"),
    gettext_lazy("Card number"),
    gettext_lazy("Fields"),
    gettext_lazy("Marks"),
)

PASSED_OVER = gettext_lazy("Records that ask you for a reason were not searched. Name the patient to search theirs.")


@dataclass
class Taken:
    """What has gone into the workbook so far; `is_cut` when older events matched too and there was no more room."""

    rows: int = 0
    patients: set[UUID] = field(default_factory=set)
    known_until: datetime | None = None
    is_cut: bool = False
    is_partial: bool = False

    def add(self, found: Found) -> None:
        self.rows += len(found.page.events)
        self.patients.update(event.patient_id for event in found.page.events if event.patient_id)
        self.known_until = self.known_until or found.known_until
        self.is_cut = found.page.next_cursor is not None
        self.is_partial = found.is_partial

    def in_words(self) -> str:
        """Whether that is all, as the last row of the workbook says."""
        until = date_format(timezone.localtime(self.known_until), "SHORT_DATETIME_FORMAT") if self.known_until else "–"
        told = {"count": self.rows, "until": until}
        if self.is_cut:
            words = _("NOT ALL: these are the newest %(count)s events, older ones match too. Take them by shorter periods. Searched until %(until)s.")
        else:
            words = _("These are all events that match, %(count)s of them. Searched in everything entered until %(until)s.")
        return f"{words % told} {PASSED_OVER if self.is_partial else ''}".strip()


def write(target: IO[bytes], wanted: Wanted, *, reader: User) -> None:
    """The newest `search.MOST` events at most, in bounded memory; that they were taken out, and whose they are, stands in the ledger.

    :raises TooWide: when one of its pages takes too long.
    """
    taken = Taken()
    sheets.write(target, _("History"), [str(heading) for heading in HEADINGS], _rows(wanted, taken, reader))
    limits = {"is_cut": taken.is_cut, "is_partial": taken.is_partial}
    told = {**wanted.told(), "rows": taken.rows} | {name: value for name, value in limits.items() if value}
    record_taken(what="history search", patient_id=wanted.patient_id, patient_ids=taken.patients, body=told)


def _rows(wanted: Wanted, taken: Taken, reader: User) -> Iterator[list[object]]:
    for found in search.pages(wanted, reader=reader, size=CHUNK):
        taken.add(found)
        yield from _page(found)
    yield [taken.in_words()]


def _page(found: Found) -> Iterator[list[object]]:
    lines = wording.lines(found.page.events, found.page.before)
    patients = {line.patient_id for line in lines if line.patient_id}
    cards = dict(Patient.objects.filter(pk__in=patients).values_list("pk", "card_number"))
    clocks = clocks_of(found.page.events, found.page.clocks)
    for event, line in zip(found.page.events, lines, strict=True):
        marks = ", ".join(filter(None, [*(str(mark.label) for mark in found.marks[event.id]), delay_in_words(event), clocks.get(event.id)]))
        what = f"{line.what} · {line.title}" if line.title else line.what
        served = service_time(event)
        yield [line.at, served, line.actor_name, line.role_label, line.kind_label, what, cards.get(line.patient_id), _told(line), marks]


def _told(line: Any) -> str:
    """The fields in one cell, each with what stood before."""
    parts = [f"{change.label}: {change.before} → {change.after}" if change.before else f"{change.label}: {change.after}" for change in line.changes]
    return "; ".join(parts)[:32_000]
