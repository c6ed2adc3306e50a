"""An unplanned act takes the same road as a planned one: a one-line plan, accepted and contracted on the spot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from charting.rules import Place
from clinic.history.creation import check_first
from clinic.lib.clock import branch_day
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.staff.models import Branch, User
from treatment_plans import papers, rules
from treatment_plans.actions import decisions, documents, planning
from treatment_plans.models import Document, DocumentKind, Item, Plan


@dataclass(frozen=True)
class Unplanned:
    """The one-line plan, and the papers that the patient signs before the act."""

    plan: Plan
    item: Item
    contract: Document
    consents: tuple[Document, ...]


@transaction.atomic
def start_unplanned(
    *, patient: Patient, branch: Branch, service: Service, places: Sequence[Place], language: str, actor: User, at: datetime, id: UUID | None = None
) -> Unplanned:
    """Plan, present and accept one act, and issue its contract and consents, ready to sign. The same id returns the first result.

    :raises KeyTaken: when `id` is of another plan.
    """
    plan = planning.create_plan(
        patient=patient, branch=branch, title=service.title_in(language)[:200], dentist=actor, actor=actor, at=at, is_emergency=True, id=id
    )
    alternative = plan.alternatives.order_by("position")[0]
    item = alternative.items.select_related("procedure__service").order_by("created_at", "pk").first()
    if item is not None:
        check_first(item.procedure, service_id=service.pk)
    else:
        item = planning.add_service(alternative_id=alternative.pk, service=service, places=places, actor=actor, at=at)
        decisions.present(alternative_id=alternative.pk, actor=actor, at=at)
        decisions.accept(alternative_id=alternative.pk, actor=actor, at=at)
        age = rules.age_on(patient.birth_date, branch_day(at, branch.time_zone))
        kinds = [DocumentKind.CONTRACT.value, *papers.consents_for([item], is_minor=age is not None and age < rules.ADULT)]
        for kind in kinds:
            documents.issue_document(kind=kind, patient=patient, branch=branch, language=language, alternative_id=alternative.pk, actor=actor, at=at)
        item.refresh_from_db()
    issued = list(Document.objects.filter(alternative=alternative).order_by("issued_at", "pk"))
    contract = next(document for document in issued if document.kind == DocumentKind.CONTRACT)
    return Unplanned(plan, item, contract, tuple(document for document in issued if document.is_consent))
