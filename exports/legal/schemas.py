"""What the API of the legal desk takes and gives."""

from datetime import date, datetime
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime

from clinic.lib.schemas import Whole
from exports.legal.models import Way


class CaseIn(Schema):
    """With a `hold_reason` nothing of the patients may be destroyed from now on; `id` makes a repeated request one."""

    id: UUID | None = None
    title: str
    patients: list[UUID]
    claimant: str = ""
    deadline_date: date | None = None
    deadline_for: str = ""
    hold_reason: str = ""
    hold_until: AwareDatetime | None = None


class CaseChange(Whole):
    version: int
    title: str
    claimant: str = ""
    deadline_date: date | None = None
    deadline_for: str = ""


class CaseRowOut(Schema):
    id: UUID
    version: int
    number: int
    title: str
    claimant: str
    opened_at: datetime
    deadline_date: date | None
    deadline_for: str
    closed_at: datetime | None
    outcome: str


class HoldOut(Schema):
    """`lifted_at` is empty while the hold was not lifted; it may have ended by `until`."""

    id: UUID
    case: UUID
    patient: UUID
    reason: str
    since: datetime
    until: datetime | None
    placed_at: datetime
    lifted_at: datetime | None
    lift_reason: str


class DeliveryOut(Schema):
    id: UUID
    recipient: str
    way: Way
    handed_at: datetime
    remark: str
    sha256: str


class ArchiveOut(Schema):
    id: UUID
    patient: UUID
    evidence: UUID
    added_at: datetime
    deliveries: list[DeliveryOut]


class CaseNoteOut(Schema):
    id: UUID
    text: str
    written_at: datetime
    written_by: UUID


class CaseOut(CaseRowOut):
    patients: list[UUID]
    holds: list[HoldOut]
    archives: list[ArchiveOut]
    notes: list[CaseNoteOut]


class CasePatientIn(Schema):
    patient: UUID


class HoldIn(Schema):
    id: UUID | None = None
    patient: UUID
    reason: str
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class CaseNoteIn(Schema):
    id: UUID | None = None
    text: str


class ArchiveIn(Schema):
    """Evidence of a patient of the case; see `ask_for_evidence`."""

    id: UUID | None = None
    patient: UUID
    reason: str
    language: str = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class DeliveryIn(Schema):
    id: UUID | None = None
    recipient: str
    way: Way
    handed_at: AwareDatetime
    remark: str = ""


class CloseIn(Schema):
    version: int
    outcome: str
    lifts_holds: bool = True


class ReopenIn(Schema):
    version: int


class StoodFactOut(Schema):
    label: str
    before: str
    after: str
    differs: bool


class StoodOut(Schema):
    """One record: `mark` is same, added, changed or gone between the two moments; `before` stood first, `after` then."""

    table: str
    key: str
    what: str
    title: str
    mark: str
    at: datetime
    actor_name: str
    facts: list[StoodFactOut]


class StoodSectionOut(Schema):
    title: str
    entries: list[StoodOut]


class MomentOut(Schema):
    """`size` is the checkpoint that proves it, when it was asked for."""

    at: datetime
    size: int | None


class AsOfOut(Schema):
    moments: list[MomentOut]
    sections: list[StoodSectionOut]


class AsOfIn(Schema):
    """`proven` reads what stands below the last checkpoint signed until `at`, `size` below that checkpoint; `then` is a second moment."""

    at: AwareDatetime | None = None
    then: AwareDatetime | None = None
    size: int | None = None
    proven: bool = False
    only_differences: bool = False
