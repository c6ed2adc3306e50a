"""Bringing the rows of a sheet in: batch by batch, each row whole or not at all, the same row never twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic.patients.actions import Registration
from clinic.patients.importing import rules, sheets
from clinic.patients.importing.names import FIELD_NAMES
from clinic.patients.messages import REFUSALS
from clinic.patients.models import Contact, ContactKind, Identifier, Patient
from clinic.patients.queries import describe_likenesses
from clinic.patients.search import Likeness, Person, likely_duplicates
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

BATCH = 200
Tell = Callable[["Tally"], None]


@dataclass
class Tally:
    """How far the run is."""

    seen: int = 0
    imported: int = 0
    known: int = 0
    failed: int = 0
    doubtful: int = 0


@dataclass(frozen=True)
class Problem:
    """A row that stays outside, and why, in words."""

    row: int
    text: str
    cells: tuple[object, ...]
    is_duplicate: bool = False


@dataclass
class Run:
    """One pass over a sheet; nothing is saved while `is_dry`."""

    path: Path
    source: str
    mapping: dict[str, str]
    branch: Branch
    actor: User
    at: datetime
    today: date
    is_dry: bool
    tally: Tally = field(default_factory=Tally)
    seen_people: set[tuple[str, ...]] = field(default_factory=set)


@dataclass
class _Row:
    number: int
    cells: tuple[object, ...]
    judged: rules.Row
    key: UUID


def problems_of(run: Run, tell: Tell) -> Iterator[Problem]:
    """Go through the sheet, save what is right unless the run is dry, and give every row that stays outside.

    A row saved by an earlier run of the same file, or with the same number of the former system, is known and left alone.
    :raises NotAllowed: without PATIENT_IMPORT.
    """
    run.actor.require(Permission.PATIENT_IMPORT)
    columns = sheets.columns_of(run.path)
    rows = islice(sheets.read(run.path), 1, None)
    numbered = enumerate(rows, start=2)
    while batch := [_judged(run, columns, number, cells) for number, cells in islice(numbered, BATCH)]:
        yield from _batch(run, batch)
        tell(run.tally)


def _judged(run: Run, columns: list[str], number: int, cells: tuple[object, ...]) -> _Row:
    by_field = {run.mapping[column]: cell for column, cell in zip(columns, cells, strict=False) if column in run.mapping}
    judged = rules.judge(number, by_field, region=run.branch.legal_entity.country, today=run.today)
    return _Row(number, cells, judged, rules.key_of(run.source, number, str(judged.values.get("external_number", ""))))


def _batch(run: Run, batch: list[_Row]) -> Iterator[Problem]:
    known = set(Patient.objects.filter(pk__in=[row.key for row in batch]).values_list("pk", flat=True))
    ready: dict[UUID, _Row] = {}
    for row in batch:
        run.tally.seen += 1
        if row.key in known or row.key in ready:
            run.tally.known += 1
        elif row.judged.errors:
            run.tally.failed += 1
            yield Problem(row.number, _in_words(row.judged.errors), row.cells)
        elif doubt := _doubt(run, row):
            run.tally.doubtful += 1
            yield Problem(row.number, doubt, row.cells, is_duplicate=True)
        else:
            ready[row.key] = row
    if not run.is_dry:
        yield from _save(run, list(ready.values()))
    else:
        run.tally.imported += len(ready)


def _in_words(errors: dict[str, str]) -> str:
    return "; ".join(f"{FIELD_NAMES[name]}: {REFUSALS[code]}" for name, code in errors.items())


def _doubt(run: Run, row: _Row) -> str:
    values = row.judged.values
    person = Person(
        last_name=str(values["last_name"]),
        first_name=str(values["first_name"]),
        patronymic=str(values.get("patronymic", "")),
        birth_date=values["birth_date"],  # type: ignore[arg-type]
        identifiers=tuple(row.judged.identifiers),
        id=row.key,
    )
    alike = (person.last_name.lower(), person.first_name.lower(), person.patronymic.lower(), str(person.birth_date))
    if alike in run.seen_people:
        return _("the same name and date of birth as in an earlier row of this file")
    run.seen_people.add(alike)
    found = likely_duplicates(person)
    return _found_in_words(found) if found else ""


def _found_in_words(found: list[Likeness]) -> str:
    described = describe_likenesses(found[:3])
    return "; ".join(
        _("card %(number)s, %(name)s: %(reasons)s") % {"number": patient.card_number, "name": patient, "reasons": ", ".join(reasons)}
        for patient, reasons in described
    )


def _save(run: Run, rows: list[_Row]) -> Iterator[Problem]:
    """All rows of the batch at once; when the database refuses one of them, each on its own."""
    try:
        with transaction.atomic():
            _save_together(run, rows)
        run.tally.imported += len(rows)
    except (IntegrityError, DataError):
        for row in rows:
            try:
                with transaction.atomic():
                    _save_together(run, [row])
                run.tally.imported += 1
            except (IntegrityError, DataError):
                run.tally.failed += 1
                yield Problem(row.number, _("The database refused this row."), row.cells)


def _save_together(run: Run, rows: list[_Row]) -> None:
    entries = [(row.key, _entry(run, row)) for row in rows]
    for key, entry in entries:
        entry.patient.pk = key
        for contact in entry.contacts:
            contact.patient = entry.patient
        for identifier in entry.identifiers:
            identifier.patient = entry.patient
    Patient.objects.bulk_create([entry.patient for _key, entry in entries])
    Contact.objects.bulk_create([contact for _key, entry in entries for contact in entry.contacts])
    Identifier.objects.bulk_create([identifier for _key, entry in entries for identifier in entry.identifiers])


def _entry(run: Run, row: _Row) -> Registration:
    values = {"language": run.branch.language, "country": run.branch.legal_entity.country, **row.judged.values}
    contacts = [(ContactKind.PHONE, value) for value in row.judged.phones] + [(ContactKind.EMAIL, value) for value in row.judged.emails]
    return Registration(
        Patient(branch=run.branch, **values),
        contacts=[Contact(kind=kind, value=value, position=position) for position, (kind, value) in enumerate(contacts)],
        identifiers=[Identifier(kind=kind, number=number) for kind, number in row.judged.identifiers],
    )
