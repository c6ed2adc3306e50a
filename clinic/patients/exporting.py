"""The list of patients as a sheet."""

from io import BytesIO
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from openpyxl import Workbook

from clinic.history.actions import record_taken
from clinic.lib.sheets import plain
from clinic.patients.messages import CUT
from clinic.patients.models import Patient


def patients_sheet(found: QuerySet[Patient], *, is_cut: bool = False) -> bytes:
    """XLSX of the patients, a row each, written as it is read; the last row says when the list is cut.

    The export is recorded in history with the key of everybody in it.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Patients"))
    sheet.append(_headings())
    found = found.select_related("branch", "responsible_dentist", "source")
    seen: set[UUID] = set()
    for patient in found.iterator(chunk_size=2000):
        seen.add(patient.pk)
        sheet.append(_row(patient))
    if is_cut:
        sheet.append([str(CUT)])
    buffer = BytesIO()
    book.save(buffer)
    record_taken(what="patients-list", patient_ids=seen, body={"rows": len(seen)})
    return buffer.getvalue()


def _headings() -> list[str]:
    return [
        _("Card number"), _("Last name"), _("First name"), _("Patronymic"), _("Birth name"), _("Sex"), _("Date of birth"), _("Phone"), _("Town"),
        _("Street and house"), _("Branch"), _("Responsible dentist"), _("How they heard of us"), _("Labels"),
    ]  # fmt: skip


def _row(patient: Patient) -> list[object]:
    labels = ", ".join(row.label.name for row in vars(patient)["shown_labels"])
    texts = [patient.last_name, patient.first_name, patient.patronymic, patient.birth_name, str(patient.get_sex_display())]
    places = [vars(patient)["phone"] or "", patient.city, patient.address, str(patient.branch), str(patient.responsible_dentist or "")]
    return [
        patient.card_number, *(plain(text) for text in texts), patient.birth_date, places[0],
        *(plain(text) for text in (*places[1:], str(patient.source or ""), labels)),
    ]  # fmt: skip
