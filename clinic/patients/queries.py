"""Reads of patients; `get_patient_for` is the only way to a patient's record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from clinic.history.models import Record
from clinic.history.reading import read_together
from clinic.lib.errors import InvalidInput, NotFound
from clinic.patients import access
from clinic.patients.access_models import BrokenGlass, Rectification, Restriction
from clinic.patients.models import (
    Alert,
    Consent,
    ConsentText,
    Contact,
    Identifier,
    Label,
    Patient,
    Relation,
    Source,
)
from clinic.patients.search import Likeness
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

R = TypeVar("R", bound=Model)
CARD_DIGITS = 9
REASONS = {
    "identifier": _("same document number"),
    "contact": _("same phone or e-mail"),
    "name": _("like name, same date of birth"),
    "same_name": _("same name, no date of birth to compare"),
    "number": _("same number in the former system"),
    "row": _("the same name and date of birth as in an earlier row of this file"),
    "row_document": _("the same document number as in an earlier row of this file"),
}
STANDING = "t.patient_id = %(patient)s AND t.ended_at IS NULL"
PATIENT: dict[type[Record], str] = {
    Patient: "t.id = %(patient)s",
    Branch: "t.id = (SELECT branch_id FROM patients_patient WHERE id = %(patient)s)",
    Alert: STANDING,
    Restriction: STANDING,
    Rectification: "t.patient_id = %(patient)s ORDER BY t.written_at DESC, t.id",
    BrokenGlass: "t.patient_id = %(patient)s AND t.user_id = %(user)s AND t.until > now() ORDER BY t.opened_at DESC",
    User: "t.id IN (SELECT responsible_dentist_id FROM patients_patient WHERE id = %(patient)s"
    " UNION ALL SELECT recorded_by_id FROM patients_alert WHERE patient_id = %(patient)s AND ended_at IS NULL)",
}
CARD: dict[type[Record], str] = {
    Contact: f"{STANDING} ORDER BY t.position, t.id",
    Identifier: f"{STANDING} ORDER BY t.kind, t.id",
    Relation: "(t.patient_id = %(patient)s OR t.related_patient_id = %(patient)s) AND t.ended_at IS NULL ORDER BY t.id",
    Patient: "t.id IN (SELECT related_patient_id FROM patients_relation WHERE patient_id = %(patient)s AND ended_at IS NULL"
    " UNION ALL SELECT patient_id FROM patients_relation WHERE related_patient_id = %(patient)s AND ended_at IS NULL)",
    Label: "t.id IN (SELECT label_id FROM patients_patientlabel WHERE patient_id = %(patient)s) ORDER BY t.name",
    Consent: "t.patient_id = %(patient)s ORDER BY t.signed_at DESC",
}


def get_patient_for(user: User, patient_id: UUID, *, what: str, permission: Permission = Permission.PATIENT_VIEW, is_part: bool = False) -> Patient:
    """The patient, if the person may see this part of the record; the look itself is recorded.

    A page that asks for `is_part`s of what it shows (pictures) leaves one look in ten minutes, not one for each.

    :raises NotAllowed: when no role of the person grants `permission`.
    :raises NotFound: when there is no such patient.
    :raises clinic.patients.access.ReasonRequired: when the person must first say why.
    """
    user.require(permission)
    found = read_together(PATIENT, {"patient": patient_id, "user": user.pk})
    patient = next(iter(found.of(Patient)), None)
    if patient is None:
        raise NotFound
    people = found.by_key(User)
    patient.branch = found.of(Branch)[0]
    patient.responsible_dentist = people.get(patient.responsible_dentist_id)
    patient.active_alerts = sorted(found.of(Alert), key=Alert.gravity)
    for alert in patient.active_alerts:
        alert.recorded_by = people[alert.recorded_by_id]
    restriction, broken = next(iter(found.of(Restriction)), None), next(iter(found.of(BrokenGlass)), None)
    patient.restriction, patient.rectified = restriction, found.of(Rectification)
    access.look(user, patient, what=what, restriction=restriction, broken=broken, is_part=is_part)
    return patient


def key_of(text: str) -> UUID | None:
    """The patient's key from a key or a card number as somebody typed it; a number of nobody gives a key of nobody."""
    typed = text.strip()
    if typed.isascii() and typed.isdigit() and len(typed) <= CARD_DIGITS:
        return Patient.objects.filter(card_number=int(typed)).values_list("pk", flat=True).first() or UUID(int=0)
    try:
        return UUID(typed)
    except ValueError:
        return None


