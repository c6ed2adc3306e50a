"""API of medical alerts and consents."""

import json
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Status

from clinic.files import actions as files
from clinic.history.schemas import sealed
from clinic.lib import openapi
from clinic.lib.schemas import ReasonIn
from clinic.patients import actions, queries, schemas, signature
from clinic.patients.models import Alert, Consent, ConsentText, Patient, Relation
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["patients"])


def _writable(request: Request, patient_id: UUID, what: str) -> Patient:
    return queries.get_patient_for(request.user, patient_id, what=what, permission=Permission.PATIENT_WRITE)


@router.get("/patients/{patient_id}/alerts", response=list[schemas.AlertOut], operation_id="list_alerts")
def list_alerts(request: Request, patient_id: UUID) -> list[Alert]:
    """Alerts in force, the gravest first; without the right to read the record those that you have recorded yourself."""
    permission = Permission.CLINICAL_VIEW if request.user.may(Permission.CLINICAL_VIEW) else Permission.PATIENT_WRITE
    return queries.get_patient_for(request.user, patient_id, what="alerts", permission=permission).alerts_for(request.user)


@router.post("/patients/{patient_id}/alerts", response={201: schemas.AlertOut}, operation_id="record_alert")
def record_alert(request: Request, patient_id: UUID, body: schemas.AlertIn) -> Status[Alert]:
    alert = queries.new_alert(body.dict())
    alert.patient = _writable(request, patient_id, "alerts")
    return Status(201, actions.record_alert(alert=alert, actor=request.user, at=timezone.now()))


@router.post("/patients/{patient_id}/alerts/{alert_id}/end", response=schemas.AlertOut, operation_id="end_alert")
def end_alert(request: Request, patient_id: UUID, alert_id: UUID, body: ReasonIn) -> Alert:
    """Take an alert off; without the right to read the record only one that you have recorded yourself."""
    patient = _writable(request, patient_id, "alerts")
    return actions.end_alert(alert_id=alert_id, patient=patient, reason=body.reason, actor=request.user, at=timezone.now())


@router.get("/consent-texts", response=list[schemas.ConsentTextOut], operation_id="list_consent_texts")
def list_consent_texts(request: Request) -> list[ConsentText]:
    """The edition in force in each language."""
    request.user.require(Permission.PATIENT_VIEW)
    return list(ConsentText.objects.order_by("language", "-edition").distinct("language"))


@router.post("/consent-texts", response={201: schemas.ConsentTextOut}, operation_id="publish_consent_text")
def publish_consent_text(request: Request, body: schemas.ConsentTextIn) -> Status[ConsentText]:
    """The next edition in one language."""
    return Status(201, actions.publish_consent_text(**body.dict(), actor=request.user, at=timezone.now()))


@router.get("/patients/{patient_id}/consents", response=list[schemas.ConsentOut], operation_id="list_consents")
def list_consents(request: Request, patient_id: UUID) -> list[Consent]:
    patient = queries.get_patient_for(request.user, patient_id, what="consent")
    return list(patient.consents.order_by("-signed_at"))


@router.post("/patients/{patient_id}/consents", response={201: schemas.SignedConsentOut}, operation_id="sign_consent")
def sign_consent(request: Request, patient_id: UUID, body: schemas.ConsentIn) -> Status[Consent]:
    """A consent signed on the client's screen; a minor's is signed by a guardian. `seal` is the receipt, waited for up to 1.5 s."""
    patient = _writable(request, patient_id, "consent")
    consent = actions.sign_consent(
        patient=patient,
        text=queries.get_consent_text(body.text_id),
        guardian=queries.get_own(Relation.objects.all(), body.guardian_id, patient) if body.guardian_id else None,
        drawn=signature.read(strokes=json.dumps(body.strokes), image=body.image),
        signer_name=body.signer_name,
        actor=request.user,
        at=timezone.now(),
        id=body.id,
    )
    return Status(201, sealed(consent))


@router.get("/patients/{patient_id}/consents/{consent_id}/signature", operation_id="get_consent_signature", openapi_extra=openapi.PNG)
def get_consent_signature(request: Request, patient_id: UUID, consent_id: UUID) -> HttpResponse:
    """The picture of the signature."""
    patient = queries.get_patient_for(request.user, patient_id, what="consent")
    consent = queries.get_own(Consent.objects.select_related("image"), consent_id, patient)
    return HttpResponse(files.read(consent.image), content_type="image/png", headers={"Cache-Control": "private, no-store"})


@router.post("/patients/{patient_id}/consents/{consent_id}/withdrawal", response=schemas.ConsentOut, operation_id="withdraw_consent")
def withdraw_consent(request: Request, patient_id: UUID, consent_id: UUID, body: ReasonIn) -> Consent:
    patient = _writable(request, patient_id, "consent")
    return actions.withdraw_consent(consent_id=consent_id, patient=patient, reason=body.reason, actor=request.user, at=timezone.now())
