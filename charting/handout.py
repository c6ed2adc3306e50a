"""What a patient takes home: every open finding as a plain sentence, and what was suggested, in the patient's language."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from charting import finding_words, mucosa, notation, replay, rules, words
from charting.models import Finding, ProcedureState, Recall
from charting.queries import Chart, procedure_fact
from charting.story import procedure_part
from clinic.staff.models import Notation

LANGUAGES = ("ru", "fr", "en")
NAMES = [("ru", "Русский"), ("fr", "Français"), ("en", "English")]
LONGEST_WORDS = 3000
SUGGESTED = (ProcedureState.PROPOSED, ProcedureState.PLANNED, ProcedureState.IN_PROGRESS)
PLAIN: dict[str, str | Promise] = {
    "caries initial": pgettext_lazy("to a patient", "The enamel begins to soften. With good cleaning and fluoride it can harden again."),
    "caries": pgettext_lazy("to a patient", "Decay has made a hole in the tooth. It does not heal by itself and needs a filling."),
    "caries deep": pgettext_lazy("to a patient", "The decay is deep and lies near the nerve. It should be treated soon."),
    "pulpitis": pgettext_lazy("to a patient", "The nerve inside the tooth is inflamed."),
    "apical_periodontitis": pgettext_lazy("to a patient", "The bone at the tip of the root is inflamed."),
    "fracture": pgettext_lazy("to a patient", "A part of the tooth is broken or cracked."),
    "mobility": pgettext_lazy("to a patient", "The tooth is loose."),
    "wear": pgettext_lazy("to a patient", "The tooth is worn down."),
    "recession": pgettext_lazy("to a patient", "The gum has drawn back and the neck of the tooth is bare."),
    "plaque": pgettext_lazy("to a patient", "There is soft plaque. Brushing removes it."),
    "calculus": pgettext_lazy("to a patient", "There is hard tartar, which only the clinic can remove."),
    "missing": pgettext_lazy("to a patient", "The tooth is missing."),
    "missing shed": pgettext_lazy("to a patient", "The milk tooth has fallen out, as it should."),
    "missing agenesis": pgettext_lazy("to a patient", "The tooth never formed."),
    "erupting": pgettext_lazy("to a patient", "The tooth is coming through."),
    "unerupted": pgettext_lazy("to a patient", "The tooth has not come through yet."),
    "impacted": pgettext_lazy("to a patient", "The tooth is stuck in the jaw and cannot come through by itself."),
    "retained_root": pgettext_lazy("to a patient", "Only the root of the tooth is left."),
    "supernumerary": pgettext_lazy("to a patient", "There is a tooth more than usual."),
    "sensitivity": pgettext_lazy("to a patient", "The tooth reacts to cold, heat or sweets."),
    "discoloration": pgettext_lazy("to a patient", "The tooth has changed its colour."),
    "periapical_lesion": pgettext_lazy("to a patient", "On the X-ray the bone at the tip of the root looks changed."),
    "drift": pgettext_lazy("to a patient", "The tooth has moved from its place."),
    "rotation": pgettext_lazy("to a patient", "The tooth is turned."),
    "tipping": pgettext_lazy("to a patient", "The tooth leans to one side."),
    "extrusion": pgettext_lazy("to a patient", "The tooth has grown out beyond its neighbours."),
    "cold_test exaggerated": pgettext_lazy("to a patient", "Cold hurts the tooth more than it should: its nerve is irritated."),
    "cold_test lingering": pgettext_lazy("to a patient", "The pain of cold goes on for a while: the nerve is inflamed."),
    "cold_test none": pgettext_lazy("to a patient", "The tooth does not feel cold: its nerve may be dead."),
    "heat_test exaggerated": pgettext_lazy("to a patient", "Heat hurts the tooth more than it should: its nerve is irritated."),
    "heat_test lingering": pgettext_lazy("to a patient", "The pain of heat goes on for a while: the nerve is inflamed."),
    "heat_test none": pgettext_lazy("to a patient", "The tooth does not feel heat: its nerve may be dead."),
    "electric_test none": pgettext_lazy("to a patient", "The tooth does not feel a weak current: its nerve may be dead."),
    "percussion painful": pgettext_lazy("to a patient", "The tooth hurts when it is tapped: the tissue around its root is inflamed."),
    "fistula": pgettext_lazy("to a patient", "Pus drains through a small opening in the gum: something beneath it is inflamed."),
}

LIKE = {"caries icdas1": "caries initial", "caries icdas2": "caries initial", "caries icdas3": "caries initial", "caries icdas6": "caries deep"}


@dataclass(frozen=True)
class Line:
    """What is told of one tooth, or of the whole mouth."""

    place: str
    text: str


@dataclass(frozen=True)
class Handout:
    """All that a patient reads; the same mouth in the same language says the same."""

    language: str
    at: datetime
    found: list[Line]
    suggested: list[Line]
    come_again: list[Line]


def language_of(asked: str, patients: str) -> str:
    """The language asked for when there is one, else the patient's, else English."""
    return next((code for code in (asked, patients) if code in LANGUAGES), "en")


