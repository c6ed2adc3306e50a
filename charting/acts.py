"""Which act can be done on a tooth in which state, as a table; the tooth's state is what the chart shows at that moment.

Planning looks ahead: a crown is planned before its implant stands, an implant before the tooth is out. So a plan is refused only what no
other act can make possible. Carrying out is refused what the chart contradicts: an immediate implant is possible because the extraction of
the same visit has been carried out before it. What was found in the mouth (`existing`) tells the chart how the tooth is, so it is judged as a
plan, except that a crown found needs something to stand on.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from charting import teeth
from charting.rules import TREATED, Place, Problem

PRESENT, MISSING, UNERUPTED, IMPACTED, ROOT, IMPLANT, ERUPTING = (
    "present",
    "missing",
    "unerupted",
    "impacted",
    "retained_root",
    "implant",
    "erupting",
)
STATES = (PRESENT, MISSING, UNERUPTED, IMPACTED, ROOT, IMPLANT, ERUPTING)


class Moment(StrEnum):
    """When an act is judged."""

    PLANNED = "planned"
    EXISTING = "existing"
    PERFORMED = "performed"


_GONE = {MISSING: "tooth_absent", UNERUPTED: "tooth_absent"}
_OWN_CROWN = {**_GONE, ROOT: "only_root", IMPLANT: "tooth_is_implant"}
_OWN_ROOT = {**_GONE, IMPLANT: "tooth_is_implant"}
NEVER: dict[str, Mapping[str, str]] = {
    "filling": _OWN_ROOT,
    "inlay": _OWN_CROWN,
    "veneer": _OWN_CROWN,
    "sealant": _OWN_CROWN,
    "root_canal": _OWN_ROOT,
    "post": _OWN_ROOT,
    "bracket": {MISSING: "tooth_absent", ROOT: "only_root"},
    "band": {MISSING: "tooth_absent", ROOT: "only_root"},
    "bonded": {MISSING: "tooth_absent", ROOT: "only_root"},
    "extraction": {MISSING: "tooth_absent"},
}
"""What no other act makes possible; acts and states that are not named go together."""
NOT_NOW: dict[str, Mapping[str, str]] = {
    "crown": _GONE,
    "abutment": _GONE,
    "pontic": dict.fromkeys((PRESENT, ERUPTING, IMPACTED), "tooth_stands"),
    "replaced": dict.fromkeys((PRESENT, ERUPTING), "tooth_stands"),
    "clasp": {**_GONE, ROOT: "only_root"},
    "bonded": {UNERUPTED: "tooth_absent"},
    "implant": dict.fromkeys((PRESENT, ERUPTING, UNERUPTED, IMPACTED, ROOT), "tooth_stands") | {IMPLANT: "implant_stands"},
}
"""What can be planned, and is done only after another act."""


def state_problems(*, effect: str, places: Sequence[Place], presence: Mapping[int, str], moment: Moment) -> list[Problem]:
    """What the state of the teeth makes impossible."""
    problems = []
    for place in places:
        code = refusal(effect if place.role == TREATED else place.role, presence.get(place.tooth, usual_state(place.tooth)), moment)
        if code:
            problems.append(Problem(code, "teeth", {"tooth": place.tooth}))
    return problems


def usual_state(tooth: int) -> str:
    """How a tooth is of which nothing is known: a supernumerary one is there only when it was found."""
    return MISSING if tooth in teeth.SUPERNUMERARY else PRESENT


def refusal(act: str, state: str, moment: Moment) -> str | None:
    """Why the act (of one over several teeth: the tooth's role in it) cannot be on a tooth in this state; None when it can."""
    never = NEVER.get(act, {}).get(state)
    if never or moment == Moment.PLANNED or (moment == Moment.EXISTING and act != "crown"):
        return never
    return NOT_NOW.get(act, {}).get(state)


def moment_of(state: str) -> Moment:
    """At which moment a procedure that begins in this state is judged."""
    return Moment.EXISTING if state.startswith("existing") else Moment.PLANNED
