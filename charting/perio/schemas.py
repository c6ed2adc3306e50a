"""What the API of periodontal exams takes and gives."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import StrictBool, StrictInt, StrictStr

from charting.perio import comparing, figures, queries, rules, words
from charting.perio.actions import Clash, Sent
from charting.perio.models import PerioExam, PerioTooth

Value = StrictInt | StrictBool | StrictStr | None
Whole = Annotated[int, Field(ge=0, le=32767)]


class PerioExamIn(Schema):
    id: UUID | None = None


class PerioPaperIn(Schema):
    """`language` is `ru`, `fr` or `en`, else the patient's own; `id` makes a repeated request one paper."""

    id: UUID | None = None
    language: str = ""


class PerioEntryIn(Schema):
    """One measurement. `depth`, `margin` (mm, positive below the cemento-enamel junction) and the flags `bleeding`, `suppuration`, `plaque`,
    `calculus` stand at a site MV V DV ML L DL; `furcation` (0-3) at an entrance V L M D; `gingiva` (mm) at a side V or L; `mobility` (0-3) and
    `prognosis` at no place. `seen` is the value that the sender saw there: when another stands, nothing is changed and it is told in `clashes`.
    """

    tooth: int
    measure: str
    place: str = ""
    value: Value = None
    seen: Value = None

    def to_sent(self) -> Sent:
        entry = rules.Entry(self.tooth, self.measure, self.place, self.value)
        return Sent(entry, (self.seen,) if "seen" in self.model_fields_set else ())


class PerioEntriesIn(Schema):
    entries: list[PerioEntryIn]


class PerioScriptIn(Schema):
    """How a person measures: `path` zigzag, arches, quadrants, teeth or custom; `measures` depth, both, margin or flags; `runs` of the own path,
    each a part (U upper arch, L lower arch, 1-4 quadrant), a side (V, L) and a way (> from the patient's right, < back): `UV>`."""

    path: str
    measures: str
    runs: list[str] = []


class PerioScriptOut(Schema):
    path: str
    measures: str
    runs: list[str]


class PerioParticularsIn(Schema):
    """What is known besides the measurements, and what the dentist decides; a field that is left out stays as it is."""

    version: int
    bone_loss_percent: Whole | None = None
    teeth_lost: Whole | None = None
    cigarettes_a_day: Whole | None = None
    hba1c: Decimal | None = None
    stage: str = ""
    grade: str = ""
    extent: str = ""
    note: str = ""

    def said(self) -> dict[str, Any]:
        return self.dict(include=self.model_fields_set - {"version"})


class PerioToothOut(Schema):
    """What was measured around a tooth, by site; `loss` is the clinical attachment loss in mm."""

    tooth: int
    is_implant: bool
    depth: dict[str, int | None]
    margin: dict[str, int | None]
    loss: dict[str, int | None]
    bleeding: list[str]
    suppuration: list[str]
    plaque: list[str]
    calculus: list[str]
    mobility: int | None
    furcation: dict[str, int | None]
    gingiva: dict[str, int | None]
    prognosis: str


class PerioFiguresOut(Schema):
    """The exam in numbers; percentages of the sites looked at, millimetres, and counts of sites up to 3, 4-5, from 6 mm."""

    teeth: int
    sites: int
    bleeding: Decimal | None
    suppuration: Decimal | None
    plaque: Decimal | None
    calculus: Decimal | None
    mean_depth: Decimal | None
    mean_loss: Decimal | None
    by_depth: list[int]
    deepest: int | None
    screening: dict[str, str]


class PerioReasonOut(Schema):
    code: str
    text: str


class PerioProposalOut(Schema):
    """Stage, grade and extent that the exam speaks for (classification of 2018), with the rules that led there; the dentist decides."""

    stage: str
    grade: str
    extent: str
    reasons: list[PerioReasonOut]


