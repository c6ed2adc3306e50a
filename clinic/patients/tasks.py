"""Background work of patients."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from clinic.patients.importing import actions
from clinic.patients.models import ImportRun, ImportState
from clinic.staff.models import User

WAITING_OR_RUNNING = ("todo", "doing")


@app.task(name="import_patients")
def import_patients(run_id: str) -> None:
    """Go through the sheet of one import."""
    actions.go_through(UUID(run_id))


@transaction.atomic
def start_import(*, run_id: UUID, mapping: Mapping[str, str], is_dry: bool, actor: User) -> ImportRun:
    """Let the worker go through the file; a pass that waits or runs already is that one, so nobody's figures are counted anew.

    :raises ColumnsMissing, InvalidInput: as `plan_run`. :raises StillRunning: while a pass of the other kind runs, or with other columns.
    """
    run = actions.locked(run_id, actor)
    if is_under_way(run):
        if run.is_dry == is_dry and run.mapping == actions.chosen_of(run, mapping):
            return run
        raise actions.StillRunning
    run = actions.plan_run(run_id=run_id, mapping=mapping, is_dry=is_dry, actor=actor)
    import_patients.configure(lock=_lock(run)).defer(run_id=str(run.pk))
    return run


def is_under_way(run: ImportRun) -> bool:
    """Whether the worker has the run before it; a run whose process was killed is so until its job is given back, and then goes on by itself."""
    return run.state == ImportState.RUNNING and ProcrastinateJob.objects.filter(lock=_lock(run), status__in=WAITING_OR_RUNNING).exists()


def _lock(run: ImportRun) -> str:
    return f"import-patients-{run.pk}"
