"""What the API of indices takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime, StrictInt, StrictStr

from charting.indices import rules, words
from charting.indices.models import OralIndex

Kind = Literal["bpe", "sbpe", "ohis", "pma", "api"]


class IndexIn(Schema):
    """`scores` by place. `taken_at` when it is from paper; `entered_at` when it was scored on a device that had to wait, by that device's clock
    (header `Device-Time`; 422 `not_then` when that cannot be).

    bpe: a code 0-4 (with `*` for a furcation) or X of each sextant 17-14 13-23 24-27 47-44 43-33 34-37, as text;
    sbpe (7 to 17 years): the same of the teeth 16 11 26 46 31 36, 0-2 up to 11 years; ohis: 0-3 at
    `16 debris` and `16 calculus` of the index teeth; pma: 0-3 by tooth; api: 0 or 1 by space, `17-16`."""

    id: UUID | None = None
    kind: str
    scores: dict[str, StrictInt | StrictStr]
    taken_at: datetime | None = None
    entered_at: AwareDatetime | None = None


class AdviceOut(Schema):
    """What a screening speaks for: none, hygiene, scaling, sextant (six sites there), review (of a child), full (a whole periodontal exam);
    `sextants` are those, or the index teeth of a child, because of which."""

    code: Literal["none", "hygiene", "scaling", "sextant", "review", "full"]
    sextants: list[str]
    text: str


class IndexOut(Schema):
    """An index with what its scores come to: `value` (the worst code, the index, or per cent) and its band."""

    id: UUID
    version: int
    patient: UUID = Field(alias="patient_id")
    kind: Kind
    scores: dict[str, int | str]
    taken_at: datetime
    taken_by: UUID = Field(alias="taken_by_id")
    state: Literal["valid", "in_error"]
    value: Decimal
    parts: dict[str, Decimal]
    band: str
    text: str
    advice: AdviceOut | None
    source: str

    @staticmethod
    def resolve_state(row: OralIndex) -> str:
        return "in_error" if row.in_error_at else "valid"

    @staticmethod
    def resolve_value(row: OralIndex) -> Decimal:
        return rules.result(row.kind, row.scores).value

    @staticmethod
    def resolve_parts(row: OralIndex) -> dict[str, Decimal]:
        return dict(rules.result(row.kind, row.scores).parts)

    @staticmethod
    def resolve_band(row: OralIndex) -> str:
        return rules.result(row.kind, row.scores).band

    @staticmethod
    def resolve_text(row: OralIndex) -> str:
        return words.value_text(row.kind, row.scores, rules.result(row.kind, row.scores))

    @staticmethod
    def resolve_advice(row: OralIndex) -> dict[str, Any] | None:
        found = rules.advice(row.kind, row.scores)
        return {**vars(found), "text": words.advice_text(row.kind, found)} if found else None

    @staticmethod
    def resolve_source(row: OralIndex) -> str:
        return str(words.SOURCES[row.kind])


class IndexPlaceOut(Schema):
    """Where an index is scored in this mouth today: the key of its scores, the teeth, the side that is looked at (V or L), what is scored."""

    key: str
    teeth: list[int]
    side: str
    what: str


class IndexPlacesOut(Schema):
    kind: Kind
    places: list[IndexPlaceOut]
    scale: str
    source: str


class IndexPointOut(Schema):
    day: date
    value: Decimal | None


class IndexTrendsOut(Schema):
    """Each index over time; `dmft` and `dmft_primary` are the caries index on the days when the chart changed."""

    bpe: list[IndexPointOut]
    sbpe: list[IndexPointOut]
    ohis: list[IndexPointOut]
    pma: list[IndexPointOut]
    api: list[IndexPointOut]
    dmft: list[IndexPointOut]
    dmft_primary: list[IndexPointOut]
