"""Files of imports that hold the lines of a person whose record is erased: destroyed whole, with their sheets of errors.

A line is not cut out: the hash of the file stands in the sealed history and in the key of every row, so a file without the line would be
another file; and once its people are in, the file serves nobody. What its other people said in it stands in their own records.
A file stays only while another of its people is under a legal hold, or while a pass goes over it.
"""

import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from clinic.files.models import StoredFile
from clinic.patients.importing import rules, sheets
from clinic.patients.models import Decision, HeldRow, ImportRun, ImportState, Patient

BY_NAME = 5
"""The version of the keys that imports make of rows."""


@dataclass(frozen=True)
class Emptied:
    """The runs that let their files go, the stored files that they no longer name, and the runs that keep theirs."""

    runs: list[UUID] = field(default_factory=list)
    files: list[UUID] = field(default_factory=list)
    kept: list[UUID] = field(default_factory=list)


def waiting_rows(patient_id: UUID) -> int:
    """Rows held back that may be this person: somebody decides about them before the record goes."""
    return HeldRow.objects.filter(decision=Decision.OPEN, candidates__contains=[{"patient": str(patient_id)}]).count()


def runs_of(patient_id: UUID) -> list[UUID]:
    """Imports in whose files or sheets of errors the person stands: by a row that became this patient, or that looked like them."""
    named = set(HeldRow.objects.filter(_rows_of({patient_id})).values_list("run_id", flat=True))
    others = ImportRun.objects.filter(emptied_at=None).exclude(pk__in=named).select_related("file")
    return sorted(named | {run.pk for run in others if _people_in(run, {patient_id})})


@transaction.atomic
def empty(run_ids: Collection[UUID], *, spared: set[UUID], at: datetime) -> Emptied:
    """Let the runs go of their files, but for those in which one of `spared` stands; earlier sheets of the same run go along."""
    done = Emptied()
    for run in ImportRun.objects.select_for_update(of=("self",)).select_related("file").filter(pk__in=run_ids, emptied_at=None).order_by("pk"):
        if run.state == ImportState.RUNNING or _people_in(run, spared):
            done.kept.append(run.pk)
        else:
            done.runs.append(run.pk)
            done.files.extend([*([run.file_id] if run.file_id else []), *_sheets_of(run)])
            run.file, run.report, run.emptied_at = None, None, at
            run.save(update_fields=["file", "report", "emptied_at"])
    return done


def _rows_of(people: Collection[UUID]) -> Q:
    """Rows held back that are these people, or that looked like them, whatever was decided: the sheet of errors names them."""
    alike = Q(pk__in=[])
    for key in people:
        alike |= Q(candidates__contains=[{"patient": str(key)}])
    return Q(patient__in=people) | alike


def _people_in(run: ImportRun, wanted: set[UUID]) -> bool:
    """Whether one of these patients came by a row of the run's file, was found in one, or is named by one of its sheets of errors."""
    if not wanted or run.file is None:
        return False
    if HeldRow.objects.filter(_rows_of(wanted), run=run).exists() or _is_named_in_sheets(run, wanted):
        return True
    imported = {key for key in wanted if key.version == BY_NAME}
    with _copied(run.file) as path:
        try:
            return bool(imported and imported & _keys_in(run, path))
        except sheets.UnreadableSheet:
            return False


def _sheets_of(run: ImportRun) -> list[UUID]:
    """Every sheet of errors that the run ever wrote: a trial first, then the import itself."""
    found = ImportRun.history.filter(id=run.pk).exclude(report=None).values_list("report_id", flat=True)
    return sorted(set(found))


def _is_named_in_sheets(run: ImportRun, wanted: set[UUID]) -> bool:
    """A trial keeps no rows back: whom its rows looked like stands in its sheet alone, by the number of the card."""
    cards = {str(number) for number in Patient.objects.filter(pk__in=wanted).values_list("card_number", flat=True)}
    written = StoredFile.objects.filter(pk__in=_sheets_of(run))
    return any(default_storage.exists(file.storage_name) and not cards.isdisjoint(_cards_in(file)) for file in written)


def _cards_in(sheet: StoredFile) -> Iterator[str]:
    ways = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            before = _("card %(number)s, %(name)s: %(reasons)s").split("%(name)s")[0]
        ways.append(re.escape(before).replace(re.escape("%(number)s"), r"(\d+)"))
    named = re.compile("|".join(ways))
    with _copied(sheet) as path:
        for (why,) in load_workbook(path, read_only=True).worksheets[0].iter_rows(min_row=2, min_col=3, max_col=3, values_only=True):
            yield from ("".join(found) for found in named.findall(str(why or "")))


@contextmanager
def _copied(file: StoredFile) -> Iterator[Path]:
    with NamedTemporaryFile(suffix=".xlsx") as copy, default_storage.open(file.storage_name) as stored:
        shutil.copyfileobj(stored, copy)
        copy.flush()
        yield Path(copy.name)


def _keys_in(run: ImportRun, path: Path) -> set[UUID]:
    rows = sheets.read(path)
    columns = [str(cell).strip() if cell is not None else "" for cell in next(rows)]
    numbers = [place for place, column in enumerate(columns) if run.mapping.get(column) == "external_number"]
    return {key for place, cells in enumerate(rows, start=2) for key in _keys_of(run, place, cells, numbers)}


def _keys_of(run: ImportRun, place: int, cells: sheets.Cells, numbers: Sequence[int]) -> list[UUID]:
    """A row is its number in the former system or, when that is somebody else's, its place in the file."""
    told = [rules.text_of(cells[number]) for number in numbers if number < len(cells)]
    return [rules.key_of(run.sha256, place, number) for number in {"", *told}]
