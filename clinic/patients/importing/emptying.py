"""Files of imports that hold the lines of a person whose record is erased: destroyed whole, with their sheets of errors.

A line is not cut out: the hash of the file stands in the sealed history and in the key of every row, so a file without the line would be
another file; and once its people are in, the file serves nobody. What its other people said in it stands in their own records.
A file stays only while another of its people is under a legal hold, or while a pass goes over it.
"""

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from clinic.patients.importing import rules, sheets
from clinic.patients.models import Decision, HeldRow, ImportRun, ImportState

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
    """Imports in whose files the person stands: by the row that became this patient, or that was found to be them."""
    own = Q(patient=patient_id) | Q(decision=Decision.DISCARDED, candidates__contains=[{"patient": str(patient_id)}])
    named = set(HeldRow.objects.filter(own).values_list("run_id", flat=True))
    if patient_id.version == BY_NAME:
        others = ImportRun.objects.filter(emptied_at=None).exclude(pk__in=named).select_related("file")
        named |= {run.pk for run in others if _people_in(run, {patient_id})}
    return sorted(named)


@transaction.atomic
def empty(run_ids: Collection[UUID], *, spared: set[UUID], at: datetime) -> Emptied:
    """Let the runs go of their files, but for those in which one of `spared` stands."""
    done = Emptied()
    for run in ImportRun.objects.select_for_update(of=("self",)).select_related("file").filter(pk__in=run_ids, emptied_at=None).order_by("pk"):
        if run.state == ImportState.RUNNING or _people_in(run, spared):
            done.kept.append(run.pk)
        else:
            done.runs.append(run.pk)
            done.files.extend(key for key in (run.file_id, run.report_id) if key)
            run.file, run.report, run.emptied_at = None, None, at
            run.save(update_fields=["file", "report", "emptied_at"])
    return done


def _people_in(run: ImportRun, wanted: set[UUID]) -> set[UUID]:
    """Which of these patients came by a row of the run's file, or were found in one."""
    if not wanted or run.file is None:
        return set()
    held = set(HeldRow.objects.filter(run=run, patient__in=wanted).values_list("patient_id", flat=True))
    with NamedTemporaryFile(suffix=".sheet") as copy, default_storage.open(run.file.storage_name) as stored:
        shutil.copyfileobj(stored, copy)
        copy.flush()
        try:
            return held | (wanted & _keys_in(run, Path(copy.name)))
        except sheets.UnreadableSheet:
            return held


def _keys_in(run: ImportRun, path: Path) -> set[UUID]:
    rows = sheets.read(path)
    columns = [str(cell).strip() if cell is not None else "" for cell in next(rows)]
    numbers = [place for place, column in enumerate(columns) if run.mapping.get(column) == "external_number"]
    return {key for place, cells in enumerate(rows, start=2) for key in _keys_of(run, place, cells, numbers)}


def _keys_of(run: ImportRun, place: int, cells: sheets.Cells, numbers: Sequence[int]) -> list[UUID]:
    """A row is its number in the former system or, when that is somebody else's, its place in the file."""
    told = [rules.text_of(cells[number]) for number in numbers if number < len(cells)]
    return [rules.key_of(run.sha256, place, number) for number in {"", *told}]
