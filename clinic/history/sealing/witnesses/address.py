"""Options of a witness's address, and how often it wants a checkpoint."""

from datetime import timedelta
from urllib.parse import parse_qsl

PERIODS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


def options(text: str, *known: str) -> dict[str, str]:
    """`a=1&b=2` as a mapping.

    :raises ValueError: when an option is not among `known`.
    """
    found = dict(parse_qsl(text, strict_parsing=True)) if text else {}
    for name in found.keys() - set(known):
        raise ValueError(f"HISTORY_WITNESSES: {name} is no option here; known are {', '.join(known)}")
    return found


def period(name: str) -> timedelta:
    """:raises ValueError: when it is no known period."""
    if name not in PERIODS:
        raise ValueError(f"HISTORY_WITNESSES: every={name}; known are {', '.join(PERIODS)}")
    return PERIODS[name]
