"""How long the law wants records to be kept: dated rules as data. The database holds the same rows and refuses by them."""

from dataclasses import dataclass
from datetime import date

MEDICAL, ACCOUNTING = "medical", "accounting"


@dataclass(frozen=True)
class Retention:
    """Records of a kind are kept so many years after the last of them; those of a minor at least until that birthday."""

    country: str
    kind: str
    years: int
    valid_from: date
    source: str
    minor_until_age: int = 0


RETENTION = (
    Retention("RU", MEDICAL, 25, date(2015, 12, 7), "Форма 043/у: письмо Минздрава России от 07.12.2015 № 13-2/1538"),
    Retention("RU", ACCOUNTING, 5, date(2013, 1, 1), "Федеральный закон № 402-ФЗ, ст. 29"),
    Retention("FR", MEDICAL, 20, date(2007, 1, 5), "Code de la santé publique, art. R. 1112-7", minor_until_age=28),
    Retention("FR", ACCOUNTING, 10, date(2000, 9, 21), "Code de commerce, art. L. 123-22"),
    Retention("", MEDICAL, 25, date(2000, 1, 1), "the longest of the known rules", minor_until_age=28),
    Retention("", ACCOUNTING, 10, date(2000, 1, 1), "the longest of the known rules"),
)
"""A country without rules of its own takes those of no country. A new rule is a row here and a migration that adds it."""
