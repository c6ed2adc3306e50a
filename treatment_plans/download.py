"""A document's file as an answer: named, typed, and written down as printed."""

from django.http import HttpResponse

from clinic.files import actions as files
from clinic.history.actions import record_print
from clinic.lib import pdf
from treatment_plans.models import Document


def response(document: Document, *, signed: bool = True, inline: bool = True) -> HttpResponse:
    """The PDF as last signed, else (or with `signed` off) as issued."""
    last = document.signatures.select_related("file").order_by("signed_at", "pk").last() if signed else None
    file = last.file if last else document.file
    record_print(what="document", patient_id=document.patient_id, body={"number": document.full_number, "kind": document.kind, "sha256": file.sha256})
    return pdf.response(files.read(file), name=document.full_number, inline=inline)
