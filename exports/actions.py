"""Handing data out of the house: each time is written down."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from clinic.history.actions import record_print
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission
from exports import card as cards
from exports.queries import Material, Period, material_of


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


def note_taken(what: str, asked: Mapping[str, str]) -> None:
    """Write down that a list or report was taken out of the house."""
    record_print(what=f"exports_{what}", patient_id=None, body=dict(asked))
