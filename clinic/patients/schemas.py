"""What the API takes and gives about patients."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import BaseModel, ConfigDict

from clinic.history.schemas import SealedOut
from clinic.lib.schemas import Whole

Kind = Literal["phone", "email"]
IdentifierKind = Literal["snils", "oms", "ru_passport", "nir", "foreign_passport", "insurance_card"]
RelationKind = Literal["mother", "father", "guardian", "spouse", "child", "sibling", "grandparent", "employer", "other"]
AlertKind = Literal[
    "allergy", "anticoagulant", "pregnancy", "pacemaker", "infection", "diabetes", "bisphosphonates", "endocarditis", "anaesthesia", "other"
]
Severity = Literal["info", "warning", "critical"]
Sex = Literal["female", "male", "unknown"]
Language = Literal["ru", "fr", "en"]


class ContactIn(Schema):
    kind: Kind
    value: str
    note: str = ""


class ContactOut(Schema):
    id: UUID
    kind: Kind
    value: str
    note: str


class IdentifierIn(Schema):
    kind: IdentifierKind
    number: str
    issuer: str = ""
    issued_date: date | None = None
    valid_until: date | None = None


class IdentifierOut(IdentifierIn):
    id: UUID


class AddedIdentifierIn(IdentifierIn):
    """`is_shared`: it is this patient's although another one has it."""

    is_shared: bool = False


class RelationIn(Schema):
    kind: RelationKind
    name: str = ""
    related_patient_id: UUID | None = None
    phone: str = ""
    document: str = ""
    is_guardian: bool = False
    is_payer: bool = False


class RelationOut(RelationIn):
    id: UUID


class AlertIn(Schema):
    id: UUID | None = Field(None, description="made by the client; the same id twice gives the first result")
    kind: AlertKind
    severity: Severity = "warning"
    text: str = ""


class AlertOut(Schema):
    """`label` says what it is in the reader's language, `text` the details."""

    id: UUID
    kind: AlertKind
    label: str
    severity: Severity
    text: str
    recorded_at: datetime
    ended_at: datetime | None


class PatientFields(Schema):
    patronymic: str = ""
    birth_name: str = ""
    sex: Sex = "unknown"
    birth_date: date | None = None
    language: Language = "ru"
    address: str = ""
    city: str = ""
    postal_code: str = ""
    country: str = ""
    source_id: UUID | None = None
    source_detail: str = ""
    external_number: str = ""
    responsible_dentist_id: UUID | None = None


class PatientIn(PatientFields):
    """A new patient with everything known of them."""

    id: UUID | None = Field(None, description="made by the client; the same id twice gives the first result")
    last_name: str
    first_name: str
    branch_id: UUID
    contacts: list[ContactIn] = []
    identifiers: list[IdentifierIn] = []
    relations: list[RelationIn] = []
    alerts: list[AlertIn] = []
    label_ids: list[UUID] = []
    is_another_person: bool = Field(default=False, description="the likely duplicates were seen: register all the same")


class PatientChange(Schema):
    """Only the fields that are sent change; `version` is the one that was read."""

    version: int
    last_name: str | None = None
    first_name: str | None = None
    patronymic: str | None = None
    birth_name: str | None = None
    sex: Sex | None = None
    birth_date: date | None = None
    language: Language | None = None
    address: str | None = None
    city: str | None = None
    postal_code: str | None = None
    country: str | None = None
    source_id: UUID | None = None
    source_detail: str | None = None
    external_number: str | None = None
    responsible_dentist_id: UUID | None = None
    branch_id: UUID | None = None


class PatientOut(PatientFields):
    id: UUID
    version: int
    card_number: int
    last_name: str
    first_name: str
    branch_id: UUID
    created_at: datetime


class PatientRow(BaseModel):
    # pydantic's own, not ninja's: a page has up to two hundred, and each value would be fetched through its getter
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    card_number: int
    last_name: str
    first_name: str
    patronymic: str
    birth_date: date | None
    phone: str | None = None


