"""Decisions about the mouth on plain values: where an act may be placed, which state follows which, what the chart draws.

No Django here: problems are returned as codes and put into words by `charting.words`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime, timedelta
from typing import Any

from charting import sites, teeth

# Findings

ICDAS = ("icdas1", "icdas2", "icdas3", "icdas4", "icdas5", "icdas6")
RESPONSES = ("normal", "exaggerated", "lingering", "none")
SEVERITIES: dict[str, tuple[str, ...]] = {
    "caries": ("initial", "superficial", "medium", "deep", *ICDAS),
    "pulpitis": ("reversible", "acute", "chronic"),
    "apical_periodontitis": ("acute", "chronic", "granuloma"),
    "periapical_lesion": ("widened", "radiolucent", "radiopaque"),
    "fracture": ("enamel", "crown", "root"),
    "mobility": ("1", "2", "3"),
    "wear": ("slight", "moderate", "severe"),
    "recession": ("slight", "moderate", "severe"),
    "plaque": ("slight", "moderate", "severe"),
    "calculus": ("slight", "moderate", "severe"),
    "missing": ("extracted", "shed", "agenesis", "trauma", "unknown"),
    "cold_test": RESPONSES,
    "heat_test": RESPONSES,
    "electric_test": ("none",),
    "percussion": ("normal", "painful"),
    "angle_class": ("I", "II1", "II2", "III"),
}
"""How far a finding goes: a degree, a variety, the outcome of a test, or why a tooth is missing."""
POSITIONS = ("drift", "rotation", "tipping", "extrusion")
"""A tooth of one's own that does not stand where it belongs."""
TESTS = ("cold_test", "heat_test", "electric_test", "percussion")
WITHOUT_SEVERITY = (
    "unerupted",
    "erupting",
    "erupted",
    "impacted",
    "retained_root",
    "sensitivity",
    "discoloration",
    "fistula",
    "supernumerary",
    *POSITIONS,
    *(kind for kind in sites.OF_MOUTH if kind != "angle_class"),
)
FINDING_KINDS = tuple(SEVERITIES) + WITHOUT_SEVERITY
ON_SURFACES = frozenset({"caries", "fracture", "wear", "sensitivity", "discoloration", "recession", "plaque", "calculus"})
ON_MOUTH = frozenset({"plaque", "calculus", *sites.OF_MOUTH})
ABSENCES = frozenset({"missing", "unerupted"})
ERUPTION = frozenset({"unerupted", "erupting", "erupted", "impacted"})
"""How far a tooth has come through."""
PRESENCES = ABSENCES | ERUPTION | {"retained_root", "supernumerary"}
"""Findings that say whether and how a tooth is there."""
ON_UNERUPTED = frozenset({"erupting", "erupted", "impacted", "missing"})
"""What can be found of a tooth that had not come through: that it has, or that it never will."""
NOT_ON_IMPLANT = frozenset(
    {"caries", "pulpitis", "apical_periodontitis", "periapical_lesion", "retained_root"}
    | ERUPTION
    | {"cold_test", "heat_test", "electric_test", *POSITIONS}
)
"""What only a tooth of one's own can have: neither decay nor a pulp, nor roots, nor a ligament to move in."""

# Notes


def is_late(*, ended_at: datetime, at: datetime, hours: int) -> bool:
    """Whether what is written or signed at `at` comes after the time in which a visit is noted; 0 hours: it never does."""
    return hours > 0 and at - ended_at > timedelta(hours=hours)


# Procedures

