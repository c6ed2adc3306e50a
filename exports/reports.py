"""Reports over a period: revenue, visits, where patients come from, what becomes of plans. One query each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, DateField, Func, Q, QuerySet, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinic.billing.models import Charge
from clinic.patients.models import Patient
from clinic.price_list.models import Category
from clinic.scheduling.models import Appointment
from clinic.staff.models import Branch
from exports.queries import Period
from exports.tables import Table
from treatment_plans.models import AlternativeState, Plan


@dataclass(frozen=True)
class Scope:
    """What a report is about: days in these branches, each on its own wall clock, so that the branches add up to the whole."""

    period: Period
    branches: Sequence[Branch]

    def of(self, rows: QuerySet[Any], moment: str) -> QuerySet[Any]:
        """The rows of the branches whose `moment` lies in the period."""
        zones = {branch.time_zone for branch in self.branches}
        wanted = [self._in_zone(zone, moment) for zone in sorted(zones)]
        return rows.filter(reduce(or_, wanted)) if wanted else rows.none()

    def _in_zone(self, zone: str, moment: str) -> Q:
        start, end = self.period.bounds(zone)
        inside = Q(branch__in=[branch.pk for branch in self.branches if branch.time_zone == zone])
        inside &= Q(**{f"{moment}__gte": start}) if start else Q()
        return inside & (Q(**{f"{moment}__lt": end}) if end else Q())


class BranchMonth(Func):
    """The first day of the month in which an instant lies on the wall clock of its row's branch."""

    template = "date_trunc('month', %(expressions)s)::date"
    arg_joiner = " AT TIME ZONE "
    output_field = DateField()


def revenue_by_month(scope: Scope) -> Table:
    """Charges less reversals, by the month of their branch in which they were posted."""
    month = BranchMonth("posted_at", "branch__time_zone")
    found = _charges(scope).annotate(month=month).values("month", "currency").annotate(count=_FORWARD, amount=Sum("amount"))
    rows = [
        (date_format(row["month"], "F Y", use_l10n=False), row["currency"], row["count"], row["amount"])
        for row in found.order_by("month", "currency")
    ]
    return _revenue("revenue-by-month", _("Revenue by month"), _("Month"), rows)


def revenue_by_dentist(scope: Scope) -> Table:
    """Charges less reversals, by who did the work."""
    found = _charges(scope).values(*_named("performance__performer"), "currency").annotate(count=_FORWARD, amount=Sum("amount"))
    rows = [(_name(row, "performance__performer"), row["currency"], row["count"], row["amount"]) for row in found.order_by("currency", "-amount")]
    return _revenue("revenue-by-dentist", _("Revenue by dentist"), _("Dentist"), rows)


def revenue_by_category(scope: Scope) -> Table:
    """Charges less reversals, by the category of the service."""
    found = _charges(scope).values("service__category", "currency").annotate(count=_FORWARD, amount=Sum("amount"))
    names = dict(Category.choices)
    rows = [
        (str(names.get(row["service__category"], row["service__category"])), row["currency"], row["count"], row["amount"])
        for row in found.order_by("currency", "-amount")
    ]
    return _revenue("revenue-by-category", _("Revenue by category"), _("Category"), rows)


_FORWARD = Count("pk", filter=Q(reverses=None))


def _charges(scope: Scope) -> QuerySet[Any]:
    return scope.of(Charge.objects.all(), "posted_at").order_by()


def _revenue(slug: str, title: str, heading: str, rows: Sequence[tuple[object, ...]]) -> Table:
    return Table(slug, title, (heading, _("Currency"), _("Procedures"), _("Amount")), rows, bar=3, unit=1)


def visits_by_dentist(scope: Scope) -> Table:
    """Appointments by what became of them."""
    counts = {state: Count("pk", filter=Q(state=state)) for state in ("done", "no_show", "cancelled")}
    found = scope.of(Appointment.objects.all(), "starts_at").order_by().values(*_named("dentist")).annotate(total=Count("pk"), **counts)
    rows = [
        (_name(row, "dentist"), row["total"], row["done"], row["no_show"], row["cancelled"], _share(row["no_show"], row["done"] + row["no_show"]))
        for row in found.order_by("-total", "dentist__last_name")
    ]
    headings = (_("Dentist"), _("Appointments"), pgettext("visits", "Done"), _("Did not come"), _("Cancelled"), _("Share that did not come"))
    return Table("visits-by-dentist", _("Visits and no-shows by dentist"), headings, rows, bar=1)


def patients_by_source(scope: Scope) -> Table:
    """Patients registered in the period, by how they came to know of the clinic."""
    found = scope.of(Patient.objects.all(), "created_at").order_by().values("source__name").annotate(total=Count("pk"))
    rows = [(row["source__name"] or pgettext("source", "not stated"), row["total"]) for row in found.order_by("-total", "source__name")]
    return Table("patients-by-source", _("New patients by source"), (_("Source"), _("New patients")), rows, bar=1)


def plan_conversion(scope: Scope) -> Table:
    """Plans made in the period: how many were shown to the patient and how many accepted. Unplanned acts are left out."""
    plans = scope.of(Plan.objects.filter(is_emergency=False), "created_at").order_by()
    found = plans.values(*_named("dentist")).annotate(
        total=Count("pk", distinct=True),
        shown=Count("pk", filter=~Q(alternatives__state=AlternativeState.DRAFT) & Q(alternatives__isnull=False), distinct=True),
        accepted=Count("pk", filter=Q(alternatives__state=AlternativeState.ACCEPTED), distinct=True),
    )
    rows = [
        (_name(row, "dentist"), row["total"], row["shown"], row["accepted"], _share(row["accepted"], row["total"]))
        for row in found.order_by("-total", "dentist__last_name")
    ]
    headings = (_("Dentist"), _("Plans"), _("Shown to the patient"), _("Accepted"), _("Share accepted"))
    return Table("plan-conversion", _("Plans accepted"), headings, rows, bar=3)


def _named(link: str) -> tuple[str, ...]:
    return link, f"{link}__last_name", f"{link}__first_name", f"{link}__patronymic"


def _name(row: dict[str, Any], link: str) -> str:
    return " ".join(str(part) for part in (row[f"{link}__last_name"], row[f"{link}__first_name"], row[f"{link}__patronymic"]) if part)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


REPORTS: dict[str, Callable[[Scope], Table]] = {
    "revenue-by-month": revenue_by_month,
    "revenue-by-dentist": revenue_by_dentist,
    "revenue-by-category": revenue_by_category,
    "visits-by-dentist": visits_by_dentist,
    "patients-by-source": patients_by_source,
    "plan-conversion": plan_conversion,
}


def all_reports(scope: Scope) -> Iterable[Table]:
    """Every report, in the order of the page."""
    return [report(scope) for report in REPORTS.values()]
