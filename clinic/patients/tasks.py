"""Background work of patients."""

from uuid import UUID

from procrastinate.contrib.django import app

from clinic.patients.importing import actions
from clinic.patients.models import ImportRun


@app.task(name="import_patients")
def import_patients(run_id: str) -> None:
    """Go through the sheet of one import."""
    actions.go_through(UUID(run_id))


def start_import(run: ImportRun) -> None:
    """Let the worker go through a run that is planned; of one run only one pass at a time."""
    import_patients.configure(lock=f"import-patients-{run.pk}").defer(run_id=str(run.pk))
