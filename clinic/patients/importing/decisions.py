"""What becomes of the rows that an import held back: a new patient, a patient already registered, or nothing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.lib.errors import Conflict, InvalidInput, NotFound
from clinic.patients import actions
from clinic.patients.importing import rules
from clinic.patients.importing.held import people_behind
from clinic.patients.importing.saving import entry_of, save_together
from clinic.patients.models import Alert, Contact, ContactKind, Decision, HeldRow, Identifier, ImportRun, Patient, Relation
from clinic.staff.models import User
from clinic.staff.roles import Permission

MOST_AT_ONCE = 1000


class AlreadyDecided(Conflict):
    """Somebody has decided about the row."""

    code = "already_decided"

    def __init__(self, row: HeldRow) -> None:
        said = {"row": row.number, "decision": row.get_decision_display(), "person": row.decided_by}
        message = _("Row %(row)s has been decided already: %(decision)s (%(person)s). Nothing was changed.") % said
        super().__init__(message, link=f"/patients/{row.patient_id}/" if row.patient_id else None)


class NotACandidate(InvalidInput):
    """The row was not found to look like this patient."""

    code = "not_a_candidate"

    def __init__(self) -> None:
        super().__init__(fields={"patient_id": _("This row was not compared with that patient. Choose one of its candidates.")})


@dataclass(frozen=True)
class Accepted:
    """How many rows became patients, and how many still wait."""

    accepted: int
    left: int


@transaction.atomic
def accept_as_new(*, row_id: UUID, actor: User, at: datetime) -> HeldRow:
    """The row is another person: register it.

    :raises AlreadyDecided: when somebody has decided about the row.
    """
    row = _locked(row_id, actor)
    save_together([(row.pk, entry_of(rules.from_json(row.number, row.values), row.run.branch))], actor=actor, at=at)
    row.refresh_from_db()
    return row


@transaction.atomic
def join_to(*, row_id: UUID, patient_id: UUID, actor: User, at: datetime) -> HeldRow:
    """The row is this patient, one of its candidates: what the row knows besides is added to the patient.

    :raises AlreadyDecided: when somebody has decided about the row.
    :raises NotACandidate: when it is not among those whom the row looks like.
    """
    actions.one_after_another()  # before the patient's row, as a desk that adds a number does
    row = _locked(row_id, actor)
    patient = next((person for person in people_behind([row]).values() if person.pk == patient_id), None)
    if patient is None:
        raise NotACandidate
    _add_what_is_missing(patient, rules.from_json(row.number, row.values), actor, at)
    return _decide(row, Decision.SAME, actor, at, patient)


def _add_what_is_missing(patient: Patient, judged: rules.Row, actor: User, at: datetime) -> None:
    patient = Patient.objects.select_for_update(of=("self",)).select_related("branch__legal_entity").get(pk=patient.pk)
    contacts = [(ContactKind.PHONE, value) for value in judged.phones] + [(ContactKind.EMAIL, value) for value in judged.emails]
    for contact, value in contacts:
        actions.add_contact(contact=Contact(patient=patient, kind=contact, value=value), actor=actor, at=at)
    for kind, number in judged.identifiers:
        actions.add_identifier(identifier=Identifier(patient=patient, kind=kind, number=number), actor=actor, at=at, is_shared=True)
    _add_people_and_alerts(patient, judged, actor, at)


def _add_people_and_alerts(patient: Patient, judged: rules.Row, actor: User, at: datetime) -> None:
    relations = patient.relations.filter(ended_at=None).select_related("related_patient")
    known = {rules.fold_header(relation.display_name) for relation in relations}
    for person in judged.relations:
        if rules.fold_header(person["name"]) not in known:
            actions.add_relation(relation=Relation(patient=patient, **person), actor=actor, at=at)
    recorded = {(alert.kind, rules.fold_header(alert.text)) for alert in patient.active_alerts}
    for what, text in judged.alerts:
        if (what, rules.fold_header(text)) not in recorded:
            actions.record_alert(alert=Alert(patient=patient, kind=what, text=text), actor=actor, at=at)


@transaction.atomic
def discard(*, row_id: UUID, actor: User, at: datetime) -> HeldRow:
    """Nothing comes of the row, in this run and the next ones.

    :raises AlreadyDecided: when somebody has decided about the row.
    """
    return _decide(_locked(row_id, actor), Decision.DISCARDED, actor, at)


@transaction.atomic
def accept_all(*, run_id: UUID, actor: User, at: datetime) -> Accepted:
    """The rows of the run that wait are all other people: register them, at most `MOST_AT_ONCE`; ask again for the rest."""
    _require(actor)
    run = ImportRun.objects.select_related("branch__legal_entity").filter(pk=run_id).first()
    if run is None:
        raise NotFound
    waiting = HeldRow.objects.filter(run=run, decision=Decision.OPEN).order_by("number", "pk")
    rows = list(waiting.select_for_update()[:MOST_AT_ONCE])
    save_together([(row.pk, entry_of(rules.from_json(row.number, row.values), run.branch)) for row in rows], actor=actor, at=at)
    return Accepted(accepted=len(rows), left=waiting.count())


def _locked(row_id: UUID, actor: User) -> HeldRow:
    _require(actor)
    found = HeldRow.objects.select_for_update(of=("self",)).select_related("run__branch__legal_entity", "decided_by")
    row = found.filter(pk=row_id).first()
    if row is None:
        raise NotFound
    if row.decision != Decision.OPEN:
        raise AlreadyDecided(row)
    return row


def _require(actor: User) -> None:
    actor.require(Permission.PATIENT_IMPORT)
    actor.require(Permission.PATIENT_WRITE)


def _decide(row: HeldRow, decision: Decision, actor: User, at: datetime, patient: Patient | None = None) -> HeldRow:
    row.decision, row.decided_by, row.decided_at, row.patient = decision, actor, at, patient
    row.save(update_fields=["decision", "decided_by", "decided_at", "patient"])
    return row
