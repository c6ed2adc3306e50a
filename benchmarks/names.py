"""Names enough that a common surname is shared by some hundred patients of a large clinic."""

from pathlib import Path

ROOTS, ENDINGS, FRENCH, GIVEN, PATRONYMICS = (line.split() for line in (Path(__file__).parent / "names.txt").read_text(encoding="utf-8").splitlines())


def surnames() -> list[str]:
    """About eight hundred."""
    return [root + ending for root in ROOTS for ending in ENDINGS] + FRENCH
