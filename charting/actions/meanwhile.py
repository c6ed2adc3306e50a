"""Two people at one tooth: whoever enters without having seen the other's entry is asked first."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from charting import finding_words, story, words
from charting.models import Finding, Procedure, ProcedureState
from clinic.lib.errors import Conflict
from clinic.patients.models import Patient
from clinic.staff.models import User

BY_OTHERS = """
SELECT id, NULL, noted_by_id FROM charting_finding
WHERE patient_id = %(patient)s AND tooth = ANY(%(teeth)s) AND noted_at > %(seen_at)s AND noted_by_id <> %(actor)s AND in_error_at IS NULL
UNION ALL
SELECT NULL, c.procedure_id, c.changed_by_id FROM charting_procedurechange c JOIN charting_proceduretooth t ON t.procedure_id = c.procedure_id
WHERE c.patient_id = %(patient)s AND t.tooth = ANY(%(teeth)s) AND c.changed_at > %(seen_at)s AND c.changed_by_id <> %(actor)s
"""


class ChartedMeanwhile(Conflict):
    """Somebody else charted the same tooth since the chart was seen; nothing was recorded."""

    code = "charted_meanwhile"


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
        raise ChartedMeanwhile(_told(*({row[place] for row in rows if row[place]} for place in range(3))))


def _told(findings: set[UUID], procedures: set[UUID], people: set[UUID]) -> str:
    entries = [
        f"{words.part_shown(tooth=row.tooth, surfaces=row.surfaces, roots=row.roots)} {finding_words.title(row)}"
        for row in Finding.objects.filter(pk__in=findings).order_by("noted_at", "pk")
    ]
    acts = Procedure.objects.filter(pk__in=procedures).select_related("service").prefetch_related("teeth").order_by("recorded_at", "pk")
    entries += [f"{story.procedure_part(row)} {row.service} ({ProcedureState(row.state).label})" for row in acts]
    names = ", ".join(person.get_short_name() for person in User.objects.filter(pk__in=people).order_by("pk"))
    return _("%(names)s charted here meanwhile: %(entries)s.") % {"names": names, "entries": "; ".join(entries)}
