"""What the viewer and the API say of a picture's lines, its display and what it may be compared with."""

from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field

from charting.imaging.models import ImageDisplay, ImageLine


class LineIn(Schema):
    """A line to keep; the ends are column and row of the picture's own points."""

    id: UUID | None = None
    frame: int = Field(0, ge=0)
    start: tuple[float, float]
    end: tuple[float, float]
    label: str = ""


class LineOut(Schema):
    """A line on a picture; without `length_mm` the file does not say how large a point is."""

    id: UUID
    frame: int
    start: tuple[float, float]
    end: tuple[float, float]
    label: str
    length_mm: float | None
    basis: str
    drawn_by: str
    drawn_at: datetime
    withdrawn_at: datetime | None

    @staticmethod
    def resolve_start(line: ImageLine) -> tuple[float, float]:
        return line.start_column, line.start_row

    @staticmethod
    def resolve_end(line: ImageLine) -> tuple[float, float]:
        return line.end_column, line.end_row

    @staticmethod
    def resolve_drawn_by(line: ImageLine) -> str:
        return str(line.drawn_by)


class DisplayIn(Schema):
    """How everybody sees the picture first; `version` is 0 while nobody has said so. Without `low` and `high` the file's own window holds."""

    version: int
    low: float | None = None
    high: float | None = None
    is_negative: bool = False
    quarter_turns: int = 0
    is_mirrored: bool = False


class DisplayOut(Schema):
    """How somebody said that the picture is to be shown."""

    version: int
    low: float | None
    high: float | None
    is_negative: bool
    quarter_turns: int
    is_mirrored: bool
    saved_by: str
    saved_at: datetime

    @staticmethod
    def resolve_saved_by(display: ImageDisplay) -> str:
        return str(display.saved_by)


class ScaleOut(Schema):
    """Millimetres from one row, and one column, to the next; `basis` says where they hold: `patient` or `detector`."""

    row_mm: float
    column_mm: float
    basis: str


class InsideOut(Schema):
    """All that a viewer needs to know before it shows the picture; no `scale`: no millimetres can be given."""

    frames: int
    scale: ScaleOut | None
    display: DisplayOut | None
    lines: list[LineOut]
