"""Which rules speak against an act on this patient, asked of the database that also enforces them; and going on with a reason."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from charting.medical.interaction_models import InteractionOverride, InteractionRule, InteractionWarning
from clinic.history.actions import record_view
from clinic.lib.errors import Conflict, InvalidInput
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.staff.models import User

LONGEST_REASON = 300
FIRING = "SELECT id FROM charting_interactions(%s, %s, %s) AS id"


class InteractionStop(Conflict):
    """A rule stops the act until somebody says why it is done all the same."""

    code = "interaction_stop"

    def __init__(self, rules: Sequence[InteractionRule], patient: Patient) -> None:
        self.rules = rules
        message = _("%(sentences)s Nothing was recorded. To go on, say why.")
        sentences = " ".join(rule.text for rule in rules)
        fields = {"override_reason": _("Say in a few words why it is done all the same.")}
        super().__init__(message % {"sentences": sentences}, fields=fields, link=reverse("patient-health", args=[patient.pk]))


class PrecautionsUnread(Conflict):
    """A rule warns of the act, and nobody has read it before; the field of each unread rule is `precautions.<its id>`."""

    code = "precautions_unread"

    def __init__(self, rules: Sequence[InteractionRule], patient: Patient) -> None:
        message = _("%(sentences)s Nothing was recorded. Read it, then decide.")
        fields = {f"precautions.{rule.pk}": rule.text for rule in rules}
        super().__init__(
            message % {"sentences": " ".join(rule.text for rule in rules)}, fields=fields, link=reverse("patient-health", args=[patient.pk])
        )


def act_of(service: Service) -> list[str]:
    """A service as the rules know it."""
    return [f"category:{service.category}", f"effect:{service.chart_effect}"]


def firing(patient: Patient, act: Collection[str] | None, at: datetime) -> list[InteractionRule]:
    """The rules that speak against this act on the patient now, stops first; without an act all that concern the patient."""
    with connection.cursor() as cursor:
        cursor.execute(FIRING, [patient.pk, list(act) if act is not None else None, at])
        keys = [row[0] for row in cursor.fetchall()]
    return list(InteractionRule.objects.filter(pk__in=keys).order_by("level", "code", "pk")) if keys else []


def check(patient: Patient, act: Collection[str], at: datetime, *, reason: str, read: Collection[UUID]) -> list[InteractionRule]:
    """The rules that speak against the act: stops that `reason` overrides, and warnings that were read before it.

    :raises InteractionStop: when there are stops and no reason is given.
    :raises PrecautionsUnread: when there are warnings that were not read.
    """
    found = firing(patient, act, at)
    _refuse_stops(found, patient, reason)
    unread = [rule for rule in found if not rule.is_stop and rule.pk not in read]
    if unread:
        raise PrecautionsUnread(unread, patient)
    return found


def stopping(patient: Patient, act: Collection[str], at: datetime, *, reason: str) -> list[InteractionRule]:
    """The stops that `reason` overrides.

    :raises InteractionStop: when there are any and no reason is given.
    """
    found = firing(patient, act, at)
    _refuse_stops(found, patient, reason)
    return [rule for rule in found if rule.is_stop]


def _refuse_stops(found: Sequence[InteractionRule], patient: Patient, reason: str) -> None:
    stops = [rule for rule in found if rule.is_stop]
    if stops and not reason.strip():
        raise InteractionStop(stops, patient)
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(fields={"override_reason": _("At most %(limit)s characters.") % {"limit": LONGEST_REASON}})


def keep(rules: Sequence[InteractionRule], *, reason: str, actor: User, at: datetime, patient: Patient, **act: models.Model) -> None:
    """Keep with the act (`performance=...`) why it was done although these rules stop it, and which warnings were read before it."""
    for rule in rules:
        if rule.is_stop:
            InteractionOverride.objects.create(patient=patient, rule=rule, reason=reason.strip(), made_by=actor, made_at=at, **act)
        else:
            InteractionWarning.objects.create(patient=patient, rule=rule, read_by=actor, read_at=at, **act)


def show(rules: Sequence[InteractionRule], patient: Patient) -> None:
    """Write down that these rules are shown to whoever is about to act."""
    if rules:
        record_view(patient_id=patient.pk, what="precautions", detail={"rules": [rule.code for rule in rules]})
