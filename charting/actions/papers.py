"""Issuing a paper with the mouth on it: drawn from the record, kept as a file, the same bytes whenever it is printed again."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from charting import chart_paper, drawing, handout, mucosa, papers, queries
from charting.models import IssuedPaper, PaperKind, PerioExam, TeethShown, Visit
from charting.recalls import queries as recalls
from clinic.files import actions as files
from clinic.history.actions import record_print
from clinic.history.creation import find_sent
from clinic.lib import pdf
from clinic.lib.errors import InvalidInput, check_same
from clinic.lib.ids import uuid7
from clinic.patients.models import Patient
from clinic.patients.queries import get_patient_for
from clinic.staff.models import User
from clinic.staff.roles import Permission

OFFERED = (PaperKind.HANDOUT, PaperKind.CHART)


@dataclass(frozen=True)
class Printed:
    """A paper that was made: its bytes, the hash of what it says, and the instant of the mouth on it."""

    content: bytes
    sha256: str
    mouth_at: datetime


@transaction.atomic
def issue_paper(
    *, patient: Patient, kind: str, language: str, actor: User, at: datetime,
    mouth_at: datetime | None = None, dentition: str = "", own_words: str = "", id: UUID | None = None,
) -> IssuedPaper:  # fmt: skip
    """What was found, or the chart, in a language, with the mouth as it was at an instant (now). The same `id` twice is one paper.

    :raises InvalidInput: for an unknown kind, language or dentition, an instant to come, or too many own words.
    :raises KeyTaken: when the `id` is of a paper that something else was asked of.
    :raises charting.drawing.NoDrawing: when the mouth cannot be drawn.
    """
    actor.require(Permission.CLINICAL_VIEW)
    words = own_words.strip()
    _refuse(kind, language, dentition, words, is_future=bool(mouth_at and mouth_at > at))
    asked: dict[str, Any] = {"kind": kind, "language": language, "own_words": words, "dentition": dentition}
    known = find_sent(IssuedPaper, id, patient_id=patient.pk, **asked)
    if known is not None:
        check_same(known, mouth_at=mouth_at or known.issued_at)
        return known
    chart = queries.chart_at(patient, mouth_at or at)
    ahead = [] if mouth_at else recalls.ahead_of(patient)
    facts = handout.facts(chart, language, ahead) if kind == PaperKind.HANDOUT else chart_paper.facts(chart, patient, language)
    drawn = drawing.pictures(_pictures(chart, patient, dentition))
    told = {"kind": kind, "patient": patient.pk, "mouth_at": chart.at, "facts": facts, "words": words, "drawing": drawn}
    digest = hash_of_paper(told)
    context = {**told, "patient": patient, "language": language, "sha256": digest, "author": actor, "at": at}
    printed = Printed(_rendered(context, patient, language), digest, chart.at)
    return keep_paper(patient=patient, **asked, printed=printed, actor=actor, at=at, id=id)


@transaction.atomic
def keep_paper(
    *, patient: Patient, kind: str, language: str, printed: Printed, actor: User, at: datetime,
    own_words: str = "", dentition: str = "", visit: Visit | None = None, exam: PerioExam | None = None, id: UUID | None = None,
) -> IssuedPaper:  # fmt: skip
    """Keep a paper that was made as it is; that it was issued stands in the patient's history."""
    actor.require(Permission.CLINICAL_VIEW)
    said = {
        "kind": kind, "language": language, "own_words": own_words, "dentition": dentition, "visit": visit, "exam": exam,
        "mouth_at": printed.mouth_at, "content_hash": printed.sha256,
    }  # fmt: skip
    known = find_sent(IssuedPaper, id, patient_id=patient.pk, **said)
    if known is not None:
        return known
    file = files.store(content=printed.content, media_type="application/pdf")
    paper = IssuedPaper.objects.create(id=id or uuid7(), patient=patient, **said, file=file, issued_at=at, issued_by=actor)
    record_print(what=kind, patient_id=patient.pk, body=_told(paper))
    return paper


def hash_of_paper(told: Mapping[str, Any]) -> str:
    """The hash that is printed on a paper: of all that it says and shows."""
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def _pictures(chart: queries.Chart, patient: Patient, dentition: str) -> dict[str, dict[str, Any]]:
    """The teeth, and the map of the mouth when something was found on the mucosa."""
    found = [region.site for region in mucosa.regions_of(chart)]
    teeth = drawing.mouth(chart, patient, dentition or drawing.dentition_of(chart, patient))
    return {"mouth": teeth, **({"mucosa": drawing.mucosa(found)} if found else {})}


def print_paper(*, paper_id: UUID, actor: User) -> tuple[IssuedPaper, bytes]:
    """An issued paper with its bytes, checked against their hash; the printing is written down.

    :raises NotFound: when there is no such paper, or its patient is not theirs.
    """
    actor.require(Permission.CLINICAL_VIEW)
    paper = papers.get_paper(paper_id)
    if paper.kind == PaperKind.VISIT:
        actor.require(Permission.RECORD_EXPORT)
    paper.patient = get_patient_for(actor, paper.patient_id, what="documents", permission=Permission.CLINICAL_VIEW)
    content = files.read(paper.file)
    record_print(what=paper.kind, patient_id=paper.patient_id, body=_told(paper))
    return paper, content


def _told(paper: IssuedPaper) -> dict[str, Any]:
    return {"paper": paper.pk, "language": paper.language, "sha256": paper.file.sha256, "content": paper.content_hash, "words": paper.own_words}


def _refuse(kind: str, language: str, dentition: str, words: str, *, is_future: bool) -> None:
    wrong: dict[str, Any] = {}
    if kind not in OFFERED:
        wrong["kind"] = _("Choose one of the list.")
    if language not in handout.LANGUAGES:
        wrong["language"] = _("Choose one of the list.")
    if dentition and dentition not in TeethShown.values:
        wrong["dentition"] = _("Choose one of the list.")
    if len(words) > handout.LONGEST_WORDS:
        wrong["own_words"] = _("At most %(limit)s characters.") % {"limit": handout.LONGEST_WORDS}
    if is_future:
        wrong["mouth_at"] = _("That moment is still to come. Choose today or an earlier day.")
    if wrong:
        raise InvalidInput(fields=wrong)


def _rendered(context: dict[str, Any], patient: Patient, language: str) -> bytes:
    with translation.override(language), timezone.override(patient.branch.time_zone):
        return pdf.render("charting/pdf/paper.html", context, language=language)
