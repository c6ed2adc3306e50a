"""The state of the mouth at an instant, replayed from what was found and done up to it. No Django here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from charting import teeth
from charting.rules import IN_PLACE, LAYER_OF_STATE, PRESENCES, TAKEN_OFF, Place, measured
from charting.sites import stated

Changes = tuple[tuple[datetime, str], ...]


def last_up_to(changes: Changes, at: datetime) -> tuple[datetime, str] | None:
    """Of the changes in the order in which they were told, the last one that had happened at the instant."""
    return next((change for change in reversed(changes) if change[0] <= at), None)


@dataclass(frozen=True)
class FindingFact:
    """A finding as events know it: noted, then resolved and opened again, each as it was told. One entered in error is no fact."""

    id: str
    kind: str
    severity: str
    tooth: int | None
    surfaces: frozenset[str]
    roots: frozenset[str]
    noted_at: datetime
    changes: Changes = ()
    direction: str = ""
    amount: int | None = None
    site: str = ""

    def holds(self, at: datetime) -> bool:
        last = last_up_to(self.changes, at)
        return self.noted_at <= at and (last is None or last[1] != "resolved")


@dataclass(frozen=True)
class ProcedureFact:
    """A procedure as events know it: its places and each change of its state, in the order in which they were told."""

    id: str
    effect: str
    places: tuple[Place, ...]
    changes: Changes

    def state(self, at: datetime) -> tuple[datetime, str] | None:
        """The last change up to the instant."""
        return last_up_to(self.changes, at)


@dataclass(frozen=True)
class Mark:
    """One thing that the chart draws on a tooth (or says of the whole mouth, with `tooth` None)."""

    layer: str
    what: str
    source: str
    tooth: int | None
    surfaces: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    role: str = "treated"
    severity: str = ""
    state: str = ""
    direction: str = ""
    amount: int | None = None
    site: str = ""


NEVER_FOUND = frozenset(teeth.SUPERNUMERARY)
"""Teeth that are not in a mouth unless they were found there."""


@dataclass(frozen=True)
class Mouth:
    """What the chart shows at an instant: whether each tooth is there, and the marks in drawing order."""

    presence: dict[int, str]
    marks: tuple[Mark, ...]

    @property
    def absent(self) -> frozenset[int]:
        return frozenset(number for number, state in self.presence.items() if state in ("missing", "unerupted"))

    @property
    def not_there(self) -> frozenset[int]:
        """The absent teeth, and the supernumerary ones that were never found."""
        return self.absent | NEVER_FOUND.difference(self.presence)

    @property
    def unerupted(self) -> frozenset[int]:
        return frozenset(number for number, state in self.presence.items() if state == "unerupted")

    @property
    def implants(self) -> frozenset[int]:
        return frozenset(number for number, state in self.presence.items() if state == "implant")

    def on(self, tooth: int) -> list[Mark]:
        return [mark for mark in self.marks if mark.tooth == tooth]


EMPTY_MOUTH = Mouth({}, ())


def mouth_at(findings: Iterable[FindingFact], procedures: Iterable[ProcedureFact], at: datetime) -> Mouth:
    """The mouth at an instant, from the events up to it. The order in which the facts are given does not matter."""
    held = _held(findings, at)
    acts = _acts(procedures, at)
    gone, off = _gone_since(held, acts), _taken_off(acts)
    presence = _presence(held, acts, gone)
    marks = [_finding_mark(fact) for fact in held if _still_shows(fact.tooth, fact.noted_at, fact.kind, gone)]
    for since, state, fact in acts:
        drawn = _procedure_marks(fact, state)
        if state in IN_PLACE:
            drawn = [mark for mark in drawn if _still_worn(mark, since, off) and _still_shows(mark.tooth, since, _wholly(mark), gone)]
        marks += drawn
    return Mouth(presence, tuple(mark for mark in marks if mark.tooth not in NEVER_FOUND or mark.tooth in presence))


def _held(findings: Iterable[FindingFact], at: datetime) -> list[FindingFact]:
    """What holds at the instant, in the order it was noted. What a later finding stated anew stays past, also when the later is resolved."""
    noted = sorted((fact for fact in findings if fact.noted_at <= at), key=lambda fact: (fact.noted_at, fact.id))
    latest = {_measured(fact): fact.id for fact in noted}
    return [fact for fact in noted if fact.holds(at) and latest[_measured(fact)] == fact.id]


Acts = list[tuple[datetime, str, ProcedureFact]]


def _acts(procedures: Iterable[ProcedureFact], at: datetime) -> Acts:
    acts = [(*found, fact) for fact in procedures if (found := fact.state(at)) and found[1] != "cancelled"]
    return sorted(acts, key=lambda act: (act[0], act[2].id))


def _gone_since(held: Sequence[FindingFact], acts: Acts) -> dict[int, datetime]:
    """When each absent tooth was last seen to go: pulled here, or noted missing."""
    gone = {fact.tooth: fact.noted_at for fact in held if fact.kind == "missing" and fact.tooth}
    for since, state, fact in acts:
        if fact.effect == "extraction" and state in IN_PLACE:
            gone |= {place.tooth: max(since, gone.get(place.tooth, since)) for place in fact.places}
    return gone


def _presence(held: Sequence[FindingFact], acts: Acts, gone: dict[int, datetime]) -> dict[int, str]:
    found = {fact.tooth: fact.noted_at for fact in held if fact.tooth in NEVER_FOUND and fact.kind == "supernumerary"}
    told = {fact.tooth: fact.kind for fact in held if fact.tooth and fact.kind in PRESENCES - {"missing", "supernumerary"}}
    presence = dict.fromkeys(found, "present") | {tooth: kind for tooth, kind in told.items() if kind != "erupted"}
    presence |= {tooth: "missing" for tooth, since in gone.items() if since >= found.get(tooth, since)}
    for since, state, fact in acts:
        if fact.effect == "implant" and state in IN_PLACE:
            presence |= {place.tooth: "implant" for place in fact.places if since >= gone.get(place.tooth, since)}
    return presence


def _still_shows(tooth: int | None, since: datetime, what: str, gone: dict[int, datetime]) -> bool:
    """Marks older than the loss of their tooth went with it; a bridge or denture over the gap stays."""
    if tooth is None or tooth not in gone or what in ("missing", "extraction", "bridge", "denture"):
        return True
    return since >= gone[tooth]


def _wholly(mark: Mark) -> str:
    """What goes when the tooth goes: a clasp belongs to its tooth, the denture does not."""
    return mark.role if mark.role == "clasp" else mark.what


def _taken_off(acts: Acts) -> dict[int, datetime]:
    """When something was last taken off each tooth; acts come in the order of their times."""
    removals = [(since, fact) for since, state, fact in acts if fact.effect == "removal" and state in IN_PLACE]
    return {place.tooth: since for since, fact in removals for place in fact.places}


def _still_worn(mark: Mark, since: datetime, off: dict[int, datetime]) -> bool:
    return mark.what not in TAKEN_OFF or mark.tooth not in off or since >= off[mark.tooth]


def _measured(fact: FindingFact) -> tuple[int | None, str]:
    """The tooth with what the finding states of it; a finding of its own when it states nothing that a later one could replace."""
    return fact.tooth, measured(fact.kind, fact.direction) or stated(fact.kind, fact.site) or fact.id


def _finding_mark(fact: FindingFact) -> Mark:
    return Mark(
        "condition",
        fact.kind,
        fact.id,
        fact.tooth,
        teeth.ordered_surfaces(fact.surfaces),
        tuple(sorted(fact.roots)),
        severity=fact.severity,
        direction=fact.direction,
        amount=fact.amount,
        site=fact.site,
    )


def _procedure_marks(fact: ProcedureFact, state: str) -> list[Mark]:
    layer = LAYER_OF_STATE[state]
    places: Sequence[Place | None] = fact.places or (None,)
    return [
        Mark(
            layer,
            fact.effect,
            fact.id,
            place.tooth if place else None,
            teeth.ordered_surfaces(place.surfaces) if place else (),
            tuple(sorted(place.roots)) if place else (),
            role=place.role if place else "treated",
            state=state,
        )
        for place in places
    ]


def has_primary(mouth: Mouth) -> bool:
    """Whether anything is recorded of a primary tooth but that it is gone."""
    return any(mark.tooth and teeth.TEETH[mark.tooth].is_primary for mark in mouth.marks if mark.what != "missing")


@dataclass(frozen=True)
class CariesIndex:
    """DMFT of the permanent teeth (third molars left out) and dmft of the primary ones."""

    decayed: int
    missing: int
    filled: int

    @property
    def total(self) -> int:
        return self.decayed + self.missing + self.filled


SOUND = frozenset({"initial", "icdas1", "icdas2", "icdas3"})
"""Decay of enamel alone, without a cavity into dentine: WHO's index counts such a tooth as sound, as ICDAS 4 is the first that it counts."""
NOT_BY_DECAY = frozenset({"shed", "agenesis", "trauma"})
"""Teeth gone for these reasons are no M of the index."""


def caries_index(mouth: Mouth, *, primary: bool = False) -> CariesIndex:
    """WHO's decayed-missing-filled index: each tooth counts once, decay before filling; one that is missing for another reason does not count."""
    counted = [number for number in (teeth.PRIMARY if primary else teeth.PERMANENT) if number % 10 != 8]
    decayed = {mark.tooth for mark in mouth.marks if mark.what == "caries" and mark.severity not in SOUND}
    filled = {mark.tooth for mark in mouth.marks if mark.layer in ("done", "existing") and mark.what in ("filling", "inlay", "crown")}
    others = {mark.tooth for mark in mouth.marks if mark.what == "missing" and mark.severity in NOT_BY_DECAY}
    gone = {number for number, state in mouth.presence.items() if state in ("missing", "implant") and number not in others}
    return CariesIndex(
        decayed=sum(number in decayed - gone - others for number in counted),
        missing=sum(number in gone for number in counted),
        filled=sum(number in filled - decayed - gone - others for number in counted),
    )
