"""Reads of the rows that an import held back, beside those whom they look like."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from clinic.patients.importing import rules
from clinic.patients.models import Alert, Contact, HeldRow, Identifier, Patient, Relation
from clinic.patients.queries import REASONS


@dataclass(frozen=True)
class Candidate:
    """A patient whom the row may be, and why one may think so."""

    patient: Patient
    reasons: list[str]


@dataclass(frozen=True)
class Held:
    """A row held back: what it says, and the candidates."""

    row: HeldRow
    person: rules.Row
    candidates: list[Candidate]

    @property
    def name(self) -> str:
        return " ".join(str(self.person.values[name]) for name in ("last_name", "first_name", "patronymic") if self.person.values.get(name))

    @property
    def identifiers(self) -> list[Identifier]:
        return [Identifier(kind=kind, number=number) for kind, number in self.person.identifiers]

    @property
    def relations(self) -> list[Relation]:
        return [Relation(**person) for person in self.person.relations]

    @property
    def alerts(self) -> list[Alert]:
        return [Alert(kind=kind, text=text) for kind, text in self.person.alerts]


def held_rows(run_id: UUID) -> QuerySet[HeldRow]:
    """All rows that the run held back, in the order of the sheet."""
    return HeldRow.objects.filter(run=run_id).order_by("number", "pk")


def beside_candidates(rows: Sequence[HeldRow]) -> list[Held]:
    """The rows with their candidates as they are now."""
    people = people_behind(rows)
    return [Held(row, rules.from_json(row.number, row.values), _candidates(row, people)) for row in rows]


def _candidates(row: HeldRow, people: dict[UUID, Patient]) -> list[Candidate]:
    found: dict[UUID, Candidate] = {}
    for kept in row.candidates:
        patient = people.get(UUID(kept["patient"]))
        if patient:
            found.setdefault(patient.pk, Candidate(patient, [])).reasons.extend(str(REASONS[reason]) for reason in kept["reasons"])
    return list(found.values())


def people_behind(rows: Sequence[HeldRow]) -> dict[UUID, Patient]:
    """Patients by the key under which a row names them; an earlier row of the file stands for the patient it became."""
    keys = {UUID(kept["patient"]) for row in rows for kept in row.candidates}
    became = dict(HeldRow.objects.filter(pk__in=keys).exclude(patient=None).values_list("pk", "patient_id"))
    contacts = Prefetch("contacts", Contact.objects.filter(ended_at=None).order_by("position", "pk"), to_attr="shown_contacts")
    identifiers = Prefetch("identifiers", Identifier.objects.filter(ended_at=None).order_by("kind", "pk"), to_attr="shown_identifiers")
    people = Patient.objects.prefetch_related(contacts, identifiers).in_bulk([became.get(key, key) for key in keys])
    return {key: people[became.get(key, key)] for key in keys if became.get(key, key) in people}
