"""Findings: recorded, settled, or marked as entered in error."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from charting import catalogue, details, finding_words, queries, replay, rules, sites, teeth, words
from charting.actions.meanwhile import after_all, hold_teeth, refuse_if_charted
from charting.actions.said import NotOpen, is_marked, required, short
from charting.actions.visits import visit_for
from charting.models import Finding, FindingChange, FindingState, Performance, Visit
from clinic.history.creation import find_sent
from clinic.lib.clock import day_bounds
from clinic.lib.errors import Conflict
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.staff.roles import Permission


class NotedAlready(Conflict):
    """The same finding of the same place was noted that day: once is enough."""

    code = "noted_already"

    def __init__(self, twin: Finding) -> None:
        text = _("%(finding)s is charted already that day. Nothing was recorded. Record it once more only when it is another one.")
        finding = f"{finding_words.place_shown(twin)} {finding_words.title(twin)}".strip()
        super().__init__(text % {"finding": finding}, link=f"/patients/{twin.patient_id}/chart/")


@transaction.atomic
def record_finding(
    *,
    patient: Patient,
    kind: str,
    actor: User,
    at: datetime,
    tooth: int | None = None,
    surfaces: Collection[str] = (),
    roots: Collection[str] = (),
    severity: str = "",
    direction: str = "",
    amount: int | None = None,
    since: str = "",
    site: str = "",
    note: str = "",
    visit: Visit | None = None,
    again: bool = False,
    id: UUID | None = None,
    seen_at: datetime | None = None,
) -> Finding:
    """Note something seen on a tooth (for plaque and calculus, also in the whole mouth; for mucosa, joints and bite, at a `site`).

    The same `id` twice is one finding. A tooth that is not there was lost after everything that stands of it.

    :raises ChartedMeanwhile: when somebody else charted the tooth since `seen_at`, the instant of the chart that the sender saw.
    :raises NotedAlready: when the very same stands of that day, and it is not said to be meant (`again`); what is stated anew is no twin.
    :raises InvalidInput: when the tooth, surface, root, degree, direction, amount or date cannot be.
    """
    actor.require(Permission.CHART_WRITE)
    told = details.Told(kind, severity, direction, amount, since)
    sent = {**vars(told), "site": site, "tooth": tooth, "surfaces": list(teeth.ordered_surfaces(set(surfaces))), "roots": sorted(set(roots))}
    hold_teeth(patient.pk)
    if (known := find_sent(Finding, id, patient_id=patient.pk, note=note, **sent)) is not None:
        return known
    noted_at = _turn_at(patient, kind, tooth, at=at, seen_at=seen_at, actor=actor)
    place = _place(tooth, surfaces, roots)
    problems = _place_problems(patient, noted_at, told, place) + details.site_problems(kind, site, tooth)
    words.refuse(problems + details.problems(told, day=queries.branch_day_of(patient, at), born=patient.birth_date))
    catalogue.refuse_narrowed(f"finding:{kind}", [place] if place else [])
    if not (again or rules.measured(kind, direction) or sites.stated(kind, site)):
        _refuse_twin(patient, at, note=note.strip(), **sent)
    return Finding.objects.create(
        id=id or uuid7(),
        patient=patient,
        visit=visit_for(patient, visit, actor, at),
        note=short(note, "note", 500),
        **sent,
        noted_at=noted_at,
        noted_by=actor,
    )


def _place(tooth: int | None, surfaces: Collection[str], roots: Collection[str]) -> rules.Place | None:
    if tooth is None and (surfaces or roots):
        words.refuse([rules.Problem("tooth_needed")])
    return rules.Place(tooth, frozenset(surfaces), frozenset(roots)) if tooth is not None else None


def _refuse_twin(patient: Patient, at: datetime, **said: object) -> None:
    """:raises NotedAlready: when a finding that says just the same stands open since that day of the branch."""
    first, next_day = day_bounds(queries.branch_day_of(patient, at), patient.branch.time_zone)
    twins = Finding.objects.filter(patient=patient, noted_at__gte=first, noted_at__lt=next_day, resolved_at=None, in_error_at=None, **said)
    if (twin := twins.first()) is not None:
        raise NotedAlready(twin)


def _turn_at(patient: Patient, kind: str, tooth: int | None, *, at: datetime, seen_at: datetime | None, actor: User) -> datetime:
    """The instant that the entry bears.

    :raises ChartedMeanwhile:
    """
    if tooth is None:
        return at
    refuse_if_charted(patient=patient, teeth=[tooth], seen_at=seen_at, actor=actor)
    return after_all(patient.pk, [tooth], at) if kind in rules.ABSENCES else at


def _place_problems(patient: Patient, at: datetime, told: details.Told, place: rules.Place | None) -> list[rules.Problem]:
    """What is impossible about the finding there, as the teeth stand at that moment."""
    mouth = queries.teeth_at(patient, at) if place else replay.EMPTY_MOUTH
    states = {"absent": mouth.not_there, "unerupted": mouth.unerupted, "implants": mouth.implants}
    return rules.finding_problems(kind=told.kind, severity=told.severity, place=place, **states)


@transaction.atomic
def resolve_finding(*, finding: Finding, actor: User, at: datetime, seen_at: datetime | None = None, id: UUID | None = None) -> Finding:
    """The finding is settled: from now on the chart no longer shows it. The same `id` (of the change) twice is one resolution.

    :raises NotOpen: when it was settled or withdrawn before.
    :raises ChartedMeanwhile: when somebody else charted its tooth since `seen_at`.
    """
    actor.require(Permission.CHART_WRITE)
    is_sent = _is_sent(id, finding, FindingState.RESOLVED)
    locked = Finding.objects.select_for_update().get(pk=finding.pk)
    if is_sent:
        return locked
    if not locked.is_open:
        raise NotOpen
    refuse_if_charted(patient=locked.patient, teeth=_tooth_of(locked), seen_at=seen_at, actor=actor)
    settle([locked], actor=actor, at=_not_before(locked, at), key=id)
    locked.refresh_from_db(fields=["version"])
    return locked


@transaction.atomic
def reopen_finding(*, finding: Finding, actor: User, at: datetime, id: UUID | None = None) -> Finding:
    """Take a resolution back. The same `id` (of the change) twice is one.

    :raises NotOpen: when the finding is not resolved by hand, or withdrawn.
    """
    actor.require(Permission.CHART_WRITE)
    is_sent = _is_sent(id, finding, FindingState.OPEN)
    locked = Finding.objects.select_for_update().get(pk=finding.pk)
    if is_sent:
        return locked
    if locked.resolved_at is None or locked.resolved_through_id or locked.in_error_at:
        raise NotOpen
    reopen([locked], actor=actor, at=_not_before(locked, at), key=id)
    locked.refresh_from_db(fields=["version"])
    return locked


def _is_sent(key: UUID | None, finding: Finding, state: FindingState) -> bool:
    """:raises KeyTaken: when the key made another change."""
    return find_sent(FindingChange, key, finding_id=finding.pk, state=state) is not None


def _tooth_of(finding: Finding) -> list[int]:
    return [] if finding.tooth is None else [finding.tooth]


def _not_before(finding: Finding, at: datetime) -> datetime:
    """What waited on a device follows what was told of the finding meanwhile: changes stand in the order of their times."""
    last = finding.changes.order_by("-changed_at").values_list("changed_at", flat=True).first()
    return max(at, finding.noted_at, last or at)


def settle(findings: Collection[Finding], *, actor: User, at: datetime, through: Performance | None = None, key: UUID | None = None) -> None:
    """These locked findings are resolved, by hand or through a performance."""
    for finding in findings:
        finding.resolved_at, finding.resolved_by, finding.resolved_through = at, actor, through
    _move(findings, FindingState.RESOLVED, actor, at, key)


def reopen(findings: Collection[Finding], *, actor: User, at: datetime, key: UUID | None = None) -> None:
    """These locked findings hold again; that they were resolved for a while stays told."""
    for finding in findings:
        finding.resolved_at = finding.resolved_by = finding.resolved_through = None
    _move(findings, FindingState.OPEN, actor, at, key)


def _move(findings: Collection[Finding], state: FindingState, actor: User, at: datetime, key: UUID | None) -> None:
    for finding in findings:
        finding.save(update_fields=["resolved_at", "resolved_by", "resolved_through"])
    FindingChange.objects.bulk_create(
        [
            FindingChange(id=key or uuid7(), finding=finding, patient_id=finding.patient_id, state=state, changed_at=at, changed_by=actor)
            for finding in findings
        ]
    )


@transaction.atomic
def mark_in_error(*, finding: Finding, actor: User, at: datetime, reason: str, seen_at: datetime | None = None) -> Finding:
    """The finding was never so: it leaves the chart of every day, and stays in history with the reason. The same mark twice is one.

    :raises NotOpen: when it was withdrawn before by another or for another reason.
    :raises ChartedMeanwhile: when somebody else charted its tooth since `seen_at`.
    """
    actor.require(Permission.CHART_WRITE)
    text = required(reason, "reason")
    locked = Finding.objects.select_for_update().get(pk=finding.pk)
    if is_marked(locked.in_error_at, by=locked.in_error_by_id == actor.pk and locked.error_reason == text):
        return locked
    refuse_if_charted(patient=locked.patient, teeth=_tooth_of(locked), seen_at=seen_at, actor=actor)
    locked.in_error_at, locked.in_error_by, locked.error_reason = at, actor, text
    locked.save(update_fields=["in_error_at", "in_error_by", "error_reason"])
    locked.refresh_from_db(fields=["version"])
    return locked