DONE_STATES = frozenset({"done"})
EXISTING_STATES = frozenset({"existing_here", "existing_elsewhere"})
IN_PLACE = DONE_STATES | EXISTING_STATES
LAYER_OF_STATE = {
    "proposed": "planned",
    "planned": "planned",
    "in_progress": "planned",
    "done": "done",
    "referred": "referred",
    "existing_here": "existing",
    "existing_elsewhere": "existing",
}
# By hand; `done` is reached and left only through a performance.
TRANSITIONS: dict[str, frozenset[str]] = {
    "proposed": frozenset({"planned", "in_progress", "cancelled", "referred"}),
    "planned": frozenset({"proposed", "in_progress", "cancelled", "referred"}),
    "in_progress": frozenset({"planned", "cancelled", "referred"}),
    "referred": frozenset({"proposed", "planned", "cancelled", "existing_elsewhere"}),
    "existing_here": frozenset({"cancelled"}),
    "existing_elsewhere": frozenset({"cancelled"}),
    "cancelled": frozenset({"proposed"}),
    "done": frozenset(),
}
PERFORMABLE = frozenset({"proposed", "planned", "in_progress"})
STARTING_STATES = frozenset({"proposed", "planned", "referred", "existing_here", "existing_elsewhere"})

WHOLE_TOOTH = frozenset({"extraction", "implant", "crown", "bridge", "denture", "plate", "braces", "retainer", "removal"})
TREATED = "treated"
ROLES: dict[str, tuple[str, ...]] = {
    "bridge": ("abutment", "pontic", TREATED),
    "denture": ("replaced", "clasp", TREATED),
    "plate": (TREATED, "clasp", "replaced"),
    "braces": ("bracket", "band"),
    "retainer": ("bonded",),
}
"""What a tooth is in an act over several; an act that is not named has teeth that are treated, all alike."""
TAKEN_OFF = frozenset({"crown", "bridge", "denture", "plate", "braces", "bracket", "retainer", "splint"})
"""What a removal takes off the teeth."""
HEALS: dict[str, frozenset[str]] = {
    "filling": frozenset({"caries", "fracture", "wear", "sensitivity"}),
    "inlay": frozenset({"caries", "fracture", "wear", "sensitivity"}),
    "veneer": frozenset({"discoloration", "wear", "fracture"}),
    "crown": frozenset({"caries", "fracture", "wear", "discoloration", "sensitivity"}),
    "root_canal": frozenset({"pulpitis"}),
    "extraction": frozenset(FINDING_KINDS) - {"missing"},
}


@dataclass(frozen=True)
class Place:
    """A tooth with the part of it that is meant; `tooth` None is the whole mouth."""

    tooth: int
    surfaces: frozenset[str] = frozenset()
    roots: frozenset[str] = frozenset()
    role: str = "treated"


def measured(kind: str, direction: str) -> str:
    """What of a tooth such a finding states: of two that state the same the later one holds, the earlier is past. Nothing when they add up.

    A tooth has come through so far, is so loose, stands so far to the side or to the front, answers a test so.
    """
    if kind in ERUPTION:
        return "eruption"
    if kind == "supernumerary":
        return kind
    if kind in POSITIONS:
        return f"{kind} {'across' if direction in ('vestibular', 'lingual') else 'along'}"
    return f"{kind} {direction}" if kind in TESTS or kind == "mobility" else ""


@dataclass(frozen=True)
class Problem:
    """Something that cannot be: a stable code, the field it belongs to, and values for the words."""

    code: str
    field: str = "tooth"
    values: dict[str, Any] = dataclass_field(default_factory=dict)


def place_problems(place: Place) -> list[Problem]:
    """What is impossible about this tooth and its parts."""
    tooth = teeth.TEETH.get(place.tooth)
    if tooth is None:
        return [Problem("no_such_tooth", "tooth", {"tooth": place.tooth})]
    problems = [
        Problem("no_such_surface", "surfaces", {"tooth": tooth.number, "surface": surface})
        for surface in sorted(place.surfaces - set(tooth.surfaces))
    ]
    problems += [
        Problem("no_such_root", "roots", {"tooth": tooth.number, "root": root}) for root in sorted(place.roots - set(tooth.roots) - set(tooth.canals))
    ]
    return problems


