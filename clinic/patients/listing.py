"""The list of patients: who is on it, in which order, what its rows say; as a page, a piece for a program, or a queryset for a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from clinic.history.models import Record
from clinic.lib.errors import InvalidInput, NotFound
from clinic.patients.lines import COLUMNS, Line, Row, rows_of
from clinic.patients.models import Contact, Label, Patient, PatientLabel, Source
from clinic.patients.search import is_cut, matching_ids
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission, Role
from clinic.staff.rules import short_name

MOST_COUNTED = 10_000
ORDER = "last_name, first_name, id"
COUNT = "SELECT count(*) FROM (SELECT FROM patients_patient WHERE {where} LIMIT %s) counted"
# The keys of a page come from the index of names alone, so that what is skipped is not read.
SLICE = f"p.id IN (SELECT id FROM patients_patient WHERE {{where}} ORDER BY {ORDER} LIMIT %s OFFSET %s)"  # noqa: S608 - our own words
LINES = f"SELECT {COLUMNS} FROM patients_patient p WHERE {SLICE} ORDER BY {ORDER}"  # noqa: S608 - our own words
ROWS = f"""SELECT {COLUMNS}, b.name, CASE WHEN d.id IS NOT NULL THEN json_build_array(d.last_name, d.first_name, d.patronymic) END,
 (SELECT json_agg(json_build_array(l.name, l.colour) ORDER BY l.name) FROM patients_patientlabel w JOIN patients_label l ON l.id = w.label_id
  WHERE w.patient_id = p.id)
FROM patients_patient p JOIN staff_branch b ON b.id = p.branch_id LEFT JOIN staff_user d ON d.id = p.responsible_dentist_id
WHERE {SLICE} ORDER BY p.last_name, p.first_name, p.id"""  # noqa: S608 - our own words
NARROWED = {
    "branch": "patients_patient.branch_id = %s",
    "dentist": "patients_patient.responsible_dentist_id = %s",
    "label": "EXISTS (SELECT FROM patients_patientlabel w WHERE w.patient_id = patients_patient.id AND w.label_id = %s)",
    "source": "patients_patient.source_id = %s",
}
CHOICES = """(SELECT 'dentist', t.id, t.last_name, t.first_name, t.patronymic FROM staff_user t WHERE t.is_active
 AND EXISTS (SELECT FROM staff_rolegrant g WHERE g.user_id = t.id AND g.ended_at IS NULL AND g.role = ANY(%s))
 ORDER BY t.last_name, t.first_name, t.id)
UNION ALL (SELECT 'label', t.id, t.name, '', '' FROM patients_label t WHERE t.is_active ORDER BY t.name)
UNION ALL (SELECT 'source', t.id, t.name, '', '' FROM patients_source t WHERE t.is_active ORDER BY t.name)"""


@dataclass(frozen=True)
class Filters:
    """What narrows the list of patients: a line as it is typed into the search, and the keys of what they have."""

    text: str = ""
    branch: UUID | None = None
    dentist: UUID | None = None
    label: UUID | None = None
    source: UUID | None = None


def checked(filters: Filters) -> Filters:
    """The same filters.

    :raises InvalidInput: for an id of nothing.
    """
    models: dict[str, type[Record]] = {"branch": Branch, "dentist": User, "label": Label, "source": Source}
    asked = {name: key for name in models if (key := getattr(filters, name))}
    wrong = {name: NotFound.default_message for name, key in asked.items() if not models[name]._default_manager.filter(pk=key).exists()}
    if wrong:
        raise InvalidInput(fields=wrong)
    return filters


def choices(user: User, dentists: Sequence[Role]) -> dict[str, list[tuple[UUID, str]]]:
    """By which branches, dentists, labels and sources the list can be narrowed: key and name of each."""
    found: dict[str, list[tuple[UUID, str]]] = {
        "branch": [(branch.pk, branch.name) for branch in user.branches],
        "dentist": [],
        "label": [],
        "source": [],
    }
    for name, key, *names in rows_of(CHOICES, [list(dentists)]):
        found[name].append((key, short_name(*names)))
    return found


class Listing:
    """Patients by name, narrowed by filters; counted and cut into pages, each read by one statement."""

    def __init__(self, *, user: User, filters: Filters, today: date) -> None:
        """:raises NotAllowed: without PATIENT_VIEW."""
        user.require(Permission.PATIENT_VIEW)
        matching = matching_ids(filters.text, today) if filters.text else None
        self.is_cut = matching is not None and is_cut(matching)
        """Whether more people match the typed line than were looked through."""
        self._where, self._parameters = _condition(filters, matching)

    @cached_property
    def _count(self) -> int:
        return int(next(rows_of(COUNT.format(where=self._where), [*self._parameters, MOST_COUNTED]))[0])

    def count(self) -> int:
        """How many there are, counted no further than `MOST_COUNTED`, so that the list of a large clinic opens as fast as a small one's."""
        return self._count

    def __getitem__(self, part: slice) -> list[Row]:
        return Row.read(ROWS.format(where=self._where), [*self._parameters, part.stop - part.start, part.start])

    def after(self, place: tuple[str, str, UUID] | None, most: int) -> list[Line]:
        """The next lines behind last name, first name and key, or the first ones."""
        behind = f"({self._where}) AND ({ORDER}) > (%s, %s, %s)" if place else self._where
        return Line.read(LINES.format(where=behind), [*self._parameters, *(place or ()), most, 0])

    def whole(self) -> QuerySet[Patient]:
        """All of them as whole records, each with its first `phone` and `shown_labels`."""
        phone = Contact.objects.filter(patient=OuterRef("pk"), kind="phone", ended_at=None).order_by("position", "pk").values("value")[:1]
        labels = Prefetch("labels", PatientLabel.objects.select_related("label").order_by("label__name"), to_attr="shown_labels")
        found = Patient.objects.filter(RawSQL(self._where, self._parameters, output_field=BooleanField()))  # noqa: S611 - our own words
        return found.annotate(phone=Subquery(phone)).prefetch_related(labels).order_by("last_name", "first_name", "pk")


def _condition(filters: Filters, matching: list[UUID] | None) -> tuple[str, list[Any]]:
    narrowed = {name: key for name in NARROWED if (key := getattr(filters, name))}
    clauses, parameters = [NARROWED[name] for name in narrowed], list(narrowed.values())
    if matching is not None:
        clauses.append("patients_patient.id = ANY(%s)")
        parameters.append(matching)
    return " AND ".join(clauses) or "true", parameters
