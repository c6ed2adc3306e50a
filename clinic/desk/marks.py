"""What the diary and the desks must say beside a patient's name: danger, debt, missing laboratory work, first visit, insurer."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.billing import queries as billing
from clinic.lib.templatetags.house import money
from clinic.patients.models import Alert, AlertSeverity
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from clinic.staff.roles import Permission
from insurance.models import Policy
from lab_orders import queries as lab_orders
from lab_orders.models import LabOrder
from lab_orders.rules import OUT

ICONS = {"alert": "triangle-alert", "debt": "wallet", "lab": "flask-conical", "new": "user-plus", "insurance": "shield-check"}
Texts = dict[UUID, str]
FITTING_NEAR = timedelta(days=2)


@dataclass(frozen=True)
class Mark:
    """One thing to know, by kind (for its icon and colour) and in words."""

    kind: str
    text: str

    @property
    def icon(self) -> str:
        return ICONS[self.kind]


def marks_of(appointments: Sequence[Appointment], *, user: User, day: date) -> dict[UUID, list[Mark]]:
    """Marks by appointment, as far as this person may know; the gravest first, in a fixed number of queries."""
    patients = {appointment.patient_id for appointment in appointments}
    sources: list[tuple[str, Permission, Callable[[], Texts]]] = [
        ("alert", Permission.PATIENT_VIEW, lambda: _alerts(patients, in_words=user.may(Permission.CLINICAL_VIEW))),
        ("debt", Permission.MONEY_VIEW, lambda: _debts(patients)),
        ("lab", Permission.LAB_VIEW, lambda: {patient: text for (patient, _day), text in lab_words((key, day) for key in patients).items()}),
        ("insurance", Permission.INSURANCE_VIEW, lambda: _insurers(patients, day)),
    ]
    found = [(kind, read()) for kind, permission, read in sources if patients and user.may(permission)]
    return {appointment.pk: _of_one(appointment, found) for appointment in appointments}


def alert_words(alert: Alert) -> str:
    """`Allergy: lidocaine`."""
    return alert.words


def balance_words(account: dict[str, object]) -> str:
    """What is owed in each currency: `4 500,00 ₽ · 20,00 €`."""
    return " · ".join(money(amount, currency) for currency, amount in sorted(account.items()) if amount > 0)  # type: ignore[arg-type, operator]


def _of_one(appointment: Appointment, found: Iterable[tuple[str, Texts]]) -> list[Mark]:
    marks = [Mark(kind, texts[appointment.patient_id]) for kind, texts in found if appointment.patient_id in texts]
    return [*marks, Mark("new", _("first visit"))] if appointment.is_first else marks


def _alerts(patients: set[UUID], *, in_words: bool) -> Texts:
    grave = Alert.objects.filter(patient__in=patients, ended_at=None).exclude(severity=AlertSeverity.INFO)
    words: dict[UUID, list[str]] = defaultdict(list)
    for alert in grave.order_by("severity", "recorded_at"):
        words[alert.patient_id].append(alert_words(alert))
    return {patient: "; ".join(texts) if in_words else _("medical alert: ask the dentist") for patient, texts in words.items()}


def _debts(patients: set[UUID]) -> Texts:
    accounts = billing.balances(list(patients))
    owed = {patient: balance_words(dict(account)) for patient, account in accounts.items()}
    return {patient: _("owes %(amount)s") % {"amount": text} for patient, text in owed.items() if text}


def lab_words(visits: Iterable[tuple[UUID, date]]) -> dict[tuple[UUID, date], str]:
    """What laboratory work of a patient will be missing on the day of a visit: not back, or written down and never sent.

    An order never sent is told of when its work is due by that day or within `FITTING_NEAR` after it; one that is due later has a later visit.
    """
    asked = set(visits)
    orders = lab_orders.work_not_back({patient for patient, _day in asked})
    missing = {visit: [order for order in orders.get(visit[0], ()) if _is_missing(order, visit[1])] for visit in asked}
    return {visit: _said_of(found[0]) for visit, found in missing.items() if found}


def _is_missing(order: LabOrder, day: date) -> bool:
    return order.state in OUT or order.due_date <= day + FITTING_NEAR


def _said_of(order: LabOrder) -> str:
    words = _("%(lab)s: work not back, due %(day)s") if order.state in OUT else _("%(lab)s: order never sent, due %(day)s")
    return words % {"lab": order.lab.name, "day": date_format(order.due_date, "SHORT_DATE_FORMAT")}


def _insurers(patients: set[UUID], day: date) -> Texts:
    policies = Policy.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), patient__in=patients, valid_from__lte=day)
    rows = policies.order_by("-priority").values_list("patient", "programme__insurer__name")
    return dict(rows)
