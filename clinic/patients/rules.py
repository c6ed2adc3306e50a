"""Decisions about people's numbers, dates and words, on plain values."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import phonenumbers
from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.fr import nir

ADULT_AT = 18
OLDEST_AGE = 125
SEPARATORS = re.compile(r"[\s.\-‐‑‒–—−/№]+")
LATIN_TWINS = str.maketrans("АВ", "AB")
"""Cyrillic letters that a Russian keyboard gives for the departments of Corsica."""


class Refused(ValueError):
    """A value that the rules do not allow; `code` names the rule."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def normalise_phone(text: str, region: str) -> str:
    """The phone in E.164 form; a number without a country code is read as one of `region`.

    :raises Refused: phone
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise Refused("phone") from error
    if number.extension or not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        raise Refused("phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=4096)
def format_phone(value: str) -> str:
    """An E.164 phone as people read it; anything else unchanged."""
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(value), phonenumbers.PhoneNumberFormat.INTERNATIONAL))
    except phonenumbers.NumberParseException:
        return value


def normalise_email(text: str) -> str:
    """The address without surrounding space, its domain in lower case.

    :raises Refused: email
    """
    local, at, domain = text.strip().rpartition("@")
    if not at or len(text) > 254 or not re.fullmatch(r"[^\s@<>\"',;]+", local) or not re.fullmatch(r"([\w-]+\.)+[\w-]{2,}", domain):
        raise Refused("email")
    return f"{local}@{domain.lower()}"


def normalise_identifier(kind: str, number: str) -> str:
    """The number without separators, checked as its kind demands.

    :raises Refused: snils, snils_check, oms, oms_check, ru_passport, nir, nir_key, foreign_passport, insurance_card
    """
    return IDENTIFIERS[kind](SEPARATORS.sub("", number).upper())


def _snils(number: str) -> str:
    if not re.fullmatch(r"[0-9]{11}", number):
        raise Refused("snils")
    control = sum(int(digit) * weight for digit, weight in zip(number, range(9, 0, -1), strict=False)) % 101 % 100
    if (int(number[:9]) > 1001998 and control != int(number[9:])) or not int(number):
        raise Refused("snils_check")
    return number


def _oms(number: str) -> str:
    if not re.fullmatch(r"[0-9]{16}", number):
        raise Refused("oms")
    if not luhn.is_valid(number) or not int(number):
        raise Refused("oms_check")
    return number


def _nir(number: str) -> str:
    number = number.translate(LATIN_TWINS)
    if not re.fullmatch(r"[1-478][0-9]{4}[0-9][0-9AB][0-9]{8}", number):
        raise Refused("nir")
    try:
        return str(nir.validate(number))
    except ValidationError as error:
        raise Refused("nir_key") from error


def _matching(code: str, pattern: str) -> Callable[[str], str]:
    def check(number: str) -> str:
        if not re.fullmatch(pattern, number):
            raise Refused(code)
        return number

    return check


IDENTIFIERS: dict[str, Callable[[str], str]] = {
    "snils": _snils,
    "oms": _oms,
    "ru_passport": _matching("ru_passport", r"[0-9]{10}"),
    "nir": _nir,
    "foreign_passport": _matching("foreign_passport", r"(?=.*[0-9])[0-9A-Z]{5,15}"),
    "insurance_card": _matching("insurance_card", r"(?=.*[0-9])[0-9A-Z]{4,40}"),
}


def format_identifier(kind: str, number: str) -> str:
    """The number in the groups in which it is printed."""
    groups = {"snils": (3, 3, 3, 2), "oms": (4, 4, 4, 4), "ru_passport": (2, 2, 6), "nir": (1, 2, 2, 2, 3, 3, 2)}.get(kind)
    if not groups or sum(groups) != len(number):
        return number
    parts, start = [], 0
    for size in groups:
        parts.append(number[start : start + size])
        start += size
    return " ".join(parts)


def check_birth_date(born: date, today: date) -> None:
    """:raises Refused: born_future, born_long_ago"""
    if born > today:
        raise Refused("born_future")
    if today.year - born.year > OLDEST_AGE:
        raise Refused("born_long_ago")


def age_on(born: date | None, day: date) -> int | None:
    """Whole years on a day; None when the birth date is unknown."""
    return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_minor(born: date | None, today: date) -> bool:
    """Below eighteen on that day; an unknown birth date does not make a minor."""
    age = age_on(born, today)
    return age is not None and age < ADULT_AT


MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan янв",
            "feb fev fév фев",
            "mar мар",
            "apr avr апр",
            "may mai май мая",
            "jun juin июн",
            "jul juil июл",
            "aug aou aoû авг",
            "sep сен",
            "oct окт",
            "nov ноя",
            "dec déc дек",
        ),
        start=1,
    )
    for name in names.split()
}
ORDINAL = "(?:er|st|nd|rd|th)?"
DAY_FIRST = re.compile(r"(\d{1,2})[./\-\s](\d{1,2})[./\-\s](\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})[.\-/](\d{1,2})[.\-/](\d{1,2})")
IN_WORDS = re.compile(rf"(\d{{1,2}}){ORDINAL}[\s.-]+([^\W\d]{{3,}})\.?,?[\s.-]+(\d{{4}}|\d{{2}})", re.IGNORECASE)
MONTH_FIRST = re.compile(rf"([^\W\d]{{3,}})\.?\s+(\d{{1,2}}){ORDINAL},?\s+(\d{{4}})", re.IGNORECASE)
AFTER_DATE = re.compile(r"(?:[T ]0?0:00(?::00)?(?:\.0+)?|(?<=\d)\s*(?:г\.?|года))$", re.IGNORECASE)
OLDEST_YEAR = 1850


def parse_date(text: str, today: date) -> date | None:
    """A date as people of the three languages write it, day before month; a year of two digits is never in the future."""
    text = AFTER_DATE.sub("", text.strip())
    if re.fullmatch(r"[0-9]{8}", text):
        return _of_eight_digits(text, today)
    if found := YEAR_FIRST.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := DAY_FIRST.fullmatch(text):
        return _of_short_year(found[3], int(found[2]), int(found[1]), today)
    if found := IN_WORDS.fullmatch(text):
        return _in_words(found[1], found[2], found[3], today)
    if found := MONTH_FIRST.fullmatch(text):
        return _in_words(found[2], found[1], found[3], today)
    return None


def _of_eight_digits(text: str, today: date) -> date | None:
    """`19850314`, or else `14031985`: hardly any eight digits are both."""
    for year, month, day in ((text[:4], text[4:6], text[6:]), (text[4:], text[2:4], text[:2])):
        if OLDEST_YEAR <= int(year) <= today.year and (found := _date(int(year), int(month), int(day))):
            return found
    return None


def _in_words(day: str, month: str, year: str, today: date) -> date | None:
    number = _month(month.lower())
    return _of_short_year(year, number, int(day), today) if number else None


def _of_short_year(year: str, month: int, day: int, today: date) -> date | None:
    """Two digits of a year mean the latest one in which the day is not yet to come."""
    if len(year) == 4:
        return _date(int(year), month, day)
    century = today.year - today.year % 100
    recent = _date(century + int(year), month, day)
    return recent if recent and recent <= today else _date(century - 100 + int(year), month, day)


def _month(word: str) -> int | None:
    return next((MONTHS[word[:size]] for size in (4, 3) if word[:size] in MONTHS), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True)
class Search:
    """What a line typed into the search box asks for: parts of names, runs of digits, a birth date, a card number."""

    names: str = ""
    numbers: tuple[str, ...] = ()
    birth_date: date | None = None
    card_number: int | None = None
    days: dict[str, date] = field(default_factory=dict)
    """The days that runs of eight digits may be as well."""
    phones: dict[str, str] = field(default_factory=dict)
    """How phones begin in E.164 that are typed from their trunk prefix on, by the run of digits: `8916` is 7916."""

    @property
    def is_empty(self) -> bool:
        return not (self.names or self.numbers or self.birth_date or self.card_number is not None)


_WRITTEN = rf"{YEAR_FIRST.pattern}|\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d{{2}})|{IN_WORDS.pattern}|{MONTH_FIRST.pattern}"
DATES = re.compile(rf"(?<![\d./-])(?:{_WRITTEN})(?!\d|[./-]\d)(?:\s*(?:г\b\.?|года\b))?", re.IGNORECASE)
CARD_WORDS = re.compile(r"(?:№|#|\bn\s?[°º]|\b(?:карта|карты|card|carte)\b)+\s*(?=\d)", re.IGNORECASE)
DIGITS = re.compile(r"(?<![^\W\d])\+?[(\s]*\d[\d\s().\-]*")
SHORTEST_RUN = 4
SHORTEST_WITH_TRUNK = 6
"""A run of so many digits that begins with a trunk prefix is a phone; a shorter one may be the middle of any number as well."""
TRUNKS = {"8": "7", "0": "33"}
"""What people of Russia and of France dial instead of the code of their country."""


def parse_search(text: str, today: date) -> Search:
    """Split a typed line; digits count as a phone, card or date from four on, fewer only as a card number."""
    numbers: list[str] = []
    born: date | None = None
    card_number: int | None = None
    days: dict[str, date] = {}
    phones: dict[str, str] = {}

    def take_date(found: re.Match[str]) -> str:
        nonlocal born
        day = parse_date(found[0], today)
        born = day or born
        return " " if day else found[0]

    def take_digits(found: re.Match[str]) -> str:
        nonlocal card_number
        digits = re.sub(r"\(0\)|\D", "", found[0])
        if len(digits) <= 9:
            card_number = int(digits)
        if len(digits) >= SHORTEST_RUN:
            numbers.append(without_trunk_prefix(digits))
            if (country := TRUNKS.get(digits[0])) and len(digits) < SHORTEST_WITH_TRUNK:
                phones[numbers[-1]] = country + digits[1:]
        if found[0].strip() == digits and (day := parse_date(digits, today)):
            days[numbers[-1]] = day
        return " "

    names = CARD_WORDS.sub(" ", DATES.sub(take_date, text[:200]))
    names = DIGITS.sub(take_digits, names)
    names = re.sub(r"[\W_]+", " ", names).strip()
    return Search(names, tuple(numbers), born, card_number if not (names or born) and len(numbers) < 2 else None, days, phones)


def without_trunk_prefix(digits: str) -> str:
    """Phone digits as they stand in E.164: without 00, the Russian 8 or the French 0 in front."""
    if digits.startswith("00"):
        return digits[2:]
    return digits[1:] if digits[0] in TRUNKS and SHORTEST_WITH_TRUNK <= len(digits) <= 11 else digits
