"""What documents say: the facts of a contract, annex, addendum or consent, and their PDF."""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pypdf import PdfReader, PdfWriter

from charting import notation
from clinic.files import actions as files
from clinic.lib import pdf
from clinic.lib.money import ZERO
from clinic.patients import queries as patients
from clinic.patients.models import ContactKind, IdentifierKind, Patient, Relation
from clinic.staff.models import Branch, User
from treatment_plans import editions, rules
from treatment_plans.models import Alternative, ConsentEdition, Document, DocumentKind, Item, Signature

TEMPLATE_VERSION = "2026-11-22"
PASSPORTS = (IdentifierKind.RU_PASSPORT, IdentifierKind.FOREIGN_PASSPORT)
SUBJECTS = {
    "consent_general": _("examination and diagnostics"),
    "consent_therapy": _("treatment of teeth and fillings"),
    "consent_endodontics": _("root canal treatment"),
    "consent_surgery": _("oral surgery"),
    "consent_implants": _("dental implants"),
    "consent_prosthetics": _("crowns, bridges and dentures"),
    "consent_orthodontics": _("orthodontic treatment"),
    "consent_hygiene": _("professional hygiene and whitening"),
    "consent_anaesthesia": _("local anaesthesia"),
    "consent_children": _("dental treatment of a child"),
}


@dataclass(frozen=True)
class Line:
    """An item as a document prints it."""

    code: str
    title: str
    teeth: str
    unit_price: Decimal
    quantity: int
    discount: Decimal
    total: Decimal
    phase: str = ""
    visit: int = 1
    is_removed: bool = False


@dataclass(frozen=True)
class Draft:
    """Everything a document is about, before it has a number."""

    kind: str
    language: str
    patient: Patient
    branch: Branch
    dentist: User
    at: datetime
    alternative: Alternative | None = None
    contract: Document | None = None
    items: list[Item] = field(default_factory=list)
    removed: list[Item] = field(default_factory=list)

    @property
    def day(self) -> date:
        return self.at.astimezone(ZoneInfo(self.branch.time_zone)).date()

    @property
    def total(self) -> Decimal:
        return sum((item.total for item in self.items), ZERO)

    @property
    def new_total(self) -> Decimal:
        live = self.alternative.items.filter(cancelled_at=None) if self.alternative else Item.objects.none()
        return sum((item.total for item in live), ZERO)


def line_of(item: Item, language: str) -> Line:
    """The item in words of a language."""
    service = item.procedure.service
    return Line(
        code=service.code,
        title=service.title_in(language),
        teeth=teeth_of(item),
        unit_price=item.unit_price,
        quantity=item.quantity,
        discount=item.discount,
        total=item.total,
        phase=item.phase.label if item.phase else "",
        visit=item.visit_number,
        is_removed=item.cancelled_at is not None,
    )


def teeth_of(item: Item) -> str:
    """Teeth with their surfaces by FDI, for papers and charges: 36 OD, 37."""
    rows = sorted(item.procedure.teeth.all(), key=lambda row: row.tooth)
    return ", ".join(f"{notation.fdi(row.tooth)} {''.join(row.surfaces)}".strip() for row in rows)


def teeth_shown(item: Item) -> str:
    """`teeth_of` in the notation of whoever reads the page."""
    rows = sorted(item.procedure.teeth.all(), key=lambda row: row.tooth)
    return ", ".join(f"{notation.code(row.tooth)} {''.join(row.surfaces)}".strip() for row in rows)


def guardians_of(patient: Patient) -> list[Relation]:
    """People who sign for the patient now."""
    return list(
        Relation.objects.filter(patient=patient, is_guardian=True, ended_at=None).select_related("related_patient").order_by("created_at", "pk")
    )


def issue(draft: Draft, number: str) -> tuple[bytes, str]:
    """The PDF of a draft under its number, and the hash of what it says."""
    with translation.override(draft.language), timezone.override(ZoneInfo(draft.branch.time_zone)):
        paper = _paper(draft, number)
        party = _party(draft.patient)
        digest = _hash({**paper, "patient": str(draft.patient.pk), "party": party, "entity": draft.branch.legal_entity.name})
        context = {**_people(draft), "party": party, "paper": {**paper, "short_hash": digest[:16]}}
    return pdf.render(_template(draft), context, language=draft.language), digest


