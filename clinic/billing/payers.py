"""Who pays for a patient: the patient, one of their relatives, or somebody named only."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clinic.billing.models import Invoice, Payment
from clinic.history.creation import check_first
from clinic.lib.errors import InvalidInput, Text
from clinic.patients import queries as patients
from clinic.patients.models import Patient

TAX_ID = re.compile(r"[0-9A-Z]{5,20}")
LONGEST_NAME = 300


@dataclass(frozen=True)
class Payer:
    """A patient, or somebody known by name; never both and never nobody."""

    patient: Patient | None
    name: str = ""
    tax_id: str = ""

    @property
    def full_name(self) -> str:
        return self.patient.get_full_name() if self.patient else self.name

    @property
    def patient_id(self) -> UUID | None:
        return self.patient.pk if self.patient else None


@dataclass(frozen=True)
class Choice:
    """Somebody who may be chosen as the payer; `kind` says who it is to the patient, empty for the patient."""

    key: str
    payer: Payer
    kind: str
    is_default: bool

    @property
    def label(self) -> str:
        return f"{self.payer.full_name} ({self.kind})" if self.kind else self.payer.full_name


@dataclass(frozen=True)
class Wanted:
    """Whom a caller named as the payer; nobody at all means who usually pays for the patient."""

    patient_id: UUID | None = None
    name: str = ""
    tax_id: str = ""

    @property
    def tidy(self) -> "Wanted":
        """Without stray spaces, the tax number in capitals and without separators."""
        return Wanted(self.patient_id, " ".join(self.name.split()), re.sub(r"[\s.-]", "", self.tax_id).upper())


USUAL = Wanted()


def choices(patient: Patient) -> list[Choice]:
    """The patient and the relatives on the card; the default is the relative marked as the payer, else the patient."""
    relations = patients.relations_of(patient)
    default = next((relation for relation in relations if relation.is_payer), None)
    found = [Choice("patient", Payer(patient), "", default is None)]
    for relation in relations:
        payer = Payer(relation.related_patient, relation.name)
        found.append(Choice(str(relation.pk), payer, relation.get_kind_display(), relation is default))
    return found


def resolve(patient: Patient, wanted: Wanted) -> Payer:
    """The payer a caller named, or the one who usually pays.

    :raises InvalidInput: when both a patient and a name are given, the patient is no relative, or name or tax number cannot be.
    """
    wanted = wanted.tidy
    _check(wanted)
    if wanted.name:
        return Payer(None, wanted.name, wanted.tax_id)
    known = choices(patient)
    if wanted.patient_id is None:
        found = next(choice.payer for choice in known if choice.is_default)
    else:
        found = next((choice.payer for choice in known if choice.payer.patient_id == wanted.patient_id), None) or _stranger()
    return Payer(found.patient, found.name, wanted.tax_id)


def check_same_payer(first: Payment | Invoice, wanted: Wanted) -> None:
    """What was sent about the payer is what the first row says; what was left to the clinic is not compared.

    :raises KeyTaken: when it is somebody else.
    """
    wanted = wanted.tidy
    if wanted.patient_id:
        check_first(first, payer_id=wanted.patient_id)
    if wanted.name:
        check_first(first, payer_id=None, payer_name=wanted.name)
    if wanted.tax_id:
        check_first(first, payer_tax_id=wanted.tax_id)


def _check(wanted: Wanted) -> None:
    wrong: dict[str, Text] = {}
    if wanted.patient_id and wanted.name:
        wrong["payer"] = _("Name one payer: a patient, or a name.")
    if len(wanted.name) > LONGEST_NAME:
        wrong["payer_name"] = _("Use at most 300 characters.")
    if wanted.tax_id and not TAX_ID.fullmatch(wanted.tax_id):
        wrong["payer_tax_id"] = _("A tax number has 5 to 20 digits or Latin letters.")
    if wrong:
        raise InvalidInput(fields=wrong)


def _stranger() -> Payer:
    raise InvalidInput(fields={"payer": _("Choose the patient or one of their relatives, or type the payer's name.")})
