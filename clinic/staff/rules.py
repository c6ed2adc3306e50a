"""What makes a PIN or a professional number acceptable and how many wrong tries are taken, as plain decisions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from stdnum import luhn

PIN_LENGTHS = range(4, 9)
RPPS_DIGITS = 11


@dataclass(frozen=True)
class Limit:
    """So many wrong tries within a span close the door until the first of them is that old."""

    tries: int
    span: timedelta


def free_again(wrong: Sequence[datetime], limits: Iterable[Limit], at: datetime) -> datetime | None:
    """When the next try is taken; None: now. `wrong` are the instants of wrong tries, latest first."""
    ends = [wrong[limit.tries - 1] + limit.span for limit in limits if len(wrong) >= limit.tries]
    return max((end for end in ends if end > at), default=None)


def is_pin(pin: str) -> bool:
    """4 to 8 plain digits."""
    return len(pin) in PIN_LENGTHS and pin.isascii() and pin.isdigit()


def is_easy_pin(pin: str) -> bool:
    """One digit repeated, a pair repeated, or digits in a row: what everybody tries first."""
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return steps <= {0} or steps in ({1}, {-1}) or pin == pin[:2] * (len(pin) // 2)


def rpps_problem(number: str) -> Literal["", "length", "key"]:
    """What is wrong with a number of the French register of health professionals: ten digits and their Luhn key."""
    if len(number) != RPPS_DIGITS or not (number.isascii() and number.isdigit()):
        return "length"
    return "" if luhn.is_valid(number) and int(number) else "key"


def short_name(last_name: str, first_name: str, patronymic: str) -> str:
    """Orlova A.P."""
    initials = "".join(f"{part[0]}." for part in (first_name, patronymic) if part)
    return f"{last_name} {initials}".strip()
