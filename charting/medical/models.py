"""Editions of the medical questionnaire, the histories signed on them, and the alerts that answers raise or put in doubt."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from charting.medical import rules
from charting.medical.rules import Answer, Asked
from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.models import Alert, AlertKind, AlertSeverity, Patient, Relation
from clinic.staff.models import User

LANGUAGES = ("ru", "fr", "en")
SAID = {rules.YES: _("Yes"), rules.NO: _("No"), rules.UNKNOWN: _("does not know")}


def said_in(record: models.Model, name: str, language: str = "") -> str:
    """A text of the record in a language (the reader's), else in another one that it has."""
    wanted = (language or get_language() or "en")[:2]
    texts: list[str] = [getattr(record, f"{name}_{code}", "") for code in (wanted, "en", "ru", "fr")]
    return next(filter(None, texts), "")


class Questionnaire(Record):
    """One edition of the medical questionnaire: a draft until it is published, never changed afterwards, only succeeded."""

    edition = models.PositiveSmallIntegerField(_("edition"), unique=True)
    note = models.CharField(_("what is new"), max_length=200, blank=True)
    published_at = models.DateTimeField(pgettext_lazy("questionnaire", "published"), null=True, blank=True)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=pgettext_lazy("questionnaire", "published by")
    )

    class Meta:
        app_label = "charting"
        verbose_name = _("medical questionnaire")
        constraints = [
            models.CheckConstraint(condition=Q(published_by=None) | Q(published_at__isnull=False), name="charting_questionnaire_published_by_someone")
        ]

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class QuestionKind(models.TextChoices):
    YES_NO = "yes_no", _("yes or no")
    TEXT = "text", _("in own words")


class Question(Record):
    """A question of one edition. `code` names the same question in every edition; a yes may raise a medical alert."""

    deletable: ClassVar[bool] = True

    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="questions", verbose_name=_("medical questionnaire"))
    code = models.CharField(_("code"), max_length=40, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")])
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    kind = models.CharField(_("answered"), max_length=10, choices=QuestionKind.choices, default=QuestionKind.YES_NO)
    asked_of = models.CharField(_("asked of"), max_length=10, blank=True, choices=[("female", _("women only")), ("male", _("men only"))])
    text_ru = models.CharField(_("question in Russian"), max_length=300)
    text_fr = models.CharField(_("question in French"), max_length=300)
    text_en = models.CharField(_("question in English"), max_length=300)
    fact_ru = models.CharField(_("what a yes means, in Russian"), max_length=90, blank=True)
    fact_fr = models.CharField(_("what a yes means, in French"), max_length=90, blank=True)
    fact_en = models.CharField(_("what a yes means, in English"), max_length=90, blank=True)
    alert_kind = models.CharField(_("a yes raises the alert"), max_length=20, choices=AlertKind.choices, blank=True)
    alert_severity = models.CharField(_("severity of the alert"), max_length=10, choices=AlertSeverity.choices, blank=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("question of the medical questionnaire")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "code"], name="charting_question_code_once"),
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z][a-z0-9_]*$"), name="charting_question_code_form"),
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="charting_question_kind_known"),
            models.CheckConstraint(condition=Q(asked_of__in=["", "female", "male"]), name="charting_question_asked_of_known"),
            models.CheckConstraint(condition=Q(alert_kind__in=["", *AlertKind.values]), name="charting_question_alert_known"),
            models.CheckConstraint(condition=Q(alert_severity__in=["", *AlertSeverity.values]), name="charting_question_severity_known"),
            models.CheckConstraint(
                condition=Q(alert_kind="", alert_severity="") | (~Q(alert_kind="") & ~Q(alert_severity="") & Q(kind="yes_no") & ~Q(fact_en="")),
                name="charting_question_alert_whole",
            ),
        ]

    @property
    def text(self) -> str:
        """The question in the reader's language."""
        return said_in(self, "text")

    @property
    def fact(self) -> str:
        """What a yes means, in the reader's language."""
        return said_in(self, "fact") or said_in(self, "text")

    @property
    def asked(self) -> Asked:
        return Asked(self.code, self.kind == QuestionKind.TEXT, self.asked_of, self.alert_kind)


@lru_cache(maxsize=64)
def _texts(questionnaire_id: str, _language: str) -> dict[str, str]:
    """The questions of an edition by their codes; an edition on which anything was signed never changes."""
    return {row.code: row.text for row in Question.objects.filter(questionnaire__pk=questionnaire_id).order_by("position", "pk")}


def _in_words(answer: Any) -> Any:
    if not isinstance(answer, dict):
        return answer
    value = SAID.get(answer.get("value", ""), answer.get("value", ""))
    return ", ".join(str(part) for part in (value, answer.get("detail")) if part)


class HistorySigner(models.TextChoices):
    PATIENT = "patient", _("the patient")
    GUARDIAN = "guardian", _("guardian of the patient")
    STAFF = "staff", _("staff, from the patient's words")


