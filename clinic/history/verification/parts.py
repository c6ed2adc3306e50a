"""Parts of a check that apps above bring along: what they keep outside of the database."""

from collections.abc import Callable, Iterator

from clinic.history.verification.findings import Finding

Part = Callable[[bool], Iterator[Finding]]
"""Told whether everything is to be read, however long it takes."""
PARTS: dict[str, Part] = {}


def register(name: str, part: Part) -> None:
    """Have `part` asked by every check; its name stands in the report when it cannot be read."""
    PARTS[name] = part
