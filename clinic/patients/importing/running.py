"""Bringing the rows of a sheet in: batch by batch, each row whole or not at all, the same row never twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic.history import queries as ledger
from clinic.patients.actions import one_after_another
from clinic.patients.actions.checks import violated
from clinic.patients.importing import rules, sheets
from clinic.patients.importing.names import FIELD_NAMES
from clinic.patients.importing.saving import entry_of, hold, save_together
from clinic.patients.messages import REFUSALS
from clinic.patients.models import Decision, HeldRow, Patient
from clinic.patients.queries import REASONS, describe_likenesses
from clinic.patients.search import Likeness, Person, likely_duplicates_of
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

BATCH = 200
MOST_NAMED = 3
Tell = Callable[["Tally"], None]


@dataclass
class Tally:
    """How far the run is."""

    seen: int = 0
    imported: int = 0
    known: int = 0
    failed: int = 0
    doubtful: int = 0
    noted: int = 0
    """Imported, but something in them is to be looked at."""


class What(StrEnum):
    """What became of a row that the report names."""

    ERROR = "error"
    DUPLICATE = "duplicate"
    NOTED = "noted"


@dataclass(frozen=True)
class Problem:
    """A row that stays outside or is to be looked at, and why, in words."""

    row: int
    text: str
    cells: tuple[object, ...]
    what: What = What.ERROR


@dataclass
class Run:
    """One pass over a sheet, for the import `record` unless it is dry; nothing is saved while `is_dry`."""

    path: Path
    source: str
    mapping: dict[str, str]
    branch: Branch
    actor: User
    at: datetime
    today: date
    is_dry: bool
    record: UUID | None = None
    tally: Tally = field(default_factory=Tally)
    seen_people: dict[tuple[str, ...], UUID] = field(default_factory=dict)
    own: set[UUID] = field(default_factory=set)
    """Keys of the rows gone through: those who share a phone in one file are a family."""
    erased: set[UUID] = field(default_factory=set)
    """Keys of people whose record was erased while the run was going: nobody looks like them any more."""
    holders: dict[UUID, rules.Named] = field(default_factory=dict)


@dataclass
class _Row:
    place: int
    """Which of the rows that are not empty it is: by that the row of a file is known again."""
    number: int
    """The number that a sheet program shows beside it."""
    cells: tuple[object, ...]
    judged: rules.Row
    key: UUID
    of_another: UUID | None = None
    """Who else has the row's number of the former system."""

    @property
    def named(self) -> rules.Named:
        return rules.named(self.judged.values)


@dataclass
class _Candidate:
    """Whom a row looks like: the key of a patient or of an earlier row, why, and how the sheet of errors says it."""

    key: UUID
    reasons: list[str]
    words: str


def problems_of(run: Run, tell: Tell) -> Iterator[Problem]:
    """Go through the sheet, save what is right unless the run is dry, and give every row that stays outside or is to be looked at.

    A row saved by an earlier run of the same file, or with the same number of the former system, is known and left alone.
    :raises NotAllowed: without PATIENT_IMPORT.
    """
    run.actor.require(Permission.PATIENT_IMPORT)
    columns = sheets.columns_of(run.path)
    rows = enumerate(islice(sheets.numbered(run.path), 1, None), start=2)
    while batch := [_judged(run, columns, place, number, cells) for place, (number, cells) in islice(rows, BATCH)]:
        yield from _batch(run, batch)
        tell(run.tally)


def _judged(run: Run, columns: list[str], place: int, number: int, cells: tuple[object, ...]) -> _Row:
    by_field = {run.mapping[column]: cell for column, cell in zip(columns, cells, strict=False) if column in run.mapping}
    judged = rules.judge(number, by_field, region=run.branch.legal_entity.country, today=run.today)
    return _Row(place, number, cells, judged, rules.key_of(run.source, place, str(judged.values.get("external_number", ""))))


def _batch(run: Run, batch: list[_Row]) -> Iterator[Problem]:
    _tell_apart(run, batch)
    known = _known([row.key for row in batch])
    erased = ledger.erased_among([row.key for row in batch])
    fit: dict[UUID, _Row] = {}
    for row in batch:
        run.tally.seen += 1
        if row.key in erased:
            run.tally.failed += 1
            yield Problem(row.number, str(REFUSALS["erased"]), row.cells)
        elif row.key in known or row.key in fit:
            run.tally.known += 1
            yield from _noted(run, [row])
        elif row.judged.errors:
            run.tally.failed += 1
            yield Problem(row.number, _in_words(row.judged.errors), row.cells)
        else:
            fit[row.key] = row
    yield from _take(run, list(fit.values()))


def _tell_apart(run: Run, batch: list[_Row]) -> None:
    """A number of the former system that somebody else has, here or earlier in the file, is not the row's key: it may be another system's."""
    numbered = [row for row in batch if row.judged.values.get("external_number")]
    holders = _holders([row.key for row in numbered])
    for row in numbered:
        holder = holders.get(row.key) or run.holders.get(row.key)
        if holder and not row.named.may_be(holder):
            row.of_another, row.key = row.key, rules.key_of(run.source, row.place, "")
        elif not row.judged.errors:
            run.holders[row.key] = row.named


def _holders(keys: list[UUID]) -> dict[UUID, rules.Named]:
    """Whom the keys stand for already: patients, and rows held back."""
    held = {row.pk: rules.named(rules.from_json(row.number, row.values).values) for row in HeldRow.objects.filter(pk__in=keys)}
    patients = {patient.pk: rules.named(vars(patient)) for patient in Patient.objects.filter(pk__in=keys)}
    return held | patients


