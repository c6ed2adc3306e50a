"""Stage, grade and extent of periodontitis, proposed from an exam with the rule that led to each; the dentist decides.

Source: 2018 classification of periodontal and peri-implant diseases (Papapanou et al., Tonetti et al., J Clin Periodontol 45 Suppl 20);
gingivitis and health by bleeding on probing under or from 10 % of sites (Chapple et al., the same).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from charting.perio import rules
from charting.perio.figures import ToothReading, figures, non_adjacent


@dataclass(frozen=True)
class Reason:
    """A rule that was met: a stable code, and values for the words."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """What the exam speaks for; empty where it does not tell enough."""

    stage: str = ""
    grade: str = ""
    extent: str = ""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Risks:
    """What is asked besides what was measured; None where it was not told. `present` counts the natural teeth in the mouth."""

    present: int
    age: int | None = None
    bone_loss_percent: int | None = None
    teeth_lost: int | None = None
    cigarettes_a_day: int | None = None
    hba1c: Decimal | None = None


@dataclass(frozen=True)
class Earlier:
    """An exam of years ago, for the rate of progression."""

    day: date
    readings: Sequence[ToothReading]


def propose(readings: Sequence[ToothReading], risks: Risks, *, day: date, earlier: Sequence[Earlier] = ()) -> Proposal:
    """Stage, grade and extent with their reasons. Implants are left out: they have their own diseases."""
    natural = [row for row in readings if not row.is_implant]
    if not any(row.measured for row in natural):
        return Proposal(reasons=(Reason("nothing_measured"),))
    case = case_of_periodontitis(natural)
    if case is None:
        return _without_periodontitis(natural)
    stage, stage_reasons = _stage(natural, risks)
    grade, grade_reasons = _grade(natural, risks, day, earlier)
    extent, extent_reason = _extent(natural)
    return Proposal(stage, grade, extent, (case, *stage_reasons, *grade_reasons, extent_reason))


def case_of_periodontitis(rows: Sequence[ToothReading]) -> Reason | None:
    """Interdental attachment loss at two or more teeth that are not neighbours, or 3 mm with pockets over 3 mm at two or more teeth."""
    interdental = [row.tooth for row in rows if interdental_loss(row) >= 1]
    if non_adjacent(interdental):
        return Reason("case_interdental", {"teeth": sorted(interdental)})
    oral = [row.tooth for row in rows if any((row.loss(site) or 0) >= 3 and (row.depths[site] or 0) > 3 for site in ("V", "L"))]
    return Reason("case_oral", {"teeth": sorted(oral)}) if len(oral) >= 2 else None


def interdental_loss(row: ToothReading) -> int:
    """The greatest attachment loss between this tooth and its neighbours, mm."""
    return max((loss for site in rules.INTERDENTAL if (loss := row.loss(site)) is not None), default=0)


def _without_periodontitis(rows: Sequence[ToothReading]) -> Proposal:
    found = figures(rows)
    if not any(row.loss(site) is not None for row in rows for site in rules.INTERDENTAL) and (found.deepest or 0) >= 4:
        return Proposal(reasons=(Reason("margins_needed", {"deepest": found.deepest}),))
    share = found.bleeding or Decimal(0)
    if share >= 10:
        return Proposal("gingivitis", reasons=(Reason("bleeding_from_10", {"percent": share}),))
    return Proposal("health", reasons=(Reason("bleeding_under_10", {"percent": share}),))


STAGES = ("I", "II", "III", "IV")


def _stage(rows: Sequence[ToothReading], risks: Risks) -> tuple[str, list[Reason]]:
    """The highest stage that severity or complexity speaks for, with every reason for that stage."""
    found = [*_by_severity(rows, risks), *_by_complexity(rows, risks.present)]
    highest = max((stage for stage, _reason in found), key=STAGES.index)
    return highest, [reason for stage, reason in found if stage == highest]


def _by_severity(rows: Sequence[ToothReading], risks: Risks) -> list[tuple[str, Reason]]:
    loss = max(interdental_loss(row) for row in rows)
    found = [("III" if loss >= 5 else "II" if loss >= 3 else "I", Reason("interdental_loss", {"loss": loss}))]
    if risks.bone_loss_percent is not None:
        percent = risks.bone_loss_percent
        found.append(("III" if percent > 33 else "II" if percent >= 15 else "I", Reason("bone_loss", {"percent": percent})))
    if risks.teeth_lost:
        found.append(("IV" if risks.teeth_lost >= 5 else "III", Reason("teeth_lost", {"count": risks.teeth_lost})))
    return found


def _by_complexity(rows: Sequence[ToothReading], present: int) -> list[tuple[str, Reason]]:
    deepest = max(row.deepest or 0 for row in rows)
    found = [("III" if deepest >= 6 else "II" if deepest == 5 else "I", Reason("deepest", {"depth": deepest}))]
    furcated = sorted(row.tooth for row in rows if row.greatest_furcation >= 2)
    loose = sorted(row.tooth for row in rows if (row.mobility or 0) >= 2)
    if furcated:
        found.append(("III", Reason("furcations", {"teeth": furcated})))
    is_advanced = deepest >= 6 or max(interdental_loss(row) for row in rows) >= 5
    if loose and is_advanced:
        found.append(("IV", Reason("mobile_teeth", {"teeth": loose})))
    if is_advanced and present < 20:
        found.append(("IV", Reason("few_teeth", {"count": present})))
    return found


GRADES = ("A", "B", "C")


def _grade(rows: Sequence[ToothReading], risks: Risks, day: date, earlier: Sequence[Earlier]) -> tuple[str, list[Reason]]:
    """The highest grade that progression or a risk factor speaks for; B is assumed until something tells otherwise."""
    found = [*_by_progression(rows, day, earlier), *_by_bone_loss(risks), *_by_risk(risks)]
    if not found:
        return "B", [Reason("grade_assumed")]
    highest = max((grade for grade, _reason in found), key=GRADES.index)
    return highest, [reason for grade, reason in found if grade == highest]


def _by_progression(rows: Sequence[ToothReading], day: date, earlier: Sequence[Earlier]) -> list[tuple[str, Reason]]:
    """Direct evidence: attachment lost at any site over about five years."""
    past = [exam for exam in earlier if 4 * 365 <= (day - exam.day).days <= 6 * 366]
    if not past:
        return []
    before = {row.tooth: row for row in past[0].readings}
    lost = [_lost(before[row.tooth], row, site) for row in rows if row.tooth in before for site in rules.SITES]
    known = [loss for loss in lost if loss is not None]
    if not known:
        return []
    worst = max(known)
    return [("C" if worst >= 2 else "B" if worst >= 1 else "A", Reason("progression", {"loss": max(worst, 0), "since": past[0].day}))]


def _lost(before: ToothReading, after: ToothReading, site: str) -> int | None:
    past, now = before.loss(site), after.loss(site)
    return None if past is None or now is None else now - past


def _by_bone_loss(risks: Risks) -> list[tuple[str, Reason]]:
    """Indirect evidence: bone loss in percent divided by age."""
    if risks.bone_loss_percent is None or not risks.age:
        return []
    ratio = (Decimal(risks.bone_loss_percent) / risks.age).quantize(Decimal("0.01"))
    grade = "A" if ratio < Decimal("0.25") else "B" if ratio <= 1 else "C"
    return [(grade, Reason("bone_loss_by_age", {"ratio": ratio}))]


def _by_risk(risks: Risks) -> list[tuple[str, Reason]]:
    found = []
    if risks.cigarettes_a_day:
        found.append(("C" if risks.cigarettes_a_day >= 10 else "B", Reason("smoking", {"count": risks.cigarettes_a_day})))
    if risks.hba1c is not None and risks.hba1c >= Decimal("6.5"):
        found.append(("C" if risks.hba1c >= 7 else "B", Reason("diabetes", {"percent": risks.hba1c})))
    return found


def _extent(rows: Sequence[ToothReading]) -> tuple[str, Reason]:
    """Teeth whose interdental loss is as severe as the worst (from 5, 3 or 1 mm): under 30 % of those measured localised, else generalised."""
    losses = [interdental_loss(row) for row in rows if row.measured]
    level = next(least for least in (5, 3, 1, 0) if max(losses) >= least)
    percent = 100 * sum(loss >= level for loss in losses) // len(losses)
    return ("generalised" if percent >= 30 else "localised"), Reason("share_of_teeth", {"percent": percent, "least": level})
