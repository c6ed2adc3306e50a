"""A periodontal exam as an issued paper: drawn from the record, kept as a file, the same bytes whenever it is printed again."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charting import actions, drawing, handout, notation
from charting import queries as charting
from charting.actions.papers import hash_of_paper
from charting.indices import queries as indices
from charting.indices import words as index_words
from charting.models import IssuedPaper, PaperKind
from charting.perio import figures, queries, rules
from charting.perio.models import PerioExam, PerioTooth
from charting.perio.page_words import perio_words
from clinic.history.creation import find_sent
from clinic.lib import pdf
from clinic.lib.errors import InvalidInput
from clinic.staff.models import Notation, User
from clinic.staff.roles import Permission

ARCHES = ("upper", "lower")


@transaction.atomic
def issue_exam(*, exam: PerioExam, language: str, actor: User, at: datetime, id: UUID | None = None) -> IssuedPaper:
    """The exam in a language, as it stands: a draft and an exam entered in error say so. The same `id` twice is one paper.

    :raises InvalidInput: for an unknown language.
    :raises charting.drawing.NoDrawing: when the exam cannot be drawn.
    """
    actor.require(Permission.CLINICAL_VIEW)
    if language not in handout.LANGUAGES:
        raise InvalidInput(fields={"language": gettext_lazy("Choose one of the list.")})
    known = find_sent(IssuedPaper, id, patient_id=exam.patient_id, kind=PaperKind.PERIO, language=language, exam=exam)
    if known is not None:
        return known
    standing = queries.reread(PerioExam.objects.select_for_update(no_key=True).get(pk=exam.pk))
    standing.patient = exam.patient
    with translation.override(language), timezone.override(exam.patient.branch.time_zone), notation.shown_in(Notation.FDI):
        told = facts(standing)
        drawn = drawing.pictures({arch: _picture(standing, arch) for arch in ARCHES})
        digest = hash_of_paper({"exam": exam.pk, "facts": told, "drawing": drawn})
        context = {"facts": told, "drawing": drawn, "patient": exam.patient, "language": language, "sha256": digest, "author": actor, "at": at}
        content = pdf.render("charting/pdf/perio.html", context, language=language)
    printed = actions.Printed(content, digest, min(standing.examined_at, at))
    return actions.keep_paper(
        patient=exam.patient, kind=PaperKind.PERIO, language=language, printed=printed, exam=standing, actor=actor, at=at, id=id
    )


def facts(exam: PerioExam) -> dict[str, Any]:
    """What the exam says besides its drawing, in the active language."""
    readings = queries.measured(exam)
    return {
        "examined": f"{_moment(exam.examined_at)} · {exam.examined_by.get_full_name()}",
        "closed": _closed(exam),
        "error": exam.error_reason,
        "figures": _figures(figures.figures(readings)),
        "screening": list(figures.screening(readings).items()),
        "indices": _indices(exam),
        "conclusion": ", ".join(filter(None, [_label(exam, "stage"), _label(exam, "grade"), _label(exam, "extent")])),
        "note": exam.note,
    }


def _closed(exam: PerioExam) -> str:
    if exam.closed_at is None or exam.closed_by is None:
        return ""
    return _("Closed by %(who)s, %(when)s") % {"who": exam.closed_by.get_full_name(), "when": _moment(exam.closed_at)}


def _label(exam: PerioExam, name: str) -> str:
    return str(getattr(exam, f"get_{name}_display")())


def _figures(found: figures.Figures) -> list[tuple[str, str]]:
    return [
        (_("Bleeding"), _told(found.bleeding, "%")),
        (_("Plaque"), _told(found.plaque, "%")),
        (_("Mean depth"), _told(found.mean_depth, _("mm"))),
        (_("Mean loss"), _told(found.mean_loss, _("mm"))),
    ]


def _told(value: Decimal | None, unit: str) -> str:
    return "–" if value is None else f"{number_format(value, 1)} {unit}"


def _indices(exam: PerioExam) -> list[tuple[str, str]]:
    """The newest index of each kind up to the end of the exam, and the caries index of its moment."""
    until = exam.closed_at or exam.examined_at
    permanent, _primary = charting.dmft(exam.patient, until)
    lines = [index_words.short(row) for row in indices.latest_of(exam.patient, until)]
    told = [(f"{line['name']}, {date_format(line['day'], 'SHORT_DATE_FORMAT')}", _value(line)) for line in lines]
    return [*told, (_("DMFT"), f"{permanent.total} ({permanent.decayed} + {permanent.missing} + {permanent.filled})")] if told else []


def _value(line: Mapping[str, Any]) -> str:
    return " · ".join(filter(None, [str(line["value"]), line["band"]]))


def _picture(exam: PerioExam, arch: str) -> dict[str, Any]:
    rows = [_tooth(row) for row in exam.teeth.all()]
    told = {"state": "closed", "absent": exam.absent, "implants": exam.implants, "primary": exam.primary, "teeth": rows}
    return {"kind": "perio", "arch": arch, "exam": told, "words": perio_words(), "codes": notation.CODES[Notation.FDI]}


def _tooth(row: PerioTooth) -> dict[str, Any]:
    sites = {name: dict(zip(rules.SITES, values, strict=True)) for name, values in (("depth", row.depths), ("margin", row.margins))}
    furcation = {entrance: getattr(row, f"furcation_{entrance.lower()}") for entrance in rules.ENTRANCES}
    flags = {flag: getattr(row, flag) for flag in rules.FLAGS}
    gingiva = {"V": row.gingiva_v, "L": row.gingiva_l}
    graded = {"mobility": row.mobility, "prognosis": row.prognosis, "furcation": furcation, "gingiva": gingiva}
    return {"tooth": row.tooth, **sites, **flags, **graded}


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