def _take(run: Run, rows: list[_Row]) -> Iterator[Problem]:
    """Save those who look like nobody, hold the others back; meanwhile no desk registers the same person."""
    if run.is_dry:
        yield from _taken(run, rows)
        return
    with transaction.atomic():
        one_after_another()
        problems = list(_taken(run, rows))
    yield from problems


def _taken(run: Run, rows: list[_Row]) -> Iterator[Problem]:
    found = list(_candidates(run, rows))
    doubtful = [(row, them) for row, them in zip(rows, found, strict=True) if them]
    if not run.is_dry and not _are_held(run, doubtful):
        yield from _taken(run, rows)
        return
    for row, them in doubtful:
        run.tally.doubtful += 1
        words = "; ".join(part for part in (_found_in_words(them), _in_words(row.judged.notes)) if part)
        yield Problem(row.number, words, row.cells, What.DUPLICATE)
    ready = [row for row, them in zip(rows, found, strict=True) if not them]
    if run.is_dry:
        run.tally.imported += len(ready)
        yield from _noted(run, ready)
    else:
        yield from _save(run, ready)


def _are_held(run: Run, doubtful: list[tuple[_Row, list[_Candidate]]]) -> bool:
    """Keep the rows until a person decides; no when one of those they look like was erased in this very moment: look again."""
    try:
        hold([_held(row, them) for row, them in doubtful], run_id=run.record)
        return True
    except IntegrityError as error:
        gone = ledger.erased_among({candidate.key for _row, them in doubtful for candidate in them})
        if violated(error) != "patients_heldrow_candidates" or gone <= run.erased:
            raise
        run.erased |= gone
        return False


def _known(keys: list[UUID]) -> set[UUID]:
    """Keys of rows that came in before, or about which a person has decided."""
    decided = HeldRow.objects.filter(pk__in=keys).exclude(decision=Decision.OPEN)
    return set(Patient.objects.filter(pk__in=keys).values_list("pk", flat=True)) | set(decided.values_list("pk", flat=True))


def _in_words(errors: dict[str, str]) -> str:
    return "; ".join(f"{FIELD_NAMES[name]}: {REFUSALS[code]}" for name, code in errors.items())


def _candidates(run: Run, rows: list[_Row]) -> Iterator[list[_Candidate]]:
    people = [_person(row) for row in rows]
    run.own.update(row.key for row in rows)
    for row, person, found in zip(rows, people, likely_duplicates_of(people), strict=True):
        alike = [_Candidate(likeness.patient.pk, likeness.reasons, _likeness_in_words(likeness)) for likeness in found if _tells(run, likeness)]
        candidates = _earlier_in_file(run, row, person) or alike
        if row.of_another and row.of_another not in [candidate.key for candidate in candidates]:
            candidates.append(_Candidate(row.of_another, ["number"], str(REASONS["number"])))
        yield [candidate for candidate in candidates if candidate.key not in run.erased]


def _tells(run: Run, likeness: Likeness) -> bool:
    return likeness.reasons != ["contact"] or likeness.patient.pk not in run.own


def _earlier_in_file(run: Run, row: _Row, person: Person) -> list[_Candidate]:
    named = row.named
    marks = [(named.last, named.first, rules.fold_header(person.patronymic), str(named.born)), *person.identifiers]
    reasons = ["row", *["row_document"] * len(person.identifiers)]
    for mark, reason in zip(marks, reasons, strict=True):
        earlier = run.seen_people.setdefault(mark, row.key)
        if earlier != row.key:
            return [_Candidate(earlier, [reason], str(REASONS[reason]))]
    return []


def _person(row: _Row) -> Person:
    values = row.judged.values
    return Person(
        last_name=str(values["last_name"]),
        first_name=str(values["first_name"]),
        patronymic=str(values.get("patronymic", "")),
        birth_name=str(values.get("birth_name", "")),
        birth_date=values["birth_date"],  # type: ignore[arg-type]
        identifiers=tuple(row.judged.identifiers),
        contacts=(*row.judged.phones, *row.judged.emails),
        id=row.key,
    )


def _likeness_in_words(likeness: Likeness) -> str:
    [(patient, reasons)] = describe_likenesses([likeness])
    said = {"number": patient.card_number, "name": patient, "reasons": ", ".join(reasons)}
    return _("card %(number)s, %(name)s: %(reasons)s") % said


def _found_in_words(found: list[_Candidate]) -> str:
    return "; ".join(candidate.words for candidate in found[:MOST_NAMED])


def _held(row: _Row, found: list[_Candidate]) -> HeldRow:
    candidates = [{"patient": str(candidate.key), "reasons": candidate.reasons} for candidate in found]
    return HeldRow(pk=row.key, number=row.number, values=rules.to_json(row.judged), candidates=candidates)


def _save(run: Run, rows: list[_Row]) -> Iterator[Problem]:
    """All rows of the batch at once; when the database refuses one of them, each on its own."""
    try:
        _save_together(run, rows)
        run.tally.imported += len(rows)
        yield from _noted(run, rows)
    except (IntegrityError, DataError):
        for row in rows:
            try:
                _save_together(run, [row])
                run.tally.imported += 1
                yield from _noted(run, [row])
            except (IntegrityError, DataError):
                run.tally.failed += 1
                yield Problem(row.number, _("The database refused this row."), row.cells)


def _noted(run: Run, rows: list[_Row]) -> Iterator[Problem]:
    """Those of the imported rows in which something is to be looked at."""
    for row in rows:
        if row.judged.notes:
            run.tally.noted += 1
            yield Problem(row.number, _in_words(row.judged.notes), row.cells, What.NOTED)


def _save_together(run: Run, rows: list[_Row]) -> None:
    save_together([(row.key, entry_of(row.judged, run.branch)) for row in rows], actor=run.actor, at=run.at)
