"""Reads of issued papers."""

from uuid import UUID

from django.db.models import QuerySet

from charting.models import IssuedPaper, PerioExam, Visit
from clinic.lib.errors import NotFound
from clinic.patients.models import Patient


def get_paper(paper_id: UUID) -> IssuedPaper:
    """:raises NotFound: when there is no such paper; who may see it is asked of its patient."""
    paper = IssuedPaper.objects.select_related("file", "issued_by").filter(pk=paper_id).first()
    if paper is None:
        raise NotFound
    return paper


def papers_of(patient: Patient, *, visit: Visit | None = None, exam: PerioExam | None = None) -> QuerySet[IssuedPaper]:
    """Papers of the patient, or of one visit or periodontal exam, newest first."""
    found = IssuedPaper.objects.filter(patient=patient).select_related("file", "issued_by")
    found = found.filter(visit=visit) if visit else found
    return (found.filter(exam=exam) if exam else found).order_by("-issued_at", "-pk")
