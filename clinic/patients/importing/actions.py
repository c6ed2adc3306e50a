"""Runs of an import: a file taken in, its columns mapped, a pass over it with a report."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import IO
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook

from clinic.files import actions as files
from clinic.history.context import acting
from clinic.lib import sheets as sheet_texts
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput, NotFound, Text
from clinic.patients.importing import rules, sheets
from clinic.patients.importing.running import Problem, Run, Tally, Tell, What, problems_of
from clinic.patients.models import ImportRun, ImportState
from clinic.staff.actions import context_of
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


NO_SUCH_COLUMN = gettext_lazy("The file has no such column.")
WHAT = {
    What.ERROR: gettext_lazy("error"),
    What.DUPLICATE: gettext_lazy("likely duplicate"),
    What.NOTED: gettext_lazy("imported, to be checked"),
}
NO_SUCH_MEANING = gettext_lazy("A column cannot mean this. Choose one of the fields.")


class StillRunning(Conflict):
    """A pass goes over the file at this moment."""

    code = "still_running"
    default_message = gettext_lazy("This import is running. Wait until it has finished.")


class FileDestroyed(Conflict):
    """The file went with the record of somebody who stood in it."""

    code = "file_destroyed"
    default_message = gettext_lazy(
        "The file of this import was destroyed with the record of a patient who stood in it. Upload the list again without them."
    )


class ColumnsMissing(InvalidInput):
    """The names are not among the columns."""

    code = "columns_missing"

    def __init__(self) -> None:
        super().__init__(_("Say which columns hold the last and the first name, or which one holds the full name."))


def find_or_take_file(path: Path, *, branch: Branch, actor: User) -> ImportRun:
    """The latest import of the same content to the branch, or a new one: a file run again is the same import."""
    actor.require(Permission.PATIENT_IMPORT)
    there = ImportRun.objects.filter(sha256=sheets.digest_of(path), emptied_at=None, branch=branch, started_by=actor).order_by("-created_at").first()
    if there:
        return there
    with path.open("rb") as content:
        return take_file(content=content, name=path.name, branch=branch, actor=actor)


def take_file(*, content: IO[bytes], name: str, branch: Branch, actor: User) -> ImportRun:
    """Keep the file, read its headings and guess what they mean.

    :raises UnreadableSheet: when it is no list of patients.
    """
    actor.require(Permission.PATIENT_IMPORT)
    with NamedTemporaryFile(suffix=".sheet") as copy:
        shutil.copyfileobj(content, copy)
        copy.flush()
        columns = sheets.columns_of(Path(copy.name))
        total = sum(1 for _row in sheets.read(Path(copy.name))) - 1
        copy.seek(0)
        with transaction.atomic():
            file = files.store(content=copy, media_type="application/octet-stream")
            return ImportRun.objects.create(
                file=file, sha256=file.sha256, file_name=name[:200], branch=branch, started_by=actor, columns=columns, rows_total=total,
                mapping=rules.guess_mapping(columns),
            )  # fmt: skip


@transaction.atomic
def set_mapping(*, run_id: UUID, mapping: Mapping[str, str], actor: User) -> ImportRun:
    """Say what the columns mean; those left out are not read.

    :raises ColumnsMissing: without columns for the names.
    :raises InvalidInput: for a column that the file does not have, or a meaning that there is not.
    :raises StillRunning: while a pass goes over the file.
    """
    run = locked(run_id, actor)
    if run.state == ImportState.RUNNING:
        raise StillRunning
    run.mapping = chosen_of(run, mapping)
    run.save(update_fields=["mapping"])
    return run


def locked(run_id: UUID, actor: User) -> ImportRun:
    """The run, held until the end of the transaction. :raises NotAllowed, NotFound:"""
    actor.require(Permission.PATIENT_IMPORT)
    run = ImportRun.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None:
        raise NotFound
    return run


def chosen_of(run: ImportRun, mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping, checked against the file; a column without a meaning is left out.

    :raises ColumnsMissing: :raises InvalidInput:
    """
    wrong: dict[str, Text] = {column: NO_SUCH_COLUMN for column in mapping if column not in run.columns}
    wrong |= {column: NO_SUCH_MEANING for column, name in mapping.items() if name and name not in rules.FIELDS}
    if wrong:
        raise InvalidInput(fields=wrong)
    chosen = {column: name for column, name in mapping.items() if name}
    ensure_names(chosen)
    return chosen


