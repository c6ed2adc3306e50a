"""Procedures: proposed, moved from state to state, performed once, reversed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from charting import acts, catalogue, charted, queries, replay, rules, story, teeth, words
from charting.actions.findings import reopen, settle
from charting.actions.meanwhile import after_all, hold_teeth, refuse_if_charted
from charting.actions.visits import visit_for
from charting.medical import interactions
from charting.models import Finding, Performance, Procedure, ProcedureChange, ProcedureState, ProcedureTooth, Visit
from clinic.history.creation import find_sent
from clinic.lib.errors import Conflict, InvalidInput, KeyTaken, check_version
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

MAY_MOVE = (Permission.CHART_WRITE, Permission.PLAN_WRITE, Permission.PLAN_DECIDE)


class AlreadyPerformed(Conflict):
    """The procedure is done; the first performance stands."""

    code = "already_performed"

    def __init__(self, performance: Performance) -> None:
        self.performance = performance
        super().__init__(
            _("This procedure is done already. The first result stands, nothing was done twice."),
            link=f"/patients/{performance.patient_id}/chart/",
        )


class AlreadyReversed(Conflict):
    """The performance was reversed before."""

    code = "already_reversed"
    default_message = _("This was reversed before. Nothing was changed.")


class NotPerformable(Conflict):
    """A cancelled, referred or existing procedure cannot be carried out."""

    code = "not_performable"
    default_message = _("A procedure that is cancelled, referred or already in the mouth cannot be carried out. Propose it again first.")


class ToothGone(Conflict):
    """The state of a tooth does not allow the act: it is gone, still there, an implant or only a root."""

    code = "tooth_gone"

    def __init__(self, problems: Sequence[rules.Problem], patient: Patient) -> None:
        message = _("%(problem)s Nothing was recorded. If the chart is wrong, correct it; otherwise change the plan.")
        problem = " ".join(words.problem_text(problem) for problem in problems)
        super().__init__(message % {"problem": problem}, link=f"/patients/{patient.pk}/chart/")


class AlreadyProposed(Conflict):
    """A tooth is to be extracted already: once is enough, unless the second is another way to treat."""

    code = "already_proposed"

    def __init__(self, standing: Sequence[Procedure]) -> None:
        acts = "; ".join(f"{story.procedure_part(row)} {row.service} ({ProcedureState(row.state).label})" for row in standing)
        text = _("This tooth is to be extracted already: %(acts)s. Nothing was recorded. Record it once more only as another way to treat.")
        super().__init__(text % {"acts": acts}, link=f"/patients/{standing[0].patient_id}/chart/")


class OtherLegalEntity(Conflict):
    """The visit is in a branch that cannot book what another legal entity, or another currency, was agreed with."""

    code = "other_legal_entity"

    def __init__(self, visit: Visit, branch: Branch) -> None:
        names = {"visit": visit.branch.name, "branch": branch.name}
        message = _(
            "The visit is in “%(visit)s”, but this was agreed with “%(branch)s”, which has another legal entity or currency. "
            "Nothing was recorded. Do it in a visit of “%(branch)s”, or plan it anew for “%(visit)s”."
        )
        super().__init__(message % names, link=f"/visits/{visit.pk}/")


class WrongTransition(Conflict):
    """The procedure cannot go from its state to that one by hand."""

    code = "wrong_transition"
    default_message = _("The procedure cannot be moved to this state. Reload the chart to see where it stands.")


@transaction.atomic
def add_procedure(
    *,
    patient: Patient,
    service: Service,
    actor: User,
    at: datetime,
    places: Sequence[rules.Place] = (),
    state: str = "proposed",
    note: str = "",
    again: bool = False,
    id: UUID | None = None,
    seen_at: datetime | None = None,
) -> Procedure:
    """Put an act on the chart: proposed, planned, referred, or existing. The same `id` twice is one procedure.

    A tooth that is to be extracted already is proposed for another extraction only when that is meant (`again`).

    :raises AlreadyProposed: when it is not said.
    :raises ChartedMeanwhile: when somebody else charted one of the teeth since `seen_at`, the instant of the chart that the sender saw.
    :raises InvalidInput: when the service cannot be placed there.
    """
    actor.require(Permission.PLAN_WRITE if state in ("proposed", "planned") and not actor.may(Permission.CHART_WRITE) else Permission.CHART_WRITE)
    hold_teeth(patient.pk)
    known = find_sent(Procedure, id, patient_id=patient.pk, service_id=service.pk, state=state, note=note)
    if known is not None:
        return _same_places(known, places)
    numbers = [place.tooth for place in places]
    refuse_if_charted(patient=patient, teeth=numbers, seen_at=seen_at, actor=actor)
    if service.chart_effect == "extraction" and state in rules.PERFORMABLE and not again:
        refuse_second(charted.extractions_ahead(patient, numbers))
    if state not in rules.STARTING_STATES:
        raise InvalidInput(fields={"state": _("A procedure starts as proposed, planned, referred or existing.")})
    if len(note) > 500:
        raise InvalidInput(fields={"note": _("At most %(limit)s characters.") % {"limit": 500}})
    if service.chart_effect == "extraction" and state in rules.EXISTING_STATES:
        at = after_all(patient.pk, numbers, at)
    mouth = queries.teeth_at(patient, at) if places else replay.EMPTY_MOUTH
    problems = rules.procedure_problems(scope=service.scope, effect=service.chart_effect, places=places, dentition=service.dentition)
    words.refuse(problems or acts.state_problems(effect=service.chart_effect, places=places, presence=mouth.presence, moment=acts.moment_of(state)))
    catalogue.refuse_narrowed(f"effect:{service.chart_effect}", places)
    values = {"service": service, "state": state, "recorded_at": at, "recorded_by": actor, "note": note.strip()}
    procedure = Procedure.objects.create(id=id or uuid7(), patient=patient, **values)
    ProcedureTooth.objects.bulk_create([_tooth_row(procedure, place) for place in places])
    _note_change(procedure, actor, at)
    return procedure


def refuse_second(standing: Sequence[Procedure]) -> None:
    """:raises AlreadyProposed: when an extraction stands already."""
    if standing:
        raise AlreadyProposed(standing)


def _same_places(first: Procedure, places: Sequence[rules.Place]) -> Procedure:
    """:raises KeyTaken: when the first request placed it elsewhere."""
    made = {(row.tooth, frozenset(row.surfaces), frozenset(row.roots), row.role) for row in first.teeth.all()}
    if made != {(place.tooth, place.surfaces, place.roots, place.role) for place in places}:
        raise KeyTaken
    return first


def _tooth_row(procedure: Procedure, place: rules.Place) -> ProcedureTooth:
    surfaces = list(teeth.ordered_surfaces(place.surfaces))
    return ProcedureTooth(
        procedure=procedure, patient_id=procedure.patient_id, tooth=place.tooth, surfaces=surfaces, roots=sorted(place.roots), role=place.role
    )


@transaction.atomic
def change_procedure_state(
    *, procedure: Procedure, state: str, actor: User, at: datetime, reason: str = "", version: int | None = None, seen_at: datetime | None = None
) -> Procedure:
    """Move a procedure by hand or by a decision about its plan; `done` is reached only by performing it.

    To the state where it stands: nothing changes.

    :raises WrongTransition: when that is not a way it can go.
    :raises ToothGone: when it would be in the mouth on a tooth that does not allow it.
    :raises StaleVersion: when a `version` was read and it is another now.
    :raises ChartedMeanwhile: when somebody else charted one of its teeth since `seen_at`, the instant of the chart that the sender saw.
    """
    actor.require(next((permission for permission in MAY_MOVE if actor.may(permission)), Permission.CHART_WRITE))
    if state in rules.EXISTING_STATES:
        hold_teeth(procedure.patient_id)
    locked = Procedure.objects.select_for_update().get(pk=procedure.pk)
    if locked.state != state:
        if version is not None:
            check_version(locked, version)
        if not rules.may_change(locked.state, state):
            raise WrongTransition
        numbers = list(locked.teeth.values_list("tooth", flat=True)) if seen_at else []
        refuse_if_charted(patient=locked.patient, teeth=numbers, seen_at=seen_at, actor=actor)
        _move(locked, state, actor, _moved_at(locked, state, at), reason)
        locked.refresh_from_db(fields=["version"])
    return locked


def _moved_at(procedure: Procedure, state: str, at: datetime) -> datetime:
    """:raises ToothGone: when it would be in the mouth on a tooth that does not allow it."""
    if state not in rules.EXISTING_STATES:
        return _not_before(procedure, at)
    moment = _in_place_at(procedure, at)
    _refuse_state(procedure, moment, acts.Moment.EXISTING)
    return moment


@transaction.atomic
def perform_procedure(
    *, procedure: Procedure, actor: User, at: datetime, visit: Visit | None = None, branch: Branch | None = None,
    override_reason: str = "", precautions: Collection[UUID] = (), id: UUID | None = None,
) -> Performance:  # fmt: skip
    """Carry the procedure out: it is done, and the findings it treats are settled through it. The same `id` twice is one performance.

    It is booked to the visit's branch; without a visit to `branch`, the one it was agreed with.
    `precautions` are the rules of interactions that were read before the act; that they were stays with it.

    :raises AlreadyPerformed: when it stands done; carries the first performance.
    :raises NotPerformable: when it is cancelled, referred or existing.
    :raises ToothGone: when the state of a tooth does not allow it by then (`charting.acts`).
    :raises charting.medical.interactions.InteractionStop: when a rule stops it for this patient and no `override_reason` is given.
    :raises charting.medical.interactions.PrecautionsUnread: when a rule warns of it and is not among `precautions`.
    :raises OtherLegalEntity: when the visit's branch is of another legal entity or currency than `branch`.
    """
    actor.require(Permission.PROCEDURE_COMPLETE)
    known = find_sent(Performance, id, procedure_id=procedure.pk)
    hold_teeth(procedure.patient_id)
    locked = Procedure.objects.select_for_update(of=("self",)).select_related("service", "patient").get(pk=procedure.pk)
    standing = locked.performances.filter(reversed_at=None).first()
    if standing is not None:
        if standing == known:
            return standing
        raise AlreadyPerformed(standing)
    if known is not None:  # it was reversed since
        raise KeyTaken
    if not locked.is_performable:
        raise NotPerformable
    moment = _in_place_at(locked, at)
    _refuse_state(locked, moment, acts.Moment.PERFORMED)
    firing = interactions.check(locked.patient, interactions.act_of(locked.service), moment, reason=override_reason, read=precautions)
    visit = visit_for(locked.patient, visit, actor, moment)
    performance = _perform(locked, actor, moment, visit, branch_id=_branch_id(locked, actor, visit, branch), key=id)
    interactions.keep(firing, reason=override_reason, actor=actor, at=at, patient=locked.patient, performance=performance)
    _move(locked, "done", actor, moment)
    _settle_findings(locked, performance)
    return performance


def _refuse_state(procedure: Procedure, at: datetime, moment: acts.Moment) -> None:
    """Only by the state of the teeth at that instant: what else its places lack was judged when it was entered."""
    places = [queries.tooth_place(row) for row in procedure.teeth.order_by("tooth")]
    if not places:
        return
    presence = queries.teeth_at(procedure.patient, at).presence
    problems = acts.state_problems(effect=procedure.service.chart_effect, places=places, presence=presence, moment=moment)
    if problems:
        raise ToothGone(problems, procedure.patient)


def _branch_id(procedure: Procedure, actor: User, visit: Visit | None, agreed: Branch | None) -> UUID:
    """Where it is booked: the visit's branch, else the one it was agreed with, else the actor's, else the patient's."""
    if visit is None:
        return agreed.pk if agreed else actor.home_branch_id or procedure.patient.branch_id
    if agreed and (visit.branch.legal_entity_id, visit.branch.currency) != (agreed.legal_entity_id, agreed.currency):
        raise OtherLegalEntity(visit, agreed)
    return visit.branch_id


