"""Two people at one tooth: their entries are judged one after the other, and whoever has not seen the other's entry is asked first.

What the other entered counts from its arrival: one that waited on a device bears an earlier time, and nobody saw it then.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from charting import finding_words, story, words
from charting.models import Diagnosis, Finding, Procedure, ProcedureState
from clinic.history.creation import hold
from clinic.lib.errors import Conflict
from clinic.patients.models import Patient
from clinic.staff.models import User

BY_OTHERS = """
SELECT id, NULL::uuid, NULL::uuid, noted_by_id FROM charting_finding
WHERE patient_id = %(patient)s AND tooth = ANY(%(teeth)s) AND created_at > %(seen_at)s AND noted_by_id <> %(actor)s AND in_error_at IS NULL
UNION ALL
SELECT f.id, NULL, NULL, c.changed_by_id FROM charting_findingchange c JOIN charting_finding f ON f.id = c.finding_id
WHERE c.patient_id = %(patient)s AND f.tooth = ANY(%(teeth)s) AND c.created_at > %(seen_at)s AND c.changed_by_id <> %(actor)s
  AND f.in_error_at IS NULL
UNION ALL
SELECT NULL, c.procedure_id, NULL, c.changed_by_id FROM charting_procedurechange c JOIN charting_proceduretooth t ON t.procedure_id = c.procedure_id
WHERE c.patient_id = %(patient)s AND t.tooth = ANY(%(teeth)s) AND c.created_at > %(seen_at)s AND c.changed_by_id <> %(actor)s
UNION ALL
SELECT NULL, NULL, id, made_by_id FROM charting_diagnosis
WHERE patient_id = %(patient)s AND tooth = ANY(%(teeth)s) AND created_at > %(seen_at)s AND made_by_id <> %(actor)s AND in_error_at IS NULL
"""
LAST_TOLD = """
SELECT max(told) FROM (
  SELECT noted_at AS told FROM charting_finding WHERE patient_id = %(patient)s AND tooth = ANY(%(teeth)s) AND in_error_at IS NULL
  UNION ALL
  SELECT c.changed_at FROM charting_procedurechange c
  JOIN charting_proceduretooth t ON t.procedure_id = c.procedure_id JOIN charting_procedure p ON p.id = c.procedure_id
  WHERE c.patient_id = %(patient)s AND t.tooth = ANY(%(teeth)s) AND p.state <> 'cancelled'
) entries
"""


class ChartedMeanwhile(Conflict):
    """Somebody else charted the same tooth since the chart was seen; nothing was recorded."""

    code = "charted_meanwhile"


def hold_teeth(patient_id: UUID) -> None:
    """Until the transaction ends nobody else enters what is judged by how this patient's teeth stand. Take it before any row is locked."""
    hold(f"charting.teeth {patient_id}")


def after_all(patient_id: UUID, teeth: Collection[int], at: datetime) -> datetime:
    """When a tooth went whose loss at `at` is told late: after everything that is on record of it, or the chart would show that on a gap."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_TOLD, {"patient": patient_id, "teeth": list(teeth)})
        last: datetime | None = cursor.fetchone()[0]
    return at if last is None or at >= last else last + timedelta(microseconds=1)


def refuse_if_charted(*, patient: Patient, teeth: Collection[int], seen_at: datetime | None, actor: User) -> None:
    """Do nothing when the sender does not say what was seen.

    :raises ChartedMeanwhile: with the other's entries in words, when there are some of these teeth since `seen_at`.
    """
    if seen_at is None or not teeth:
        return
    with connection.cursor() as cursor:
        cursor.execute(BY_OTHERS, {"patient": patient.pk, "teeth": list(teeth), "seen_at": seen_at, "actor": actor.pk})
        rows = cursor.fetchall()
    if rows:
        raise ChartedMeanwhile(_told(*({row[place] for row in rows if row[place]} for place in range(4))))


def _told(findings: set[UUID], procedures: set[UUID], diagnoses: set[UUID], people: set[UUID]) -> str:
    entries = [
        f"{finding_words.place_shown(row)} {finding_words.title(row)}" + (f" ({_('resolved')})" if row.resolved_at else "")
        for row in Finding.objects.filter(pk__in=findings).order_by("noted_at", "pk")
    ]
    acts = Procedure.objects.filter(pk__in=procedures).select_related("service").prefetch_related("teeth").order_by("recorded_at", "pk")
    entries += [f"{story.procedure_part(row)} {row.service} ({ProcedureState(row.state).label})" for row in acts]
    given = Diagnosis.objects.filter(pk__in=diagnoses).select_related("code").order_by("made_at", "pk")
    entries += [f"{words.part_shown(tooth=row.tooth, surfaces=())} {row.code.code}" for row in given]
    names = ", ".join(person.get_short_name() for person in User.objects.filter(pk__in=people).order_by("pk"))
    return _("%(names)s charted here meanwhile: %(entries)s.") % {"names": names, "entries": "; ".join(entries)}
