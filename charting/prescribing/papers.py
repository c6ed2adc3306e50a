"""What a prescription and a referral say on paper, in the paper's language."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.formats import date_format

from charting import notation
from charting.prescribing import rules
from charting.prescribing.models import ClinicalKind, ClinicalPaper
from charting.queries import hash_of
from clinic.lib import pdf
from clinic.lib.clock import branch_day
from clinic.patients.rules import age_on
from clinic.staff.models import Notation


def print_paper(paper: ClinicalPaper, drugs: Sequence[Mapping[str, str]]) -> tuple[bytes, str]:
    """The PDF, and the hash of what it says."""
    with translation.override(paper.language), timezone.override(ZoneInfo(paper.branch.time_zone)), notation.shown_in(Notation.FDI):
        facts = _facts(paper, drugs)
        digest = hash_of(facts)
        context = {
            "paper": paper,
            "facts": facts,
            "entity": paper.legal_entity,
            "branch": paper.branch,
            "patient": paper.patient,
            "prescriber": paper.issued_by,
            "valid_days": rules.VALID_DAYS.get(paper.language),
            "short_hash": digest[:16],
        }
    name = f"prescription_{paper.language}" if paper.kind == ClinicalKind.PRESCRIPTION else "referral"
    return pdf.render(f"charting/prescribing/{name}.html", context, language=paper.language), digest


def _facts(paper: ClinicalPaper, drugs: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Everything that is on the paper, as plain values."""
    patient, day = paper.patient, branch_day(paper.issued_at, paper.branch.time_zone)
    born = patient.birth_date
    facts: dict[str, Any] = {
        "number": paper.full_number,
        "day": date_format(day, "SHORT_DATE_FORMAT"),
        "entity": paper.legal_entity.name,
        "patient": patient.get_full_name(),
        "card": str(patient.card_number),
        "born": date_format(born, "SHORT_DATE_FORMAT") if born else "",
        "age": age_on(born, day),
        "prescriber": paper.issued_by.get_full_name(),
        "speciality": paper.issued_by.speciality,
        "rpps": paper.issued_by.rpps,
        "drugs": [dict(drug) for drug in drugs],
    }
    if paper.kind == ClinicalKind.REFERRAL:
        facts |= {
            "examination": str(paper.get_examination_display()),
            "urgency": str(paper.get_urgency_display()),
            "addressee": paper.addressee,
            "question": paper.question,
            "teeth": notation.shown_all(paper.teeth),
            "diagnosis": f"{paper.diagnosis.code} {paper.diagnosis.title}" if paper.diagnosis else "",
        }
    return facts
