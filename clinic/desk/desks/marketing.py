"""Marketing: new patients by source, as numbers without names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from clinic.patients.models import Patient
from clinic.staff.models import Branch, User

MONTH = timedelta(days=30)
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class SourceLine:
    """How many came from one source; no name when nobody asked."""

    name: str
    month: int
    year: int


@dataclass(frozen=True)
class MarketingDesk:
    """New patients of the last month and year."""

    lines: Sequence[SourceLine]

    @property
    def month(self) -> int:
        return sum(line.month for line in self.lines)

    @property
    def year(self) -> int:
        return sum(line.year for line in self.lines)

    @property
    def most(self) -> int:
        return max((line.year for line in self.lines), default=0)


def build(user: User, branch: Branch, at: datetime) -> MarketingDesk:
    rows = (
        Patient.objects.filter(branch=branch, created_at__gte=at - YEAR)
        .values("source__name")
        .annotate(year=Count("pk"), month=Count("pk", filter=Q(created_at__gte=at - MONTH)))
        .order_by("-year", "source__name")
    )
    return MarketingDesk([SourceLine(row["source__name"] or "", row["month"], row["year"]) for row in rows])
