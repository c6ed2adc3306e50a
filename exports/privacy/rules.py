"""How long records must be kept and how soon a request is answered: dated rules as data, decisions as pure functions."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from clinic.history.retention import RETENTION, Retention


@dataclass(frozen=True)
class Deadline:
    """Requests of a kind are answered within so many days, or months, after the day of their receipt; the day itself does not count."""

    country: str
    kind: str
    valid_from: date
    source: str
    days: int = 0
    months: int = 0


DEADLINES = (
    Deadline("FR", "access", date(2002, 3, 5), "Code de la santé publique, art. L. 1111-7", days=8),
    Deadline("FR", "looks", date(2002, 3, 5), "Code de la santé publique, art. L. 1111-7", days=8),
    Deadline("RU", "", date(2007, 1, 26), "Федеральные законы № 59-ФЗ, ст. 12, и № 152-ФЗ, ст. 21", days=30),
    Deadline("", "", date(2018, 5, 25), "RGPD / GDPR, art. 12 (3)", months=1),
)
"""A country's own rule for the kind goes before its rule for every kind (""), and that before the one of no country. A new law is a row here."""


def retention(country: str, kind: str, day: date) -> Retention:
    """The rule in force on the day; a country without rules of its own takes the longest."""
    known = [rule for rule in RETENTION if rule.kind == kind and rule.valid_from <= day]
    own = [rule for rule in known if rule.country == country] or [rule for rule in known if not rule.country]
    return max(own, key=lambda rule: rule.valid_from)


def keep_until(rule: Retention, last: date, birth: date | None) -> date:
    """The last day on which the records must stand."""
    until = add_months(last, 12 * rule.years)
    if rule.minor_until_age and birth and last < add_months(birth, 12 * 18):
        until = max(until, add_months(birth, 12 * rule.minor_until_age))
    return until


def deadline(country: str, kind: str, received: date) -> Deadline:
    """The rule by which a request received on that day is answered; before the first rule of all, that one."""
    fitting = [rule for rule in DEADLINES if rule.country in (country, "") and rule.kind in (kind, "")]
    known = [rule for rule in fitting if rule.valid_from <= received] or [rule for rule in fitting if not rule.country]
    return max(known, key=lambda rule: (rule.country, rule.kind, rule.valid_from))


def due_date(country: str, kind: str, received: date) -> date:
    """The last day for the answer; a month that has no such day ends on its last one (Regulation (EEC) 1182/71, art. 3 (2) c)."""
    rule = deadline(country, kind, received)
    return add_months(received, rule.months) + timedelta(days=rule.days)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
