"""Reads for requests: what they are about, and what forbids an erasure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.history import queries as ledger
from clinic.history import wording
from clinic.history.models import Event, EventKind
from clinic.history.retention import ACCOUNTING, MEDICAL
from clinic.history.wording import Line
from clinic.lib.clock import branch_day
from clinic.lib.errors import NotFound
from clinic.patients.access_models import Rectification
from clinic.patients.importing import emptying
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports.legal import queries as legal
from exports.privacy import rules
from exports.privacy.models import DataRequest, Erasure

MOST_LOOKS = 2000
LAST = {
    MEDICAL: (
        ("charting_visit", "opened_at"),
        ("charting_performance", "performed_at"),
        ("charting_finding", "noted_at"),
        ("charting_diagnosis", "made_at"),
        ("charting_image", "taken_at"),
        ("charting_perioexam", "examined_at"),
    ),
    ACCOUNTING: (("billing_charge", "created_at"), ("billing_payment", "created_at"), ("billing_invoice", "created_at")),
}
PAYS = "SELECT EXISTS (SELECT FROM {table} WHERE payer_id = %(patient)s AND patient_id <> %(patient)s)"
PAYING = ("billing_payment", "billing_invoice")


@dataclass(frozen=True)
class Obstacle:
    """What forbids an erasure, in words, and until when as far as that is known."""

    code: str
    text: str
    until: date | None = None


@dataclass(frozen=True)
class Looks:
    """The newest looks at a record, and how many there were in all; the same of lists in which the name stood among others."""

    lines: list[Line]
    count: int
    lists: list[Line]
    lists_count: int


def patient_for(user: User, patient_id: UUID) -> Patient:
    """:raises NotAllowed, NotFound: when the person does not answer requests, or there is no such patient."""
    return get_patient_for(user, patient_id, what="data requests", permission=Permission.CASE_MANAGE)


def request_for(user: User, request_id: UUID) -> DataRequest:
    """:raises NotAllowed, NotFound: when the person does not answer requests, or there is no such request."""
    user.require(Permission.CASE_MANAGE)
    found = DataRequest.objects.select_related("received_by", "answered_by", "pdf", "evidence", "rectification").filter(pk=request_id).first()
    if found is None:
        raise NotFound
    found.patient = patient_for(user, found.patient_id)
    return found


def rectifications(user: User, patient_id: UUID) -> list[Rectification]:
    """What the patient had put right, the newest first, each with the request that it answers.

    :raises NotAllowed, NotFound: when the person does not read records, or there is no such patient.
    """
    patient = get_patient_for(user, patient_id, what=Rectification._meta.db_table, permission=Permission.CLINICAL_VIEW)
    answered = dict(DataRequest.objects.filter(patient=patient).exclude(rectification=None).values_list("rectification_id", "pk"))
    rows = list(Rectification.objects.filter(patient=patient).select_related("written_by").order_by("-written_at", "pk"))
    for row in rows:
        row.request_id = answered.get(row.pk)  # type: ignore[attr-defined]
    return rows


def open_requests(user: User) -> QuerySet[DataRequest]:
    """What waits for an answer, the most urgent first."""
    user.require(Permission.CASE_MANAGE)
    return DataRequest.objects.filter(answered_at=None).select_related("patient__branch", "received_by").order_by("due_date", "pk")


def erasures(user: User) -> QuerySet[Erasure]:
    """What was erased, the newest first."""
    user.require(Permission.CASE_MANAGE)
    return Erasure.objects.select_related("erased_by").order_by("-erased_at", "-pk")


def country_of(patient: Patient) -> str:
    return patient.branch.legal_entity.country


def obstacles(patient: Patient, at: datetime) -> list[Obstacle]:
    """Everything that forbids to erase the record today; empty when nothing does."""
    found = [
        Obstacle("hold", _("Legal hold of case %(number)s: %(reason)s") % {"number": hold.case.number, "reason": hold.reason})
        for hold in legal.holds_on(patient.pk, at)
    ]
    today = branch_day(at, patient.branch.time_zone)
    for kind, sources in LAST.items():
        last = _last(patient.pk, kind, sources)
        if last is None:
            continue
        rule = rules.retention(country_of(patient), kind, today)
        until = rules.keep_until(rule, branch_day(last, patient.branch.time_zone), patient.birth_date)
        if until >= today:
            values = {"until": date_format(until, "SHORT_DATE_FORMAT"), "years": rule.years, "source": rule.source}
            text = _("Medical records are kept until %(until)s (%(years)s years, %(source)s)")
            if kind == ACCOUNTING:
                text = _("Accounts are kept until %(until)s (%(years)s years, %(source)s)")
            found.append(Obstacle(kind, text % values, until))
    if rows := emptying.waiting_rows(patient.pk):
        text = _("Rows held back by imports may be this person (%(count)s): decide about them first.")
        found.append(Obstacle("import", text % {"count": rows}))
    if _pays_for_others(patient.pk):
        found.append(Obstacle("payer", _("The person pays for other patients, whose accounts name them.")))
    return found


def looks_at(patient: Patient) -> Looks:
    """Who looked at the record or took it out, and why, and who saw the name in a list; the newest first."""
    found = Event.objects.filter(patient_id=patient.pk, op__in=[EventKind.VIEW, EventKind.PRINT])
    lists = ledger.listed(patient.pk).exclude(patient_id=patient.pk)
    return Looks(_newest(found), found.count(), _newest(lists), lists.count())


def _newest(found: QuerySet[Event]) -> list[Line]:
    return wording.lines(list(found.order_by("-id")[:MOST_LOOKS]), {})


def _last(patient_id: UUID, kind: str, sources: tuple[tuple[str, str], ...]) -> datetime | None:
    """The last entry of the kind: when it was made or what time it is about, whichever is later."""
    parts = " UNION ALL ".join(f"SELECT max({column}) AS at FROM {table} WHERE patient_id = %(patient)s" for table, column in sources)  # noqa: S608
    with connection.cursor() as cursor:
        statement = f"SELECT greatest(max(at), history.last_entry(%(patient)s, %(kind)s)) FROM ({parts}) entries"  # noqa: S608 - our own names
        cursor.execute(statement, {"patient": patient_id, "kind": kind})
        last: datetime | None = cursor.fetchone()[0]
        return last


def _pays_for_others(patient_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(PAYS.format(table=table) for table in PAYING), {"patient": patient_id})
        return any(row[0] for row in cursor.fetchall())
