"""The clinic's own signs, codes and letters of the chart."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from charting import catalogue, queries, signs, teeth
from charting.models import ChartSign, Colour, Hatch
from charting.signs import Sign
from clinic.lib.errors import InvalidInput, StaleVersion, check_version
from clinic.lib.ids import uuid7
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission

PROBLEMS = {
    "typed_form": _("A typed code is 1 to 8 letters: a digit behind it means the degree."),
    "hatch_tells_state": _("The hatch of an act tells its state: planned, done, existing. Choose a colour or a symbol."),
    "letter_not_legal": _("Form 043/у has no such letter for this. Choose one of the form's own."),
    "effect_has_no_diagnosis": _("An act has no diagnosis of its own."),
    "no_such_teeth": _("Teeth are named by FDI: 11–48 and 51–85."),
    "surfaces_not_allowed": _("These surfaces are not charted for it. A clinic narrows what can be charted, it never widens it."),
}
TYPED_TAKEN = _("“%(name)s” is typed by this code already. Choose another one.")


@transaction.atomic
def set_sign(*, subject: str, details: Mapping[str, Any], actor: User, version: int = 0) -> Sign:
    """Choose how a finding or an act is shown, typed and reported, as it was read at `version` (0: as shipped).

    :raises NotFound: when the chart has no such finding or effect.
    :raises InvalidInput: when a choice goes beyond what the rules and the form allow.
    :raises StaleVersion: when somebody changed the row since.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    catalogue.get_sign(subject)
    row = ChartSign.objects.select_for_update().filter(subject=subject).first()
    check_version(row, version)
    row = row or ChartSign(id=uuid7(), subject=subject)
    before = catalogue.sign_of_row(row) if version else signs.shipped(subject)
    wanted = signs.with_letter(replace(before, **{name: details[name] for name in catalogue.FIELDS if name in details}))
    wanted = replace(wanted, typed=wanted.typed.strip().lower(), diagnosis=wanted.diagnosis.strip().upper())
    wanted = replace(wanted, teeth=frozenset(details.get("teeth", before.teeth)), surfaces=frozenset(details.get("surfaces", before.surfaces)))
    _refuse(wanted)
    return _save(row, wanted, is_new=not version)


def _refuse(wanted: Sign) -> None:
    """:raises InvalidInput: with what cannot be chosen, field by field."""
    fields: dict[str, Any] = {name: PROBLEMS[code] for name, code in signs.problems(wanted).items()}
    known = {"colour": ("", *Colour.values), "hatch": ("", *Hatch.values), "symbol": ("", *signs.SYMBOLS)}
    fields |= {name: _("Choose one of the list.") for name, values in known.items() if getattr(wanted, name) not in values}
    taken = signs.typed_taken(wanted, catalogue.signs_now().values())
    if taken:
        fields["typed"] = TYPED_TAKEN % {"name": catalogue.SUBJECTS[taken]}
    if wanted.diagnosis and "diagnosis" not in fields and not queries.codes_on(timezone.localdate()).filter(code=wanted.diagnosis).exists():
        fields["diagnosis"] = _("The ICD-10 dictionary has no such code in force.")
    if fields:
        raise InvalidInput(fields=fields)


def _save(row: ChartSign, wanted: Sign, *, is_new: bool) -> Sign:
    for name in catalogue.FIELDS:
        setattr(row, name, getattr(wanted, name))
    if wanted.subject in signs.BY_STATE:
        row.letter = ""
    row.teeth, row.surfaces = sorted(wanted.teeth), [code for code in teeth.SURFACES if code in wanted.surfaces]
    try:
        with transaction.atomic():
            row.save(force_insert=is_new)
    except IntegrityError as error:
        if "charting_sign_typed_once" in str(error):
            raise InvalidInput(fields={"typed": _("Another row was given this code a moment ago. Choose another one.")}) from error
        if "charting_chartsign_subject" not in str(error):
            raise
        raise StaleVersion(standing=ChartSign.objects.get(subject=wanted.subject)) from error
    row.refresh_from_db(fields=["version"])
    return catalogue.sign_of_row(row)
