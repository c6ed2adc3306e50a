"""What is told of a finding, in the language of the reader: degree or outcome, direction, measure, date, Black's class."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from charting import details, notation, teeth, words
from charting.models import Finding, FindingKind
from clinic.staff.models import Notation

DIRECTION_NAMES: dict[str, words.Text] = {
    "mesial": gettext_lazy("mesially"),
    "distal": gettext_lazy("distally"),
    "vestibular": gettext_lazy("vestibularly"),
    "lingual": gettext_lazy("lingually"),
    "vertical": pgettext_lazy("percussion", "vertical"),
    "horizontal": pgettext_lazy("percussion", "horizontal"),
}

SITE_NAMES: dict[str, words.Text] = {
    "lip_upper": gettext_lazy("upper lip"),
    "lip_lower": gettext_lazy("lower lip"),
    "corner_right": gettext_lazy("right corner of the mouth"),
    "corner_left": gettext_lazy("left corner of the mouth"),
    "vestibule_upper": gettext_lazy("upper vestibule"),
    "vestibule_lower": gettext_lazy("lower vestibule"),
    "cheek_right": gettext_lazy("right cheek"),
    "cheek_left": gettext_lazy("left cheek"),
    "palate_hard": gettext_lazy("hard palate"),
    "palate_soft": gettext_lazy("soft palate"),
    "uvula": gettext_lazy("uvula"),
    "pillar_right": gettext_lazy("right tonsillar pillar"),
    "pillar_left": gettext_lazy("left tonsillar pillar"),
    "pharynx": gettext_lazy("pharynx"),
    "retromolar_right": gettext_lazy("right retromolar area"),
    "retromolar_left": gettext_lazy("left retromolar area"),
    "tongue_dorsum": gettext_lazy("back of the tongue"),
    "tongue_tip": gettext_lazy("tip of the tongue"),
    "tongue_right": gettext_lazy("right edge of the tongue"),
    "tongue_left": gettext_lazy("left edge of the tongue"),
    "tongue_ventral": gettext_lazy("underside of the tongue"),
    "mouth_floor": gettext_lazy("floor of the mouth"),
    "gingiva_1": gettext_lazy("gum, upper right"),
    "gingiva_2": gettext_lazy("gum, upper front"),
    "gingiva_3": gettext_lazy("gum, upper left"),
    "gingiva_4": gettext_lazy("gum, lower left"),
    "gingiva_5": gettext_lazy("gum, lower front"),
    "gingiva_6": gettext_lazy("gum, lower right"),
    "right": gettext_lazy("on the right"),
    "left": gettext_lazy("on the left"),
    "front": gettext_lazy("in front"),
}


def place_shown(finding: Finding) -> str:
    """The tooth with its part in the reader's notation, or the place that is no tooth."""
    return place_named(finding, notation.current())


def place_named(finding: Finding, shown_in: str = Notation.FDI) -> str:
    """The same by FDI, for papers; nothing for the whole mouth."""
    if finding.site:
        return str(SITE_NAMES[finding.site])
    return words.part_names(tooth=finding.tooth, surfaces=finding.surfaces, roots=finding.roots, shown_in=shown_in)


def title(finding: Finding) -> str:
    """`caries, deep`; `drift, mesially, 3 mm`; `missing tooth, extracted, 2015`."""
    named = entry_title(finding.kind, finding.severity, finding.direction)
    told = [amount(finding.kind, finding.amount), since(finding.since)]
    return ", ".join([named, *(text for text in told if text)])


def entry_title(kind: str, severity: str, direction: str = "", site: str = "") -> str:
    """The finding as the palette offers it: its name with the direction and the degree."""
    return _entry_title(kind, severity, direction, site, get_language() or "")


@lru_cache(maxsize=2048)
def _entry_title(kind: str, severity: str, direction: str, site: str, language: str) -> str:
    """Kept by language: a long record says few things many times."""
    parts = [str(DIRECTION_NAMES[direction]) if direction else "", words.severity_name(kind, severity) if severity else ""]
    parts.insert(0, str(SITE_NAMES[site]) if site else "")
    return ", ".join([str(FindingKind(kind).label), *(part for part in parts if part)])


def amount(kind: str, measured: int | None) -> str:
    """`3 mm`, `25 µA`, `30°`."""
    scale = details.AMOUNTS.get(kind)
    if scale is None or measured is None:
        return ""
    return f"{measured}°" if scale.unit == "°" else f"{measured} {words.UNIT_NAMES[scale.unit]}"


def since(told: str) -> str:
    """`2015`, `06/2015` or the day, as the language writes it."""
    parts = [int(part) for part in told.split("-") if part]
    if len(parts) == 2:
        return pgettext("month of a year", "%(month)s/%(year)s") % {"month": f"{parts[1]:02}", "year": parts[0]}
    return date_format(date(*parts), "SHORT_DATE_FORMAT") if len(parts) == 3 else told


def about(finding: Finding) -> str:
    """What follows from what was found: of decay `Black class II`, derived from the surfaces of the tooth."""
    return black_class(finding.tooth, finding.surfaces) if finding.tooth and finding.kind == FindingKind.CARIES else ""


def black_class(tooth: int, surfaces: Iterable[str]) -> str:
    """`Black class II`, or nothing when the surfaces do not tell it."""
    classes = teeth.black_classes(tooth, set(surfaces))
    return _("Black class %(classes)s") % {"classes": ", ".join(classes)} if classes else ""
