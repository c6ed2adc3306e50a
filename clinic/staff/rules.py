"""What makes a PIN acceptable, as plain decisions."""

from itertools import pairwise

PIN_LENGTHS = range(4, 9)


def is_pin(pin: str) -> bool:
    """4 to 8 plain digits."""
    return len(pin) in PIN_LENGTHS and pin.isascii() and pin.isdigit()


def is_easy_pin(pin: str) -> bool:
    """One digit repeated, a pair repeated, or digits in a row: what everybody tries first."""
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return steps <= {0} or steps in ({1}, {-1}) or pin == pin[:2] * (len(pin) // 2)
