"""What the API takes and gives about the medical questionnaire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from charting.medical import queries, rules
from charting.medical.models import MedicalHistory, Question, Questionnaire
from clinic.history.schemas import SealedOut
from clinic.lib.schemas import Whole
from clinic.patients.schemas import AlertKind, Language, Severity


class QuestionOut(Schema):
    """`fact_…` is what a yes means; it becomes the text of the alert."""

    id: UUID
    version: int
    code: str
    position: int
    kind: Literal["yes_no", "text"]
    asked_of: str
    text_ru: str
    text_fr: str
    text_en: str
    fact_ru: str
    fact_fr: str
    fact_en: str
    alert_kind: str
    alert_severity: str


class QuestionIn(Schema):
    """An alert needs its severity and `fact_en`."""

    code: str
    position: int = Field(0, ge=0, le=999)
    kind: Literal["yes_no", "text"] = "yes_no"
    asked_of: Literal["", "female", "male"] = ""
    text_ru: str
    text_fr: str
    text_en: str
    fact_ru: str = ""
    fact_fr: str = ""
    fact_en: str = ""
    alert_kind: AlertKind | Literal[""] = ""
    alert_severity: Severity | Literal[""] = ""


class QuestionChange(Whole, QuestionIn):
    version: int


class QuestionnaireShort(Schema):
    id: UUID
    version: int
    edition: int
    note: str
    published_at: datetime | None


class QuestionnaireOut(QuestionnaireShort):
    questions: list[QuestionOut]

    @staticmethod
    def resolve_questions(obj: Questionnaire) -> list[Question]:
        return queries.questions_of(obj)


class PublishIn(Schema):
    note: str = ""


class AnswerIn(Schema):
    """A question in own words has only a `detail`."""

    value: Literal["", "yes", "no", "unknown"] = ""
    detail: str = ""

    def to_answer(self) -> rules.Answer:
        return rules.Answer(self.value, self.detail)


class MedicalHistoryIn(Schema):
    """Without `strokes` and `image` the caller signs for what the patient said; with them the patient does, or the guardian."""

    id: UUID | None = None
    questionnaire: UUID
    answers: dict[str, AnswerIn]
    language: Language | Literal[""] = ""
    guardian: UUID | None = None
    signer_name: str = ""
    strokes: list[dict[str, Any]] = Field(default_factory=list)
    image: str = ""


class ChangeOut(Schema):
    code: str
    before: AnswerIn
    now: AnswerIn


class MedicalHistoryOut(Schema):
    id: UUID
    version: int
    questionnaire: UUID = Field(alias="questionnaire_id")
    edition: int = Field(alias="questionnaire.edition")
    answers: dict[str, AnswerIn]
    language: str
    signed_at: datetime
    signer_role: str
    signer_name: str
    content_hash: str
    recorded_by: UUID = Field(alias="recorded_by_id")
    in_error_at: datetime | None
    error_reason: str


class MedicalHistoryDetail(MedicalHistoryOut):
    """`changes`: what is answered otherwise than the time before."""

    changes: list[ChangeOut]

    @staticmethod
    def resolve_changes(obj: MedicalHistory) -> list[dict[str, Any]]:
        before = queries.history_before(obj)
        if before is None:
            return []
        codes = [row.code for row in queries.questions_of(obj.questionnaire)]
        found = rules.changes(before.said, obj.said, codes)
        return [{"code": row.code, "before": vars(row.before), "now": vars(row.now)} for row in found]


class SealedMedicalHistoryOut(MedicalHistoryOut, SealedOut):
    """A signed history with the receipt of its signature."""


class DoubtOut(Schema):
    """An alert in force that the patient's own answer speaks against."""

    id: UUID
    alert: UUID = Field(alias="alert_id")
    alert_kind: str = Field(alias="alert.kind")
    alert_text: str = Field(alias="alert.text")
    question: str = Field(alias="code")
    medical_history: UUID = Field(alias="history_of_id")
    outcome: str
    reason: str
    settled_at: datetime | None


class SettleIn(Schema):
    """`holds`: the alert stays; otherwise it is ended for this reason."""

    holds: bool
    reason: str


class InteractionRuleOut(Schema):
    """Risks and acts are tags: `alert:pregnancy`, `answer:asthma`; `category:surgery`, `effect:extraction`, `drug:nsaids`."""

    id: UUID
    code: str
    level: Literal["warn", "stop"]
    risks: list[str]
    words: list[str]
    younger_than: int | None
    acts: list[str]
    text: str
    source: str
    in_force_from: datetime
    in_force_to: datetime | None


class InteractionRuleIn(Schema):
    """A rule fires for any of its risks, words in an alert's text, or an age below `younger_than`, with any of its acts."""

    code: str
    level: Literal["warn", "stop"]
    risks: list[str] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list)
    younger_than: int | None = Field(None, ge=1, le=120)
    acts: list[str]
    text_ru: str
    text_fr: str
    text_en: str
    source: str
