"""Decisions about pictures on plain values: whose they are, what they show, how large a point of theirs is. No Django here."""

import math
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
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


# Rays from one point throw a shadow: what lies before the detector is drawn larger than it is.
PROJECTIONS = ("IO", "PX", "DX", "CR", "RG", "RF", "XA", "MG")
LARGEST_POINT_MM = 20.0
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Scale:
    """Millimetres from one row, and one column, to the next; `basis` is where they hold: in the patient or at the detector."""

    row_mm: float
    column_mm: float
    basis: str


def scale_of(*, modality: str, spacing: tuple[float, float] | None, imager_spacing: tuple[float, float] | None, is_calibrated: bool) -> Scale | None:
    """The scale that a DICOM file states (PS3.3 10.7.1.3), or none: nothing is guessed.

    Pixel Spacing of a slice, or one that was calibrated, holds in the patient; in a projection an uncalibrated one, and
    Imager Pixel Spacing always, hold at the detector.
    """
    stated = spacing if _is_possible(spacing) else None
    at_detector = imager_spacing if _is_possible(imager_spacing) else None
    in_patient = modality not in PROJECTIONS or is_calibrated or bool(stated and at_detector and stated != at_detector)
    if stated and in_patient:
        return Scale(*stated, "patient")
    found = stated or at_detector
    return Scale(*found, "detector") if found else None


def _is_possible(pair: tuple[float, float] | None) -> bool:
    return pair is not None and all(math.isfinite(size) and 0 < size <= LARGEST_POINT_MM for size in pair)


def length_mm(scale: Scale, start: tuple[float, float], end: tuple[float, float]) -> Decimal:
    """The length of a line between two points (column, row), to a tenth of a millimetre."""
    length = math.hypot((end[0] - start[0]) * scale.column_mm, (end[1] - start[1]) * scale.row_mm)
    return Decimal(str(length)).quantize(TENTH)


def window(centre: float, width: float, *, is_exact: bool) -> tuple[float, float] | None:
    """The darkest and the lightest value of a window; none when it is no window."""
    if not math.isfinite(centre) or not math.isfinite(width) or width <= 0 or (width <= 1 and not is_exact):
        return None
    return (centre - width / 2, centre + width / 2) if is_exact else (centre - width / 2, centre + width / 2 - 1)


def is_window_or_none(low: float | None, high: float | None) -> bool:
    """Whether the two are a darkest and a lightest value, or both left out."""
    if low is None or high is None:
        return low is high
    return math.isfinite(low) and math.isfinite(high) and low < high
