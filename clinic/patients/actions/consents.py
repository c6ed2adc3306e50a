"""Consent to the processing of personal data: published in editions, signed on the screen, withdrawn once."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from clinic.files import actions as files
from clinic.history.actions import record_signature
from clinic.history.creation import find_sent
from clinic.lib.clock import branch_day
from clinic.lib.errors import Conflict, DomainError, InvalidInput
from clinic.lib.ids import uuid7
from clinic.patients import rules
from clinic.patients.actions.checks import ensure, field_errors, locked, violated
from clinic.patients.messages import MINOR_GUARDIAN, REFUSALS
from clinic.patients.models import Consent, ConsentText, Patient, Relation, SignerRole
from clinic.patients.signature import Signature, content_hash
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission


class GuardianNeeded(DomainError):
    """A minor's consent is signed by a guardian."""

    code = "guardian_needed"
    default_message = _("The patient is under 18. Add a guardian who signs for the patient, then sign the consent as the guardian.")


class ConsentInForce(Conflict):
    """There is a consent already."""

    code = "consent_in_force"
    default_message = _("A signed consent is in force already. Withdraw it before a new one is signed.")


class ConsentWithdrawn(Conflict):
    """The consent was withdrawn before."""

    code = "consent_withdrawn"
    default_message = _("This consent was withdrawn already.")


@transaction.atomic
def publish_consent_text(*, language: str, title: str, body: str, actor: User, at: datetime) -> ConsentText:
    """The next edition of the consent in one language; patients who signed an earlier one keep theirs."""
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    last = ConsentText.objects.filter(language=language).aggregate(last=Max("edition"))["last"] or 0
    text = ConsentText(language=language, edition=last + 1, title=title.strip(), body=body.strip(), published_at=at)
    ensure(field_errors(text))
    text.save(force_insert=True)
    return text


@transaction.atomic
def sign_consent(
    *, patient: Patient, text: ConsentText, drawn: Signature, actor: User, at: datetime,
    signer_name: str = "", guardian: Relation | None = None, id: UUID | None = None,
) -> Consent:  # fmt: skip
    """Keep the consent signed on the screen by the patient or, for a minor, by the guardian.

    :raises GuardianNeeded: for a minor without a guardian's signature.
    :raises ConsentInForce: when one is in force already.
    :raises KeyTaken: when `id` is of another consent.
    """
    actor.require(Permission.PATIENT_WRITE)
    guardian_id = guardian.pk if guardian else None
    first = find_sent(Consent, id, patient_id=patient.pk, text_id=text.pk, guardian_id=guardian_id, strokes=drawn.strokes)
    if first is not None:
        return first
    check_signer(patient, guardian, at)
    consent = Consent(
        id=id or uuid7(), patient=patient, text=text, guardian=guardian, signed_at=at, witnessed_by=actor, strokes=drawn.strokes,
        signer_name=" ".join(signer_name.split()) or (guardian.display_name if guardian else patient.get_full_name()),
        signer_role=SignerRole.GUARDIAN if guardian else SignerRole.PATIENT,
        image=files.store(content=drawn.image, media_type="image/png"),
    )  # fmt: skip
    consent.content_hash = content_hash(content=_content(consent), signature=drawn)
    ensure(field_errors(consent))
    _insert(consent)
    record_signature(
        table="patients_consent", key=consent.pk, patient_id=patient.pk, body={"hash": consent.content_hash, "signer": consent.signer_name}
    )
    return consent


def check_signer(patient: Patient, guardian: Relation | None, at: datetime) -> None:
    """:raises GuardianNeeded: when a minor has no guardian who may sign, or this one may not."""
    today = branch_day(at, patient.branch.time_zone)
    if guardian is None and rules.is_minor(patient.birth_date, today):
        raise GuardianNeeded
    if guardian and guardian.related_patient and rules.is_minor(guardian.related_patient.birth_date, today):
        raise GuardianNeeded(MINOR_GUARDIAN)
    if guardian and (guardian.patient_id != patient.pk or guardian.ended_at or not guardian.is_guardian):
        raise GuardianNeeded(_("This person does not sign for the patient."))


def _content(consent: Consent) -> dict[str, object]:
    return {
        "language": consent.text.language,
        "edition": consent.text.edition,
        "title": consent.text.title,
        "body": consent.text.body,
        "patient": consent.patient_id,
        "patient_name": consent.patient.get_full_name(),
        "signer_name": consent.signer_name,
        "signer_role": str(consent.signer_role),
        "signed_at": consent.signed_at.isoformat(),
    }


def _insert(consent: Consent) -> None:
    try:
        with transaction.atomic():
            consent.save(force_insert=True)
    except IntegrityError as error:
        if violated(error) == "patients_one_consent_in_force":
            raise ConsentInForce from error
        raise


@transaction.atomic
def withdraw_consent(*, consent_id: UUID, patient: Patient, reason: str, actor: User, at: datetime) -> Consent:
    """The patient takes the consent back; the signed one stays as it was.

    :raises ConsentWithdrawn: when it was withdrawn before.
    """
    actor.require(Permission.PATIENT_WRITE)
    consent = locked(Consent, consent_id, patient)
    if consent.withdrawn_at:
        raise ConsentWithdrawn
    if not reason.strip():
        raise InvalidInput(fields={"reason": REFUSALS["required"]})
    consent.withdrawn_at, consent.withdrawn_by, consent.withdrawal_reason = at, actor, reason.strip()
    ensure(field_errors(consent))
    consent.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    return consent
