"""What is typed, as a query: beginnings of words inside values, and stored values whose name for people begins so (`отменён` is `cancelled`)."""

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language

from clinic.history import wording

WORDS = "SELECT regexp_split_to_array(btrim(legal_plain(%s)), ' ')"
PLAIN = "SELECT value, regexp_split_to_array(btrim(legal_plain(label)), ' ') FROM unnest(%s::text[], %s::text[]) named (value, label)"
SHORTEST = 2


def query(asked: Any, typed: str) -> str:
    """For `to_tsquery`; empty when nothing that could be searched was typed."""
    asked.execute(WORDS, [typed])
    words = [word for word in asked.fetchone()[0] if word]
    named = _named(asked) if words else ()
    return " & ".join(_one(word, named) for word in words)


def _one(word: str, named: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """One word: by its beginning, or any value that it names."""
    values = {value for value, label in named if any(part.startswith(word) for part in label)} if len(word) >= SHORTEST else set()
    return f"({' | '.join([f'{word}:*', *sorted(values)])})"


def _named(asked: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Stored values of all choices (as parts of a query) with the words that the reader's language has for them."""
    language = get_language() or ""
    if language not in _known():
        values, labels = zip(*sorted(_choices()), strict=True)
        asked.execute(PLAIN, [list(values), list(labels)])
        told = [(value, tuple(label)) for value, label in asked.fetchall()]
        asked.execute(PLAIN, [list(values), list(values)])
        parts = {value: "(" + " <-> ".join(plain) + ")" for value, plain in asked.fetchall() if all(plain)}
        _known()[language] = tuple((parts[value], label) for value, label in told if value in parts)
    return _known()[language]


@lru_cache(maxsize=1)
def _known() -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    return {}


def _choices() -> set[tuple[str, str]]:
    """Value and label of every choice of every record."""
    fields = (field for model in wording.models_by_table().values() for field in model._meta.local_concrete_fields)
    return {(str(value), str(label)) for field in fields for value, label in field.flatchoices if value not in (None, "")}
