"""The palette of the chart: every finding and service that can be put on a tooth, and what the number keys hold."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from charting import details, finding_words, rules, words
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
class Amount:
    """A number that may be told with an entry, or must be."""

    unit: str
    least: int
    most: int
    is_needed: bool


@dataclass(frozen=True)
class PaletteEntry:
    """Something that can be put on the chart; `key` is stable."""

    key: str
    type: str
    title: str
    code: str = ""
    kind: str = ""
    severity: str = ""
    direction: str = ""
    amount: Amount | None = None
    is_dated: bool = False
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
    return [
        _finding_entry(kind, severity, direction)
        for kind in FindingKind.values
        for direction in details.DIRECTIONS.get(kind, ("",))
        for severity in ("", *rules.SEVERITIES.get(kind, ()))
        if details.has_detail(kind, severity, direction)
    ]


def _finding_entry(kind: str, severity: str, direction: str) -> PaletteEntry:
    return PaletteEntry(
        key=":".join(part for part in ("finding", kind, severity, direction) if part),
        type="finding",
        title=finding_words.entry_title(kind, severity, direction),
        code=severity if severity in rules.ICDAS else "",
        kind=kind,
        severity=severity,
        direction=direction,
        amount=_amount(kind, severity),
        is_dated=kind in details.DATED and severity != "agenesis",
        scope="surfaces" if kind in rules.ON_SURFACES else "tooth",
        group=_group(kind),
    )


def _group(kind: str) -> str:
    if kind in rules.PRESENCES:
        return _("Is the tooth there")
    if kind in rules.POSITIONS:
        return _("Position of the tooth")
    return _("Tests of the pulp and the ligament") if kind in rules.TESTS else _("Findings")


def _amount(kind: str, severity: str) -> Amount | None:
    scale = details.AMOUNTS.get(kind)
    if scale is None or (kind == details.ELECTRIC and severity):
        return None
    return Amount(str(words.UNIT_NAMES[scale.unit]), scale.least, scale.most, details.needs_amount(kind, severity))


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
