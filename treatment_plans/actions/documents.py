"""Issuing documents under gapless numbers, and signing them."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clinic.files import actions as files
from clinic.history.actions import record_signature
from clinic.history.creation import find_sent
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, InvalidInput, NotFound
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.patients.signature import Signature as Drawn
from clinic.staff.models import Branch, LegalEntity, User
from clinic.staff.roles import Permission
from treatment_plans import papers, rules
from treatment_plans.models import (
    Alternative,
    AlternativeState,
    Document,
    DocumentItem,
    DocumentKind,
    DocumentSeries,
    Item,
    Signature,
    SignerRole,
)

AGREEING = (DocumentKind.CONTRACT, DocumentKind.ANNEX, DocumentKind.ADDENDUM)
LANGUAGES = ("ru", "fr", "en")
SIGNER_PROBLEMS = {
    "minor_contract": _("The patient is a minor: a representative signs the contract."),
    "minor_consent": _("The patient is under 15: a representative signs the consent."),
    "basis": _("Say by what right the person represents the patient (birth certificate, power of attorney)."),
    "role": _("Choose who signs."),
}


class NotAccepted(Conflict):
    code = "not_accepted"
    default_message = _("Only an accepted alternative is contracted. Accept one first.")


class NothingToAgree(Conflict):
    code = "nothing_to_agree"
    default_message = _("Every line of this plan is agreed already; there is nothing new to sign.")


class NoContract(Conflict):
    code = "no_contract"
    default_message = _("There is no signed contract yet. Issue and sign the contract first.")


class ContractSigned(Conflict):
    code = "contract_signed"
    default_message = _("The contract of this plan is signed. Issue an addendum for new lines.")


class AlreadySigned(Conflict):
    code = "already_signed"
    default_message = _("This document is signed in that role already. The first signature stands.")


class DocumentReplaced(Conflict):
    code = "document_replaced"
    default_message = _("A newer document was issued instead of this one. Sign the newer one.")


class DocumentOutdated(Conflict):
    code = "document_outdated"
    default_message = _("The plan has changed since this document was issued. Issue it again, then sign.")


@transaction.atomic
def issue_document(
    *,
    kind: str,
    patient: Patient,
    branch: Branch,
    language: str,
    actor: User,
    at: datetime,
    alternative_id: UUID | None = None,
    id: UUID | None = None,
) -> Document:
    """Number, print and keep a contract, annex, addendum or consent; the same id returns the first result.

    An unsigned one of the same kind for the same alternative is replaced. A consent names the due lines that no signed one names, else all due.

    :raises NotAccepted: a contract kind for an alternative that is not accepted.
    :raises NothingToAgree: when all lines are agreed.
    """
    actor.require(Permission.DOCUMENT_ISSUE)
    first = find_sent(Document, id, kind=kind, language=language, patient_id=patient.pk, alternative_id=alternative_id)
    if first is not None:
        return first
    _check_choice(kind, language)
    draft = _draft(kind=kind, patient=patient, branch=branch, language=language, actor=actor, at=at, alternative_id=alternative_id)
    series, year = rules.series_of(kind), draft.day.year
    content, digest = papers.issue(draft, rules.full_number(series, year, number := _next_number(branch.legal_entity, series, year)))
    document = Document.objects.create(
        id=id or uuid7(),
        patient=patient,
        branch=branch,
        legal_entity=branch.legal_entity,
        kind=kind,
        series=series,
        year=year,
        number=number,
        language=language,
        template_version=papers.TEMPLATE_VERSION,
        alternative=draft.alternative,
        contract=draft.contract,
        replaces=_unsigned_before(draft),
        total=draft.total,
        currency=draft.alternative.plan.currency if draft.alternative else "",
        issued_at=at,
        issued_by=actor,
        file=files.store(content=content, media_type="application/pdf"),
        content_hash=digest,
    )
    DocumentItem.objects.bulk_create(_line(document, item) for item in (*draft.items, *draft.removed))
    return document


@transaction.atomic
def sign_document(
    *,
    document_id: UUID,
    sha256: str,
    role: str,
    signer_name: str,
    basis: str,
    drawn: Drawn,
    address: str | None,
    actor: User,
    at: datetime,
    id: UUID | None = None,
) -> Signature:
    """Put a drawn signature under the document whose hash was on the screen, and print the signed PDF.

    The patient's or representative's signature under a contract, annex or addendum agrees its lines.

    :raises DocumentOutdated: when the screen showed another file, or a line was cancelled since.
    :raises AlreadySigned: when that role signed before.
    """
    actor.require(Permission.DOCUMENT_ISSUE)
    first = find_sent(Signature, id, document_id=document_id, role=role, signer_name=signer_name, basis=basis, strokes=drawn.strokes)
    if first is not None:
        return first
    document = _lock(document_id)
    _check_document(document, sha256, role)
    _check_signer(document, role=role, name=signer_name, basis=basis, at=at)
    signature = Signature(
        id=id or uuid7(),
        document=document,
        patient=document.patient,
        role=role,
        signer_name=signer_name.strip(),
        basis=basis.strip(),
        strokes=drawn.strokes,
        image=files.store(content=drawn.image, media_type="image/png"),
        signed_at=at,
        witness=actor,
        document_sha256=document.file.sha256,
        address=address,
    )
    earlier = document.signatures.select_related("image", "witness").order_by("signed_at", "pk")
    signature.file = files.store(content=papers.sign(document, [*earlier, signature]), media_type="application/pdf")
    _save_once(signature)
    body = {"sha256": signature.document_sha256, "signed_file": signature.file.sha256, "role": role, "signer": signature.signer_name}
    record_signature(table="treatment_plans_document", key=document.pk, patient_id=document.patient_id, body=body)
    if document.kind in AGREEING and role != SignerRole.CLINIC:
        Item.objects.filter(document_lines__document=document, agreed_document=None, cancelled_at=None).update(agreed_document=document)
    return signature


def is_signed(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Those that the patient's side has signed."""
    return documents.filter(signatures__role__in=(SignerRole.PATIENT, SignerRole.REPRESENTATIVE))


