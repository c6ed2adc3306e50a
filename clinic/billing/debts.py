"""Who owes the clinic how much and since when, and what was received in a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any, overload
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinic.billing.models import Method, Payment
from clinic.history.actions import record_taken
from clinic.lib import sheets
from clinic.lib.clock import day_bounds
from clinic.lib.money import ZERO
from clinic.patients.messages import CUT
from clinic.patients.search import is_cut
from clinic.staff.models import Branch

LONGEST_LIST = 10_000


@dataclass(frozen=True)
class Debt:
    """What one patient owes in one currency, by age, who pays when it is another, and the advance that stands against it."""

    patient_id: UUID
    card_number: int
    name: str
    payer: str
    currency: str
    oldest_date: date
    owed: Decimal
    recent: Decimal
    month_old: Decimal
    two_months_old: Decimal
    oldest: Decimal
    advance: Decimal

    @property
    def by_age(self) -> tuple[Decimal, ...]:
        """The debt up to 30, 60 and 90 days old, and older."""
        return self.recent, self.month_old, self.two_months_old, self.oldest

    @property
    def is_old(self) -> bool:
        """Whether a part of it is older than 90 days."""
        return self.oldest > 0


# Only what is open is read, however many charges were ever posted. With %(since)s only recent charges count.
OWED = """
WITH due AS (
  SELECT o.patient_id, o.currency, o.amount, d.day, %(today)s::date - d.day AS age
  FROM billing_openamount o JOIN staff_branch b ON b.id = o.branch_id
  CROSS JOIN LATERAL (SELECT (o.posted_at AT TIME ZONE b.time_zone)::date AS day) d
  WHERE o.amount > 0 AND o.branch_id = ANY(%(branches)s::uuid[]) AND (%(since)s::timestamptz IS NULL OR o.posted_at >= %(since)s)
    AND (%(patients)s::uuid[] IS NULL OR o.patient_id = ANY(%(patients)s))),
owed AS (
  SELECT patient_id, currency, min(day) AS oldest, sum(amount) AS total,
    coalesce(sum(amount) FILTER (WHERE age <= 30), 0) AS a, coalesce(sum(amount) FILTER (WHERE age BETWEEN 31 AND 60), 0) AS b,
    coalesce(sum(amount) FILTER (WHERE age BETWEEN 61 AND 90), 0) AS c, coalesce(sum(amount) FILTER (WHERE age > 90), 0) AS d
  FROM due GROUP BY patient_id, currency)"""
TOTALS = """
SELECT currency, sum(total), sum(a), sum(b), sum(c), sum(d), count(*) FROM owed GROUP BY currency ORDER BY currency"""
DEBTS = """,
longest AS (
  SELECT * FROM owed WHERE %(after_owed)s::numeric IS NULL
    OR (-total, patient_id, currency) > (-%(after_owed)s::numeric, %(after_patient)s::uuid, %(after_currency)s::text)
  ORDER BY total DESC, patient_id, currency LIMIT %(limit)s OFFSET %(offset)s)
SELECT p.id, p.card_number, concat_ws(' ', p.last_name, p.first_name, nullif(p.patronymic, '')),
  coalesce((SELECT coalesce(concat_ws(' ', f.last_name, f.first_name, nullif(f.patronymic, '')), '') || r.name
            FROM patients_relation r LEFT JOIN patients_patient f ON f.id = r.related_patient_id
            WHERE r.patient_id = p.id AND r.is_payer AND r.ended_at IS NULL ORDER BY r.created_at, r.id LIMIT 1), ''),
  o.currency, o.oldest, o.total, o.a, o.b, o.c, o.d,
  coalesce((SELECT sum(y.amount) FROM billing_payment y WHERE y.patient_id = p.id AND y.currency = o.currency), 0)
  - coalesce((SELECT sum(l.amount) FROM billing_allocation l JOIN billing_payment y ON y.id = l.payment_id
              WHERE l.patient_id = p.id AND y.currency = o.currency), 0)
FROM longest o JOIN patients_patient p ON p.id = o.patient_id
ORDER BY o.total DESC, p.id, o.currency
"""


@dataclass(frozen=True)
class Position:
    """A place in the list, just after this debt."""

    owed: Decimal
    patient_id: UUID
    currency: str


@dataclass(frozen=True)
class Scope:
    """Whose debts: of these branches' charges; when given, only of charges since an instant, of these patients, after a place in the list."""

    today: date
    branches: Sequence[Branch]
    since: datetime | None = None
    patients: Sequence[UUID] | None = None
    after: Position | None = None

    @property
    def is_cut(self) -> bool:
        """Whether more people match the typed line than were looked through."""
        return self.patients is not None and is_cut(self.patients)

    @property
    def parameters(self) -> dict[str, Any]:
        patients, after = None if self.patients is None else list(self.patients), self.after
        place = {"after_owed": after and after.owed, "after_patient": after and after.patient_id, "after_currency": after and after.currency}
        return {"today": self.today, "branches": [branch.pk for branch in self.branches], "since": self.since, "patients": patients, **place}


