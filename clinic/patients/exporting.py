"""The list of patients as a sheet."""

from io import BytesIO

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from openpyxl import Workbook

from clinic.history.actions import record_print
from clinic.lib.sheets import plain
from clinic.patients.messages import CUT
from clinic.patients.models import Patient


def patients_sheet(found: QuerySet[Patient], *, is_cut: bool = False) -> bytes:
    """XLSX of the patients, a row each, written as it is read; the last row says when the list is cut. The export is recorded in history."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Patients"))
    sheet.append(_headings())
    found = found.select_related("branch", "responsible_dentist", "source")
    count = 0
    for count, patient in enumerate(found.iterator(chunk_size=2000), start=1):  # noqa: B007 - the number of rows is told to history
        sheet.append(_row(patient))
    if is_cut:
        sheet.append([str(CUT)])
    buffer = BytesIO()
    book.save(buffer)
    record_print(what="patients-list", patient_id=None, body={"rows": count})
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
