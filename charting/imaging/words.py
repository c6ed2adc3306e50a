"""Technical data of a picture in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

NAMES = {
    "Modality": _("Modality"),
    "Manufacturer": _("Manufacturer"),
    "ManufacturerModelName": _("Device"),
    "BodyPartExamined": _("Body part"),
    "KVP": _("Voltage, kV"),
    "XRayTubeCurrent": _("Current, mA"),
    "ExposureTime": _("Exposure, ms"),
    "SliceThickness": _("Slice, mm"),
    "PixelSpacing": _("Point spacing, mm"),
    "Rows": _("Height, points"),
    "Columns": _("Width, points"),
    "NumberOfFrames": _("Frames"),
    "PhotometricInterpretation": _("Colours"),
    "TransferSyntax": _("Compression"),
}


def technical(attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and value of each kept element, in the order of the list above."""
    return [(str(name), _text(attributes[key])) for key, name in NAMES.items() if key in attributes]


def _text(value: Any) -> str:
    return " × ".join(map(str, value)) if isinstance(value, list) else str(value)
