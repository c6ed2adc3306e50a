"""Anaesthesia: given, or done without, and marked as entered in error. Taking the drug from the stock is above (`inventory.anaesthesia`)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from charting import anaesthetics, rules, words
from charting.actions.said import NotOpen, required, short
from charting.actions.visits import visit_for
from charting.anaesthetics import Drug, Kind, Solution, Vasoconstrictor
from charting.medical import interactions
from charting.models import Anaesthesia, Visit
from clinic.history.creation import find_sent
from clinic.lib.errors import InvalidInput, Text
from clinic.lib.ids import uuid7
from clinic.staff.models import User
from clinic.staff.roles import Permission


@dataclass(frozen=True)
class Given:
    """What was given and where; of the kind `none` only the teeth and the place."""

    kind: str
    drug: str = ""
    concentration: Decimal | None = None
    vasoconstrictor: str = ""
    dilution: int | None = None
    dose_ml: Decimal | None = None
    cartridges: Decimal | None = None
    lot: str = ""
    expires_on: date | None = None
    teeth: tuple[int, ...] = ()
    place: str = ""

    def of(self, solution: Solution) -> "Given":
        """The same with the drug of this solution; the dose follows from the cartridges when it is not said."""
        dose = self.dose_ml
        if dose is None and self.cartridges is not None and solution.cartridge_ml:
            dose = self.cartridges * solution.cartridge_ml
        return replace(
            self,
            drug=solution.drug,
            concentration=solution.concentration,
            vasoconstrictor=solution.vasoconstrictor,
            dilution=solution.dilution,
            dose_ml=dose,
        )


@transaction.atomic
def give_anaesthesia(
    *, visit: Visit, given: Given, actor: User, at: datetime, override_reason: str = "", id: UUID | None = None
) -> tuple[Anaesthesia, bool]:
    """Note an anaesthesia of the visit, and whether this call did; the same `id` twice is one.

    :raises InvalidInput: when something of it cannot be.
    :raises VisitSigned: when the note is signed.
    :raises charting.medical.interactions.InteractionStop: when a rule stops it for this patient and no `override_reason` is given.
    """
    actor.require(Permission.PROCEDURE_COMPLETE)
    values = {**vars(given), "teeth": sorted(set(given.teeth)), "lot": given.lot.strip(), "place": short(given.place, "place", 200)}
    known = find_sent(Anaesthesia, id, visit_id=visit.pk, **values)
    if known is not None:
        return known, False
    _refuse(given)
    visit_for(visit.patient, visit, actor, at)
    act = anaesthetics.act_of(given.kind, given.vasoconstrictor)
    stops = interactions.stopping(visit.patient, act, at, reason=override_reason) if act else []
    row = Anaesthesia.objects.create(id=id or uuid7(), patient=visit.patient, visit=visit, given_at=at, given_by=actor, **values)
    interactions.keep(stops, reason=override_reason, actor=actor, at=at, patient=visit.patient, anaesthesia=row)
    return row, True


def _refuse(given: Given) -> None:
    words.refuse([problem for tooth in given.teeth for problem in rules.place_problems(rules.Place(tooth))])
    fields: dict[str, Text] = {}
    if given.kind not in Kind.values:
        fields["kind"] = _("Choose how the anaesthesia was given.")
    elif given.kind == Kind.NONE:
        if given.drug or given.dose_ml is not None or given.cartridges is not None or given.lot:
            fields["kind"] = _("Without anaesthesia there is no drug, dose or lot. Choose how it was given, or leave them empty.")
    else:
        fields = _problems(given)
    if fields:
        raise InvalidInput(fields=fields)


def _problems(given: Given) -> dict[str, Text]:
    fields: dict[str, Text] = {}
    if given.drug not in Drug.values or given.concentration is None or not 0 < given.concentration <= 30:
        fields["drug"] = _("Choose the anaesthetic.")
    if bool(given.vasoconstrictor) != bool(given.dilution) or given.vasoconstrictor not in ("", *Vasoconstrictor.values):
        fields["vasoconstrictor"] = _("Say the vasoconstrictor with its dilution, or neither.")
    if given.dose_ml is None and given.kind != Kind.TOPICAL:
        fields["dose_ml"] = _("Say how much was given, in ml or in cartridges.")
    elif given.dose_ml is not None and not _fits(given.dose_ml, anaesthetics.MOST_ML, 2):
        fields["dose_ml"] = _("Enter a dose of at most %(most)s ml.") % {"most": anaesthetics.MOST_ML}
    if given.cartridges is not None and not _fits(given.cartridges, anaesthetics.MOST_CARTRIDGES, 1):
        fields["cartridges"] = _("Enter at most %(most)s cartridges, in tenths.") % {"most": anaesthetics.MOST_CARTRIDGES}
    if len(given.lot) > 60:
        fields["lot"] = _("At most %(limit)s characters.") % {"limit": 60}
    return fields


def _fits(value: Decimal, most: Decimal, places: int) -> bool:
    return value.is_finite() and 0 < value <= most and value == round(value, places)


@transaction.atomic
def mark_anaesthesia_in_error(*, anaesthesia: Anaesthesia, reason: str, actor: User, at: datetime) -> Anaesthesia:
    """It was not so: it stays readable, struck through, with the reason.

    :raises NotOpen: when it was marked before.
    """
    actor.require(Permission.PROCEDURE_COMPLETE)
    text = required(reason, "reason")
    locked = Anaesthesia.objects.select_for_update().get(pk=anaesthesia.pk)
    if locked.in_error_at is not None:
        raise NotOpen
    locked.in_error_at, locked.in_error_by, locked.error_reason = at, actor, text
    locked.save(update_fields=["in_error_at", "in_error_by", "error_reason"])
    locked.refresh_from_db(fields=["version"])
    return locked
