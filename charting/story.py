"""The chart in words: what each tooth has, entry by entry, for the page, the API, the reader of a screen and paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import lru_cache
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from charting import act_words, finding_words, notation, replay, rules, teeth, words
from charting.models import Diagnosis, Finding, FindingState, Procedure, ProcedureState
from charting.queries import Chart
from clinic.history.reading import children_of
from clinic.price_list.models import ChartEffect

PRESENCE_NAMES = {
    "missing": gettext_lazy("missing"),
    "unerupted": gettext_lazy("not erupted"),
    "erupting": gettext_lazy("erupting"),
    "impacted": gettext_lazy("impacted"),
    "retained_root": gettext_lazy("root only"),
    "implant": gettext_lazy("implant"),
}
EXPECTED_NAMES = {
    "unerupted": gettext_lazy("by age not erupted yet"),
    "erupting": gettext_lazy("by age erupting now"),
    "shed": gettext_lazy("by age shed already"),
}


@dataclass(frozen=True)
class Entry:
    """One record as the story of a tooth tells it."""

    id: str
    type: str
    layer: str
    teeth: list[int]
    part: str
    title: str
    about: str
    state: str
    state_label: str
    meta: str
    note: str
    is_current: bool
    diagnoses: list[str]
    service: str
    diagnosis_hint: str
    at: datetime
    roles: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ToothStory:
    """A tooth with its name, what it has, and a sentence that says it all."""

    number: int
    name: str
    kind: str
    arch: str
    surfaces: list[str]
    roots: list[str]
    canals: list[str]
    presence: str
    expected: str
    label: str


def entries_of(chart: Chart) -> list[Entry]:
    """All that was recorded up to the chart's instant, in the order it happened; what no longer holds is marked so."""
    codes: dict[str, list[str]] = {}
    for diagnosis in chart.diagnoses:
        if diagnosis.finding_id:
            codes.setdefault(str(diagnosis.finding_id), []).append(f"{diagnosis.code.code} {diagnosis.code.title}")
    drawn, reader = {mark.source for mark in chart.mouth.marks}, Reader(get_language() or "", get_current_timezone())
    entries = [_finding_entry(finding, chart, reader, codes.get(str(finding.pk), []), drawn) for finding in chart.findings]
    entries += [_procedure_entry(procedure, chart, reader, drawn) for procedure in chart.procedures]
    entries += [_diagnosis_entry(diagnosis, chart, reader) for diagnosis in chart.diagnoses if not diagnosis.finding_id]
    return sorted(entries, key=lambda entry: (entry.at, entry.id))


def teeth_of(chart: Chart, entries: Iterable[Entry], expected: Mapping[int, str]) -> list[ToothStory]:
    """Every tooth of both dentitions, and each supernumerary one that was found, with its sentence.

    `expected` is what the age says of teeth of which nothing is recorded.
    """
    said: dict[int, list[str]] = {}
    for entry in entries:
        if entry.is_current:
            for number in entry.teeth:
                said.setdefault(number, []).append(f"{entry.title} {_part_of_tooth(entry, number)} ({entry.state_label})".replace("  ", " "))
    numbers = [*(number for row in teeth.ROWS for number in row), *sorted(replay.NEVER_FOUND.intersection(chart.mouth.presence))]
    return [_tooth_story(number, chart.mouth, said.get(number, []), expected.get(number, "")) for number in numbers]


def procedure_part(procedure: Procedure) -> str:
    """`16 MOD, 17`, with what the teeth are in it, in the reader's notation."""
    return act_words.teeth_told(children_of(procedure, "teeth"))


def _tooth_story(number: int, mouth: replay.Mouth, said: list[str], expected: str) -> ToothStory:
    presence = mouth.presence.get(number, "present")
    proposed = "" if said or presence != "present" else expected
    return _story(number, presence, proposed, tuple(said), (get_language() or "", notation.current()))


@lru_cache(maxsize=4096)
def _story(number: int, presence: str, expected: str, said: tuple[str, ...], reader: tuple[str, str]) -> ToothStory:
    """Of the 52 teeth of a chart most say the same as in every other chart of the reader's language and notation."""
    tooth, name = teeth.TEETH[number], words.tooth_name(number)
    state = [str(PRESENCE_NAMES[presence])] if presence != "present" and not said else []
    proposed = [str(EXPECTED_NAMES[expected])] if expected else []
    sentence = "; ".join(said or state or proposed) or _("nothing recorded")
    return ToothStory(
        number=number,
        name=name,
        kind=tooth.kind,
        arch=tooth.arch,
        surfaces=list(tooth.surfaces),
        roots=list(tooth.roots),
        canals=list(tooth.canals),
        presence=presence,
        expected=expected,
        label=_("Tooth %(number)s, %(name)s: %(sentence)s.") % {"number": notation.code(number, reader[1]), "name": name, "sentence": sentence},
    )