def debts(scope: Scope, *, limit: int = LONGEST_LIST, offset: int = 0) -> list[Debt]:
    """Patients who owe, the largest debt first."""
    with connection.cursor() as cursor:
        cursor.execute(OWED + DEBTS, {**scope.parameters, "limit": limit, "offset": offset})
        rows = cursor.fetchall()
    return [Debt(*row) for row in rows]


class DebtList(Sequence[Debt]):
    """The debts as a paginator takes them: counted by their totals, read a page at a time."""

    def __init__(self, scope: Scope, totals: Sequence["DebtTotal"]) -> None:
        self.scope = scope
        self.length = sum(total.people for total in totals)

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, wanted: int) -> Debt: ...
    @overload
    def __getitem__(self, wanted: slice) -> list[Debt]: ...
    def __getitem__(self, wanted: int | slice) -> Debt | list[Debt]:
        if isinstance(wanted, int):
            return debts(self.scope, limit=1, offset=wanted)[0]
        start, stop, _step = wanted.indices(self.length)
        return debts(self.scope, limit=max(0, stop - start), offset=start)


@dataclass(frozen=True)
class DebtTotal:
    """All debts in one currency; money of different currencies is never added."""

    currency: str
    owed: Decimal
    by_age: tuple[Decimal, ...]
    people: int


def totals(scope: Scope) -> list[DebtTotal]:
    """The sums of what `debts` lists, of its whole length."""
    with connection.cursor() as cursor:
        cursor.execute(OWED + TOTALS, scope.parameters)
        rows = cursor.fetchall()
    return [DebtTotal(currency, owed, tuple(ages), people) for currency, owed, *ages, people in rows]


@dataclass(frozen=True)
class MethodTotal:
    """Money of one day by one method."""

    method: Method
    received: Decimal
    refunded: Decimal
    count: int

    @property
    def net(self) -> Decimal:
        return self.received - self.refunded


def payments_of_day(branch: Branch, day: date) -> QuerySet[Payment]:
    """Receipts and refunds of a branch day, the latest first."""
    start, end = day_bounds(day, branch.time_zone)
    return (
        Payment.objects.filter(branch=branch, received_at__gte=start, received_at__lt=end, currency=branch.currency)
        .select_related("patient", "received_by", "payer")
        .order_by("-received_at", "-pk")
    )


def receipts_by_method(branch: Branch, day: date) -> list[MethodTotal]:
    """What came in and went out in a branch day by each method, those without money included."""
    rows = (
        payments_of_day(branch, day)
        .order_by()
        .values("method")
        .annotate(received=Sum("amount", filter=Q(refunds=None)), refunded=Sum("amount", filter=Q(refunds__isnull=False)), count=Count("pk"))
    )
    found = {row["method"]: MethodTotal(Method(row["method"]), row["received"] or ZERO, -(row["refunded"] or ZERO), row["count"]) for row in rows}
    return [found.get(method.value, MethodTotal(method, ZERO, ZERO, 0)) for method in Method]


def take_debts(scope: Scope) -> bytes:
    """The list of debts as a workbook that goes out of the house; whose debts it holds stands in history."""
    found = debts(scope)
    record_taken(what="billing_unpaid", patient_ids=(debt.patient_id for debt in found), body={"here": len(scope.branches) == 1})
    more = _("These are the 10,000 largest debts; there are more.") if len(found) == LONGEST_LIST else ""
    return debts_xlsx(found, note=str(CUT) if scope.is_cut else more)


def debts_xlsx(found: Iterable[Debt], *, note: str = "") -> bytes:
    """The list of debts as a workbook, with a note below when there is one."""
    ages = [_("Up to 30 days"), "31–60", "61–90", _("Over 90 days")]
    headings = [_("Card"), _("Patient"), _("Payer"), _("Currency"), _("Oldest debt"), pgettext("money", "Owed"), *ages, _("Advance")]
    rows = (
        [debt.card_number, debt.name, debt.payer or debt.name, debt.currency, debt.oldest_date, debt.owed, *debt.by_age, debt.advance]
        for debt in found
    )
    return sheets.workbook(_("Unpaid"), headings, chain(rows, [[note]] if note else []))
