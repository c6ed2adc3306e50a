"""Whole numbers that people and programs type."""


def whole(text: str, *, digits: int = 9) -> int | None:
    """The number that `text` writes with so many digits at most; none of anything else.

    `²` is a digit to Python but no number, and of five thousand digits it makes none either.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
