"""Contacts, numbers, family and labels of a patient already registered; the clinic's own labels and sources."""

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinic.history.creation import find_put
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput, check_version
from clinic.patients.actions.checks import ensure, field_errors, locked, violated
from clinic.patients.actions.registration import check_contact, check_identifier, check_relation, one_after_another
from clinic.patients.models import Contact, Identifier, Label, Patient, PatientLabel, Relation, Source
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission

Named = TypeVar("Named", Label, Source)
Detail = TypeVar("Detail", Contact, Identifier, Relation)


class AlreadyThere(Conflict):
    """The patient has this one already."""

    code = "already_there"
    default_message = _("The patient has this one already.")


class NumberOfAnother(Conflict):
    """Another patient has the number."""

    code = "number_of_another"


@transaction.atomic
def add_contact(*, contact: Contact, actor: User, at: datetime) -> Contact:
    """Add a phone or an e-mail address, last in order. Adding it again returns the one there is."""
    actor.require(Permission.PATIENT_WRITE)
    ensure(check_contact(contact, contact.patient.branch))
    there = Contact.objects.filter(patient=contact.patient, value=contact.value, ended_at=None).first()
    if there:
        return there
    contact.position = Contact.objects.filter(patient=contact.patient).count()
    return _insert(contact, "patients_contact_once")


@transaction.atomic
def end_contact(*, contact_id: UUID, patient: Patient, actor: User, at: datetime) -> Contact:
    """The contact is no longer the patient's; it stays in history."""
    actor.require(Permission.PATIENT_WRITE)
    return _end(locked(Contact, contact_id, patient), at)


@transaction.atomic
def add_identifier(*, identifier: Identifier, actor: User, at: datetime, is_shared: bool = False) -> Identifier:
    """Add a checked number. Adding it again returns the one there is.

    :raises NumberOfAnother: when another patient has it, unless `is_shared` says that it is both's (a child under a parent's insurance number).
    """
    actor.require(Permission.PATIENT_WRITE)
    ensure(check_identifier(identifier, branch_day(at, identifier.patient.branch.time_zone)))
    one_after_another()
    standing = Identifier.objects.filter(kind=identifier.kind, number=identifier.number, ended_at=None)
    own = standing.filter(patient=identifier.patient).first()
    if own is not None:
        return own
    other = standing.select_related("patient").order_by("pk").first()
    if other is not None and not is_shared:
        words = _("The patient of card %(card)s has this number. Check both; if it is right, say that it is this patient's too.")
        raise NumberOfAnother(fields={"number": words % {"card": other.patient.card_number}})
    return _insert(identifier, "patients_identifier_once")


@transaction.atomic
def end_identifier(*, identifier_id: UUID, patient: Patient, actor: User, at: datetime) -> Identifier:
    """The number is no longer valid or was not the patient's; it stays in history."""
    actor.require(Permission.PATIENT_WRITE)
    return _end(locked(Identifier, identifier_id, patient), at)


@transaction.atomic
def add_relation(*, relation: Relation, actor: User, at: datetime) -> Relation:
    """Add somebody who stands for, pays for or belongs to the patient.

    :raises AlreadyThere: when that patient is related already.
    """
    actor.require(Permission.PATIENT_WRITE)
    ensure(check_relation(relation, relation.patient.branch, branch_day(at, relation.patient.branch.time_zone)))
    return _insert(relation, "patients_relation_once")


@transaction.atomic
def end_relation(*, relation_id: UUID, patient: Patient, actor: User, at: datetime) -> Relation:
    """The person no longer stands for, pays for or belongs to the patient."""
    actor.require(Permission.PATIENT_WRITE)
    return _end(locked(Relation, relation_id, patient), at)


@transaction.atomic
def set_labels(*, patient: Patient, labels: Collection[Label], actor: User, at: datetime) -> None:
    """Leave exactly these labels on the patient."""
    actor.require(Permission.PATIENT_WRITE)
    Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
    worn = {row.label_id: row for row in patient.labels.all()}
    wanted = {label.pk for label in labels}
    for label_id, row in worn.items():
        if label_id not in wanted:
            row.delete()
    PatientLabel.objects.bulk_create([PatientLabel(patient=patient, label=label) for label in labels if label.pk not in worn])


@transaction.atomic
def save_label(*, label: Label, actor: User, at: datetime, version: int | None = None) -> Label:
    """Create or change a label of the clinic. One that is created twice in the same words is one.

    :raises InvalidInput: a wrong colour or a name in use.
    :raises StaleVersion: when it is no longer the `version` that was shown.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    first = _put_before(label, version, colour=label.colour)
    if first is not None:
        return first
    _check_version(label, version)
    return _save_named(label, is_taken=Label.objects.filter(name__iexact=label.name).exclude(pk=label.pk).exists())


@transaction.atomic
def save_source(*, source: Source, actor: User, at: datetime, version: int | None = None) -> Source:
    """Create or change a source of patients. One that is created twice in the same words is one.

    :raises InvalidInput: a name in use.
    :raises StaleVersion: when it is no longer the `version` that was shown.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    first = _put_before(source, version)
    if first is not None:
        return first
    _check_version(source, version)
    return _save_named(source, is_taken=Source.objects.filter(name__iexact=source.name).exclude(pk=source.pk).exists())


def _put_before(record: Named, version: int | None, **sent: object) -> Named | None:
    key = record.pk if version is None else None
    return find_put(type(record), key, name=record.name, is_active=record.is_active, **sent)


def _check_version(record: Named, version: int | None) -> None:
    check_version(type(record)._default_manager.select_for_update().filter(pk=record.pk).first(), version)


def _save_named(record: Named, *, is_taken: bool) -> Named:
    record.name = " ".join(record.name.split())
    ensure(field_errors(record))
    if is_taken:
        raise InvalidInput(fields={"name": _("This name is taken.")})
    record.save()
    record.refresh_from_db(fields=["version"])
    return record


def _insert(record: Detail, constraint: str) -> Detail:
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError as error:
        if violated(error) == constraint or violated(error).endswith("_pkey"):
            raise AlreadyThere from error
        raise
    return record


def _end(record: Detail, at: datetime) -> Detail:
    if record.ended_at is None:
        record.ended_at = at
        record.save(update_fields=["ended_at"])
    return record
