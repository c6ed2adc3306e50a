"""The palette of the chart: every finding and service that can be put on a tooth, and what the number keys hold."""

from dataclasses import dataclass, field

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from charting import catalogue, combinations, details, finding_words, rules, sites, words
from charting.models import FindingKind, PaletteFavourite
from charting.signs import Sign
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
    11: "finding:ulcer",
    12: "finding:erosion",
    13: "finding:leukoplakia",
    14: "finding:erythroplakia",
    15: "finding:lichen",
    16: "finding:candidiasis",
    17: "finding:herpes",
    18: "finding:swelling",
    19: "finding:mucosal_injury",
}
"""What the digits hold: 1 to 9 at the teeth, 11 to 19 the same digits on the map of the mouth."""
ON_MAP = range(11, 20)
SLOTS = (*range(1, 10), *ON_MAP)


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
    typed: str = ""
    diagnosis: str = ""
    kind: str = ""
    severity: str = ""
    direction: str = ""
    site: str = ""
    amount: Amount | None = None
    is_dated: bool = False
    service: str = ""
    combination: str = ""
    scope: str = "tooth"
    effect: str = ""
    roles: dict[str, str] = field(default_factory=dict)
    group: str = ""


@dataclass(frozen=True)
class Palette:
    entries: list[PaletteEntry]
    favourites: dict[int, str]


def palette() -> Palette:
    """All findings with their degrees, then the services on offer, in the reader's language; without those that the clinic does not chart."""
    signs = catalogue.signs_now()
    return Palette(_finding_entries(signs) + _combination_entries(signs) + _service_entries(signs), favourites())


def favourites() -> dict[int, str]:
    """What each number key holds: the clinic's choice over what is shipped; a freed key holds nothing."""
    held = SHIPPED_FAVOURITES | dict(PaletteFavourite.objects.values_list("slot", "entry"))
    return {slot: entry for slot, entry in held.items() if entry}


def _finding_entries(signs: dict[str, Sign]) -> list[PaletteEntry]:
    return [
        _finding_entry(signs[f"finding:{kind}"], kind, severity, direction, site)
        for kind in FindingKind.values
        if signs[f"finding:{kind}"].is_offered
        for site in _sites_of(kind)
        for direction in details.DIRECTIONS.get(kind, ("",))
        for severity in ("", *rules.SEVERITIES.get(kind, ()))
        if details.has_detail(kind, severity, direction)
    ]


def _sites_of(kind: str) -> tuple[str, ...]:
    """The places that entries of their own stand for; of the mucosa the place is chosen on the map or typed before."""
    return ("",) if kind in sites.LESIONS else sites.SITES.get(kind, ("",))


def _finding_entry(sign: Sign, kind: str, severity: str, direction: str, site: str) -> PaletteEntry:
    return PaletteEntry(
        key=":".join(part for part in ("finding", kind, severity, direction, site) if part),
        type="finding",
        title=finding_words.entry_title(kind, severity, direction, site),
        code=severity if severity in rules.ICDAS else "",
        typed=_typed(sign, severity, direction),
        diagnosis=sign.diagnosis_for(severity),
        kind=kind,
        severity=severity,
        direction=direction,
        site=site,
        amount=_amount(kind, severity),
        is_dated=kind in details.DATED and severity != "agenesis",
        scope=_scope(kind),
        group=_group(kind),
    )


def _scope(kind: str) -> str:
    if kind in sites.LESIONS:
        return "mucosa"
    return "mouth" if kind in sites.OF_MOUTH else "surfaces" if kind in rules.ON_SURFACES else "tooth"


def _typed(sign: Sign, severity: str, direction: str) -> str:
    """The code of the finding, with the place of its degree behind it: `car3`."""
    degrees = rules.SEVERITIES.get(sign.kind, ())
    code = "" if direction else sign.typed_in(get_language() or "en")
    return f"{code}{degrees.index(severity) + 1}" if code and severity in degrees else code


def _group(kind: str) -> str:
    if kind in rules.PRESENCES:
        return _("Is the tooth there")
    if kind in rules.POSITIONS:
        return _("Position of the tooth")
    if kind in sites.LESIONS:
        return _("Mucosa")
    if kind in sites.OCCLUSION:
        return _("Occlusion")
    if kind in sites.OF_MOUTH:
        return _("Jaw joints")
    return _("Tests of the pulp and the ligament") if kind in rules.TESTS else _("Findings")


def _amount(kind: str, severity: str) -> Amount | None:
    scale = details.AMOUNTS.get(kind)
    if scale is None or (kind == details.ELECTRIC and severity):
        return None
    return Amount(str(words.UNIT_NAMES[scale.unit]), scale.least, scale.most, details.needs_amount(kind, severity))


def _combination_entries(signs: dict[str, Sign]) -> list[PaletteEntry]:
    """Those for whose act the clinic has a service, and whose finding it charts."""
    effects = set(Service.objects.filter(is_active=True).values_list("chart_effect", flat=True))
    shown = [row for row in combinations.listed() if row.is_offered and row.effect in effects and signs[f"finding:{row.kind}"].is_offered]
    return [
        PaletteEntry(
            key=f"combination:{row.pk}",
            type="combination",
            title=str(row),
            code=row.diagnosis,
            diagnosis=row.diagnosis,
            kind=row.kind,
            severity=row.severity,
            combination=str(row.pk),
            scope="surfaces" if row.kind in rules.ON_SURFACES else "tooth",
            effect=row.effect,
            group=_("Finding, diagnosis and act"),
        )
        for row in shown
    ]


def _roles(effect: str) -> dict[str, str]:
    """What its teeth can be, in words, where there is a choice."""
    found = rules.roles_in(effect)
    return {role: str(words.ROLE_NAMES[role]) for role in found} if len(found) > 1 else {}


def _service_entries(signs: dict[str, Sign]) -> list[PaletteEntry]:
    language = get_language() or "en"
    drawn = {sign.kind: sign for sign in signs.values() if sign.half == "effect"}
    services = Service.objects.filter(is_active=True).order_by("category", "code")
    return [
        PaletteEntry(
            key=f"service:{service.pk}",
            type="service",
            title=str(service),
            code=service.code,
            typed=drawn[service.chart_effect].typed_in(language) if service.chart_effect in drawn else "",
            service=str(service.pk),
            scope=service.scope,
            effect=service.chart_effect,
            roles=_roles(service.chart_effect),
            group=str(service.get_category_display()),
        )
        for service in services
        if service.chart_effect not in drawn or drawn[service.chart_effect].is_offered
    ]
