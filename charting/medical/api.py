"""API of the medical questionnaire: its editions, the patients' signed histories, alerts in doubt."""

import json
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from ninja import Router, Status
from ninja.pagination import paginate

from charting.medical import actions, editing, queries, schemas
from charting.medical.models import AlertDoubt, MedicalHistory, Question, Questionnaire
from clinic.history.schemas import sealed
from clinic.lib.cursors import CursorPages
from clinic.lib.schemas import ReasonIn
from clinic.patients import signature
from clinic.patients.models import Relation
from clinic.patients.queries import get_own, get_patient_for
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["medical history"])


@router.get("/medical-questionnaires", response=list[schemas.QuestionnaireShort], operation_id="list_medical_questionnaires")
@paginate(CursorPages, ordering=("-edition",))
def list_medical_questionnaires(request: Request) -> QuerySet[Questionnaire]:
    """All editions, the newest first; one without `published_at` is a draft."""
    request.user.require(Permission.PATIENT_VIEW)
    return Questionnaire.objects.all()


@router.get("/medical-questionnaires/current", response=schemas.QuestionnaireOut, operation_id="get_current_medical_questionnaire")
def get_current_medical_questionnaire(request: Request) -> Questionnaire:
    """The edition that patients answer now."""
    request.user.require(Permission.PATIENT_VIEW)
    return queries.current_questionnaire()


@router.get("/medical-questionnaires/{uuid:questionnaire_id}", response=schemas.QuestionnaireOut, operation_id="get_medical_questionnaire")
def get_medical_questionnaire(request: Request, questionnaire_id: UUID) -> Questionnaire:
    request.user.require(Permission.PATIENT_VIEW)
    return queries.get_questionnaire(questionnaire_id)


@router.post("/medical-questionnaires", response={201: schemas.QuestionnaireOut}, operation_id="draft_medical_questionnaire")
def draft_medical_questionnaire(request: Request) -> Status[Questionnaire]:
    """The next edition with the questions of the last one; the draft that stands already, if there is one."""
    return Status(201, editing.begin_edition(actor=request.user))


@router.post("/medical-questionnaires/{uuid:questionnaire_id}/questions", response={201: schemas.QuestionOut}, operation_id="add_medical_question")
def add_medical_question(request: Request, questionnaire_id: UUID, data: schemas.QuestionIn) -> Status[Question]:
    """Ask something new in a draft; 409 `questionnaire_published` in a published edition."""
    request.user.require(Permission.SETTINGS_WRITE)
    return Status(201, editing.save_question(questionnaire=queries.get_questionnaire(questionnaire_id), details=data.dict(), actor=request.user))


@router.put("/medical-questions/{uuid:question_id}", response=schemas.QuestionOut, operation_id="change_medical_question")
def change_medical_question(request: Request, question_id: UUID, data: schemas.QuestionChange) -> Question:
    request.user.require(Permission.SETTINGS_WRITE)
    question, details = queries.get_question(question_id), data.dict(exclude={"version"})
    return editing.save_question(questionnaire=question.questionnaire, question=question, details=details, version=data.version, actor=request.user)


@router.delete("/medical-questions/{uuid:question_id}", response=schemas.QuestionnaireOut, operation_id="remove_medical_question")
def remove_medical_question(request: Request, question_id: UUID) -> Questionnaire:
    """Take a question out of a draft."""
    request.user.require(Permission.SETTINGS_WRITE)
    question = queries.get_question(question_id)
    editing.remove_question(question=question, actor=request.user)
    return question.questionnaire


@router.post(
    "/medical-questionnaires/{uuid:questionnaire_id}/publication", response=schemas.QuestionnaireOut, operation_id="publish_medical_questionnaire"
)
def publish_medical_questionnaire(request: Request, questionnaire_id: UUID, data: schemas.PublishIn) -> Questionnaire:
    """From now on patients answer this edition, and it never changes."""
    request.user.require(Permission.SETTINGS_WRITE)
    questionnaire = queries.get_questionnaire(questionnaire_id)
    return editing.publish_edition(questionnaire=questionnaire, note=data.note, actor=request.user, at=timezone.now())


