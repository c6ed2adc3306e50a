"""The desk's list of recalls as a workbook."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from charting.recalls.models import Recall, RecallQuerySet
from charting.recalls.words import STATES
from clinic.history.actions import record_taken
from clinic.lib import sheets
from clinic.lib.clock import wall_clock


def take(found: RecallQuerySet) -> bytes:
    """The list as XLSX that goes out of the house; whom it names stands in history."""
    rows = list(found)
    record_taken(what="recalls", patient_ids=(row.patient_id for row in rows), body={"rows": len(rows)})
    headings = [
        pgettext("recall", "Due"), _("Card"), _("Patient"), _("Phone"), _("What for"), _("Dentist"), _("Branch"), _("State"), _("Appointment"),
        _("Reason"),
    ]  # fmt: skip
    return sheets.workbook(_("Recalls"), headings, map(_row, rows))


def _row(row: Recall) -> list[object]:
    booked = row.appointment if row.appointment and row.appointment.is_standing else None
    return [
        row.due_on, row.patient.card_number, row.patient.get_full_name(), vars(row)["phone"] or "", row.words, row.visit.dentist.get_full_name(),
        row.branch.name, str(STATES[row.state]), wall_clock(booked.starts_at, booked.branch.time_zone) if booked else None,
        row.cancel_reason or row.reason,
    ]  # fmt: skip