def finding_problems(
    *,
    kind: str,
    severity: str,
    place: Place | None,
    absent: frozenset[int],
    unerupted: frozenset[int] = frozenset(),
    implants: frozenset[int] = frozenset(),
) -> list[Problem]:
    """What is impossible about a finding.

    `absent` are the teeth that are not in the mouth on that day, `unerupted` those of them that are still in the jaw, `implants` those
    replaced by one.
    """
    if kind not in FINDING_KINDS:
        return [Problem("no_such_finding", "kind", {"kind": kind})]
    problems = []
    if severity and severity not in SEVERITIES.get(kind, ()):
        problems.append(Problem("no_such_severity", "severity", {"kind": kind, "severity": severity}))
    if place is None:
        return problems + ([] if kind in ON_MOUTH else [Problem("tooth_needed", "tooth")])
    problems += place_problems(place) + _kind_problems(kind, severity, place)
    if kind == "supernumerary":
        return problems + _supernumerary_problems(place.tooth, absent)
    if place.tooth in absent - (unerupted if kind in ON_UNERUPTED else frozenset()):
        problems.append(Problem("tooth_absent", "tooth", {"tooth": place.tooth}))
    if place.tooth in implants and kind in NOT_ON_IMPLANT:
        problems.append(Problem("tooth_is_implant", "tooth", {"tooth": place.tooth}))
    return problems


def _kind_problems(kind: str, severity: str, place: Place) -> list[Problem]:
    """What the finding itself cannot have, whatever state the tooth is in."""
    problems = [Problem("finding_has_no_surfaces", "surfaces", {"kind": kind})] if place.surfaces and kind not in ON_SURFACES else []
    if severity == "shed" and place.tooth not in teeth.PRIMARY:
        problems.append(Problem("not_shed", "severity", {"tooth": place.tooth}))
    return problems


def _supernumerary_problems(tooth: int, absent: frozenset[int]) -> list[Problem]:
    if tooth not in teeth.SUPERNUMERARY:
        return [Problem("not_supernumerary", "tooth", {"tooth": tooth})] if tooth in teeth.TEETH else []
    return [] if tooth in absent else [Problem("supernumerary_there", "tooth", {"tooth": tooth})]


def procedure_problems(*, scope: str, effect: str, places: Sequence[Place], dentition: str = "any") -> list[Problem]:
    """What is impossible about a service of this scope, effect and dentition on these teeth, whatever state they are in."""
    problems = [problem for place in places for problem in place_problems(place)]
    if problems:
        return problems
    repeated = {place.tooth for place in places if [other.tooth for other in places].count(place.tooth) > 1}
    problems = [Problem("tooth_twice", "teeth", {"tooth": number}) for number in sorted(repeated)]
    problems += _scope_problems(scope, effect, places)
    problems += [problem for place in places for problem in _part_problems(effect, place)]
    is_for_primary = {"primary": True, "permanent": False}.get("permanent" if effect == "implant" else dentition)
    if is_for_primary is not None:
        others = [place.tooth for place in places if teeth.TEETH[place.tooth].is_primary != is_for_primary]
        problems += [Problem("for_primary" if is_for_primary else "for_permanent", "teeth", {"tooth": number}) for number in others]
    return problems


def _part_problems(effect: str, place: Place) -> list[Problem]:
    """What acts on whole teeth, and acts over one tooth, do not have."""
    problems = []
    if effect in WHOLE_TOOTH and place.surfaces:
        problems.append(Problem("act_has_no_surfaces", "surfaces", {"tooth": place.tooth}))
    roles = roles_in(effect)
    if place.role not in roles:
        problems.append(Problem("no_such_role", "teeth", {"tooth": place.tooth, "role": place.role, "roles": roles}))
    return problems


def roles_in(effect: str) -> tuple[str, ...]:
    """What a tooth can be in an act with this effect."""
    return ROLES.get(effect, (TREATED,))


