"""API of indices and of the periodontal screening."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Router, Status
from ninja.pagination import paginate

from charting import moments
from charting.indices import actions, queries, rules, schemas, words
from charting.indices.models import OralIndex
from charting.perio import queries as perio
from clinic.lib.cursors import CursorPages
from clinic.lib.errors import InvalidInput
from clinic.lib.schemas import ReasonIn
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["indices"])


def _patient(request: Request, patient_id: UUID) -> Patient:
    return get_patient_for(request.user, patient_id, what="indices", permission=Permission.CLINICAL_VIEW)


@router.get("/patients/{uuid:patient_id}/indices", response=list[schemas.IndexOut], operation_id="list_indices")
@paginate(CursorPages, ordering=("-taken_at", "-id"))
def list_indices(request: Request, patient_id: UUID) -> QuerySet[OralIndex]:
    """The patient's indices and screenings, the latest first; also those entered in error."""
    return OralIndex.objects.filter(patient=_patient(request, patient_id))


@router.post("/patients/{uuid:patient_id}/indices", response={201: schemas.IndexOut}, operation_id="record_index")
def record_index(request: Request, patient_id: UUID, data: schemas.IndexIn) -> Status[OralIndex]:
    """Keep an index as it was scored. Sent again with its key it is the same record."""
    request.user.require(Permission.CHART_WRITE)
    patient = _patient(request, patient_id)
    at = moments.of_request(request, patient, data.entered_at)
    return Status(201, actions.record_index(patient=patient, actor=request.user, at=at, **data.dict(exclude={"entered_at"})))


@router.get("/patients/{uuid:patient_id}/index-places", response=schemas.IndexPlacesOut, operation_id="list_index_places")
def list_index_places(request: Request, patient_id: UUID, kind: schemas.Kind) -> dict[str, Any]:
    """Where an index is scored in this patient's mouth today, in the order of entry; 422 for a screening that is not for this age."""
    patient, now = _patient(request, patient_id), timezone.now()
    problem = rules.problem_of_age(kind, queries.age_at(patient, now))
    if problem:
        raise InvalidInput(fields={"kind": words.problem_text(problem)})
    found = rules.places(kind, perio.teeth_on(patient, now))
    return {"kind": kind, "places": [vars(place) for place in found], "scale": str(words.SCALES[kind]), "source": str(words.SOURCES[kind])}


@router.get("/patients/{uuid:patient_id}/index-trends", response=schemas.IndexTrendsOut, operation_id="get_index_trends")
def get_index_trends(request: Request, patient_id: UUID) -> dict[str, Any]:
    """Every index of the patient over time, with the caries index on the days when the chart changed."""
    patient = _patient(request, patient_id)
    caries = queries.caries_over_time(patient, timezone.now())
    lines = queries.series_of(patient, queries.followed(patient))
    return {
        **{kind: [{"day": day, "value": value} for day, value in values] for kind, values in lines.items()},
        "dmft": [{"day": day, "value": permanent.total} for day, permanent, _primary in caries],
        "dmft_primary": [{"day": day, "value": primary.total} for day, _permanent, primary in caries],
    }


@router.get("/indices/{uuid:index_id}", response=schemas.IndexOut, operation_id="get_index")
def get_index(request: Request, index_id: UUID) -> OralIndex:
    """One index with its scores and what they come to."""
    return queries.get_index_for(request.user, index_id)


@router.post("/indices/{uuid:index_id}/error", response=schemas.IndexOut, operation_id="mark_index_in_error")
def mark_index_in_error(request: Request, index_id: UUID, data: ReasonIn) -> OralIndex:
    """Take a wrong index out of lists and trends; it stays in the record with the reason."""
    request.user.require(Permission.CHART_WRITE)
    index = queries.get_index_for(request.user, index_id)
    return actions.mark_index_in_error(index=index, actor=request.user, at=timezone.now(), reason=data.reason)