def _not_before(procedure: Procedure, at: datetime) -> datetime:
    """What waited on a device follows what was told of the procedure meanwhile: changes stand in the order of their times."""
    last = procedure.changes.order_by("-changed_at").values_list("changed_at", flat=True).first()
    return max(at, last or at)


def _in_place_at(procedure: Procedure, at: datetime) -> datetime:
    """The same of an act that will be in the mouth: a tooth is pulled after everything that stands of it."""
    if procedure.service.chart_effect == "extraction":
        return after_all(procedure.patient_id, list(procedure.teeth.values_list("tooth", flat=True)), at)
    return _not_before(procedure, at)


def _perform(procedure: Procedure, actor: User, at: datetime, visit: Visit | None, *, branch_id: UUID, key: UUID | None) -> Performance:
    """The row itself; the partial unique constraint decides between two at once."""
    try:
        with transaction.atomic():
            return Performance.objects.create(
                id=key or uuid7(),
                procedure=procedure,
                patient_id=procedure.patient_id,
                performer=actor,
                visit=visit,
                branch_id=branch_id,
                performed_at=at,
                state_before=procedure.state,
            )
    except IntegrityError as error:
        if "charting_performed_once" not in str(error):
            raise
        raise AlreadyPerformed(procedure.performances.get(reversed_at=None)) from error