def usual_roles(effect: str, numbers: Sequence[int], absent: frozenset[int] = frozenset()) -> list[str]:
    """What each of the teeth, in the order of their row, is in the act unless it is told otherwise.

    A bridge rests on its ends, and what is missing between them (with none missing, what stands between) is a pontic. A denture replaces what
    is missing (with none missing, everything) and clasps what stands. Bands are put on molars; a plate holds on to the last tooth of each side.
    """
    gaps = absent & set(numbers)
    if effect == "bridge":
        inner = gaps or set(numbers[1:-1])
        return ["pontic" if number in inner else "abutment" for number in numbers]
    if effect == "denture":
        return ["clasp" if gaps and number not in gaps else "replaced" for number in numbers]
    if effect == "plate":
        held = _last_of_each_side([number for number in numbers if number not in gaps])
        return ["clasp" if number in held else TREATED for number in numbers]
    if effect == "braces":
        return ["band" if teeth.TEETH[number].kind == "molar" else "bracket" for number in numbers]
    return [roles_in(effect)[0]] * len(numbers)


def _last_of_each_side(numbers: Sequence[int]) -> set[int]:
    """The back teeth that stand farthest from the midline."""
    found = {}
    for number in sorted(numbers, key=lambda number: teeth.TEETH[number].position):
        if not teeth.TEETH[number].is_anterior:
            found[teeth.TEETH[number].is_right] = number
    return set(found.values())


def _scope_problems(scope: str, effect: str, places: Sequence[Place]) -> list[Problem]:
    if scope == "mouth":
        return [Problem("no_teeth_for_mouth", "teeth")] if places else []
    if scope == "arch":
        return _one_arch(places) or _role_problems(effect, places)
    if not places:
        return [Problem("teeth_needed", "teeth")]
    if scope == "surfaces":
        return [Problem("surfaces_needed", "surfaces", {"tooth": place.tooth}) for place in places if not place.surfaces]
    if scope == "span":
        return _span_problems(effect, places)
    return []


def _one_arch(places: Sequence[Place]) -> list[Problem]:
    arches = {teeth.TEETH[place.tooth].arch for place in places}
    return [] if len(arches) == 1 else [Problem("one_arch_needed", "teeth")]


def _span_problems(effect: str, places: Sequence[Place]) -> list[Problem]:
    numbers = {place.tooth for place in places}
    row = teeth.row_of(places[0].tooth)
    if effect not in ("bridge", "splint"):
        return _one_arch(places) or _role_problems(effect, places)
    if not {number % teeth.BESIDE for number in numbers} <= set(row):
        return [Problem("one_arch_needed", "teeth")]
    found = sorted({row.index(number % teeth.BESIDE) for number in numbers})
    problems = []
    if len(numbers) < 2 or found[-1] - found[0] != len(found) - 1:
        problems.append(Problem("span_has_gap", "teeth"))
    return problems + _role_problems(effect, places)


def _role_problems(effect: str, places: Sequence[Place]) -> list[Problem]:
    """Teeth that the act cannot go without."""
    roles = {place.role for place in places}
    problems = []
    if effect == "bridge":
        problems = [Problem(f"bridge_needs_{role}", "teeth") for role in ("abutment", "pontic") if role not in roles]
    elif effect == "denture" and roles == {"clasp"}:
        problems = [Problem("denture_replaces_none", "teeth")]
    elif effect in ("braces", "retainer") and len(places) < 2:
        problems = [Problem("wire_joins_several", "teeth")]
    return problems


def may_change(before: str, after: str) -> bool:
    """Whether a procedure may be moved by hand from one state to the other."""
    return after in TRANSITIONS.get(before, frozenset())


def heals(*, effect: str, treated: Place, finding_kind: str, finding_surfaces: frozenset[str]) -> bool:
    """Whether finishing the act on this place settles an open finding on the same tooth."""
    if finding_kind not in HEALS.get(effect, frozenset()):
        return False
    whole_tooth = effect not in ("filling", "inlay") or not finding_surfaces
    return whole_tooth or finding_surfaces <= treated.surfaces
