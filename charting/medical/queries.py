"""Reads of the questionnaire and of the patient's medical histories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from charting.medical import rules
from charting.medical.interaction_models import InteractionOverride, InteractionRule, InteractionWarning
from charting.medical.models import AlertDoubt, MedicalHistory, Question, Questionnaire, RaisedAlert
from clinic.lib.errors import NotFound
from clinic.patients.models import Alert, Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission


def current_questionnaire() -> Questionnaire:
    """The newest published edition.

    :raises NotFound: when none was ever published.
    """
    found = Questionnaire.objects.filter(published_at__isnull=False).order_by("-edition").first()
    if found is None:
        raise NotFound
    return found


def get_questionnaire(questionnaire_id: UUID) -> Questionnaire:
    """:raises NotFound: when there is no such edition."""
    found = Questionnaire.objects.filter(pk=questionnaire_id).first()
    if found is None:
        raise NotFound
    return found


def get_question(question_id: UUID) -> Question:
    """:raises NotFound: when there is no such question."""
    found = Question.objects.select_related("questionnaire").filter(pk=question_id).first()
    if found is None:
        raise NotFound
    return found


def questions_of(questionnaire: Questionnaire) -> list[Question]:
    """Its questions in the order in which they are asked."""
    return list(questionnaire.questions.order_by("position", "pk"))


def editions() -> QuerySet[Questionnaire]:
    """All editions, the newest first, each with `signed`: how many histories stand on it."""
    return Questionnaire.objects.annotate(signed=Count("histories")).select_related("published_by").order_by("-edition")


def histories_of(patient: Patient) -> QuerySet[MedicalHistory]:
    """The patient's histories, the latest first, also those entered in error."""
    found = MedicalHistory.objects.filter(patient=patient).select_related("questionnaire", "recorded_by", "in_error_by")
    return found.order_by("-signed_at", "-pk")


def latest_history(patient: Patient) -> MedicalHistory | None:
    """What the patient answered last, unless entered in error."""
    return histories_of(patient).filter(in_error_at=None).first()


def history_before(history: MedicalHistory) -> MedicalHistory | None:
    """What the patient had answered the time before."""
    return histories_of(history.patient).filter(in_error_at=None, signed_at__lt=history.signed_at).first()


def get_history_for(user: User, history_id: UUID) -> MedicalHistory:
    """A medical history with its patient; the look is recorded.

    :raises NotFound: when there is no such history, or its patient is not theirs.
    :raises NotAllowed: without CLINICAL_VIEW.
    """
    user.require(Permission.CLINICAL_VIEW)
    found = MedicalHistory.objects.select_related("questionnaire", "recorded_by", "in_error_by", "image").filter(pk=history_id).first()
    if found is None:
        raise NotFound
    found.patient = get_patient_for(user, found.patient_id, what="medical history", permission=Permission.CLINICAL_VIEW)
    return found


def get_doubt_for(user: User, doubt_id: UUID) -> AlertDoubt:
    """A doubt about an alert with its patient; the look is recorded.

    :raises NotFound: when there is no such doubt, or its patient is not theirs.
    :raises NotAllowed: without CLINICAL_VIEW.
    """
    user.require(Permission.CLINICAL_VIEW)
    found = AlertDoubt.objects.select_related("alert", "history_of").filter(pk=doubt_id).first()
    if found is None:
        raise NotFound
    found.patient = get_patient_for(user, found.patient_id, what="medical history", permission=Permission.CLINICAL_VIEW)
    return found


def open_doubts(patient: Patient) -> list[AlertDoubt]:
    """Alerts in force that the patient's own answer speaks against, until somebody decides."""
    found = AlertDoubt.objects.filter(patient=patient, settled_at=None, alert__ended_at=None)
    return list(found.select_related("alert", "history_of").order_by("created_at", "pk"))


def standing_alerts(patient: Patient) -> list[rules.Standing]:
    """The alerts in force as the rules read them."""
    codes = dict(RaisedAlert.objects.filter(patient=patient).values_list("alert_id", "code"))
    alerts = Alert.objects.filter(patient=patient, ended_at=None).order_by("recorded_at", "pk")
    return [rules.Standing(alert.pk, alert.kind, codes.get(alert.pk, ""), alert.text) for alert in alerts]


@dataclass(frozen=True)
class Line:
    """A question with its answer, and the answer of the time before when that was another."""

    question: Question
    answer: rules.Answer
    before: rules.Answer | None = None


def lines_of(history: MedicalHistory, before: MedicalHistory | None) -> list[Line]:
    """Every question of the edition with its answer, changes marked."""
    questions = questions_of(history.questionnaire)
    changed: Mapping[str, rules.Change] = {}
    if before is not None:
        changed = {change.code: change for change in rules.changes(before.said, history.said, [row.code for row in questions])}
    return [
        Line(row, history.said.get(row.code, rules.Answer()), changed[row.code].before if row.code in changed else None)
        for row in questions
        if row.code in history.said
    ]


def risks(lines: Sequence[Line]) -> list[Line]:
    """What was answered with yes, and what was written in own words."""
    return [line for line in lines if line.answer.is_yes or (not line.answer.value and line.answer.detail)]


def get_rule(rule_id: UUID) -> InteractionRule:
    """:raises NotFound: when there is no such rule of interactions."""
    found = InteractionRule.objects.filter(pk=rule_id).first()
    if found is None:
        raise NotFound
    return found


def rules_in_force() -> QuerySet[InteractionRule]:
    """The rules of interactions that fire now, each with `overridden`: how often somebody went on in spite of it."""
    return InteractionRule.objects.filter(in_force_to=None).annotate(overridden=Count("overrides")).order_by("level", "code", "pk")


def warnings_of(patient: Patient) -> list[InteractionWarning]:
    """Warnings that were read before an act, the latest first."""
    found = InteractionWarning.objects.filter(patient=patient).select_related("rule", "read_by", "performance__procedure__service", "paper")
    return list(found.order_by("-read_at", "-pk")[:50])


def overrides_of(patient: Patient) -> list[InteractionOverride]:
    """Acts that were done in spite of a rule, the latest first."""
    found = InteractionOverride.objects.filter(patient=patient).select_related(
        "rule", "made_by", "performance__procedure__service", "anaesthesia", "paper"
    )
    return list(found.order_by("-made_at", "-pk")[:50])