@router.get("/patients/{uuid:patient_id}/medical-histories", response=list[schemas.MedicalHistoryOut], operation_id="list_medical_histories")
@paginate(CursorPages, ordering=("-signed_at", "-id"))
def list_medical_histories(request: Request, patient_id: UUID) -> QuerySet[MedicalHistory]:
    """What the patient answered, the latest first; also what was entered in error."""
    patient = get_patient_for(request.user, patient_id, what="medical history", permission=Permission.CLINICAL_VIEW)
    return MedicalHistory.objects.filter(patient=patient).select_related("questionnaire")


@router.post("/patients/{uuid:patient_id}/medical-histories", response={201: schemas.SealedMedicalHistoryOut}, operation_id="record_medical_history")
def record_medical_history(request: Request, patient_id: UUID, data: schemas.MedicalHistoryIn) -> Status[MedicalHistory]:
    """Sign answers; a yes on a risk raises its alert. 422 names the unanswered questions in `fields`. `seal` is waited for up to 1.5 s."""
    patient = get_patient_for(request.user, patient_id, what="medical history", permission=Permission.PATIENT_WRITE)
    drawn = signature.read(strokes=json.dumps(data.strokes), image=data.image) if data.strokes or data.image else None
    history = actions.record_history(
        patient=patient,
        questionnaire=queries.get_questionnaire(data.questionnaire),
        answers={code: answer.to_answer() for code, answer in data.answers.items()},
        drawn=drawn,
        guardian=get_own(Relation.objects.all(), data.guardian, patient) if data.guardian else None,
        signer_name=data.signer_name,
        language=data.language,
        actor=request.user,
        at=timezone.now(),
        id=data.id,
    )
    return Status(201, sealed(history))


@router.get("/medical-histories/{uuid:history_id}", response=schemas.MedicalHistoryDetail, operation_id="get_medical_history")
def get_medical_history(request: Request, history_id: UUID) -> MedicalHistory:
    """The answers, and what changed since the time before."""
    return queries.get_history_for(request.user, history_id)


@router.post("/medical-histories/{uuid:history_id}/error", response=schemas.MedicalHistoryOut, operation_id="mark_medical_history_in_error")
def mark_medical_history_in_error(request: Request, history_id: UUID, data: ReasonIn) -> MedicalHistory:
    """The answers were taken in error: they stay readable, marked."""
    request.user.require(Permission.CHART_WRITE)
    history = queries.get_history_for(request.user, history_id)
    actions.mark_history_in_error(history=history, reason=data.reason, actor=request.user, at=timezone.now())
    return queries.get_history_for(request.user, history_id)


@router.get("/patients/{uuid:patient_id}/alert-doubts", response=list[schemas.DoubtOut], operation_id="list_alert_doubts")
def list_alert_doubts(request: Request, patient_id: UUID) -> list[AlertDoubt]:
    """Alerts in force that the patient's own answer speaks against and nobody has decided about."""
    return queries.open_doubts(get_patient_for(request.user, patient_id, what="medical history", permission=Permission.CLINICAL_VIEW))


@router.post("/alert-doubts/{uuid:doubt_id}/decision", response=schemas.DoubtOut, operation_id="settle_alert_doubt")
def settle_alert_doubt(request: Request, doubt_id: UUID, data: schemas.SettleIn) -> AlertDoubt:
    """Say whether the alert still holds."""
    request.user.require(Permission.CHART_WRITE)
    doubt = queries.get_doubt_for(request.user, doubt_id)
    return actions.settle_doubt(doubt=doubt, holds=data.holds, reason=data.reason, actor=request.user, at=timezone.now())
