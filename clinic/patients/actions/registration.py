"""Registering a patient and changing who they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from clinic.history.creation import find_sent
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput, KeyTaken, NotFound, StaleVersion, Text
from clinic.lib.ids import uuid7
from clinic.lib.refusals import rule_of
from clinic.patients import rules
from clinic.patients.actions.checks import ensure, field_errors, normalised
from clinic.patients.messages import MINOR_GUARDIAN, REFUSALS
from clinic.patients.models import Alert, Contact, ContactKind, Identifier, Label, Patient, PatientLabel, Relation
from clinic.patients.search import Likeness, Person, likely_duplicates
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

EDITABLE = (
    "last_name", "first_name", "patronymic", "birth_name", "sex", "birth_date", "language", "address", "city", "postal_code", "country",
    "source_id", "source_detail", "external_number", "responsible_dentist_id", "branch_id",
)  # fmt: skip
NAMES = ("last_name", "first_name", "patronymic", "birth_name")
SENT = (*NAMES, "sex", "birth_date", "language", "branch_id", "responsible_dentist_id", "address", "city", "postal_code", "country", "source_id")


class LikelyDuplicates(Conflict):
    """Somebody registered looks like this person; say that it is another person, and the registration goes through."""

    code = "likely_duplicates"
    default_message = _("This person may be registered already. Open the patient found, or register another person. Nothing was saved yet.")

    def __init__(self, found: Sequence[Likeness]) -> None:
        self.found = list(found)
        super().__init__(link=f"/patients/{self.found[0].patient.pk}/")


@dataclass
class Registration:
    """All that is said of a patient when they are registered; the records are not saved yet."""

    patient: Patient
    contacts: list[Contact] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    @property
    def says_more(self) -> bool:
        """Whether it holds what only those may enter who may write the patient's card: documents, family, alerts, labels."""
        return bool(self.identifiers or self.relations or self.alerts or self.labels)


@transaction.atomic
def register(*, entry: Registration, actor: User, at: datetime, id: UUID | None = None, is_another_person: bool = False) -> Patient:
    """Register a patient with everything known of them; a second call with the same `id` returns the first result.

    :raises NotAllowed: documents, family, alerts and labels take PATIENT_WRITE.
    :raises InvalidInput: with an error for each wrong field (`contacts.0.value`, `identifiers.1.number` ...).
    :raises LikelyDuplicates: unless `is_another_person` says that the likeness was seen.
    :raises KeyTaken: when `id` is of somebody else, or of other contacts or documents.
    """
    actor.require(Permission.PATIENT_REGISTER)
    if entry.says_more:
        actor.require(Permission.PATIENT_WRITE)
    errors = check_entry(entry, branch_day(at, entry.patient.branch.time_zone))
    first = find_sent(Patient, id, **{name: getattr(entry.patient, name) for name in SENT})
    if first is not None:
        return _same_entry(first, entry)
    ensure(errors)
    entry.patient.pk = id or uuid7()
    if not is_another_person:
        _refuse_duplicates(entry)
    _save(entry, actor, at)
    return Patient.objects.select_related("branch").get(pk=entry.patient.pk)


def _same_entry(first: Patient, entry: Registration) -> Patient:
    """:raises KeyTaken: when the patient was registered with other contacts or documents."""
    for model, rows, name in ((Contact, entry.contacts, "value"), (Identifier, entry.identifiers, "number")):
        made = model.history.filter(patient_id=first.pk, history_type="+").values_list(name, flat=True)
        if not {getattr(row, name) for row in rows} <= set(made):
            raise KeyTaken
    return first


def check_entry(entry: Registration, today: date) -> dict[str, Text]:
    """Everything wrong with the entry, by field; phones, addresses and numbers are normalised in place."""
    errors = _check_patient(entry.patient, today)
    for index, contact in enumerate(entry.contacts):
        errors |= check_contact(contact, entry.patient.branch, prefix=f"contacts.{index}.")
    for index, identifier in enumerate(entry.identifiers):
        errors |= check_identifier(identifier, today, prefix=f"identifiers.{index}.")
    for index, relation in enumerate(entry.relations):
        errors |= check_relation(relation, entry.patient.branch, today, prefix=f"relations.{index}.")
    for index, alert in enumerate(entry.alerts):
        errors |= check_alert(alert, prefix=f"alerts.{index}.")
    return errors


def _check_patient(patient: Patient, today: date) -> dict[str, Text]:
    for name in NAMES:
        setattr(patient, name, " ".join((getattr(patient, name) or "").split()))
    errors = field_errors(patient)
    if patient.birth_date and "birth_date" not in errors:
        normalised(errors, "birth_date", rules.check_birth_date, patient.birth_date, today)
    return errors


