"""Pages of receipts: a patient's signatures, one receipt, its paper."""

from typing import Any
from uuid import UUID

import segno
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from clinic.lib import pdf
from clinic.lib.pages import page_of
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission
from exports import receipts


@page(Permission.DOCUMENT_VIEW)
@require_GET
def signatures(request: Request, patient_id: UUID, key: UUID | None = None) -> HttpResponse:
    """What the patient has signed and what was signed about them; of one record only with its `key`, and an only one opens at once."""
    papers = receipts.of_patient(user=request.user, patient_id=patient_id, key=key)
    shown = page_of(request, papers)
    if key and shown.paginator.count == 1:
        return redirect("receipt", shown[0].signing.id)
    return render(request, "exports/receipts.html", {"patient": papers.patient, "tab": "documents", "page": shown})


@page(Permission.DOCUMENT_VIEW)
@require_GET
def receipt(request: Request, event_id: int) -> HttpResponse:
    """One receipt with its QR code, or the word that its seal is to come."""
    paper = receipts.get(user=request.user, event_id=event_id, seconds=0)
    context: dict[str, Any] = {"patient": paper.patient, "tab": "documents", "paper": paper}
    if paper.receipt:
        context["text"] = paper.receipt.text()
        context["qr"] = mark_safe(segno.make(context["text"], error="l").svg_inline(scale=3, border=4, dark="#000", light="#fff"))  # noqa: S308 - made here
    return render(request, "exports/receipt.html", context)


@page(Permission.DOCUMENT_VIEW)
@require_GET
def receipt_pdf(request: Request, event_id: int) -> HttpResponse:
    """The paper in the language of the patient's documents."""
    paper = receipts.get(user=request.user, event_id=event_id)
    return pdf.response(receipts.render(paper, language=paper.patient.language), name=f"receipt-{event_id}")
