"""The points of a DICOM picture: one frame as grey values with the window that the file asks for, or as colours; and how large a point is."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, BinaryIO, cast

import numpy as np
import pydicom
from PIL import Image as Pillow
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array

from charting.imaging import rules

LARGEST_RAW = 65535
SAMPLE = 4_000_000
# What the points mean; an enhanced file says it for all frames together, or for each frame, in these groups.
MEANING = (
    "BitsAllocated",
    "BitsStored",
    "PixelRepresentation",
    "PhotometricInterpretation",
    "Modality",
    "ModalityLUTSequence",
    "RescaleSlope",
    "RescaleIntercept",
    "VOILUTSequence",
    "VOILUTFunction",
    "WindowCenter",
    "WindowWidth",
    "PixelPaddingValue",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "PixelSpacingCalibrationType",
)
GROUPS = ("PixelValueTransformationSequence", "FrameVOILUTSequence", "PixelMeasuresSequence")


@dataclass(frozen=True)
class Frame:
    """One frame. Grey: 16-bit points whose value is `point * slope + intercept`, shown from `low` to `high`; colours: 8-bit RGB."""

    points: Any
    slope: float = 1.0
    intercept: float = 0.0
    low: float = 0.0
    high: float = 255.0
    is_negative: bool = False

    @property
    def is_grey(self) -> bool:
        return bool(self.points.ndim == 2)

    def picture(self) -> Pillow.Image:
        """The frame as eyes should see it first."""
        if not self.is_grey:
            return Pillow.fromarray(self.points)
        values = self.points * np.float32(self.slope) + np.float32(self.intercept)
        shades = np.clip((values - self.low) / ((self.high - self.low) or 1), 0, 1) * 255
        return Pillow.fromarray(np.rint(255 - shades if self.is_negative else shades).astype(np.uint8))

    def png(self, limit: int) -> bytes:
        """The picture of the frame, no side longer than `limit`."""
        picture, target = self.picture(), BytesIO()
        picture.thumbnail((limit, limit))
        picture.save(target, "PNG")
        return target.getvalue()


def frames_of(dataset: pydicom.Dataset) -> int:
    """How many frames the file holds."""
    return max(int(dataset.get("NumberOfFrames") or 1), 1)


def frame_of(dataset: pydicom.Dataset, number: int, stream: IO[bytes] | None = None) -> Frame:
    """Unpack one frame, of the file when `dataset` is only its header; whatever pydicom raises on damaged data is raised."""
    meaning = meaning_of(dataset, number)
    points = pixel_array(dataset if stream is None else cast(BinaryIO, stream), index=number)
    if meaning.get("PhotometricInterpretation") == "PALETTE COLOR":
        return Frame(_eight_bits(apply_color_lut(points, dataset), 16))
    if points.ndim == 3:
        return Frame(_eight_bits(points, int(meaning.get("BitsStored") or 8)))
    return _grey(points, meaning)


def meaning_of(dataset: pydicom.Dataset, number: int) -> pydicom.Dataset:
    """What the points of this frame mean: the file's own elements, then those of all frames, then those of this frame."""
    found = pydicom.Dataset()
    _take(found, dataset)
    everywhere, each = dataset.get("SharedFunctionalGroupsSequence") or [], dataset.get("PerFrameFunctionalGroupsSequence") or []
    for groups in (*everywhere[:1], *each[number : number + 1]):
        for name in GROUPS:
            for group in (groups.get(name) or [])[:1]:
                _take(found, group)
    return found


def _take(found: pydicom.Dataset, source: pydicom.Dataset) -> None:
    for keyword in MEANING:
        if keyword in source:
            found[keyword] = source[keyword]


def scale_of(meaning: pydicom.Dataset) -> rules.Scale | None:
    """How large a point is, when the file says so."""
    return rules.scale_of(
        modality=str(meaning.get("Modality") or ""),
        spacing=_pair(meaning.get("PixelSpacing")),
        imager_spacing=_pair(meaning.get("ImagerPixelSpacing")),
        is_calibrated=str(meaning.get("PixelSpacingCalibrationType") or "") in ("GEOMETRY", "FIDUCIAL"),
    )


def _pair(value: Any) -> tuple[float, float] | None:
    try:
        row, column = (float(part) for part in value)
    except (TypeError, ValueError):
        return None
    return row, column


def _eight_bits(colours: Any, bits: int) -> Any:
    if colours.dtype == np.uint8:
        return colours
    return (colours.astype(np.float64) / (2**bits - 1) * 255).clip(0, 255).astype(np.uint8)


def _grey(points: Any, meaning: pydicom.Dataset) -> Frame:
    values = apply_modality_lut(points, meaning)
    bounds = _bent(meaning)
    if bounds:
        values = apply_voi_lut(values if meaning.get("VOILUTFunction") == "SIGMOID" else np.rint(values).astype(np.int64), meaning, index=0)
    low, high = (float(values.min()), float(values.max())) if bounds == "all" else bounds or _window(meaning) or _spread(values, points, meaning)
    packed, slope, intercept = _packed(values)
    return Frame(packed, slope, intercept, low, high, is_negative=meaning.get("PhotometricInterpretation") == "MONOCHROME1")


def _bent(meaning: pydicom.Dataset) -> Any:
    """The range of a look-up that is no straight line and must be applied here; nothing for a straight window."""
    tables = meaning.get("VOILUTSequence")
    if tables:
        return 0.0, float(2 ** int(tables[0].LUTDescriptor[2]) - 1)
    return "all" if meaning.get("VOILUTFunction") == "SIGMOID" and _window(meaning) else None


def _window(meaning: pydicom.Dataset) -> tuple[float, float] | None:
    """The first window of the file as its darkest and lightest value (DICOM PS3.3 C.11.2.1.2)."""
    centre, width = _first(meaning.get("WindowCenter")), _first(meaning.get("WindowWidth"))
    if centre is None or width is None:
        return None
    return rules.window(centre, width, is_exact=meaning.get("VOILUTFunction") == "LINEAR_EXACT")


def _first(value: Any) -> float | None:
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = value[0] if value else None
    return None if value in (None, "") else float(value)


def _spread(values: Any, points: Any, meaning: pydicom.Dataset) -> tuple[float, float]:
    """Without a window the middle 99 % are spread, leaving out what only fills the corners."""
    padding = meaning.get("PixelPaddingValue")
    seen = values if padding is None else values[points != int(padding)]
    step = max(seen.size // SAMPLE, 1)
    low, high = np.percentile(seen.reshape(-1)[::step], (0.5, 99.5)) if seen.size else (0.0, 1.0)
    return (float(low), float(high)) if high > low else (float(low), float(low) + 1)


def _packed(values: Any) -> tuple[Any, float, float]:
    """Values as 16-bit points: exactly when they are whole and fit, else in 65 536 even steps."""
    least, most = float(values.min()), float(values.max())
    if values.dtype.kind not in "iu" and np.array_equal(values, np.rint(values)):
        values = np.rint(values).astype(np.int64)
    if values.dtype.kind in "iu" and most - least <= LARGEST_RAW:
        return (values.astype(np.int64) - int(least)).astype("<u2"), 1.0, least
    step = (most - least) / LARGEST_RAW or 1.0
    return np.rint((values.astype(np.float64) - least) / step).astype("<u2"), step, least