def describe_likenesses(found: Sequence[Likeness]) -> list[tuple[Patient, list[str]]]:
    """Likely duplicates with the reasons in words."""
    return [(likeness.patient, [str(REASONS[reason]) for reason in likeness.reasons]) for likeness in found]


@dataclass
class Card:
    """What the overview page shows of a patient."""

    contacts: list[Contact]
    identifiers: list[Identifier]
    relations: list[Relation]
    related_to: list[Relation]
    labels: list[Label]
    consents: list[Consent]

    @property
    def has_guardian(self) -> bool:
        return any(relation.is_guardian for relation in self.relations)

    @property
    def consent(self) -> Consent | None:
        return next((consent for consent in self.consents if consent.withdrawn_at is None), None)


def card_of(patient: Patient) -> Card:
    """Everything of the overview in one query."""
    found = read_together(CARD, {"patient": patient.pk})
    others = {**found.by_key(Patient), patient.pk: patient}
    for relation in found.of(Relation):
        relation.patient = others[relation.patient_id]
        relation.related_patient = others.get(relation.related_patient_id)
    return Card(
        contacts=found.of(Contact),
        identifiers=found.of(Identifier),
        relations=[relation for relation in found.of(Relation) if relation.patient_id == patient.pk],
        related_to=[relation for relation in found.of(Relation) if relation.patient_id != patient.pk],
        labels=found.of(Label),
        consents=found.of(Consent),
    )


def relations_of(patient: Patient) -> list[Relation]:
    """The people on the card who belong to the patient, the first entered first."""
    return list(patient.relations.filter(ended_at=None).select_related("related_patient").order_by("created_at", "pk"))


def get_own(records: QuerySet[R], record_id: UUID, patient: Patient) -> R:
    """One of the patient's own records.

    :raises NotFound: when the patient has no such record.
    """
    record = records.filter(pk=record_id, patient=patient).first()
    if record is None:
        raise NotFound
    return record


def consent_text(language: str) -> ConsentText:
    """The edition in force in the language of the patient's documents, else in English."""
    texts = ConsentText.objects.filter(language__in=[language, "en"]).order_by("-edition")
    text = next((text for text in texts if text.language == language), None) or texts.first()
    if text is None:
        raise NotFound
    return text


def consent_texts_with_use() -> QuerySet[ConsentText]:
    """All editions, newest first, each with `signed`: how many consents stand on it."""
    return ConsentText.objects.annotate(signed=Count("consents")).order_by("language", "-edition")


def labels_with_use() -> QuerySet[Label]:
    """Labels in use, then the others, each with `worn`: how many patients have it."""
    return Label.objects.annotate(worn=Count("patients")).order_by("-is_active", "name", "pk")


def sources_with_use() -> QuerySet[Source]:
    """Sources in use, then the others, each with `brought`: how many patients came by it."""
    return Source.objects.annotate(brought=Count("patient")).order_by("-is_active", "name", "pk")


def get_consent_text(text_id: UUID) -> ConsentText:
    """:raises NotFound: when there is no such text."""
    text = ConsentText.objects.filter(pk=text_id).first()
    if text is None:
        raise NotFound
    return text


def new_alert(values: dict[str, Any]) -> Alert:
    """An unsaved alert; a missing `id` is made here."""
    return Alert(**{name: value for name, value in values.items() if name != "id" or value})


LINKS: dict[str, type[Model]] = {"source_id": Source, "responsible_dentist_id": User, "branch_id": Branch}


def check_links(values: Mapping[str, Any]) -> None:
    """:raises InvalidInput: when a source, dentist or branch that does not exist is named."""
    missing = {
        name: NotFound.default_message
        for name, model in LINKS.items()
        if name in values and (values[name] or name == "branch_id") and not model._default_manager.filter(pk=values[name]).exists()
    }
    if missing:
        raise InvalidInput(fields=missing)
