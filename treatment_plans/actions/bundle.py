"""All papers of an accepted alternative in one act: what is missing is issued, ready to be signed one after another."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.lib.clock import branch_day
from clinic.staff.models import User
from clinic.staff.roles import Permission
from treatment_plans import consents, queries
from treatment_plans.actions import common, documents
from treatment_plans.models import Alternative, Document, DocumentKind


@transaction.atomic
def issue_papers(*, alternative_id: UUID, language: str, actor: User, at: datetime) -> list[Document]:
    """Issue the contract (or the addendum, when one is signed) and every consent that is neither signed nor waiting for its signature.

    Returns what was issued; nothing when all papers are there.

    :raises NotAccepted: when the alternative is not accepted.
    """
    actor.require(Permission.DOCUMENT_ISSUE)
    alternative = common.lock_alternative(alternative_id)
    patient, branch = alternative.patient, alternative.plan.branch
    return [
        documents.issue_document(kind=kind, patient=patient, branch=branch, language=language, actor=actor, at=at, alternative_id=alternative_id)
        for kind in missing_kinds(alternative, at)
    ]


def missing_kinds(alternative: Alternative, at: datetime) -> list[str]:
    """The kinds of paper that nobody has issued for the lines still to be done, the contract first."""
    items = list(alternative.items.filter(cancelled_at=None).select_related("procedure__service"))
    papers = list(queries.documents_of(alternative.patient))
    day = branch_day(at, alternative.plan.branch.time_zone)
    due = [item for item in items if item.performance_id is None]
    lacking = consents.missing(alternative, due, papers, born=alternative.patient.birth_date, day=day)
    kinds = [consent.kind for consent in lacking if consent.document is None]
    return [*_agreement(alternative, papers, is_due=any(item.agreed_document_id is None for item in items)), *kinds]


def _agreement(alternative: Alternative, papers: list[Document], *, is_due: bool) -> list[str]:
    own = [paper for paper in papers if paper.alternative_id == alternative.pk and not paper.is_consent]
    is_waiting = any(not consents.is_signed(paper) and getattr(paper, "replaced_by", None) is None for paper in own)
    if not is_due or is_waiting:
        return []
    return [DocumentKind.ADDENDUM if any(consents.is_signed(paper) for paper in own) else DocumentKind.CONTRACT]