def _settle_findings(procedure: Procedure, performance: Performance) -> None:
    places = {row.tooth: queries.tooth_place(row) for row in procedure.teeth.all()}
    effect = procedure.service.chart_effect
    open_findings = Finding.objects.select_for_update().filter(
        patient_id=procedure.patient_id, tooth__in=list(places), resolved_at=None, in_error_at=None, noted_at__lte=performance.performed_at
    )
    healed = [
        finding
        for finding in open_findings.order_by("pk")
        if rules.heals(effect=effect, treated=places[finding.tooth or 0], finding_kind=finding.kind, finding_surfaces=frozenset(finding.surfaces))
    ]
    settle(healed, actor=performance.performer, at=performance.performed_at, through=performance)


@transaction.atomic
def reverse_performance(*, performance: Performance, actor: User, at: datetime, reason: str) -> Performance:
    """Take a performance back: the procedure returns to its state before, the findings it settled are open again.

    :raises AlreadyReversed: when that happened before.
    """
    actor.require(Permission.PROCEDURE_REVERSE)
    if not reason.strip():
        raise InvalidInput(_("Say in a few words why."), fields={"reason": _("Say in a few words why.")})
    procedure = Procedure.objects.select_for_update().get(pk=performance.procedure_id)
    locked = Performance.objects.select_for_update().get(pk=performance.pk)
    if locked.is_reversed:
        raise AlreadyReversed
    locked.reversed_at, locked.reversed_by, locked.reversal_reason = at, actor, reason.strip()[:300]
    locked.save(update_fields=["reversed_at", "reversed_by", "reversal_reason"])
    _move(procedure, locked.state_before, actor, at, reason)
    reopen(locked.settled_findings.select_for_update().order_by("pk"), actor=actor, at=at)
    return locked


def _move(procedure: Procedure, state: str, actor: User, at: datetime, reason: str = "") -> None:
    procedure.state = state
    procedure.save(update_fields=["state"])
    _note_change(procedure, actor, at, reason)


def _note_change(procedure: Procedure, actor: User, at: datetime, reason: str = "") -> None:
    ProcedureChange.objects.create(
        procedure=procedure,
        patient_id=procedure.patient_id,
        state=procedure.state,
        changed_at=at,
        changed_by=actor,
        reason=reason.strip()[:300],
    )