def _part_of_tooth(entry: Entry, number: int) -> str:
    if len(entry.teeth) != 1:
        return entry.roles.get(number, "")
    return entry.part.removeprefix(notation.code(number)).strip(" ,")


@dataclass(frozen=True)
class Reader:
    """In which language and zone the chart is told; asked once, as a long record has a thousand days and names."""

    language: str
    zone: tzinfo

    def who_when(self, chart: Chart, person: UUID | None, at: datetime) -> str:
        return f"{_day(at.astimezone(self.zone).date(), self.language)}, {chart.people.get(person, '')}"


@lru_cache(maxsize=4096)
def _day(day: date, language: str) -> str:
    """The day as the language writes it; a chart repeats few days many times."""
    return date_format(day, "SHORT_DATE_FORMAT")


@lru_cache(maxsize=16)
def _sentences(language: str) -> dict[str, str]:
    """What is said of every finding; looked up once for a language, as a long record says it hundreds of times."""
    return {
        "noted": _("noted %(when)s"),
        FindingState.RESOLVED: _("resolved %(when)s"),
        FindingState.OPEN: _("open again %(when)s"),
        "is resolved": _("resolved"),
        "is found": _("finding"),
    }


@lru_cache(maxsize=16)
def _state_names(language: str) -> dict[str, str]:
    return {state: str(label) for state, label in ProcedureState.choices}


def _finding_entry(finding: Finding, chart: Chart, reader: Reader, codes: list[str], drawn: set[str]) -> Entry:
    changes = [change for change in children_of(finding, "changes") if change.changed_at <= chart.at]
    is_resolved = bool(changes) and changes[-1].state == FindingState.RESOLVED
    said = _sentences(reader.language)
    meta = said["noted"] % {"when": reader.who_when(chart, finding.noted_by_id, finding.noted_at)}
    for change in changes[-1:]:
        meta += "; " + said[change.state] % {"when": reader.who_when(chart, change.changed_by_id, change.changed_at)}
    return Entry(
        id=str(finding.pk),
        type="finding",
        layer="condition",
        teeth=[finding.tooth] if finding.tooth else [],
        part=finding_words.place_shown(finding),
        title=finding_words.title(finding),
        about=finding_words.about(finding),
        state="resolved" if is_resolved else "condition",
        state_label=said["is resolved"] if is_resolved else said["is found"],
        meta=meta,
        note=finding.note,
        is_current=str(finding.pk) in drawn,
        diagnoses=codes,
        service="",
        diagnosis_hint=chart.signs[f"finding:{finding.kind}"].diagnosis_for(finding.severity),
        at=finding.noted_at,
    )


def _procedure_entry(procedure: Procedure, chart: Chart, reader: Reader, drawn: set[str]) -> Entry:
    changes = [change for change in children_of(procedure, "changes") if change.changed_at <= chart.at]
    last = changes[-1] if changes else None
    state = last.state if last else procedure.state
    person, when = (last.changed_by_id, last.changed_at) if last else (procedure.recorded_by_id, procedure.recorded_at)
    return Entry(
        id=str(procedure.pk),
        type="procedure",
        layer=rules.LAYER_OF_STATE.get(state, "cancelled"),
        teeth=[row.tooth for row in children_of(procedure, "teeth")],
        part=procedure_part(procedure),
        title=str(procedure.service),
        about=_about_act(procedure),
        state=state,
        state_label=_state_names(reader.language)[state],
        meta=reader.who_when(chart, person, when),
        note=procedure.note,
        is_current=str(procedure.pk) in drawn,
        diagnoses=[],
        service=str(procedure.service_id),
        diagnosis_hint="",
        at=procedure.recorded_at,
        roles={row.tooth: act_words.role_told(row) for row in children_of(procedure, "teeth")},
    )


def _about_act(procedure: Procedure) -> str:
    """Black's class of the cavity that is filled."""
    rows = children_of(procedure, "teeth") if procedure.service.chart_effect in (ChartEffect.FILLING, ChartEffect.INLAY) else ()
    return ", ".join(dict.fromkeys(told for row in rows if (told := finding_words.black_class(row.tooth, row.surfaces))))


def _diagnosis_entry(diagnosis: Diagnosis, chart: Chart, reader: Reader) -> Entry:
    return Entry(
        id=str(diagnosis.pk),
        type="diagnosis",
        layer="condition",
        teeth=[diagnosis.tooth] if diagnosis.tooth else [],
        part=words.part_shown(tooth=diagnosis.tooth, surfaces=()),
        title=f"{diagnosis.code.code} {diagnosis.code.title}",
        about="",
        state="diagnosis",
        state_label=_("diagnosis"),
        meta=reader.who_when(chart, diagnosis.made_by_id, diagnosis.made_at),
        note=diagnosis.note,
        is_current=True,
        diagnoses=[],
        service="",
        diagnosis_hint="",
        at=diagnosis.made_at,
    )
