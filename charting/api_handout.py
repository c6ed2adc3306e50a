"""API of what a patient takes home."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from ninja import Router, Schema

from charting import handout, queries
from charting.recalls import queries as recalls
from clinic.lib.schemas import Language
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["chart"])


class LineOut(Schema):
    """What is told of one tooth, or of the whole mouth."""

    place: str
    text: str


class HandoutOut(Schema):
    """Findings and suggestions in plain words."""

    language: str
    at: datetime
    found: list[LineOut]
    suggested: list[LineOut]
    come_again: list[LineOut]


@router.get("/patients/{uuid:patient_id}/handout", response=HandoutOut, operation_id="get_handout")
def get_handout(request: Request, patient_id: UUID, language: Language = "") -> handout.Handout:
    """What was found and suggested, in plain words for the patient: in `ru`, `fr` or `en`, else in the patient's language."""
    patient = get_patient_for(request.user, patient_id, what="handout", permission=Permission.CLINICAL_VIEW)
    told = handout.language_of(language, patient.language)
    return handout.write(queries.chart_at(patient, timezone.now()), told, recalls.ahead_of(patient))
