"""The clinic: load of the dentists, money received, visits missed, debts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.utils.formats import date_format

from clinic.billing import debts
from clinic.billing.debts import DebtTotal
from clinic.billing.models import Payment
from clinic.desk import plot
from clinic.history.verification.status import Status, status
from clinic.lib.clock import branch_day, day_bounds
from clinic.lib.money import ZERO
from clinic.lib.templatetags.house import money
from clinic.scheduling import queries as scheduling
from clinic.scheduling import rules
from clinic.scheduling.models import Appointment
from clinic.staff.models import Branch, User

DAYS = 14
MISSED_BACK = timedelta(days=30)
DEBT_AGE = timedelta(days=365)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class PersonLoad:
    """One person's day: visits, hours of work and how full they are."""

    name: str
    visits: int
    hours: float
    percent: int


@dataclass(frozen=True)
class ManagerDesk:
    """Two weeks of the branch in figures."""

    seal: Status
    load: plot.Plot
    load_today: int | None
    received: plot.Plot
    received_today: Decimal
    received_month: Decimal
    missed_percent: int
    missed: int
    owed: Sequence[DebtTotal]
    people: Sequence[PersonLoad]


def build(user: User, branch: Branch, at: datetime) -> ManagerDesk:
    today = branch_day(at, branch.time_zone)
    days = [today - DAY * back for back in reversed(range(DAYS))]
    worked, booked = _spans(branch, days)
    load = _percents(_by_day(worked, branch), _by_day(booked, branch))
    received = _received(branch, min(days[0], today.replace(day=1)))
    missed, percent = _missed(branch, at)
    return ManagerDesk(
        seal=status(at),
        load=_load_plot(days, load),
        load_today=load.get(today),
        received=_received_plot(days, received, branch.currency),
        received_today=received.get(today, ZERO),
        received_month=sum((amount for day, amount in received.items() if day >= today.replace(day=1)), ZERO),
        missed=missed,
        missed_percent=percent,
        owed=debts.totals(debts.Scope(today, [branch], at - DEBT_AGE)),
        people=_people(*([span for span in spans if branch_day(span.start, branch.time_zone) == today] for spans in (worked, booked))),
    )


@dataclass(frozen=True)
class _Stretch:
    """Time that one person works, or is booked for."""

    person: UUID
    name: str
    start: datetime
    end: datetime

    @property
    def minutes(self) -> float:
        return (self.end - self.start).total_seconds() / 60


def _spans(branch: Branch, days: Sequence[date]) -> tuple[list[_Stretch], list[_Stretch]]:
    """Shifts of those who treat, and what they are booked for."""
    start, end = day_bounds(days[0], branch.time_zone)[0], day_bounds(days[-1], branch.time_zone)[1]
    shifts = scheduling.shifts_of_carers(branch, start, end)
    booked = Appointment.objects.filter(branch=branch).during(start, end).standing().select_related("dentist")
    return (
        [_Stretch(shift.user_id, str(shift.user), shift.starts_at, shift.ends_at) for shift in shifts],
        [_Stretch(visit.dentist_id, str(visit.dentist), visit.starts_at, visit.ends_at) for visit in booked],
    )


def _by_day(spans: Iterable[_Stretch], branch: Branch) -> dict[date, float]:
    found: dict[date, float] = defaultdict(float)
    for span in spans:
        found[branch_day(span.start, branch.time_zone)] += span.minutes
    return found


def _percents(worked: dict[date, float], taken: dict[date, float]) -> dict[date, int]:
    """Booked minutes in a hundred worked ones, for the days on which somebody works."""
    return {day: round(100 * taken.get(day, 0) / minutes) for day, minutes in worked.items() if minutes}


def _people(worked: Sequence[_Stretch], booked: Sequence[_Stretch]) -> list[PersonLoad]:
    names = {span.person: span.name for span in [*worked, *booked]}
    found = []
    for person, name in sorted(names.items(), key=lambda item: item[1]):
        visits = [span for span in booked if span.person == person]
        minutes = sum(span.minutes for span in worked if span.person == person)
        percent = round(100 * sum(span.minutes for span in visits) / minutes) if minutes else 0
        found.append(PersonLoad(name, len(visits), minutes / 60, percent))
    return found


def _received(branch: Branch, since: date) -> dict[date, Decimal]:
    payments = Payment.objects.filter(branch=branch, currency=branch.currency, received_at__gte=day_bounds(since, branch.time_zone)[0])
    rows = payments.annotate(day=TruncDate("received_at", tzinfo=ZoneInfo(branch.time_zone))).order_by().values("day").annotate(total=Sum("amount"))
    return {row["day"]: row["total"] for row in rows}


def _missed(branch: Branch, at: datetime) -> tuple[int, int]:
    """How many did not come in the last month, and in a hundred."""
    past = Appointment.objects.filter(branch=branch, starts_at__range=(at - MISSED_BACK, at)).exclude(state=rules.CANCELLED)
    counts = past.aggregate(all=Count("pk"), missed=Count("pk", filter=Q(state=rules.NO_SHOW)))
    return counts["missed"], round(100 * counts["missed"] / counts["all"]) if counts["all"] else 0


def _load_plot(days: Sequence[date], load: dict[date, int]) -> plot.Plot:
    titles = [f"{date_format(day, 'SHORT_DATE_FORMAT')}: {load.get(day, 0)} %" for day in days]
    return plot.columns([load.get(day, 0) for day in days], [str(day.day) for day in days], titles, top=100)


def _received_plot(days: Sequence[date], received: dict[date, Decimal], currency: str) -> plot.Plot:
    titles = [f"{date_format(day, 'SHORT_DATE_FORMAT')}: {money(received.get(day, ZERO), currency)}" for day in days]
    return plot.columns([float(received.get(day, ZERO)) for day in days], [str(day.day) for day in days], titles)
