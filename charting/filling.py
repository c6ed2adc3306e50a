"""What was charted in a visit, in the words of a note: facts for placeholders, and the templates that fit it, the best first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from charting import act_words, charted, finding_words, notation, placeholders, queries
from charting.anaesthesia_words import told
from charting.medical import interactions
from charting.medical import queries as medical
from charting.medical.rules import UNKNOWN
from charting.models import Finding, NoteOutline, Performance, Visit
from charting.teeth import ordered_surfaces
from clinic.staff.models import Notation

SOURCES: dict[str, Callable[[Visit], str]] = {}
"""Facts that are known above charting: the rooms there add themselves (`materials` comes from the stock)."""


@dataclass(frozen=True)
class Offer:
    """A template with its sections filled in; `score` says how well it fits, 0 not at all."""

    outline: NoteOutline
    sections: Mapping[str, str]
    score: int


def offers(visit: Visit, language: str) -> list[Offer]:
    """The clinic's templates in a language, filled with what was charted, those that fit the visit best first."""
    rows = list(NoteOutline.objects.filter(language=language, is_active=True).order_by("position", "title", "pk"))
    codes = [row.code.code for row in queries.diagnoses_in(visit)]
    acts = [
        tag
        for row in queries.performances_in(visit)
        for tag in (f"service:{row.procedure.service.code}", *interactions.act_of(row.procedure.service))
    ]
    facts = facts_of(visit, language) if rows else {}
    found = [Offer(row, {name: placeholders.fill(text, facts) for name, text in row.sections.items()}, fit(row, codes, acts)) for row in rows]
    return sorted(found, key=lambda offer: -offer.score)


WEIGHTS = {"service": 40, "effect": 20, "category": 10}


def fit(outline: NoteOutline, codes: Sequence[str], acts: Sequence[str]) -> int:
    """How well a template fits: its acts weigh by how exactly they name what was done, its codes by their length, the main diagnosis twice."""
    done = max((WEIGHTS[tag.partition(":")[0]] for tag in outline.acts if tag in acts), default=0)
    known = max(
        (len(start) * (2 if place == 0 else 1) for place, code in enumerate(codes) for start in outline.codes if code.startswith(start)), default=0
    )
    return done + known


def facts_of(visit: Visit, language: str) -> dict[str, str]:
    """What every placeholder becomes, in the language of the note; teeth by FDI, as in every document."""
    with translation.override(language), notation.shown_in(Notation.FDI):
        done = queries.performances_in(visit)
        findings = list(Finding.objects.filter(visit=visit, in_error_at=None).order_by("noted_at", "pk"))
        return {
            "teeth": notation.shown_all(charted.teeth_in(visit)),
            "surfaces": _surfaces(done, findings),
            "findings": "; ".join(_finding(row) for row in findings),
            "diagnosis": "; ".join(_diagnoses(visit)),
            "procedures": "; ".join(_act(row, language) for row in done),
            "anaesthesia": "; ".join(told(row) for row in queries.anaesthesia_in(visit) if row.in_error_at is None),
            "health": _health(visit),
            **{name: tell(visit) for name, tell in SOURCES.items()},
        }


def _surfaces(done: Sequence[Performance], findings: Sequence[Finding]) -> str:
    """`MO` of one tooth, `16 MO, 17 O` of several: as treated, else as found."""
    places = {row.tooth: row.surfaces for act in done for row in act.procedure.teeth.all() if row.surfaces}
    places = places or {row.tooth: row.surfaces for row in findings if row.tooth and row.surfaces}
    letters = {tooth: "".join(ordered_surfaces(set(surfaces))) for tooth, surfaces in sorted(places.items())}
    return next(iter(letters.values())) if len(letters) == 1 else ", ".join(f"{notation.fdi(tooth)} {told}" for tooth, told in letters.items())


def _finding(row: Finding) -> str:
    place = finding_words.place_named(row)
    return " ".join(part for part in (place, finding_words.title(row)) if part)


def _diagnoses(visit: Visit) -> list[str]:
    rows = queries.diagnoses_in(visit)
    several = len(rows) > 1
    ranks = [f"{row.get_rank_display()}: " if several and row.rank else "" for row in rows]
    teeth = [f" ({notation.fdi(row.tooth)})" if row.tooth else "" for row in rows]
    return [f"{rank}{row.code.code} {row.code.title}{tooth}" for row, rank, tooth in zip(rows, ranks, teeth, strict=True)]


def _act(row: Performance, language: str) -> str:
    where = act_words.teeth_told(row.procedure.teeth.all(), Notation.FDI)
    title = row.procedure.service.title_in(language)
    return f"{where}: {title}" if where else title


def _health(visit: Visit) -> str:
    """What the patient said of risks in the last signed questionnaire, with its day; nothing when there is none or a risk was left open."""
    latest = medical.latest_history(visit.patient)
    if latest is None:
        return ""
    lines = medical.lines_of(latest, None)
    told_risks = [": ".join(part for part in (line.question.fact, line.answer.detail) if part) for line in medical.risks(lines)]
    if not told_risks and any(line.answer.value == UNKNOWN for line in lines):
        return ""
    said = "; ".join(told_risks) or _("denies illnesses, allergies and regular medicines")
    return _("%(said)s (questionnaire of %(day)s)") % {"said": said, "day": date_format(localtime(latest.signed_at), "SHORT_DATE_FORMAT")}
