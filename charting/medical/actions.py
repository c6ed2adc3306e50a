"""Medical histories: signed, their alerts raised or put in doubt; marked as entered in error."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from charting.medical import queries, rules
from charting.medical.models import AlertDoubt, DoubtOutcome, HistorySigner, MedicalHistory, Question, Questionnaire, RaisedAlert, said_in
from charting.queries import hash_of
from clinic.files import actions as files
from clinic.history.actions import record_signature
from clinic.history.creation import find_sent
from clinic.lib.errors import Conflict, InvalidInput
from clinic.lib.ids import uuid7
from clinic.patients import actions as patients
from clinic.patients.actions.consents import check_signer
from clinic.patients.models import Alert, Patient, Relation
from clinic.patients.signature import Signature, content_hash
from clinic.staff.models import User
from clinic.staff.roles import Permission

LONGEST_REASON = 300
REFUSALS = {
    "unasked": _("The questionnaire has no such question."),
    "unanswered": _("Answer yes, no or “I don't know”."),
    "no_such_value": _("Answer yes, no or “I don't know”."),
    "too_long": _("At most 200 characters."),
}


class NotPublished(Conflict):
    """Answers are given to a published edition only."""

    code = "not_published"
    default_message = _("This edition of the questionnaire is a draft. Publish it first, or answer the edition in force.")


class DoubtSettled(Conflict):
    """Somebody has decided already."""

    code = "doubt_settled"
    default_message = _("It was decided already whether this alert holds. Nothing was changed.")


class HistoryWithdrawn(Conflict):
    """The history was marked before."""

    code = "history_withdrawn"
    default_message = _("This medical history was marked as entered in error before.")


@transaction.atomic
def record_history(
    *, patient: Patient, questionnaire: Questionnaire, answers: Mapping[str, rules.Answer], actor: User, at: datetime,
    drawn: Signature | None = None, guardian: Relation | None = None, signer_name: str = "", language: str = "", id: UUID | None = None,
) -> MedicalHistory:  # fmt: skip
    """Keep what the patient answered, signed by the patient or guardian, or without a drawing by staff from the patient's words.

    A yes on a risk puts its alert on the patient; a no to what an alert in force says asks whether it still holds.
    The same `id` twice is one history.

    :raises NotPublished: when the edition is a draft.
    :raises InvalidInput: when a question is not answered, or answered otherwise than it can be; `fields` by the question's code.
    :raises clinic.patients.actions.consents.GuardianNeeded: for a minor's drawn signature without a guardian's.
    """
    actor.require(Permission.PATIENT_WRITE)
    kept = _kept(answers)
    signed = {"guardian_id": guardian.pk if guardian and drawn else None, "strokes": drawn.strokes if drawn else None}
    known = find_sent(MedicalHistory, id, patient_id=patient.pk, questionnaire_id=questionnaire.pk, answers=kept, **signed)
    if known is not None:
        return known
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    if questionnaire.is_draft:
        raise NotPublished
    questions = queries.questions_of(questionnaire)
    _refuse(rules.problems([row.asked for row in questions], answers, patient.sex))
    if drawn is None:
        actor.require(Permission.CLINICAL_VIEW)
    else:
        check_signer(patient, guardian, at)
    row = MedicalHistory(
        id=id or uuid7(), patient=patient, questionnaire=questionnaire, answers=kept, language=(language or patient.language)[:2], signed_at=at,
        signer_role=_role(drawn, guardian), signer_name=" ".join(signer_name.split())[:300] or _name(patient, drawn, guardian, actor),
        guardian=guardian if drawn else None, recorded_by=actor,
    )  # fmt: skip
    _sign(row, questions, drawn)
    row.save(force_insert=True)
    body = {"hash": row.content_hash, "signer": row.signer_name}
    record_signature(table=MedicalHistory._meta.db_table, key=row.pk, patient_id=patient.pk, body=body)
    _follow(row, questions, actor, at)
    return row


def _kept(answers: Mapping[str, rules.Answer]) -> dict[str, Any]:
    return {code: {"value": answer.value, "detail": " ".join(answer.detail.split())} for code, answer in sorted(answers.items())}


def _refuse(problems: Mapping[str, str]) -> None:
    if problems:
        message = _("Some questions are not answered yet. Nothing is lost: answer them and sign.")
        raise InvalidInput(message, fields={code: REFUSALS[problem] for code, problem in problems.items()})


def _role(drawn: Signature | None, guardian: Relation | None) -> HistorySigner:
    if drawn is None:
        return HistorySigner.STAFF
    return HistorySigner.GUARDIAN if guardian else HistorySigner.PATIENT


def _name(patient: Patient, drawn: Signature | None, guardian: Relation | None, actor: User) -> str:
    if drawn is None:
        return actor.get_full_name()
    return guardian.display_name if guardian else patient.get_full_name()


def _sign(row: MedicalHistory, questions: Sequence[Question], drawn: Signature | None) -> None:
    """What was asked, in the words it was asked in, and what was answered."""
    asked = [
        {"code": question.code, "question": said_in(question, "text", row.language), **row.answers.get(question.code, {})} for question in questions
    ]
    content = {
        "patient": str(row.patient_id),
        "edition": row.questionnaire.edition,
        "language": row.language,
        "answers": asked,
        "signer": [str(row.signer_role), row.signer_name],
        "signed_at": row.signed_at.isoformat(),
    }
    row.content_hash = hash_of(content) if drawn is None else content_hash(content=content, signature=drawn)
    if drawn is not None:
        row.strokes, row.image = drawn.strokes, files.store(content=drawn.image, media_type="image/png")


def _follow(history: MedicalHistory, questions: Sequence[Question], actor: User, at: datetime) -> None:
    """Alerts that the answers call for, and those that they put in doubt."""
    asked, standing = [question.asked for question in questions], queries.standing_alerts(history.patient)
    by_code = {question.code: question for question in questions}
    for code in rules.to_raise(asked, history.said, standing):
        _raise_alert(history, by_code[code], actor, at)
    open_doubts = {doubt.alert_id: doubt for doubt in AlertDoubt.objects.select_for_update().filter(patient=history.patient, settled_at=None)}
    for key, code in rules.doubted(asked, history.said, standing):
        if key not in open_doubts:
            AlertDoubt.objects.create(patient=history.patient, alert_id=key, history_of=history, code=code)
    for doubt in open_doubts.values():
        if history.said.get(doubt.code, rules.Answer()).is_yes:
            _settle(doubt, DoubtOutcome.HOLDS, str(_("Answered with yes again.")), actor, at)


def _raise_alert(history: MedicalHistory, question: Question, actor: User, at: datetime) -> None:
    labels = {f"label_{code}": said_in(question, "fact", code) for code in ("ru", "fr", "en")}
    values = {"kind": question.alert_kind, "severity": question.alert_severity, "text": history.said[question.code].detail}
    alert = Alert(id=uuid7(), patient=history.patient, **values, **labels)
    patients.record_alert(alert=alert, actor=actor, at=at)
    RaisedAlert.objects.create(patient=history.patient, history_of=history, alert=alert, code=question.code)


@transaction.atomic
def settle_doubt(*, doubt: AlertDoubt, holds: bool, reason: str, actor: User, at: datetime) -> AlertDoubt:
    """Decide whether an alert that the patient's answer speaks against still holds; when it does not, it is ended with the same reason.

    :raises DoubtSettled: when somebody decided before.
    """
    actor.require(Permission.CHART_WRITE)
    locked = AlertDoubt.objects.select_for_update(of=("self",)).select_related("patient__branch").get(pk=doubt.pk)
    if locked.settled_at is not None:
        raise DoubtSettled
    text = _reason(reason)
    if not holds:
        patients.end_alert(alert_id=locked.alert_id, patient=locked.patient, reason=text, actor=actor, at=at)
    _settle(locked, DoubtOutcome.HOLDS if holds else DoubtOutcome.ENDED, text, actor, at)
    locked.refresh_from_db(fields=["version"])
    return locked


def _settle(doubt: AlertDoubt, outcome: DoubtOutcome, reason: str, actor: User, at: datetime) -> None:
    doubt.outcome, doubt.settled_at, doubt.settled_by, doubt.reason = outcome, at, actor, reason
    doubt.save(update_fields=["outcome", "settled_at", "settled_by", "reason"])


@transaction.atomic
def mark_history_in_error(*, history: MedicalHistory, reason: str, actor: User, at: datetime) -> MedicalHistory:
    """The answers were taken in error (the wrong patient): they stay readable, marked; their alerts are ended by hand.

    :raises HistoryWithdrawn: when it was marked before.
    """
    actor.require(Permission.CHART_WRITE)
    locked = MedicalHistory.objects.select_for_update().get(pk=history.pk)
    if locked.in_error_at is not None:
        raise HistoryWithdrawn
    locked.in_error_at, locked.in_error_by, locked.error_reason = at, actor, _reason(reason)
    locked.save(update_fields=["in_error_at", "in_error_by", "error_reason"])
    locked.refresh_from_db(fields=["version"])
    return locked


def _reason(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_REASON:
        raise InvalidInput(fields={"reason": _("Say in a few words why.")})
    return text.strip()