def sign(document: Document, signatures: Iterable[Signature]) -> bytes:
    """The issued PDF with a page of all its signatures behind it and the issued file itself attached."""
    original = files.read(document.file)
    with translation.override(document.language), timezone.override(ZoneInfo(document.branch.time_zone)):
        context = {
            "entity": document.legal_entity,
            "patient": document.patient,
            "paper": {
                "title": title_of(document.kind),
                "number": document.full_number,
                "language": document.language,
                "short_hash": document.content_hash[:16],
                "file_hash": document.file.sha256,
                "sample_note": _sample_note(),
            },
            "signatures": [_drawn(signature) for signature in signatures],
        }
    page = pdf.render("treatment_plans/pdf/signatures.html", context, language=document.language)
    writer = PdfWriter(clone_from=PdfReader(BytesIO(original)))
    writer.append(PdfReader(BytesIO(page)))
    writer.add_attachment(f"{document.full_number}.pdf", original)
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def title_of(kind: str) -> str:
    """The kind of document in the current language."""
    return str(DocumentKind(kind).label)


def _paper(draft: Draft, number: str) -> dict[str, Any]:
    lines = [line_of(item, draft.language) for item in draft.items]
    removed = [line_of(item, draft.language) for item in draft.removed]
    is_consent = draft.kind.startswith("consent_")
    edition = editions.in_force(draft.kind, draft.language) if is_consent else None
    return {
        "title": title_of(draft.kind),
        "number": number,
        "date": draft.day,
        "language": draft.language,
        "template_version": str(edition.edition) if edition else TEMPLATE_VERSION,
        "sample_note": _edition_note(edition) if edition else _sample_note(),
        "body": [vars(block) for block in rules.blocks_of(edition.body)] if edition else [],
        "is_consent": is_consent,
        "subject": str(SUBJECTS.get(draft.kind, "")),
        "frame": f"treatment_plans/pdf/consents/{draft.language}/_frame.html",
        "text": editions.sample_template(draft.kind, draft.language),
        "scope": lines if is_consent else [],
        "plan_title": f"{draft.alternative.plan.title} · {draft.alternative.label}" if draft.alternative else "",
        "contract_number": draft.contract.full_number if draft.contract else "",
        "currency": draft.alternative.plan.currency if draft.alternative else draft.branch.currency,
        "lines": lines,
        "total": draft.total,
        "removed": removed,
        "removed_total": sum((line.total for line in removed), ZERO),
        "new_total": draft.new_total,
    }


def _people(draft: Draft) -> dict[str, Any]:
    return {"entity": draft.branch.legal_entity, "branch": draft.branch, "patient": draft.patient, "dentist": draft.dentist}


def _party(patient: Patient) -> dict[str, str]:
    relations = patients.relations_of(patient)
    guardian = next((relation for relation in relations if relation.is_guardian), None)
    payer = next((relation for relation in relations if relation.is_payer), guardian)
    phone = patient.contacts.filter(kind=ContactKind.PHONE, ended_at=None).order_by("position", "pk").first()
    identity = patient.identifiers.filter(kind__in=PASSPORTS, ended_at=None).order_by("created_at", "pk").first()
    return {
        "address": patient.postal_address,
        "phone": phone.value if phone else "",
        "identity": f"{identity.get_kind_display()} {identity.number}" if identity else "",
        "representative": f"{guardian.display_name} ({guardian.get_kind_display()}{', ' + guardian.document if guardian.document else ''})"
        if guardian
        else "",
        "payer": payer.display_name if payer else patient.get_full_name(),
    }


def _template(draft: Draft) -> str:
    name = "consent" if draft.kind.startswith("consent_") else f"{draft.kind}_{draft.language}"
    return f"treatment_plans/pdf/{name}.html"


def _sample_note() -> str:
    return gettext("Sample form, edition %(version)s: to be adapted with the clinic's lawyer") % {"version": TEMPLATE_VERSION}


def _edition_note(edition: ConsentEdition) -> str:
    day = date_format(timezone.localtime(edition.published_at), "SHORT_DATE_FORMAT")
    return gettext("Edition %(number)s of %(day)s") % {"number": edition.edition, "day": day}


def _drawn(signature: Signature) -> dict[str, Any]:
    picture = files.read(signature.image)
    return {
        "role": str(signature.get_role_display()),
        "name": signature.signer_name,
        "basis": signature.basis,
        "at": date_format(timezone.localtime(signature.signed_at), "DATETIME_FORMAT") + f" ({timezone.get_current_timezone_name()})",
        "witness": signature.witness.get_full_name(),
        "address": signature.address or "",
        "image": "data:image/png;base64," + base64.b64encode(picture).decode(),
        "image_hash": signature.image.sha256,
    }


def _hash(facts: dict[str, Any]) -> str:
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    return value.__dict__ if isinstance(value, Line) else str(value)


def consents_for(items: Iterable[Item], *, is_minor: bool) -> list[str]:
    """The kinds of consent that these lines call for."""
    return rules.consents_for((item.procedure.service.category for item in items), is_minor=is_minor)
