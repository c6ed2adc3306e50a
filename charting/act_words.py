"""The teeth of an act in words: what each of them is in a bridge, a denture, braces."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from charting import notation, rules, teeth, words
from charting.models import ProcedureTooth


def teeth_told(rows: Iterable[ProcedureTooth], shown_in: str | None = None) -> str:
    """`14, 15, 16 (pontics: 15)` in the order of the arch; in the reader's notation unless one is named."""
    ordered = sorted(rows, key=lambda row: teeth.place_in_row(row.tooth))
    code = {row.tooth: notation.code(row.tooth, shown_in) for row in ordered}
    parts = [words.part_names(tooth=row.tooth, surfaces=row.surfaces, roots=row.roots, shown_in=shown_in or notation.current()) for row in ordered]
    said = _roles_told({role: [code[row.tooth] for row in ordered if row.role == role] for role in dict.fromkeys(row.role for row in ordered)})
    return ", ".join(parts) + (f" ({said})" if said else "")


def _roles_told(numbers: dict[str, list[str]]) -> str:
    """Which teeth are something else than the rest of the act."""
    if len(numbers) < 2:
        return ""
    heads = {
        "pontic": _("pontics: %(teeth)s"),
        "replaced": _("replaced: %(teeth)s"),
        "clasp": _("clasps: %(teeth)s"),
        "band": _("bands: %(teeth)s"),
    }
    told = {role: ", ".join(codes) for role, codes in numbers.items() if role in heads}
    return "; ".join(heads[role] % {"teeth": codes} for role, codes in told.items())


def role_told(row: ProcedureTooth) -> str:
    """What this tooth is in the act; nothing when it is simply treated."""
    return "" if row.role == rules.TREATED else str(words.ROLE_NAMES[row.role])