@transaction.atomic
def plan_run(*, run_id: UUID, mapping: Mapping[str, str], is_dry: bool, actor: User) -> ImportRun:
    """Fix what the columns mean and set the counters back; the pass itself is `go_through`.

    :raises ColumnsMissing: without columns for the names. :raises InvalidInput: as `set_mapping`. :raises FileDestroyed:
    """
    run = locked(run_id, actor)
    if run.file_id is None:
        raise FileDestroyed
    chosen = chosen_of(run, mapping)
    for name in ("rows_seen", "rows_imported", "rows_known", "rows_failed", "rows_doubtful", "rows_noted"):
        setattr(run, name, 0)
    run.mapping, run.is_dry, run.state, run.report, run.failure, run.finished_at = chosen, is_dry, ImportState.RUNNING, None, "", None
    run.save()
    return run


def ensure_names(mapping: Mapping[str, str]) -> None:
    """:raises ColumnsMissing: without columns for the names; also when two columns say the same."""
    fields = list(mapping.values())
    repeated = {name for name in fields if fields.count(name) > 1}
    if repeated:
        raise InvalidInput(_("Two columns mean the same. Choose one of them."))
    if "full_name" not in fields and not {"last_name", "first_name"} <= set(fields):
        raise ColumnsMissing


def go_through(run_id: UUID, tell: Tell = lambda _tally: None) -> ImportRun:
    """Run the import in the language and name of the person who started it; run again, it goes on where it was killed."""
    run = ImportRun.objects.select_related("file", "branch__legal_entity", "started_by").filter(pk=run_id).first()
    if run is None:
        raise NotFound
    if run.file is None:
        raise FileDestroyed
    with acting(context_of(run.started_by, purpose="import")), translation.override(run.started_by.language), TemporaryDirectory() as folder:
        path = Path(folder) / "sheet"
        with default_storage.open(run.file.storage_name) as stored, path.open("wb") as copy:
            shutil.copyfileobj(stored, copy)
        try:
            report = pass_over(_run_of(run, path), Path(folder) / "report.xlsx", run.columns, lambda tally: _note(run, tally, tell))
        except InvalidInput as error:
            return _finish(run, state=ImportState.FAILED, failure=str(error.message))
        with report.open("rb") as content:
            return _finish(run, state=ImportState.CHECKED if run.is_dry else ImportState.DONE, content=content)


def _run_of(run: ImportRun, path: Path) -> Run:
    now = timezone.now()
    return Run(
        path=path, source=run.sha256, mapping=run.mapping, branch=run.branch, actor=run.started_by, at=now,
        today=branch_day(now, run.branch.time_zone), is_dry=run.is_dry, record=run.pk,
    )  # fmt: skip


def pass_over(run: Run, report: Path, columns: list[str], tell: Tell) -> Path:
    """Go through the sheet and write every row that stays outside or is to be looked at, with its reason, to `report`."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Rows to look at"))
    sheet.append([_("Row"), _("What"), _("Why"), *(sheet_texts.plain(column) for column in columns)])
    for problem in problems_of(run, tell):
        sheet.append(_report_row(problem))
    book.save(report)
    return report


def _report_row(problem: Problem) -> list[object]:
    return [
        problem.row,
        str(WHAT[problem.what]),
        sheet_texts.plain(problem.text),
        *(sheet_texts.plain(rules.text_of(cell)) for cell in problem.cells),
    ]


def _note(run: ImportRun, tally: Tally, tell: Tell) -> None:
    tell(tally)
    with transaction.atomic():
        for name in ("seen", "imported", "known", "failed", "doubtful", "noted"):
            setattr(run, f"rows_{name}", getattr(tally, name))
        run.save(update_fields=["rows_seen", "rows_imported", "rows_known", "rows_failed", "rows_doubtful", "rows_noted"])


@transaction.atomic
def _finish(run: ImportRun, *, state: ImportState, failure: str = "", content: IO[bytes] | None = None) -> ImportRun:
    run.state, run.failure, run.finished_at = state, failure[:300], timezone.now()
    run.report = files.store(content=content, media_type=XLSX) if content else None
    run.save(update_fields=["state", "failure", "finished_at", "report"])
    return run
