"""Which rules speak against an act on this patient, asked of the database that also enforces them; and going on with a reason."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from charting.medical.interaction_models import InteractionOverride, InteractionRule
from clinic.lib.errors import Conflict, InvalidInput
from clinic.patients.models import Patient
from clinic.price_list.models import Service
from clinic.staff.models import User

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


def act_of(service: Service) -> list[str]:
    """A service as the rules know it."""
    return [f"category:{service.category}", f"effect:{service.chart_effect}"]


def firing(patient: Patient, act: Collection[str] | None, at: datetime) -> list[InteractionRule]:
    """The rules that speak against this act on the patient now, stops first; without an act all that concern the patient."""
    with connection.cursor() as cursor:
        cursor.execute(FIRING, [patient.pk, list(act) if act is not None else None, at])
        keys = [row[0] for row in cursor.fetchall()]
    return list(InteractionRule.objects.filter(pk__in=keys).order_by("level", "code", "pk")) if keys else []


def check(patient: Patient, act: Collection[str], at: datetime, reason: str) -> list[InteractionRule]:
    """The stops that `reason` overrides.

    :raises InteractionStop: when there are any and no reason is given.
    """
    stops = [rule for rule in firing(patient, act, at) if rule.is_stop]
    if stops and not reason.strip():
        raise InteractionStop(stops, patient)
    if len(reason) > 300:
        raise InvalidInput(fields={"override_reason": _("At most %(limit)s characters.") % {"limit": 300}})
    return stops


def override(stops: Sequence[InteractionRule], *, reason: str, actor: User, at: datetime, patient: Patient, **act: models.Model) -> None:
    """Keep why the act (`performance=...`) was done although these rules stop it."""
    for rule in stops:
        InteractionOverride.objects.create(patient=patient, rule=rule, reason=reason.strip(), made_by=actor, made_at=at, **act)