def _draft(*, kind: str, patient: Patient, branch: Branch, language: str, actor: User, at: datetime, alternative_id: UUID | None) -> papers.Draft:
    alternative = _alternative(alternative_id, patient)
    if kind in AGREEING:
        if alternative is None or alternative.state != AlternativeState.ACCEPTED:
            raise NotAccepted
        branch = alternative.plan.branch
    items = _items(alternative, kind, patient, at) if alternative else []
    draft = papers.Draft(
        kind=kind,
        language=language,
        patient=patient,
        branch=branch,
        dentist=alternative.plan.dentist if alternative else patient.responsible_dentist or actor,
        at=at,
        alternative=alternative,
        contract=_contract(kind, alternative) if alternative else None,
        items=items,
        removed=_removed(alternative) if alternative and kind == DocumentKind.ADDENDUM else [],
    )
    if kind in AGREEING and not draft.items and not draft.removed:
        raise NothingToAgree
    return draft


def _alternative(alternative_id: UUID | None, patient: Patient) -> Alternative | None:
    if alternative_id is None:
        return None
    rows = Alternative.objects.select_for_update(of=("self",), no_key=True).select_related("plan__branch__legal_entity", "plan__dentist")
    alternative = rows.filter(pk=alternative_id, patient=patient).first()
    if alternative is None:
        raise NotFound
    return alternative


def _items(alternative: Alternative, kind: str, patient: Patient, at: datetime) -> list[Item]:
    rows = alternative.items.filter(cancelled_at=None).select_related("procedure__service", "phase").prefetch_related("procedure__teeth")
    items = list(rows.order_by(F("phase__position").asc(nulls_last=True), "position", "pk"))
    if kind in AGREEING:
        return [item for item in items if item.agreed_document_id is None]
    minor = rules.age_on(patient.birth_date, branch_day(at, alternative.plan.branch.time_zone))
    is_minor = minor is not None and minor < rules.ADULT
    called = [item for item in items if not item.performance_id and kind in papers.consents_for([item], is_minor=is_minor)]
    signed = is_signed(alternative.documents.filter(kind=kind))
    named = set(DocumentItem.objects.filter(document__in=signed).values_list("item_id", flat=True))
    return [item for item in called if item.pk not in named] or called


def _removed(alternative: Alternative) -> list[Item]:
    """Lines that were agreed and then cancelled, and that no signed addendum has taken out yet."""
    told = DocumentItem.objects.filter(
        item=OuterRef("pk"),
        document__kind=DocumentKind.ADDENDUM,
        document__issued_at__gte=OuterRef("cancelled_at"),
        document__signatures__role__in=(SignerRole.PATIENT, SignerRole.REPRESENTATIVE),
    )
    rows = alternative.items.filter(~Exists(told), cancelled_at__isnull=False, agreed_document__isnull=False)
    rows = rows.select_related("procedure__service", "phase").prefetch_related("procedure__teeth")
    return list(rows.order_by(F("phase__position").asc(nulls_last=True), "position", "pk"))


