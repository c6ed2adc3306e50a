"""`record.pdf` of an evidence file: everything that was recorded of a patient, told in words, in the order in which it was entered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import IO, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from clinic.history import queries, wording
from clinic.history.models import Event
from clinic.history.wording import Line
from clinic.patients.models import Patient
from exports import device_clocks
from exports.models import Evidence

LATE = timedelta(hours=24)
USUAL = timedelta(minutes=15)
"""An entry is made that long after what it is about, or its device was off the line."""
CHUNK = 500
NOTE = ("complaint", "anamnesis", "objective", "treatment", "recommendations", "signed_at")
"""What of a visit is written after it was opened."""
SERVICE_TIMES = {
    "patients_alert": "recorded_at",
    "patients_consent": "signed_at",
    "scheduling_appointmentstatechange": "at",
    "charting_visit": "opened_at",
    "charting_visitaddendum": "written_at",
    "charting_finding": "noted_at",
    "charting_findingchange": "changed_at",
    "charting_diagnosis": "made_at",
    "charting_diagnosisranking": "ranked_at",
    "charting_anaesthesia": "given_at",
    "charting_clinicalpaper": "issued_at",
    "charting_recall": "set_at",
    "charting_procedurechange": "changed_at",
    "charting_performance": "performed_at",
    "charting_image": "taken_at",
    "charting_imageline": "drawn_at",
    "charting_imagedisplay": "saved_at",
    "charting_medicalhistory": "signed_at",
    "charting_interactionoverride": "made_at",
    "charting_perioexam": "examined_at",
    "treatment_plans_document": "issued_at",
    "treatment_plans_signature": "signed_at",
}


@dataclass(frozen=True)
class Entry:
    """One event in words: when it was entered, when the service was, whether the one came long after the other, what its device said of the time."""

    line: Line
    entered_at: datetime
    served_at: datetime | None
    is_said_late: bool = False
    delay: str = ""
    device: str = ""

    @property
    def is_late(self) -> bool:
        return self.is_said_late or (self.served_at is not None and self.entered_at - self.served_at > LATE)


def write(target: IO[bytes], evidence: Evidence, *, zone: ZoneInfo) -> None:
    """The PDF in the language of the evidence, times in the branch's zone; written as it is read."""
    paper = import_module("exports.evidence_paper")  # by the first document, like every maker of PDF
    with translation.override(evidence.language), timezone.override(zone):
        entries = entries_of(evidence.patient, evidence.since, evidence.until)
        paper.write(target, evidence, entries, lists_of(evidence.patient, evidence.since, evidence.until), zone=zone)


def entries_of(patient: Patient, since: datetime | None, until: datetime | None) -> Iterator[Entry]:
    """The patient's events, the oldest first."""
    found = Event.objects.filter(queries.Filter(patient_id=patient.pk, since=since, until=until).condition()).order_by("id")
    last_id = 0
    while events := list(found.filter(id__gt=last_id)[:CHUNK]):
        before, said = queries.beside(events)
        lines, clocks = wording.lines(events, before), clocks_of(events, said)
        for event, line in zip(events, lines, strict=True):
            yield Entry(line, event.at, service_time(event), _is_said_late(event), delay_in_words(event), clocks.get(event.id, ""))
        last_id = events[-1].id


def lists_of(patient: Patient, since: datetime | None, until: datetime | None) -> Iterator[Line]:
    """Lists in which the patient's name stood among others, the oldest first; they are of many patients, so no bundle holds them."""
    found = queries.listed(patient.pk).exclude(patient_id=patient.pk).filter(queries.Filter(since=since, until=until).condition()).order_by("id")
    last_id = 0
    while events := list(found.filter(id__gt=last_id)[:CHUNK]):
        yield from wording.lines(events, {})
        last_id = events[-1].id


def service_time(event: Event) -> datetime | None:
    """When the service itself was, as the record says: told where a record came into being, and of a note wherever it was written on."""
    column = SERVICE_TIMES.get(event.tbl)
    is_written = event.op == "I" or (event.tbl == "charting_visit" and event.op == "U" and not {*NOTE}.isdisjoint(event.changed or ()))
    text = (event.body or {}).get(column) if column and is_written else None
    return parse_datetime(text) if text else None


def clocks_of(events: Sequence[Event], said: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Of entries with a time of their own, what the clock of their device said of it before it was put right, in words."""
    return {event.id: device_clocks.in_words(said[event.id]) for event in events if event.id in said and service_time(event)}


def delay_in_words(event: Event) -> str:
    """How much later the entry came in than the time that it gives for itself (by a device or by a person), when that is more than usual.

    A note is written on after its visit was opened, and whether that was late has a rule of its own.
    """
    served = service_time(event) if event.op == "I" else None
    if served is None or -USUAL <= event.at - served <= USUAL:
        return ""
    minutes, is_ahead = divmod(int(abs(event.at - served).total_seconds()) // 60, 60), event.at < served
    told = {"hours": minutes[0], "minutes": minutes[1]}
    return _("gives a time %(hours)s h %(minutes)s min ahead") % told if is_ahead else _("arrived %(hours)s h %(minutes)s min after its time") % told


def _is_said_late(event: Event) -> bool:
    """Whether it was marked as a late entry by the rule of the clinic: a note signed too late, an addendum long after the visit."""
    body = event.body or {}
    return body.get("is_late") is True and (event.op == "I" or "is_late" in (event.changed or ()))


def files_of(patient_id: UUID, since: datetime | None, until: datetime | None) -> dict[UUID, tuple[str, str]]:
    """Stored files that the patient's events name: id -> hash and media type, in the order in which they were first named."""
    statement = """
    SELECT f.id, f.sha256, f.media_type FROM (
      SELECT v.value::uuid AS id, min(e.id) AS first FROM history.event e CROSS JOIN LATERAL jsonb_each_text(e.body) v
      WHERE e.patient_id = %(patient)s AND e.op IN ('I', 'U') AND e.tbl <> 'exports_evidence'
        AND v.key LIKE '%%\\_id' AND v.value ~ '^[0-9a-f]{8}-[0-9a-f-]{27}$'
        AND (%(since)s::timestamptz IS NULL OR e.at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR e.at < %(until)s)
      GROUP BY 1) named JOIN files_storedfile f USING (id) ORDER BY named.first"""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"patient": patient_id, "since": since, "until": until})
        return {file_id: (sha256, media_type) for file_id, sha256, media_type in cursor.fetchall()}
