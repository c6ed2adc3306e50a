"""Recalls in templates: their state, and what stands on the overview of a patient."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from charting.recalls import queries, words
from charting.recalls.models import Recall
from clinic.lib.templatetags.house import state_badge
from clinic.patients.models import Patient
from clinic.scheduling.queries import diary_link
from clinic.staff.models import User
from clinic.staff.roles import Permission

register = template.Library()


@register.simple_tag
def recall_badge(recall: Recall) -> SafeString:
    """The state of a recall as colour, icon and word."""
    tone, icon = words.BADGES[recall.state]
    return state_badge(tone, str(words.STATES[recall.state]), icon)


@register.simple_tag
def recall_appointment_url(recall: Recall) -> str:
    """Where the diary shows the appointment that the recall is tied to."""
    found = recall.appointment
    return diary_link(found.branch, found.starts_at, found.pk) if found else ""


@register.filter
def booked_by(recall: Recall, user: User) -> bool:
    """Whether the recall waits to be booked, and this person books in its branch."""
    return recall.is_open and user.may(Permission.DIARY_WRITE) and Permission.DIARY_WRITE in user.permissions_in(recall.branch)


@register.inclusion_tag("charting/recalls/_patient.html", takes_context=True)
def patient_recalls(context: Context, patient: Patient) -> dict[str, Any]:
    """What the patient should still come for, with the desk's acts."""
    request = context["request"]
    user = request.user
    return {
        "request": request,
        "recalls": queries.open_recalls_of(patient) if user.may(Permission.DIARY_VIEW) else [],
        "reads_records": user.may(Permission.CLINICAL_VIEW),
    }
