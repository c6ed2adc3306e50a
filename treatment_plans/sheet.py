"""An alternative as the plan's page, the patient's view and the API show it: phases, lines, sums, insurers' part, what is left to sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clinic.lib.money import ZERO
from clinic.patients.models import Patient
from insurance import queries as insurance
from insurance.models import ClaimLine
from insurance.rules import EstimateLine
from treatment_plans import papers, queries, rules
from treatment_plans.models import Alternative, AlternativeState, Item, Phase


@dataclass(frozen=True)
class Row:
    """A line with its teeth in words and what insurers would pay of it."""

    item: Item
    teeth: str
    insured: Decimal
    explanation: str

    @property
    def patient_pays(self) -> Decimal:
        return self.item.total - self.insured


@dataclass(frozen=True)
class Group:
    """A phase with its live lines."""

    phase: Phase | None
    rows: tuple[Row, ...]
    sum: rules.Sum

    @property
    def insured(self) -> Decimal:
        return sum((row.insured for row in self.rows), ZERO)

    @property
    def patient_pays(self) -> Decimal:
        return self.sum.total - self.insured


@dataclass(frozen=True)
class Sheet:
    """One alternative, whole."""

    alternative: Alternative
    groups: tuple[Group, ...]
    cancelled: tuple[Item, ...]
    totals: rules.Totals
    done: int
    unagreed: int

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def phases(self) -> list[Phase]:
        return [group.phase for group in self.groups if group.phase]

    @property
    def insured(self) -> Decimal:
        return sum((group.insured for group in self.groups), ZERO)

    @property
    def patient_pays(self) -> Decimal:
        return self.totals.whole.total - self.insured

    @property
    def visits(self) -> int:
        return len(self.totals.by_visit)

    @property
    def minutes(self) -> int:
        return sum(row.item.procedure.service.minutes * row.item.quantity for row in self.rows)

    @property
    def progress(self) -> int:
        return round(100 * self.done / self.totals.whole.lines) if self.totals.whole.lines else 0


def sheets(patient: Patient, alternatives: Sequence[Alternative], day: date) -> list[Sheet]:
    """The alternatives with their sums; estimates are asked once per alternative."""
    return [_sheet(patient, alternative, day) for alternative in alternatives]


def _sheet(patient: Patient, alternative: Alternative, day: date) -> Sheet:
    items: list[Item] = alternative.all_items  # type: ignore[attr-defined]
    live = [item for item in items if item.cancelled_at is None]
    insured = _estimates(patient, live, day) if alternative.state != AlternativeState.REJECTED else {}
    rows = [Row(item, papers.teeth_shown(item), *insured.get(item.pk, (ZERO, ""))) for item in live]
    totals = queries.totals(live)
    groups = []
    for phase in [*sorted(alternative.phases.all(), key=lambda phase: phase.position), None]:
        own = tuple(row for row in rows if row.item.phase_id == (phase.pk if phase else None))
        if phase or own:
            groups.append(Group(phase, own, totals.by_phase.get(phase.pk if phase else None, rules.Sum())))
    return Sheet(
        alternative=alternative,
        groups=tuple(groups),
        cancelled=tuple(item for item in items if item.cancelled_at is not None and item.frozen_at is not None),
        totals=totals,
        done=sum(1 for item in live if item.performance_id),
        unagreed=sum(1 for item in live if item.agreed_document_id is None),
    )


def _estimates(patient: Patient, items: Sequence[Item], day: date) -> dict[object, tuple[Decimal, str]]:
    """What insurers would pay of the lines not yet done, in their order, and what was claimed for those done."""
    found = _claimed([item for item in items if item.performance_id])
    due = [item for item in items if item.performance_id is None]
    if not due:
        return found
    lines = [EstimateLine(item.pk, item.procedure.service.category, item.total, item.currency) for item in due]
    rows = insurance.estimate(patient=patient, lines=lines, day=day).rows
    return {**found, **{row.line.key: (row.insured, row.explanation) for row in rows}}


def _claimed(done: Sequence[Item]) -> dict[object, tuple[Decimal, str]]:
    """What was claimed for the lines that are done."""
    items = {item.performance_id: item.pk for item in done}
    found: dict[object, tuple[Decimal, str]] = {}
    for line in ClaimLine.objects.filter(performance__in=items, reverses=None).order_by("posted_at", "pk") if items else ():
        amount, words = found.get(items[line.performance_id], (ZERO, ""))
        found[items[line.performance_id]] = (amount + line.amount, "; ".join(part for part in (words, line.explanation) if part))
    return found
