"""The form of an anaesthesia: a lot of the stock or a typed one, how much, where."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from charting.actions import Given
from charting.anaesthetics import SOLUTIONS, Kind, solution_choices
from charting.imaging.forms import TeethField
from clinic.lib.ids import uuid7
from inventory.models import Lot


class AnaesthesiaForm(forms.Form):
    """`source` is `lot:<id>` of the stock, or `drug:<solution>` whose lot is typed."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    kind = forms.ChoiceField(label=_("Anaesthesia"), choices=Kind.choices, widget=forms.RadioSelect, initial=Kind.INFILTRATION)
    source = forms.ChoiceField(label=_("Anaesthetic"), required=False)
    cartridges = forms.DecimalField(label=_("Cartridges"), required=False, initial=1, max_digits=4, decimal_places=2)
    dose_ml = forms.DecimalField(
        label=_("Dose, ml"), required=False, max_digits=5, decimal_places=3, help_text=_("Empty: counted from the cartridges.")
    )
    teeth = TeethField(label=_("Teeth"))
    place = forms.CharField(label=_("Place"), required=False, max_length=200, help_text=_("For example: left mandibular nerve"))
    lot = forms.CharField(label=_("Lot, when it is not from the stock"), required=False, max_length=60)
    override_reason = forms.CharField(
        label=_("Why it is given although a rule stops it"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, lots: list[Lot], has_stops: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stocked = [(f"lot:{lot.pk}", _label(lot)) for lot in lots]
        typed = [(f"drug:{key}", label) for key, label in solution_choices()]
        groups = [(_("From the stock"), stocked)] if stocked else []
        self.fields["source"].choices = [*groups, (_("Lot typed by hand"), typed)]  # type: ignore[attr-defined]
        if not has_stops:
            del self.fields["override_reason"]

    def given(self) -> tuple[Given, UUID | None]:
        """What was typed, and the lot of the stock that was chosen."""
        values = self.cleaned_data
        where: dict[str, Any] = {"kind": values["kind"], "teeth": tuple(values["teeth"]), "place": values["place"]}
        if values["kind"] == Kind.NONE:
            return Given(**where), None
        how, _colon, key = values["source"].partition(":")
        amounts = {"cartridges": values["cartridges"], "dose_ml": values["dose_ml"]}
        if how == "lot":
            return Given(**where, **amounts), UUID(key)
        typed = Given(**where, **amounts, lot=values["lot"])
        return (typed.of(SOLUTIONS[key]) if key else typed), None


def _label(lot: Lot) -> str:
    expires = f", {date_format(lot.expires_on, 'SHORT_DATE_FORMAT')}" if lot.expires_on else ""
    return f"{lot.material.name} · {lot.number}{expires} · {lot.on_hand.normalize():f} {lot.material.get_unit_display()}"
