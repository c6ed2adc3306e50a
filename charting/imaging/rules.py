"""Decisions about pictures on plain values: whose they are, what they show, how grey values become bytes. No Django here."""

import unicodedata
from datetime import date
from difflib import SequenceMatcher

KINDS = ("periapical", "bitewing", "panoramic", "cbct", "cephalometric", "photo", "document")
KIND_OF_MODALITY = {"IO": "periapical", "PX": "panoramic", "CT": "cbct", "XC": "photo", "DOC": "document"}
LARGEST_PIXELS = 120_000_000
SAME_NAME = 0.72

_CYRILLIC = "абвгдеёзийклмнопрстуфыэіє"
_LATIN = dict(zip(_CYRILLIC, "abvgdeeziiklmnoprstufyeie", strict=True))
_LATIN |= {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "iu", "я": "ia", "ї": "i", "ґ": "g"}


def kind_of(modality: str, *, is_dicom: bool) -> str:
    """The kind of a picture that nobody named: by the device, or a photograph."""
    return KIND_OF_MODALITY.get(modality, "periapical") if is_dicom else "photo"


def folded(name: str) -> str:
    """A name as bare Latin letters: `Péterson` and `Петерсон` become `peterson`."""
    latin = "".join(_LATIN.get(letter, letter) for letter in name.casefold())
    plain = unicodedata.normalize("NFKD", latin)
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())


def is_somebody_else(*, written_name: str, written_born: date | None, last_names: list[str], born: date | None) -> bool:
    """Whether the name or the date of birth inside a DICOM file clearly belong to another person.

    `written_name` is the family name of the file. What the file leaves out says nothing; spellings of one name in two scripts are one name.
    """
    if written_born and born and written_born != born:
        return True
    written = folded(written_name)
    known = [folded(name) for name in last_names if folded(name)]
    return bool(written and known) and max(SequenceMatcher(None, written, name).ratio() for name in known) < SAME_NAME


def is_too_large(width: int, height: int, samples: int = 1) -> bool:
    """Whether unpacking would need more memory than a picture of a mouth ever does."""
    return width < 1 or height < 1 or width * height * max(samples, 1) > LARGEST_PIXELS


def middle(frames: int) -> int:
    """The frame that stands for a series."""
    return max(frames, 1) // 2 if frames > 1 else 0
