"""Background work of patients."""

from uuid import UUID

from procrastinate.contrib.django import app

from clinic.patients.importing import actions


@app.task(name="import_patients")
def import_patients(run_id: str) -> None:
    """Go through the sheet of one import."""
    actions.go_through(UUID(run_id))
