"""In which encoding a sheet was written, told from the letters it would hold; a few names must be enough."""

import re
from collections.abc import Sequence

from charset_normalizer import from_bytes

CYRILLIC = ("cp1251", "koi8_r", "cp866", "mac_cyrillic")
WORD = re.compile(rb"(?=[A-Za-z\x80-\xff]{2})[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
"""Two bytes at least: signs that stand alone, as a euro or a number sign, tell nothing."""
MOST_WORDS = 2000
COMMON = "оеаинтсрвлкмдпуяызьбгчйхжшюцщэфъё"
"""Russian letters, the most frequent first."""
WEIGHTS = {letter: len(COMMON) - place for place, letter in enumerate(COMMON)}
BADLY_CASED = re.compile(r"[а-яё][А-ЯЁ]")


def encoding_of(start: bytes) -> str:
    """UTF-8 (or UTF-16 with its mark) when the bytes allow it, else what the words look like in, else what charset-normalizer finds."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        start[: start.rfind(b"\n") + 1 or len(start)].decode("utf-8")
    except UnicodeDecodeError:
        return _by_words(WORD.findall(start)[:MOST_WORDS]) or _other(start)
    return "utf-8-sig"


def _by_words(words: Sequence[bytes]) -> str | None:
    """Words that mix ASCII and other letters are Western ones; of the others, the encoding in which they look most Russian."""
    whole = [word for word in words if not re.search(rb"[A-Za-z]", word)]
    if len(whole) * 2 <= len(words):
        return "cp1252" if words else None
    best = max(CYRILLIC, key=lambda encoding: _russian(whole, encoding))
    return best if _russian(whole, best) > 0 else None


def _russian(words: Sequence[bytes], encoding: str) -> float:
    """How Russian the words look in the encoding, by how common their letters are; capitals inside a word and signs count against it."""
    score = 0.0
    for word in words:
        text = word.decode(encoding, errors="replace")
        score += sum(WEIGHTS.get(letter.lower(), -len(COMMON)) for letter in text) - len(COMMON) * len(BADLY_CASED.findall(text))
    return score


def _other(start: bytes) -> str:
    best = from_bytes(start, cp_isolation=["cp1251", "cp1252", "koi8_r", "mac_cyrillic", "cp866"]).best()
    return best.encoding if best else "cp1251"