def _contract(kind: str, alternative: Alternative) -> Document | None:
    """The signed contract that an annex or addendum belongs to; a contract itself belongs to none, and is signed once."""
    own = is_signed(Document.objects.filter(alternative=alternative, kind__in=(DocumentKind.CONTRACT, DocumentKind.ANNEX))).order_by("issued_at")
    if kind == DocumentKind.CONTRACT:
        if own.exists():
            raise ContractSigned
        return None
    if kind == DocumentKind.ANNEX:
        same = Document.objects.filter(patient=alternative.patient_id, legal_entity=alternative.plan.branch.legal_entity_id)
        own = is_signed(same.filter(kind=DocumentKind.CONTRACT)).order_by("-issued_at")
    if kind not in AGREEING:
        return None
    contract = own.select_related("contract").first()
    if contract is None:
        raise NoContract
    return contract.contract or contract


def _unsigned_before(draft: papers.Draft) -> Document | None:
    if draft.alternative is None:
        return None
    rows = Document.objects.filter(alternative=draft.alternative, kind=draft.kind, replaced_by=None, signatures=None)
    return rows.order_by("-issued_at", "-pk").first()


def _next_number(entity: LegalEntity, series: str, year: int) -> int:
    DocumentSeries.objects.get_or_create(legal_entity=entity, series=series, year=year)
    row = DocumentSeries.objects.select_for_update(no_key=True).get(legal_entity=entity, series=series, year=year)
    row.last_number += 1
    row.save(update_fields=["last_number"])
    return row.last_number


def _line(document: Document, item: Item) -> DocumentItem:
    return DocumentItem(
        document=document,
        patient_id=item.patient_id,
        item=item,
        description=f"{item.procedure.service.title_in(document.language)} {papers.teeth_of(item)}".strip()[:500],
        quantity=item.quantity,
        unit_price=item.unit_price,
        total=item.total,
    )


def _lock(document_id: UUID) -> Document:
    rows = Document.objects.select_for_update(of=("self",), no_key=True).select_related("file", "legal_entity", "branch", "patient", "replaced_by")
    document = rows.filter(pk=document_id).first()
    if document is None:
        raise NotFound
    return document


def _check_choice(kind: str, language: str) -> None:
    if kind not in DocumentKind.values:
        raise InvalidInput(fields={"kind": _("Choose a kind of document.")})
    if language not in LANGUAGES:
        raise InvalidInput(fields={"language": _("Choose Russian, French or English.")})


def _check_document(document: Document, sha256: str, role: str) -> None:
    replaced = getattr(document, "replaced_by", None)
    if replaced:
        raise DocumentReplaced(link=reverse("document", args=[replaced.pk]))
    if sha256 != document.file.sha256:
        raise DocumentOutdated
    if document.signatures.filter(role=role).exists():
        raise AlreadySigned(link=reverse("document", args=[document.pk]))
    is_agreed = document.signatures.filter(role__in=(SignerRole.PATIENT, SignerRole.REPRESENTATIVE)).exists()
    cancelled = document.lines.filter(item__cancelled_at__gt=document.issued_at)
    if document.kind in AGREEING and not is_agreed and cancelled.exists():
        raise DocumentOutdated


def _check_signer(document: Document, *, role: str, name: str, basis: str, at: datetime) -> None:
    if not name.strip() or len(name) > 300:
        raise InvalidInput(fields={"signer_name": _("Enter the full name of the person who signs.")})
    age = rules.age_on(document.patient.birth_date, branch_day(at, document.branch.time_zone))
    problem = rules.signer_problem(role=role, is_consent=document.is_consent, age=age, basis=basis)
    if problem:
        field = "basis" if problem == "basis" else "role"
        raise InvalidInput(fields={field: SIGNER_PROBLEMS[problem]})


def _save_once(signature: Signature) -> None:
    try:
        with transaction.atomic():
            signature.save(force_insert=True)
    except IntegrityError as error:
        if "treatment_plans_signed_once" in str(error):
            raise AlreadySigned from error
        raise
