"""Handing data out of the house: each time is written down."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from charting import actions as charting_actions
from charting import queries as charting
from charting.models import IssuedPaper, PaperKind, Visit
from clinic.history.actions import record_print, record_taken
from clinic.history.creation import find_sent
from clinic.lib.errors import DomainError
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports import card as cards
from exports.queries import Material, Period, material_of, material_of_visit


class NoteOpen(DomainError):
    """The note may still change."""

    code = "note_open"
    default_message = _("The note of this visit is not signed yet. Sign it first: the card is issued from a note that no longer changes.")


def read_card(*, user: User, patient_id: UUID, language: str, period: Period, at: datetime) -> tuple[Material, cards.Card]:
    """The patient's card in a language (else the patient's own); the look is recorded.

    :raises NotAllowed: when the person may not take records out, or may not read what the card says.
    :raises NotFound: when there is no such patient.
    """
    user.require(Permission.RECORD_EXPORT)
    patient = get_patient_for(user, patient_id, what="card", permission=Permission.CLINICAL_VIEW)
    material = material_of(patient, period, at)
    return material, cards.write(material, language=cards.language_of(language, patient.language))


def print_card(*, user: User, patient_id: UUID, language: str, period: Period, at: datetime) -> tuple[cards.Card, bytes]:
    """The card as PDF; that it was printed, in which language and with which hash, stands in the patient's history."""
    material, card = read_card(user=user, patient_id=patient_id, language=language, period=period, at=at)
    content = cards.render(material, card)
    record_print(
        what="card",
        patient_id=patient_id,
        body={"number": card.number, "language": card.language, "sha256": card.sha256, "from": period.first, "until": period.last},
    )
    return card, content


def read_visit_card(*, user: User, visit_id: UUID, language: str, at: datetime) -> tuple[Material, Visit, cards.Card]:
    """The card of one visit in a language (else the patient's own); the look is recorded.

    :raises NotAllowed: when the person may not take records out, or may not read what the card says.
    :raises NotFound: when there is no such visit, or its patient is not theirs.
    """
    user.require(Permission.RECORD_EXPORT)
    visit = charting.get_visit(visit_id)
    visit.patient = get_patient_for(user, visit.patient_id, what="visit", permission=Permission.CLINICAL_VIEW)
    material = material_of_visit(visit, at)
    return material, visit, cards.write_visit(material, visit, language=cards.language_of(language, visit.patient.language))


@transaction.atomic
def issue_visit_card(*, user: User, visit_id: UUID, language: str, at: datetime, id: UUID | None = None) -> IssuedPaper:
    """The card of one visit after form 043/у, kept among the patient's papers as it is issued. The same `id` twice is one paper.

    :raises NoteOpen: while the visit's note may still change.
    """
    material, visit, card = read_visit_card(user=user, visit_id=visit_id, language=language, at=at)
    if not visit.is_fixed:
        raise NoteOpen(link=reverse("visit", args=[visit.pk]))
    said: dict[str, Any] = {"kind": PaperKind.VISIT, "language": card.language, "visit": visit}
    known = find_sent(IssuedPaper, id, patient_id=visit.patient_id, **said)
    if known is not None:
        return known
    printed = charting_actions.Printed(cards.render(material, card, "exports/pdf/visit_card.html"), card.sha256, material.chart.at)
    return charting_actions.keep_paper(patient=visit.patient, **said, printed=printed, actor=user, at=at, id=id)


def note_taken(what: str, asked: Mapping[str, str], patients: Iterable[UUID]) -> None:
    """Write down that a list or report was taken out of the house, and whom it names."""
    record_taken(what=f"exports_{what}", patient_ids=patients, body=dict(asked))
