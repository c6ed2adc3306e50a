"""The chart's catalogue: every kind of finding and every effect of an act, as shipped or as the clinic chose, today or at an instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from charting import rules, signs, teeth, words
from charting.models import ChartSign, FindingKind, Letter
from charting.signs import Sign
from clinic.lib.errors import NotFound
from clinic.lib.numbers import whole
from clinic.price_list.models import ChartEffect, Service

SUBJECTS: dict[str, Any] = {f"{signs.FINDING}:{kind.value}": kind.label for kind in FindingKind}
SUBJECTS |= {f"{signs.EFFECT}:{effect.value}": effect.label for effect in ChartEffect if effect != ChartEffect.NONE}
FIELDS = ("colour", "hatch", "symbol", "typed", "letter", "diagnosis", "is_offered")


@dataclass(frozen=True)
class Row:
    """A row of the catalogue in words; `services` are those that draw the effect, with their dictionary codes."""

    sign: Sign
    name: str
    typed: str
    letter: str
    diagnosis: str
    teeth: str
    surfaces: str
    services: list[Service]


def signs_now() -> dict[str, Sign]:
    """All rows as they stand."""
    return over_shipped(ChartSign.objects.all())


def signs_at(at: datetime) -> dict[str, Sign]:
    """All rows as they stood at an instant: a paper of then says the same whenever it is printed."""
    rows = ChartSign.history.filter(history_date__lte=at).order_by("id", "-history_date", "-history_id").distinct("id")
    return over_shipped(rows)


def over_shipped(rows: Iterable[Any]) -> dict[str, Sign]:
    """What the clinic changed over what is shipped."""
    return {subject: signs.shipped(subject) for subject in SUBJECTS} | {row.subject: sign_of_row(row) for row in rows if row.subject in SUBJECTS}


def sign_of_row(row: Any) -> Sign:
    values = {name: getattr(row, name) for name in FIELDS}
    return signs.with_letter(Sign(row.subject, teeth=frozenset(row.teeth), surfaces=frozenset(row.surfaces), version=row.version, **values))


def sign_of(subject: str) -> Sign:
    """One row as it stands; of a subject that the chart does not know, one without limits."""
    row = ChartSign.objects.filter(subject=subject).first()
    return sign_of_row(row) if row else signs.shipped(subject)


def refuse_narrowed(subject: str, places: Iterable[rules.Place]) -> None:
    """:raises InvalidInput: when the clinic does not chart this, or not there."""
    words.refuse(signs.refusals(sign_of(subject), places))


def get_sign(subject: str) -> Sign:
    """:raises NotFound: when the chart has no such finding or effect."""
    if subject not in SUBJECTS:
        raise NotFound
    return sign_of(subject)


def rows(half: str) -> list[Row]:
    """The rows of findings, or of effects with the services that draw them, in words."""
    services: dict[str, list[Service]] = {}
    if half == signs.EFFECT:
        offered = Service.objects.filter(is_active=True).exclude(chart_effect=ChartEffect.NONE)
        for service in offered.select_related("nomenclature_code", "ccam_code").order_by("code"):
            services.setdefault(service.chart_effect, []).append(service)
    return [_row(sign, services.get(sign.kind, [])) for sign in signs_now().values() if sign.half == half]


def _row(sign: Sign, services: list[Service]) -> Row:
    return Row(
        sign=sign,
        name=str(SUBJECTS[sign.subject]),
        typed=sign.typed_in(get_language() or "en"),
        letter=str(Letter(sign.letter).label) if sign.letter else "",
        diagnosis=", ".join(dict.fromkeys(filter(None, (sign.diagnosis_for(degree) for degree in ("", *rules.SEVERITIES.get(sign.kind, ())))))),
        teeth=ranges(sign.teeth),
        surfaces="".join(teeth.ordered_surfaces(sign.surfaces)),
        services=services,
    )


def ranges(numbers: Iterable[int]) -> str:
    """`14-18, 24` by FDI: whole runs of neighbours in a row as ranges."""
    wanted, parts = set(numbers), []
    for row in teeth.ROWS:
        run: list[int] = []
        for number in (*row, 0):
            if number in wanted:
                run.append(number)
            elif run:
                parts.append(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]))
                run = []
    return ", ".join(parts)


def read_ranges(text: str) -> list[int]:
    """Teeth by FDI as `ranges` writes them.

    :raises ValueError: with the part that names no teeth of one row.
    """
    found: list[int] = []
    for part in filter(None, (part.strip() for part in text.replace(";", ",").replace("–", "-").split(","))):
        first, _, last = (end.strip() for end in part.partition("-"))
        numbers = [whole(end) or 0 for end in (first, last or first)]
        if not set(numbers) <= set(teeth.ALL) or numbers[1] not in teeth.row_of(numbers[0]):
            raise ValueError(part)
        found += teeth.span(*numbers)
    return sorted(set(found))