def check_contact(contact: Contact, branch: Branch, *, prefix: str = "") -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if contact.kind == ContactKind.PHONE:
        value = normalised(errors, f"{prefix}value", rules.normalise_phone, contact.value, branch.legal_entity.country)
    else:
        value = normalised(errors, f"{prefix}value", rules.normalise_email, contact.value)
    contact.value = value or contact.value
    return field_errors(contact, prefix=prefix) | errors


def check_identifier(identifier: Identifier, today: date, *, prefix: str = "") -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if identifier.kind in rules.IDENTIFIERS:
        number = normalised(errors, f"{prefix}number", rules.normalise_identifier, identifier.kind, identifier.number)
        identifier.number = number or identifier.number
    if identifier.issued_date and identifier.issued_date > today:
        errors[f"{prefix}issued_date"] = _("This date is in the future.")
    if identifier.issued_date and identifier.valid_until and identifier.valid_until < identifier.issued_date:
        errors[f"{prefix}valid_until"] = _("It cannot end before it was issued.")
    return field_errors(identifier, prefix=prefix) | errors


def check_relation(relation: Relation, branch: Branch, today: date, *, prefix: str = "") -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if relation.related_patient_id:
        relation.name = ""
    elif not relation.name.strip():
        errors[f"{prefix}name"] = REFUSALS["required"]
    if relation.related_patient_id and relation.related_patient_id == relation.patient_id:
        errors[f"{prefix}related_patient"] = _("This is the patient themselves.")
    if relation.is_guardian and relation.related_patient and rules.is_minor(relation.related_patient.birth_date, today):
        errors[f"{prefix}is_guardian"] = MINOR_GUARDIAN
    if relation.phone:
        relation.phone = normalised(errors, f"{prefix}phone", rules.normalise_phone, relation.phone, branch.legal_entity.country) or relation.phone
    return field_errors(relation, prefix=prefix) | errors


def check_alert(alert: Alert, *, prefix: str = "") -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if alert.kind == "other" and not (alert.text.strip() or alert.label_en):
        errors[f"{prefix}text"] = _("Say what it is.")
    return field_errors(alert, prefix=prefix) | errors


def one_after_another() -> None:
    """Until the transaction ends nobody else registers or numbers a patient: two people may share a document and no letter of their names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('patients_patient'))")


def _refuse_duplicates(entry: Registration) -> None:
    one_after_another()
    found = likely_duplicates(person_of(entry))
    if found:
        raise LikelyDuplicates(found)


def person_of(entry: Registration) -> Person:
    """The entry as it is compared with the patients already registered."""
    return Person(
        last_name=entry.patient.last_name,
        first_name=entry.patient.first_name,
        patronymic=entry.patient.patronymic,
        birth_name=entry.patient.birth_name,
        birth_date=entry.patient.birth_date,
        identifiers=tuple((identifier.kind, identifier.number) for identifier in entry.identifiers),
        contacts=tuple(contact.value for contact in entry.contacts),
        id=entry.patient.pk,
    )


def _save(entry: Registration, actor: User, at: datetime) -> None:
    entry.patient.save(force_insert=True)
    for position, contact in enumerate(entry.contacts):
        contact.patient, contact.position = entry.patient, position
    for identifier in entry.identifiers:
        identifier.patient = entry.patient
    for relation in entry.relations:
        relation.patient = entry.patient
    for alert in entry.alerts:
        alert.patient, alert.recorded_at, alert.recorded_by = entry.patient, at, actor
    Contact.objects.bulk_create({contact.value: contact for contact in entry.contacts}.values())
    Identifier.objects.bulk_create({(identifier.kind, identifier.number): identifier for identifier in entry.identifiers}.values())
    Relation.objects.bulk_create(entry.relations)
    Alert.objects.bulk_create(entry.alerts)
    PatientLabel.objects.bulk_create([PatientLabel(patient=entry.patient, label=label) for label in dict.fromkeys(entry.labels)])


@transaction.atomic
def change_patient(*, patient_id: UUID, version: int, changes: Mapping[str, Any], actor: User, at: datetime) -> Patient:
    """Change the patient's own fields (`EDITABLE`) as they were seen at `version`.

    :raises StaleVersion: when somebody changed them since.
    :raises InvalidInput: with an error for each wrong field.
    """
    actor.require(Permission.PATIENT_WRITE)
    patient = Patient.objects.select_for_update(of=("self",)).select_related("branch").filter(pk=patient_id).first()
    if patient is None:
        raise NotFound
    if patient.version != version:
        raise StaleVersion
    for name in EDITABLE:
        if name in changes:
            setattr(patient, name, changes[name])
    ensure(_check_patient(patient, branch_day(at, patient.branch.time_zone)))
    try:
        patient.save(update_fields=EDITABLE)
    except IntegrityError as error:
        if rule_of(error) != "patients_patient_born_late":
            raise
        raise InvalidInput(fields={"birth_date": REFUSALS["born_late"]}) from error
    return Patient.objects.select_related("branch").get(pk=patient_id)
