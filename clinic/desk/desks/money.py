"""Accounts: what came in today, what is unpaid, what is not allocated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from clinic.billing import debts, queries
from clinic.billing.debts import Debt, DebtTotal, MethodTotal
from clinic.billing.models import Payment
from clinic.billing.queries import OpenPayment
from clinic.lib.clock import branch_day
from clinic.lib.money import ZERO
from clinic.staff.models import Branch, User

DEBT_AGE = timedelta(days=365)
ADVANCE_AGE = timedelta(days=90)
SHOWN = 10


@dataclass(frozen=True)
class MoneyDesk:
    """The differences of today."""

    methods: Sequence[MethodTotal]
    debts: Sequence[Debt]
    owed: Sequence[DebtTotal]
    advances: Sequence[OpenPayment]
    today: date

    @property
    def net(self) -> Decimal:
        """Received less given back today."""
        return sum((method.net for method in self.methods), ZERO)

    @property
    def free(self) -> Decimal:
        """What of the shown payments settles nothing yet."""
        return sum((payment.free for payment in self.advances), ZERO)


def build(user: User, branch: Branch, at: datetime) -> MoneyDesk:
    today = branch_day(at, branch.time_zone)
    recent = Payment.objects.filter(branch=branch, currency=branch.currency, received_at__gte=at - ADVANCE_AGE)
    return MoneyDesk(
        methods=debts.receipts_by_method(branch, today),
        debts=debts.debts(debts.Scope(today, [branch], at - DEBT_AGE), limit=SHOWN),
        owed=debts.totals(debts.Scope(today, [branch], at - DEBT_AGE)),
        advances=queries.newest_advances(recent, limit=SHOWN),
        today=today,
    )
