"""The slip that travels with the work to the laboratory."""

import segno
from django.http import HttpResponse

from clinic.history.actions import record_print
from clinic.lib import pdf
from lab_orders.models import LabOrder


def response(order: LabOrder, *, link: str) -> HttpResponse:
    """The slip as PDF with a QR code of `link`; that it was printed is recorded.

    The laboratory sees the card number and initials, not the patient's full name.
    """
    content = render(order, link=link)
    record_print(what="lab_orders_laborder", patient_id=order.patient_id, body={"order": order.number, "document": "slip"})
    return pdf.response(content, name=f"lab-order-{order.number}")


def render(order: LabOrder, *, link: str) -> bytes:
    """The bytes of the slip in the branch's language."""
    context = {"order": order, "qr": segno.make(link, error="m").svg_data_uri(scale=4, border=1), "initials": _initials(order)}
    return pdf.render("lab_orders/slip.html", context, language=order.branch.language)


def _initials(order: LabOrder) -> str:
    patient = order.patient
    return "".join(f"{name[0]}." for name in (patient.last_name, patient.first_name, patient.patronymic) if name)
