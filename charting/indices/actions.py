"""Writes of indices: scored and kept at once; marked as entered in error."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from charting import queries as charting
from charting.indices import queries, rules, words
from charting.indices.models import IndexKind, OralIndex
from charting.perio import queries as perio
from clinic.history.creation import find_sent
from clinic.lib.errors import Conflict, InvalidInput
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.staff.roles import Permission

LONGEST_REASON = 300
FIRST_YEAR = 1900


class IndexWithdrawn(Conflict):
    """The record was marked before."""

    code = "index_withdrawn"
    default_message = _("This index was marked as entered in error before.")


@transaction.atomic
def record_index(
    *, patient: Patient, kind: str, scores: rules.Scores, actor: User, at: datetime, taken_at: datetime | None = None, id: UUID | None = None
) -> OralIndex:
    """Keep an index as it was scored, now or at `taken_at` before (from paper). The same `id` twice is one record.

    :raises InvalidInput: when there is no such index, place or score, too little is scored, or the day has not come yet.
    :raises KeyTaken: when the key made another record.
    """
    actor.require(Permission.CHART_WRITE)
    when = charting.aware(taken_at) if taken_at else at
    known = find_sent(OralIndex, id, patient_id=patient.pk, kind=kind, scores=dict(scores), **({"taken_at": when} if taken_at else {}))
    if known is not None:
        return known
    if kind not in IndexKind.values:
        raise InvalidInput(fields={"kind": _("There is no such index: bpe, sbpe, ohis, pma or api.")})
    if when.year < FIRST_YEAR or (patient.birth_date and when.date() < patient.birth_date):
        raise InvalidInput(fields={"taken_at": _("On that day the patient was not born yet. Give the day on which the index was scored.")})
    if when > at:
        raise InvalidInput(fields={"taken_at": _("An index is not scored in the future. Give the day on which it was scored.")})
    problem = rules.problem_of(kind, scores, perio.teeth_on(patient, when), age=queries.age_at(patient, when))
    if problem:
        text = words.problem_text(problem)
        raise InvalidInput(text, fields={"scores": text})
    return OralIndex.objects.create(id=id or uuid7(), patient=patient, kind=kind, scores=dict(scores), taken_at=when, taken_by=actor)


@transaction.atomic
def mark_index_in_error(*, index: OralIndex, actor: User, at: datetime, reason: str) -> OralIndex:
    """The index was scored in error (another patient, a slip): it leaves every list and trend and stays in history with the reason.

    :raises IndexWithdrawn: when it is marked already.
    """
    actor.require(Permission.CHART_WRITE)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise InvalidInput(fields={"reason": _("Say in up to 300 characters what was wrong.")})
    row = OralIndex.objects.select_for_update().get(pk=index.pk)
    if row.in_error_at is not None:
        raise IndexWithdrawn
    row.in_error_at, row.in_error_by, row.error_reason = at, actor, reason.strip()
    row.save(update_fields=["in_error_at", "in_error_by", "error_reason"])
    row.refresh_from_db(fields=["version"])
    return row
