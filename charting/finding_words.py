"""What is told of a finding, in the language of the reader: its degree or outcome, direction, measured amount and Black's class."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from charting import details, teeth, words
from charting.models import Finding, FindingKind

DIRECTION_NAMES: dict[str, words.Text] = {
    "mesial": gettext_lazy("mesially"),
    "distal": gettext_lazy("distally"),
    "vestibular": gettext_lazy("vestibularly"),
    "lingual": gettext_lazy("lingually"),
    "vertical": pgettext_lazy("percussion", "vertical"),
    "horizontal": pgettext_lazy("percussion", "horizontal"),
}
OF_CAVITIES = frozenset({FindingKind.CARIES.value})


def title(finding: Finding) -> str:
    """`caries, deep, Black class II`; `drift, mesially, 3 mm`; `percussion, vertical, painful`."""
    named = entry_title(finding.kind, finding.severity, finding.direction)
    told = [amount(finding.kind, finding.amount), black(finding.kind, finding.tooth, finding.surfaces)]
    return ", ".join([named, *(text for text in told if text)])


def entry_title(kind: str, severity: str, direction: str = "") -> str:
    """The finding as the palette offers it: its name with the direction and the degree."""
    parts = [str(DIRECTION_NAMES[direction]) if direction else "", words.severity_name(kind, severity) if severity else ""]
    return ", ".join([str(FindingKind(kind).label), *(part for part in parts if part)])


def amount(kind: str, measured: int | None) -> str:
    """`3 mm`, `25 µA`, `30°`."""
    scale = details.AMOUNTS.get(kind)
    if scale is None or measured is None:
        return ""
    return f"{measured}°" if scale.unit == "°" else f"{measured} {words.UNIT_NAMES[scale.unit]}"


def black(kind: str, tooth: int | None, surfaces: Iterable[str]) -> str:
    """`Black class II`, derived from the surfaces of the tooth."""
    classes = teeth.black_classes(tooth, set(surfaces)) if tooth and kind in OF_CAVITIES else ()
    return _("Black class %(classes)s") % {"classes": ", ".join(classes)} if classes else ""
