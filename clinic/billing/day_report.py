"""The cash report of a branch day, on paper: sums, payments, and the signed state of history at its end, which makes the paper a witness."""

import base64
from dataclasses import dataclass
from datetime import date

import segno

from clinic.billing import debts
from clinic.history.actions import record_taken
from clinic.history.verification import status
from clinic.lib import pdf
from clinic.lib.clock import day_bounds
from clinic.lib.money import ZERO
from clinic.staff.models import Branch

FIRST_DAY = date(2000, 1, 1)


@dataclass(frozen=True)
class Seal:
    """The newest checkpoint of the day: whoever alters the past later cannot make it agree with this paper again."""

    size: int
    root: str
    qr: str


def seal_of(branch: Branch, day: date) -> Seal | None:
    found = status.checkpoint_before(day_bounds(day, branch.time_zone)[1])
    if found is None:
        return None
    return Seal(found.size, base64.b64encode(found.root).decode(), segno.make(found.note, error="m").svg_data_uri(scale=3, border=1))


def take(branch: Branch, day: date) -> bytes:
    """The report as it goes out of the house; whose payments it names stands in history."""
    people = {key for payment in debts.payments_of_day(branch, day) for key in (payment.patient_id, payment.payer_id) if key}
    record_taken(what="billing_day_report", patient_ids=people, body={"branch": str(branch.pk), "day": day.isoformat()})
    return render(branch, day)


def render(branch: Branch, day: date) -> bytes:
    """The report as PDF in the branch's language."""
    receipts = debts.receipts_by_method(branch, day)
    context = {
        "branch": branch,
        "day": day,
        "receipts": receipts,
        "net": sum((line.net for line in receipts), ZERO),
        "payments": debts.payments_of_day(branch, day).reverse(),
        "seal": seal_of(branch, day),
    }
    return pdf.render("billing/day_report.html", context, language=branch.language)
