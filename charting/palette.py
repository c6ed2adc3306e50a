"""The palette of the chart: every finding and service that can be put on a tooth, and what the number keys hold."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from charting import rules, words
from charting.models import FindingKind, PaletteFavourite
from clinic.price_list.models import Service

SHIPPED_FAVOURITES = {
    1: "finding:caries:medium",
    2: "finding:caries:deep",
    3: "finding:pulpitis:acute",
    4: "finding:apical_periodontitis:chronic",
    5: "finding:missing",
    6: "finding:fracture:crown",
    7: "finding:calculus:moderate",
    8: "finding:mobility:1",
    9: "finding:caries:initial",
}


@dataclass(frozen=True)
class PaletteEntry:
    """Something that can be put on the chart; `key` is stable."""

    key: str
    type: str
    title: str
    code: str = ""
    kind: str = ""
    severity: str = ""
    service: str = ""
    scope: str = "tooth"
    effect: str = ""
    group: str = ""


@dataclass(frozen=True)
class Palette:
    entries: list[PaletteEntry]
    favourites: dict[int, str]


def palette() -> Palette:
    """All findings with their degrees, then the services on offer, in the reader's language."""
    return Palette(_finding_entries() + _service_entries(), favourites())


def favourites() -> dict[int, str]:
    """What each number key holds: the clinic's choice over what is shipped; a freed key holds nothing."""
    held = SHIPPED_FAVOURITES | dict(PaletteFavourite.objects.values_list("slot", "entry"))
    return {slot: entry for slot, entry in held.items() if entry}


def _finding_entries() -> list[PaletteEntry]:
    entries = []
    for kind in FindingKind:
        scope = "surfaces" if kind.value in rules.ON_SURFACES else "tooth"
        for severity in ("", *rules.SEVERITIES.get(kind.value, ())):
            degree = words.severity_name(kind.value, severity) if severity else ""
            title = f"{kind.label}, {degree}" if degree else str(kind.label)
            key = ":".join(part for part in ("finding", kind.value, severity) if part)
            entries.append(PaletteEntry(key, "finding", title, kind=kind.value, severity=severity, scope=scope, group=_("Findings")))
    return entries


def _service_entries() -> list[PaletteEntry]:
    services = Service.objects.filter(is_active=True).order_by("category", "code")
    return [
        PaletteEntry(
            key=f"service:{service.pk}",
            type="service",
            title=str(service),
            code=service.code,
            service=str(service.pk),
            scope=service.scope,
            effect=service.chart_effect,
            group=str(service.get_category_display()),
        )
        for service in services
    ]
