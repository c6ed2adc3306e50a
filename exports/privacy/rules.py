"""How long records must be kept and how soon a request is answered: dated rules as data, decisions as pure functions."""

import calendar
from datetime import date, timedelta

from clinic.history.retention import RETENTION, Retention

DEADLINES = {("FR", "access"): 8, ("FR", "looks"): 8, ("RU", ""): 30}
"""Days from the receipt; every other request is answered within a month."""


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


def due_date(country: str, kind: str, received: date) -> date:
    """The last day for the answer."""
    days = DEADLINES.get((country, kind)) or DEADLINES.get((country, ""))
    return received + timedelta(days=days) if days else add_months(received, 1)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
