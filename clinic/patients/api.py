"""API of patients."""

import base64
import binascii
import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from clinic.history.actions import record_list
from clinic.lib import openapi, sheets
from clinic.lib.errors import InvalidInput, NotFound
from clinic.lib.ids import uuid7
from clinic.patients import actions, exporting, listing, queries, schemas
from clinic.patients.api_imports import router as imports_router
from clinic.patients.api_medical import router as medical_router
from clinic.patients.lines import Line
from clinic.patients.listing import Filters, Listing
from clinic.patients.messages import REFUSALS
from clinic.patients.models import Contact, Identifier, Label, Patient, Relation, Source
from clinic.patients.search import likely_duplicates, search_patients
from clinic.staff.http import Request
from clinic.staff.models import Branch
from clinic.staff.roles import Permission

router = Router(tags=["patients"])
MOST = 200
router.add_router("", medical_router)
router.add_router("", imports_router)


@router.get("/patients", response=schemas.PatientPage, operation_id="list_patients")
def list_patients(request: Request, q: str = "", cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """Patients by name, a page at a time; with `q` the best hits of the search."""
    limit = min(max(limit, 1), MOST)
    if q.strip():
        return {"items": search_patients(user=request.user, text=q, today=timezone.localdate(), limit=limit), "next_cursor": None}
    items = Listing(user=request.user, filters=Filters(), today=timezone.localdate()).after(_place(cursor), limit + 1)
    record_list("patients-list", (patient.pk for patient in items[:limit]))
    return {"items": items[:limit], "next_cursor": _cursor_of(items[limit - 1]) if len(items) > limit else None}


def _cursor_of(patient: Line) -> str:
    return base64.urlsafe_b64encode(json.dumps([patient.last_name, patient.first_name, str(patient.pk)]).encode()).decode()


def _place(cursor: str) -> tuple[str, str, UUID] | None:
    if not cursor:
        return None
    try:
        last_name, first_name, key = json.loads(base64.urlsafe_b64decode(cursor))
        return str(last_name), str(first_name), UUID(str(key))
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidInput(fields={"cursor": REFUSALS["text"]}) from error


@router.post("/patients", response={201: schemas.PatientOut}, operation_id="register_patient")
def register(request: Request, body: schemas.PatientIn) -> Status[Patient]:
    """Register a patient; 409 `likely_duplicates` until `is_another_person` says that they were seen (see /patients/duplicates).

    Documents, family, alerts and labels take the right to write patients' cards.
    """
    request.user.require(Permission.PATIENT_REGISTER)
    entry = _entry(body)
    patient = actions.register(entry=entry, actor=request.user, at=timezone.now(), id=body.id, is_another_person=body.is_another_person)
    return Status(201, patient)


@router.post("/patients/duplicates", response=list[schemas.LikenessOut], operation_id="find_duplicates")
def duplicates(request: Request, body: schemas.PatientIn) -> list[dict[str, Any]]:
    """Patients already registered who may be this person, with the reasons."""
    request.user.require(Permission.PATIENT_REGISTER)
    entry = _entry(body)
    actions.check_entry(entry, timezone.localdate())
    return [{"patient": likeness.patient, "reasons": likeness.reasons} for likeness in likely_duplicates(actions.person_of(entry))]


def _entry(body: schemas.PatientIn) -> actions.Registration:
    branch = Branch.objects.select_related("legal_entity").filter(pk=body.branch_id).first()
    if branch is None:
        raise InvalidInput(fields={"branch_id": NotFound.default_message})
    own = body.dict(exclude={"id", "contacts", "identifiers", "relations", "alerts", "label_ids", "is_another_person", "branch_id"})
    queries.check_links(own)
    labels = list(Label.objects.filter(pk__in=body.label_ids))
    return actions.Registration(
        Patient(branch=branch, **own),
        contacts=[Contact(**contact.dict()) for contact in body.contacts],
        identifiers=[Identifier(**identifier.dict()) for identifier in body.identifiers],
        relations=[Relation(**relation.dict()) for relation in body.relations],
        alerts=[queries.new_alert(alert.dict()) for alert in body.alerts],
        labels=labels,
    )


@router.get("/patients/workbook", operation_id="get_patients_workbook", openapi_extra=openapi.XLSX)
def get_patients_workbook(request: Request, wanted: Query[schemas.PatientFilters]) -> HttpResponse:
    """The list of patients, narrowed as the page narrows it, as XLSX; that it was taken is an event of history."""
    request.user.require(Permission.LIST_EXPORT)
    filters = listing.checked(Filters(wanted.q.strip(), wanted.branch, wanted.dentist, wanted.label, wanted.source))
    found = Listing(user=request.user, filters=filters, today=timezone.localdate())
    return sheets.response(exporting.patients_sheet(found.whole(), is_cut=found.is_cut), name="patients")


@router.get("/patients/{patient_id}", response=schemas.PatientOut, operation_id="get_patient")
def get_patient(request: Request, patient_id: UUID) -> Patient:
    return queries.get_patient_for(request.user, patient_id, what="overview")


@router.patch("/patients/{patient_id}", response=schemas.PatientOut, operation_id="change_patient")
def change_patient(request: Request, patient_id: UUID, body: schemas.PatientChange) -> Patient:
    """409 `stale` when somebody changed the patient since `version` was read."""
    _writable(request, patient_id)
    changes = body.dict(exclude_unset=True, exclude={"version"})
    queries.check_links(changes)
    return actions.change_patient(patient_id=patient_id, version=body.version, changes=changes, actor=request.user, at=timezone.now())


def _writable(request: Request, patient_id: UUID) -> Patient:
    return queries.get_patient_for(request.user, patient_id, what="overview", permission=Permission.PATIENT_WRITE)


@router.get("/patients/{patient_id}/contacts", response=list[schemas.ContactOut], operation_id="list_contacts")
def list_contacts(request: Request, patient_id: UUID) -> list[Contact]:
    patient = queries.get_patient_for(request.user, patient_id, what="contacts")
    return list(patient.contacts.filter(ended_at=None).order_by("position", "pk"))


@router.post("/patients/{patient_id}/contacts", response={201: schemas.ContactOut}, operation_id="add_contact")
def add_contact(request: Request, patient_id: UUID, body: schemas.ContactIn) -> Status[Contact]:
    contact = Contact(patient=_writable(request, patient_id), **body.dict())
    return Status(201, actions.add_contact(contact=contact, actor=request.user, at=timezone.now()))


@router.delete("/patients/{patient_id}/contacts/{contact_id}", response={204: None}, operation_id="end_contact")
def end_contact(request: Request, patient_id: UUID, contact_id: UUID) -> Status[None]:
    actions.end_contact(contact_id=contact_id, patient=_writable(request, patient_id), actor=request.user, at=timezone.now())
    return Status(204, None)


@router.get("/patients/{patient_id}/identifiers", response=list[schemas.IdentifierOut], operation_id="list_identifiers")
def list_identifiers(request: Request, patient_id: UUID) -> list[Identifier]:
    patient = queries.get_patient_for(request.user, patient_id, what="identifiers")
    return list(patient.identifiers.filter(ended_at=None).order_by("kind", "pk"))


@router.post("/patients/{patient_id}/identifiers", response={201: schemas.IdentifierOut}, operation_id="add_identifier")
def add_identifier(request: Request, patient_id: UUID, body: schemas.AddedIdentifierIn) -> Status[Identifier]:
    """Add a document number; 409 `number_of_another` when another patient has it and it is not said to be shared."""
    identifier = Identifier(patient=_writable(request, patient_id), **body.dict(exclude={"is_shared"}))
    return Status(201, actions.add_identifier(identifier=identifier, actor=request.user, at=timezone.now(), is_shared=body.is_shared))


@router.delete("/patients/{patient_id}/identifiers/{identifier_id}", response={204: None}, operation_id="end_identifier")
def end_identifier(request: Request, patient_id: UUID, identifier_id: UUID) -> Status[None]:
    actions.end_identifier(identifier_id=identifier_id, patient=_writable(request, patient_id), actor=request.user, at=timezone.now())
    return Status(204, None)


@router.get("/patients/{patient_id}/relations", response=list[schemas.RelationOut], operation_id="list_relations")
def list_relations(request: Request, patient_id: UUID) -> list[Relation]:
    patient = queries.get_patient_for(request.user, patient_id, what="relations")
    return list(patient.relations.filter(ended_at=None).order_by("pk"))


@router.post("/patients/{patient_id}/relations", response={201: schemas.RelationOut}, operation_id="add_relation")
def add_relation(request: Request, patient_id: UUID, body: schemas.RelationIn) -> Status[Relation]:
    patient = _writable(request, patient_id)
    if body.related_patient_id and not Patient.objects.filter(pk=body.related_patient_id).exists():
        raise InvalidInput(fields={"related_patient_id": NotFound.default_message})
    return Status(201, actions.add_relation(relation=Relation(patient=patient, **body.dict()), actor=request.user, at=timezone.now()))


@router.delete("/patients/{patient_id}/relations/{relation_id}", response={204: None}, operation_id="end_relation")
def end_relation(request: Request, patient_id: UUID, relation_id: UUID) -> Status[None]:
    actions.end_relation(relation_id=relation_id, patient=_writable(request, patient_id), actor=request.user, at=timezone.now())
    return Status(204, None)


@router.put("/patients/{patient_id}/labels", response=list[schemas.LabelOut], operation_id="set_labels")
def set_labels(request: Request, patient_id: UUID, body: schemas.LabelsIn) -> list[Label]:
    """Leave exactly these labels on the patient."""
    patient, labels = _writable(request, patient_id), list(Label.objects.filter(pk__in=body.label_ids).order_by("name"))
    actions.set_labels(patient=patient, labels=labels, actor=request.user, at=timezone.now())
    return labels


@router.get("/labels", response=list[schemas.LabelOut], operation_id="list_labels")
def list_labels(request: Request) -> list[Label]:
    request.user.require(Permission.PATIENT_VIEW)
    return list(Label.objects.filter(is_active=True).order_by("name"))


@router.put("/labels", response=schemas.LabelOut, operation_id="save_label")
def save_label(request: Request, body: schemas.LabelIn) -> Label:
    """Create a label, or change the one with this id: then its `version` is needed."""
    request.user.require(Permission.SETTINGS_WRITE)
    label = (Label.objects.filter(pk=body.id).first() if body.id else None) or Label(id=body.id or uuid7())
    label.name, label.colour, label.is_active = body.name, body.colour, body.is_active
    return actions.save_label(label=label, version=body.version, actor=request.user, at=timezone.now())


@router.get("/sources", response=list[schemas.SourceOut], operation_id="list_sources")
def list_sources(request: Request) -> list[Source]:
    request.user.require(Permission.PATIENT_VIEW)
    return list(Source.objects.order_by("name"))


@router.put("/sources", response=schemas.SourceOut, operation_id="save_source")
def save_source(request: Request, body: schemas.SourceIn) -> Source:
    """Create a source, or change the one with this id: then its `version` is needed."""
    request.user.require(Permission.SETTINGS_WRITE)
    source = (Source.objects.filter(pk=body.id).first() if body.id else None) or Source(id=body.id or uuid7())
    source.name, source.is_active = body.name, body.is_active
    return actions.save_source(source=source, version=body.version, actor=request.user, at=timezone.now())
