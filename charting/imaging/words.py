"""Technical data of a picture in words, and the words of the viewer and of the strip beside the chart."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from charting.imaging.models import ImageKind

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


def viewer() -> dict[str, str]:
    """The words that the viewer's script says."""
    return {
        "lost": gettext("The server could not be reached. What you drew is still here; try again."),
        "broken": gettext("Something went wrong on our side. What you drew is still here; try again."),
        "failed": gettext("The picture could not be loaded. This says nothing about the tooth."),
        "retry": gettext("Load again"),
        "mm": gettext("mm"),
        "noScale": gettext("No millimetres can be given: the file does not say how large a point is."),
        "patient": gettext("by the scale in the file"),
        "detector": gettext("at the detector: the tooth itself is a little smaller"),
        "firstEnd": gettext("Press where the line begins and pull to its end. By keyboard: arrows move the cross, Enter sets each end."),
        "kept": gettext("The line is kept."),
        "takeBack": gettext("Take the line back"),
        "takenBack": gettext("The line is taken back; it stays in the record."),
        "noLines": gettext("Nothing is drawn on this picture."),
        "saved": gettext("Everybody now sees the picture like this first. The file is unchanged."),
        "frame": gettext("Frame"),
        "window": gettext("window"),
    }


def strip() -> dict[str, str]:
    """The words of the strip of pictures beside the chart."""
    return {
        "failed": gettext("The pictures could not be loaded. That does not mean there are none."),
        "retry": gettext("Load again"),
        "none": gettext("No pictures yet."),
        "noneOfTooth": gettext("No picture is tied to the chosen teeth."),
        "mark": gettext("Show its teeth in the chart"),
        "open": gettext("Open large"),
        "noTeeth": gettext("tied to no tooth"),
        **{str(value): str(label) for value, label in ImageKind.choices},
    }
