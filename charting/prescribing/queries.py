"""Reads of prescriptions, referrals and usual prescriptions."""

from uuid import UUID

from django.db.models import Q, QuerySet

from charting.models import Visit
from charting.prescribing.models import ClinicalPaper, UsualDrug
from clinic.lib.errors import NotFound
from clinic.patients.models import Patient


def papers_of(patient: Patient) -> QuerySet[ClinicalPaper]:
    """The patient's prescriptions and referrals, the latest first; those entered in error too."""
    return _whole(ClinicalPaper.objects.filter(patient=patient)).order_by("-issued_at", "-pk")


def papers_in(visit: Visit) -> list[ClinicalPaper]:
    """What was issued in the visit, in order; those entered in error too."""
    return list(_whole(ClinicalPaper.objects.filter(visit=visit)).order_by("issued_at", "pk"))


def came_later(paper: ClinicalPaper) -> bool:
    """Whether it was issued after the note of its visit was fixed: a signature that names papers does not name it."""
    visit = paper.visit
    fixed_at = (visit.signed_at or visit.locked_at) if visit else None
    if visit is None or fixed_at is None or (paper.in_error_at and paper.in_error_at <= fixed_at):
        return False
    named = (visit.signed_content or {}).get("papers")
    return paper.issued_at > fixed_at if named is None else str(paper.pk) not in {row["id"] for row in named}


def _whole(rows: QuerySet[ClinicalPaper]) -> QuerySet[ClinicalPaper]:
    return rows.select_related("issued_by", "in_error_by", "diagnosis", "visit").prefetch_related("drugs")


def get_paper(paper_id: UUID) -> ClinicalPaper:
    """:raises NotFound: when there is none; who may see it is asked of its patient."""
    rows = _whole(ClinicalPaper.objects.select_related("branch", "legal_entity", "file"))
    found = rows.filter(pk=paper_id).first()
    if found is None:
        raise NotFound
    return found


def usual_drugs(*, language: str = "", text: str = "") -> QuerySet[UsualDrug]:
    """Usual prescriptions in the order of the list; narrowed by a part of the title or the name."""
    found = UsualDrug.objects.filter(language=language) if language else UsualDrug.objects.all()
    if text:
        found = found.filter(Q(title__icontains=text) | Q(inn__icontains=text))
    return found.order_by("language", "position", "title", "pk")
