"""What a search or a list says of a patient: a few columns, read as they are, for a page has fifty and the whole record has twenty more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from django.db import connection

PHONE = """(SELECT c.value FROM patients_contact c WHERE c.patient_id = p.id AND c.kind = 'phone' AND c.ended_at IS NULL
 ORDER BY c.position, c.id LIMIT 1) AS phone"""
COLUMNS = f"p.id, p.card_number, p.last_name, p.first_name, p.patronymic, p.birth_date, {PHONE}"


@dataclass(slots=True)
class Line:
    """A patient in one line, with the first phone; `COLUMNS` of the patient `p`, in this order."""

    pk: UUID
    card_number: int
    last_name: str
    first_name: str
    patronymic: str
    birth_date: date | None
    phone: str | None

    @property
    def id(self) -> UUID:
        return self.pk

    @classmethod
    def read(cls, sql: str, parameters: Sequence[Any]) -> list[Self]:
        """The rows of a statement that selects what the class names."""
        return [cls(*row) for row in rows_of(sql, parameters)]

    def __str__(self) -> str:
        return f"{self.last_name} {self.first_name} {self.patronymic}".rstrip()


@dataclass(slots=True)
class Row(Line):
    """What the list of patients says besides; a label is its name and its colour."""

    branch: str
    dentist: tuple[str, str, str] | None
    labels: list[tuple[str, str]] | None


def rows_of(sql: str, parameters: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return iter(cursor.fetchall())