class PerioExamShort(Schema):
    id: UUID
    version: int
    state: Literal["draft", "closed", "in_error"]
    examined_at: datetime
    examined_by: UUID = Field(alias="examined_by_id")
    closed_at: datetime | None
    stage: str
    grade: str
    extent: str

    @staticmethod
    def resolve_state(exam: PerioExam) -> str:
        return "in_error" if exam.in_error_at else "closed" if exam.closed_at else "draft"


class PerioExamOut(PerioExamShort):
    patient: UUID = Field(alias="patient_id")
    visit: UUID | None = Field(None, alias="visit_id")
    absent: list[int]
    implants: list[int]
    primary: list[int]
    bone_loss_percent: int | None
    teeth_lost: int | None
    cigarettes_a_day: int | None
    hba1c: Decimal | None
    note: str
    teeth: list[PerioToothOut]
    figures: PerioFiguresOut
    proposal: PerioProposalOut

    @staticmethod
    def resolve_teeth(exam: PerioExam) -> list[dict[str, Any]]:
        return [tooth_out(row, is_implant=row.tooth in exam.implants) for row in exam.teeth.all()]

    @staticmethod
    def resolve_figures(exam: PerioExam) -> dict[str, Any]:
        return figures_out(queries.measured(exam))

    @staticmethod
    def resolve_proposal(exam: PerioExam) -> dict[str, Any]:
        found = queries.proposal_for(exam)
        return {**vars(found), "reasons": [{"code": reason.code, "text": words.reason_text(reason)} for reason in found.reasons]}


class PerioClashOut(Schema):
    """Another value stands where the sender saw something else; nothing was changed there."""

    tooth: int
    measure: str
    place: str
    value: Value
    stands: Value


class PerioRecordedOut(Schema):
    exam: PerioExamOut
    clashes: list[PerioClashOut]


class PerioComparisonIn(Schema):
    """Up to six exams, and what is compared."""

    exam: list[UUID] = []
    measure: Literal["depth", "loss", "margin"] = "depth"


class PerioCellOut(Schema):
    """One site in one exam: millimetres, and the change since the exam before that measured it (negative is better)."""

    value: int | None
    by: int


class PerioBlockOut(Schema):
    """One side of an arch: its teeth from the patient's right, and for each exam three sites a tooth in that order."""

    arch: Literal["upper", "lower"]
    side: Literal["V", "L"]
    teeth: list[int]
    rows: list[list[PerioCellOut]]


class PerioComparisonOut(Schema):
    """Exams side by side, the earliest first."""

    exams: list[PerioExamShort]
    measure: Literal["depth", "loss", "margin"]
    figures: list[PerioFiguresOut]
    blocks: list[PerioBlockOut]


def comparison_out(exams: Sequence[PerioExam], measure: str) -> dict[str, Any]:
    readings = [queries.measured(exam) for exam in exams]
    blocks = [vars(block) for block in comparing.blocks(readings, measure)]
    return {"exams": list(exams), "measure": measure, "figures": [figures_out(rows) for rows in readings], "blocks": blocks}


def tooth_out(row: PerioTooth, *, is_implant: bool) -> dict[str, Any]:
    found = queries.reading(row, is_implant=is_implant)
    return {
        "tooth": row.tooth,
        "is_implant": is_implant,
        "depth": found.depths,
        "margin": found.margins,
        "loss": {site: found.loss(site) for site in rules.SITES},
        **{flag: getattr(row, flag) for flag in rules.FLAGS},
        "mobility": row.mobility,
        "furcation": found.furcations,
        "gingiva": {"V": row.gingiva_v, "L": row.gingiva_l},
        "prognosis": row.prognosis,
    }


def figures_out(readings: list[figures.ToothReading]) -> dict[str, Any]:
    return {**vars(figures.figures(readings)), "screening": figures.screening(readings)}


def clash_out(clash: Clash) -> dict[str, Any]:
    return {**vars(clash.entry), "stands": clash.stands}
