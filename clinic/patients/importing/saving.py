"""Rows on their way into the tables: saved as patients, or held back until a person decides."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from clinic.patients.actions import Registration
from clinic.patients.importing import rules
from clinic.patients.models import Alert, Contact, ContactKind, Decision, HeldRow, Identifier, Patient, Relation
from clinic.staff.models import Branch, User

HELD = ("run_id", "number", "values", "candidates")


def entry_of(judged: rules.Row, branch: Branch) -> Registration:
    """The row as a registration to be saved."""
    values = {"language": branch.language, "country": branch.legal_entity.country, **judged.values}
    contacts = [(ContactKind.PHONE, value) for value in judged.phones] + [(ContactKind.EMAIL, value) for value in judged.emails]
    return Registration(
        Patient(branch=branch, **values),
        contacts=[Contact(kind=kind, value=value, position=position) for position, (kind, value) in enumerate(contacts)],
        identifiers=[Identifier(kind=kind, number=number) for kind, number in judged.identifiers],
        relations=[Relation(**person) for person in judged.relations],
        alerts=[Alert(kind=kind, text=text) for kind, text in judged.alerts],
    )


@transaction.atomic
def save_together(entries: Sequence[tuple[UUID, Registration]], *, actor: User, at: datetime) -> None:
    """All patients at once under their keys; rows held back for them are decided by that."""
    for key, entry in entries:
        entry.patient.pk = key
        for contact in entry.contacts:
            contact.patient = entry.patient
        for identifier in entry.identifiers:
            identifier.patient = entry.patient
        for relation in entry.relations:
            relation.patient = entry.patient
        for alert in entry.alerts:
            alert.patient, alert.recorded_at, alert.recorded_by = entry.patient, at, actor
    Patient.objects.bulk_create([entry.patient for _key, entry in entries])
    Contact.objects.bulk_create([contact for _key, entry in entries for contact in entry.contacts])
    Identifier.objects.bulk_create([identifier for _key, entry in entries for identifier in entry.identifiers])
    Relation.objects.bulk_create([relation for _key, entry in entries for relation in entry.relations])
    Alert.objects.bulk_create([alert for _key, entry in entries for alert in entry.alerts])
    waiting = HeldRow.objects.filter(pk__in=[key for key, _entry in entries], decision=Decision.OPEN)
    waiting.update(decision=Decision.NEW, patient_id=F("pk"), decided_at=at, decided_by=actor)


@transaction.atomic
def hold(rows: Iterable[HeldRow], *, run_id: UUID | None) -> None:
    """Keep the rows; those that wait already say what was found this time and belong to this run."""
    wanted = {row.pk: row for row in rows}
    for row in wanted.values():
        row.run_id = run_id  # type: ignore[assignment]  # a run that keeps rows has a record
    for there in HeldRow.objects.select_for_update().filter(pk__in=wanted):
        found = wanted.pop(there.pk)
        if there.decision == Decision.OPEN and any(getattr(there, name) != getattr(found, name) for name in HELD):
            for name in HELD:
                setattr(there, name, getattr(found, name))
            there.save(update_fields=["run", "number", "values", "candidates"])
    HeldRow.objects.bulk_create(wanted.values())