class PatientPage(Schema):
    items: list[PatientRow]
    next_cursor: str | None


class PatientFilters(Schema):
    """What narrows the list of patients; what is left out does not."""

    q: str = ""
    branch: UUID | None = None
    dentist: UUID | None = None
    label: UUID | None = None
    source: UUID | None = None


class LikenessOut(Schema):
    patient: PatientRow
    reasons: list[str]


class LabelOut(Schema):
    id: UUID
    version: int
    name: str
    colour: str
    is_active: bool


class LabelIn(Whole):
    id: UUID | None = None
    version: int | None = None
    name: str
    colour: str = "#64748b"
    is_active: bool = True


class LabelsIn(Schema):
    label_ids: list[UUID]


class SourceIn(Whole):
    id: UUID | None = None
    version: int | None = None
    name: str
    is_active: bool = True


class SourceOut(Schema):
    id: UUID
    version: int
    name: str
    is_active: bool


class ConsentTextIn(Schema):
    language: Language
    title: str
    body: str


class ConsentTextOut(Schema):
    id: UUID
    language: Language
    edition: int
    title: str
    body: str
    published_at: datetime


class ConsentIn(Schema):
    id: UUID | None = None
    text_id: UUID
    strokes: list[dict[str, Any]] = Field(description="strokes as signature_pad gives them")
    image: str = Field(description="PNG as a data URL")
    signer_name: str = ""
    guardian_id: UUID | None = Field(None, description="the relation of the guardian who signs")


class ConsentOut(Schema):
    id: UUID
    text_id: UUID
    signer_name: str
    signer_role: Literal["patient", "guardian"]
    guardian_id: UUID | None
    signed_at: datetime
    content_hash: str
    withdrawn_at: datetime | None
    withdrawal_reason: str


class SignedConsentOut(ConsentOut, SealedOut):
    """A consent with the receipt of its signature."""


class PatientImportOut(Schema):
    id: UUID
    file_name: str
    branch_id: UUID
    is_dry: bool
    state: Literal["uploaded", "checked", "running", "done", "failed"]
    rows_total: int
    rows_seen: int
    rows_imported: int
    rows_known: int
    rows_failed: int
    rows_doubtful: int
    rows_noted: int = Field(description="imported, with something to be looked at: the sheet of rows says what")
    rows_held: int = Field(description="rows that wait for a decision")
    created_at: datetime


class PatientImportWhole(PatientImportOut):
    """One import: what its columns mean (`mapping`, column to field), what they may mean (`fields`, in words), how far it is."""

    columns: list[str]
    mapping: dict[str, str]
    fields: dict[str, str]
    failure: str
    has_report: bool = Field(description="whether there is a sheet of the rows that stayed outside or are to be looked at")
    finished_at: datetime | None


class MappingIn(Schema):
    mapping: dict[str, str] = Field(description="column to field; columns left out are not read")


class ImportStartIn(Schema):
    """`dry` checks every row and saves nothing; without `mapping` the columns mean what they meant."""

    mode: Literal["dry", "import"]
    mapping: dict[str, str] | None = None


class CandidateOut(Schema):
    patient: PatientRow
    reasons: list[str]


class HeldRowOut(Schema):
    """A row of an import that looks like somebody registered."""

    id: UUID
    run_id: UUID
    number: int
    values: dict[str, Any]
    decision: Literal["open", "new", "same", "discarded"]
    decided_at: datetime | None
    decided_by_id: UUID | None
    patient_id: UUID | None
    candidates: list[CandidateOut]


class HeldRowPage(Schema):
    items: list[HeldRowOut]
    next_cursor: str | None


class DecisionIn(Schema):
    decision: Literal["new", "same", "discarded"]
    patient_id: UUID | None = Field(None, description="which candidate it is, when the decision is `same`")


class AcceptedOut(Schema):
    accepted: int
    left: int = Field(description="rows that still wait; ask again until it is 0")
