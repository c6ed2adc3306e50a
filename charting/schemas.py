"""What charting's API takes and gives."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import get_current_timezone
from ninja import Field, Schema
from pydantic import AwareDatetime

from charting import drawing, queries, replay, rules, story
from charting.canal_schemas import CanalOut
from charting.queries import Chart
from clinic.patients.models import Patient


class PlaceIn(Schema):
    """A tooth by its FDI number with the surfaces (M D O I V L V5 L5, of the root RM RD RV RL) and roots or canals that are meant.

    `role` is what it is in an act over several teeth: of a bridge `abutment` or `pontic`, of a denture `replaced` or `clasp`, of a plate
    `treated`, `clasp` or `replaced`, of braces `bracket` or `band`, of a fixed retainer `bonded`; of all others `treated`.
    """

    tooth: int
    surfaces: list[str] = Field(default_factory=list)
    roots: list[str] = Field(default_factory=list)
    role: str = "treated"

    def to_place(self) -> rules.Place:
        return rules.Place(self.tooth, frozenset(self.surfaces), frozenset(self.roots), self.role)


class EnteredIn(Schema):
    """When it was entered, when that was not now: by the device's clock, which the header `Device-Time` of the request puts right.

    422 `not_then` when that cannot be. `seen_at` is `at` of the chart that the sender saw: 409 `charted_meanwhile` when somebody else
    charted the tooth since. `id` makes the request safe to repeat.
    """

    id: UUID | None = None
    entered_at: AwareDatetime | None = None
    seen_at: datetime | None = None


class EnteredReasonIn(EnteredIn):
    """The same, and why."""

    reason: str


class FindingIn(EnteredIn):
    """`tooth` is an FDI number; 100 more is the supernumerary tooth beside it, which is there once `supernumerary` was found of it.

    `direction` is where a tooth drifted, turned or leans, where a supernumerary one stands beside its neighbour, or how it was tapped;
    `amount` what was measured: millimetres, degrees or µA; `since` when a tooth was lost: a year, a month or a day (`2015`, `2015-06`,
    `2015-06-03`). `site` is the place of a finding that is of no tooth: a region of the mucosa, a side of the jaw joints or of the bite.
    409 `noted_already` when just the same stands of that day; `again` says that it is meant besides.
    """

    kind: str
    severity: str = ""
    tooth: int | None = None
    surfaces: list[str] = Field(default_factory=list)
    roots: list[str] = Field(default_factory=list)
    direction: str = ""
    amount: int | None = None
    since: str = ""
    site: str = ""
    again: bool = False
    note: str = ""


class FindingOut(Schema):
    id: UUID
    version: int
    kind: str
    severity: str
    tooth: int | None
    surfaces: list[str]
    roots: list[str]
    direction: str
    amount: int | None
    since: str
    site: str
    note: str
    noted_at: datetime
    noted_by: UUID = Field(alias="noted_by_id")
    resolved_at: datetime | None
    in_error_at: datetime | None
    error_reason: str


class ProcedureIn(EnteredIn):
    """409 `already_proposed` when a tooth is to be extracted already; `again` says that this one is meant besides."""

    service: UUID
    state: str = "proposed"
    teeth: list[PlaceIn] = Field(default_factory=list)
    note: str = ""
    again: bool = False


class PlaceOut(Schema):
    tooth: int
    surfaces: list[str]
    roots: list[str]
    role: str


class ProcedureOut(Schema):
    id: UUID
    version: int
    patient: UUID = Field(alias="patient_id")
    service: UUID = Field(alias="service_id")
    title: str
    state: str
    teeth: list[PlaceOut]
    note: str
    recorded_at: datetime

    @staticmethod
    def resolve_title(procedure: object) -> str:
        return str(getattr(procedure, "service", ""))


class StateIn(EnteredIn):
    """409 `stale` when `version` is given and it is another now."""

    version: int | None = None
    state: str
    reason: str = ""


class MarkOut(Schema):
    layer: str
    what: str
    source: str
    tooth: int | None
    surfaces: list[str]
    roots: list[str]
    role: str
    severity: str
    state: str
    direction: str
    amount: int | None
    site: str


class EntryOut(Schema):
    id: str
    type: str
    layer: str
    teeth: list[int]
    part: str
    title: str
    about: str
    state: str
    state_label: str
    meta: str
    note: str
    is_current: bool
    diagnoses: list[str]
    service: str
    diagnosis_hint: str


class ToothOut(Schema):
    number: int
    name: str
    kind: str
    arch: str
    surfaces: list[str]
    roots: list[str]
    canals: list[str]
    presence: str
    expected: str
    label: str


class IndexOut(Schema):
    decayed: int
    missing: int
    filled: int
    total: int


class ChartOut(Schema):
    """The mouth at an instant: teeth, marks to draw, entries in words, caries index; `signs` is how the clinic draws otherwise than shipped.

    `expected` of a tooth is what the patient's age says of it where nothing is recorded: `unerupted`, `erupting`, `shed`, or nothing.
    """

    at: datetime
    dentition: str
    first_at: datetime | None
    days: list[date]
    teeth: list[ToothOut]
    marks: list[MarkOut]
    entries: list[EntryOut]
    dmft: IndexOut
    dmft_primary: IndexOut
    signs: dict[str, dict[str, str]]
    canals: list[CanalOut]


def chart_out(chart: Chart, patient: Patient) -> dict[str, Any]:
    """The chart as `ChartOut` describes it, as plain values: it is opened more often than anything else."""
    entries = story.entries_of(chart)
    indexes = (replay.caries_index(chart.mouth), replay.caries_index(chart.mouth, primary=True))
    dmft, dmft_primary = ({**vars(index), "total": index.total} for index in indexes)
    return {
        "at": chart.at,
        "dentition": drawing.dentition_of(chart, patient),
        "first_at": entries[0].at if entries else None,
        "days": _days(chart),
        "teeth": [vars(tooth) for tooth in story.teeth_of(chart, entries, drawing.expected_of(chart, patient))],
        "marks": [vars(mark) for mark in chart.mouth.marks],
        "entries": [{name: value for name, value in vars(entry).items() if name not in ("at", "roles")} for entry in entries],
        "dmft": dmft,
        "dmft_primary": dmft_primary,
        "canals": [CanalOut.from_orm(record).dict() for record in chart.canals],
        "signs": {subject: sign.look for subject, sign in chart.signs.items() if sign.look},
    }


def _days(chart: Chart) -> list[date]:
    """The days on which the mouth changed, in the zone of whoever reads, up to the chart's instant."""
    zone = get_current_timezone()
    return sorted({moment.astimezone(zone).date() for moment in queries.moments_of(chart)})


class AmountOut(Schema):
    """A number that may, or must, be told with an entry."""

    unit: str
    least: int
    most: int
    is_needed: bool


class PaletteEntryOut(Schema):
    key: str
    type: str
    title: str
    code: str
    typed: str
    diagnosis: str
    kind: str
    severity: str
    direction: str
    site: str
    amount: AmountOut | None
    is_dated: bool
    service: str
    combination: str
    scope: str
    effect: str
    roles: dict[str, str]
    group: str


class PaletteOut(Schema):
    entries: list[PaletteEntryOut]
    favourites: dict[int, str]


class FavouriteIn(Schema):
    entry: str
