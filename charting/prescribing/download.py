"""The file of a prescription or referral as an answer: named, and written down as printed."""

from django.http import HttpResponse

from charting.prescribing.models import ClinicalPaper
from clinic.files import actions as files
from clinic.history.actions import record_print
from clinic.lib import pdf


def response(paper: ClinicalPaper, *, inline: bool = True) -> HttpResponse:
    """The PDF as it was issued."""
    record_print(what=paper.kind, patient_id=paper.patient_id, body={"number": paper.full_number, "sha256": paper.file.sha256})
    return pdf.response(files.read(paper.file), name=paper.full_number, inline=inline)