class MedicalHistory(Record):
    """What the patient answered on one day, signed: frozen from the first moment, at most marked as entered in error."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="medical_histories", verbose_name=_("patient"))
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="histories", verbose_name=_("medical questionnaire"))
    answers = models.JSONField(_("answers"))
    language = models.CharField(_("language"), max_length=2, choices=[("en", "English"), ("ru", "Русский"), ("fr", "Français")])
    signed_at = models.DateTimeField(pgettext_lazy("medical history", "signed"))
    signer_role = models.CharField(_("signed as"), max_length=10, choices=HistorySigner.choices)
    signer_name = models.CharField(_("who signed"), max_length=300)
    guardian = models.ForeignKey(Relation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("guardian"))
    strokes = models.JSONField(_("strokes of the pen"), null=True, blank=True)
    image = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture of the signature"))
    content_hash = models.CharField(_("hash of the signed content"), max_length=64)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    in_error_at = models.DateTimeField(_("marked as entered in error"), null=True, blank=True)
    in_error_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("marked by"))
    error_reason = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("medical history")
        constraints = [
            models.CheckConstraint(condition=Q(language__in=list(LANGUAGES)), name="charting_history_language_known"),
            models.CheckConstraint(condition=Q(signer_role__in=HistorySigner.values), name="charting_history_signer_known"),
            models.CheckConstraint(condition=Q(signer_role="staff") ^ Q(image__isnull=False), name="charting_history_drawn_by_patient"),
            models.CheckConstraint(condition=Q(signer_role="guardian") ^ Q(guardian=None), name="charting_history_guardian_named"),
            models.CheckConstraint(condition=Q(content_hash__regex=r"^[0-9a-f]{64}$") & ~Q(signer_name=""), name="charting_history_signed"),
            models.CheckConstraint(
                condition=together("in_error_at", "in_error_by") & (Q(in_error_at=None) ^ ~Q(error_reason="")),
                name="charting_history_error_explained",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-signed_at"], name="charting_history_patient")]

    @classmethod
    def in_words(cls, body: dict[str, Any]) -> dict[str, Any]:
        """The answers under the questions as that edition asks them, in the reader's language."""
        answers = body.get("answers")
        if not isinstance(answers, dict) or not body.get("questionnaire_id"):
            return body
        asked = _texts(str(body["questionnaire_id"]), get_language() or "en")
        order = [*asked, *sorted(answers)]
        said = sorted(answers.items(), key=lambda item: order.index(item[0]))
        return {**body, "answers": {asked.get(code, code): _in_words(answer) for code, answer in said}}

    @property
    def said(self) -> Mapping[str, Answer]:
        """The answers by the question's code."""
        return {code: Answer(row.get("value", ""), row.get("detail", "")) for code, row in self.answers.items()}


class RaisedAlert(Record):
    """A medical alert that an answer raised: which question, and in which history."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", verbose_name=_("patient"))
    history_of = models.ForeignKey(MedicalHistory, models.PROTECT, related_name="raised", verbose_name=_("medical history"))
    alert = models.OneToOneField(Alert, models.PROTECT, related_name="raised_by", verbose_name=_("medical alert"))
    code = models.CharField(_("code"), max_length=40)

    class Meta:
        app_label = "charting"
        verbose_name = _("alert raised by an answer")
        indexes = [models.Index(fields=["patient"], name="charting_raised_patient")]


class DoubtOutcome(models.TextChoices):
    HOLDS = "holds", pgettext_lazy("alert", "it still holds")
    ENDED = "ended", pgettext_lazy("alert", "it was ended")


class AlertDoubt(Record):
    """The patient now answers no to what an alert in force says: whoever treats decides whether it still holds."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="alert_doubts", verbose_name=_("patient"))
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="doubts", verbose_name=_("medical alert"))
    history_of = models.ForeignKey(MedicalHistory, models.PROTECT, related_name="doubts", verbose_name=_("medical history"))
    code = models.CharField(_("code"), max_length=40)
    outcome = models.CharField(_("decision"), max_length=10, choices=DoubtOutcome.choices, blank=True)
    settled_at = models.DateTimeField(_("decided"), null=True, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        app_label = "charting"
        verbose_name = _("doubt about an alert")
        constraints = [
            models.UniqueConstraint(fields=["alert"], condition=Q(settled_at=None), name="charting_doubt_open_once"),
            models.CheckConstraint(condition=Q(outcome__in=["", *DoubtOutcome.values]), name="charting_doubt_outcome_known"),
            models.CheckConstraint(
                condition=together("settled_at", "settled_by")
                & (Q(settled_at=None, outcome="") | (Q(settled_at__isnull=False) & ~Q(outcome="") & ~Q(reason=""))),
                name="charting_doubt_settled_whole",
            ),
        ]
        indexes = [models.Index(fields=["patient"], name="charting_doubt_patient")]
