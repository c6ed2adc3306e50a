"""What the API takes and gives of visits: diagnoses, notes, ready texts."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from charting import queries
from charting.models import Diagnosis, DiagnosisRanking, Visit
from charting.schemas import EnteredIn
from clinic.history.schemas import SealedOut
from clinic.lib.schemas import ReasonIn, Whole

RankIn = Literal["main", "secondary", "complication"]


class DiagnosisIn(EnteredIn):
    """The code goes to a finding, else to a tooth, else to the whole mouth.

    Without a `rank` the first diagnosis of a visit is its main one, and the others are secondary.
    """

    patient: UUID
    code: str
    finding: UUID | None = None
    tooth: int | None = None
    rank: RankIn | None = None
    note: str = ""


class RankingOut(Schema):
    """A rank that the diagnosis was given, and when; the last one holds."""

    rank: str
    ranked_at: datetime
    ranked_by: UUID = Field(alias="ranked_by_id")


class RankChange(Schema):
    rank: RankIn


class DiagnosisOut(Schema):
    """`rank`: what it is to its visit; empty outside a visit, and for what was recorded before ranks were kept."""

    id: UUID
    visit: UUID | None = Field(None, alias="visit_id")
    rank: str
    code: str = Field(alias="code.code")
    title: str = Field(alias="code.title")
    finding: UUID | None = Field(None, alias="finding_id")
    tooth: int | None
    note: str
    made_at: datetime
    made_by: UUID = Field(alias="made_by_id")
    in_error_at: datetime | None


class DiagnosisDetail(DiagnosisOut):
    rankings: list[RankingOut]

    @staticmethod
    def resolve_rankings(diagnosis: Diagnosis) -> list[DiagnosisRanking]:
        return list(diagnosis.rankings.order_by("ranked_at", "pk"))


class DiagnosisCodeOut(Schema):
    code: str
    title: str
    language: str


class VisitIn(Schema):
    """A visit of an appointment, or of a patient without one."""

    id: UUID | None = None
    appointment: UUID | None = None
    patient: UUID | None = None


class VisitWrite(Schema):
    version: int
    complaint: str | None = None
    anamnesis: str | None = None
    anamnesis_vitae: str | None = None
    objective: str | None = None
    treatment: str | None = None
    recommendations: str | None = None

    def sections(self) -> dict[str, str]:
        return {name: text for name, text in self.dict(exclude_unset=True, exclude={"version"}).items() if text is not None}


class VersionIn(Schema):
    version: int


class SignIn(VersionIn):
    """`pin` of the signer, where the clinic asks for it."""

    pin: str = ""


class MarkIn(ReasonIn):
    """`pin` of whoever marks it, where the clinic asks for it."""

    pin: str = ""


class AddendumIn(Schema):
    """`pin` of the writer, where the clinic asks for it."""

    id: UUID | None = None
    text: str
    reason: str = ""
    pin: str = ""


class AddendumOut(Schema):
    id: UUID
    text: str
    reason: str
    written_at: datetime
    written_by: UUID = Field(alias="written_by_id")
    content_hash: str
    is_late: bool
    in_error_at: datetime | None
    error_reason: str


class VisitOut(Schema):
    id: UUID
    version: int
    patient: UUID = Field(alias="patient_id")
    branch: UUID = Field(alias="branch_id")
    dentist: UUID = Field(alias="dentist_id")
    appointment: UUID | None = Field(None, alias="appointment_id")
    opened_at: datetime
    closed_at: datetime | None
    complaint: str
    anamnesis: str
    anamnesis_vitae: str
    objective: str
    treatment: str
    recommendations: str
    signed_at: datetime | None
    signed_by: UUID | None = Field(None, alias="signed_by_id")
    content_hash: str
    locked_at: datetime | None
    is_late: bool
    in_error_at: datetime | None
    error_reason: str


class VisitDetail(VisitOut):
    """`diagnoses`: the main one first."""

    diagnoses: list[DiagnosisOut]
    addenda: list[AddendumOut]

    @staticmethod
    def resolve_diagnoses(visit: Visit) -> list[Diagnosis]:
        return queries.diagnoses_in(visit)


class SignedVisitOut(VisitDetail, SealedOut):
    """A note as it was signed, with its receipt."""


class SealedAddendumOut(AddendumOut, SealedOut):
    """An addendum with its receipt."""


class NoteTemplateText(Schema):
    """A ready text for one section of the note, in one language; `position` is its place in the list."""

    section: Literal["complaint", "anamnesis", "anamnesis_vitae", "objective", "treatment", "recommendations"]
    language: Literal["en", "ru", "fr"]
    title: str
    body: str
    position: int = Field(0, ge=0, le=32_767)
    is_active: bool = True


class NoteTemplateIn(NoteTemplateText):
    id: UUID | None = None


class NoteTemplateChange(Whole, NoteTemplateText):
    version: int


class NoteTemplateOut(NoteTemplateText):
    id: UUID
    version: int


class OutlineText(Schema):
    """A template of a whole note; `{teeth}` and its like become what was charted.

    Acts are tags: `effect:filling`, `category:hygiene`, `service:T01`.
    """

    title: str
    language: Literal["en", "ru", "fr"]
    codes: list[str] = Field(default_factory=list, max_length=50)
    acts: list[str] = Field(default_factory=list, max_length=200)
    complaint: str = ""
    anamnesis: str = ""
    anamnesis_vitae: str = ""
    objective: str = ""
    treatment: str = ""
    recommendations: str = ""
    position: int = Field(0, ge=0, le=32_767)
    is_active: bool = True


class OutlineIn(OutlineText):
    id: UUID | None = None


class OutlineChange(Whole, OutlineText):
    version: int


class OutlineOut(OutlineText):
    id: UUID
    version: int


class OfferOut(Schema):
    """A template filled in for a visit; `score` is 0 when nothing of the visit calls for it."""

    id: UUID
    title: str
    score: int
    sections: dict[str, str]


class MacroIn(Schema):
    id: UUID | None = None
    word: str
    text: str
    is_for_all: bool = False


class MacroChange(Whole):
    version: int
    word: str
    text: str
    is_for_all: bool = False


class MacroOut(Schema):
    """A short word: one's own, or without `owner` of the whole clinic."""

    id: UUID
    version: int
    word: str
    text: str
    owner: UUID | None = Field(None, alias="owner_id")