def write(chart: Chart, language: str, recalls: Sequence[Recall] = ()) -> Handout:
    """The mouth of the chart in plain words, and when the patient should come again; teeth are numbered by FDI, as on every paper."""
    drawn = {mark.source for mark in chart.mouth.marks}
    with translation.override(language), notation.shown_in(Notation.FDI):
        found = [_finding(finding) for finding in _ordered(chart) if str(finding.pk) in drawn and _is_told(finding)]
        suggested = [
            Line(procedure_part(procedure) or _("the whole mouth"), procedure.service.title_in(language))
            for procedure in chart.procedures
            if (last := replay.last_up_to(procedure_fact(procedure).changes, chart.at)) and last[1] in SUGGESTED
        ]
        return Handout(language, chart.at, found, suggested, [Line(_when(recall), capfirst(recall.words)) for recall in recalls])


def _when(recall: Recall) -> str:
    """The time of the appointment, else by which day."""
    appointment = recall.appointment
    if appointment is not None and appointment.is_standing:
        return date_format(timezone.localtime(appointment.starts_at, ZoneInfo(appointment.branch.time_zone)), "SHORT_DATETIME_FORMAT")
    return pgettext("recall", "by %(day)s") % {"day": date_format(recall.due_on, "SHORT_DATE_FORMAT")}


def facts(chart: Chart, language: str, recalls: Sequence[Recall] = ()) -> dict[str, Any]:
    """The same as plain values, for a paper that is kept."""
    written = write(chart, language, recalls)
    with translation.override(language):
        regions = [asdict(region) for region in mucosa.regions_of(chart)]
    told = {name: [asdict(line) for line in getattr(written, name)] for name in ("found", "suggested", "come_again")}
    return {**{name: lines for name, lines in told.items() if lines or name != "come_again"}, "mucosa": regions}


def _ordered(chart: Chart) -> list[Finding]:
    return sorted(chart.findings, key=lambda finding: (finding.tooth or 0, finding.noted_at, finding.pk))


def _is_told(finding: Finding) -> bool:
    """A test that found nothing wrong, or a tooth that stands where it should, is no finding for a patient."""
    return finding.kind not in (*rules.TESTS, "erupted") or _plain_key(finding) in PLAIN


def _plain_key(finding: Finding) -> str:
    key = f"{finding.kind} {finding.severity}"
    return LIKE.get(key, key)


def _finding(finding: Finding) -> Line:
    place = finding_words.place_named(finding) or _("the whole mouth")
    if finding.tooth:
        place = f"{notation.fdi(finding.tooth)}, {words.tooth_name(finding.tooth)}"
    plain = PLAIN.get(_plain_key(finding)) or PLAIN.get(finding.kind)
    return Line(place, str(plain) if plain else _("We noted: %(finding)s.") % {"finding": finding.get_kind_display()})
