"""The patient's card after form 043/у: its facts in a language, their hash, and the PDF."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from charting import act_words, canals, drawing, finding_words, mucosa, notation, sites
from charting.anaesthesia_words import told
from charting.models import ClinicalPaper, Diagnosis, Finding, NoteSection, Performance, Visit
from charting.note_content import sections_of
from charting.prescribing import queries as prescribing
from charting.prescribing import words as paper_words
from charting.queries import ranked
from charting.teeth import TEETH, dentition_at_age
from clinic.lib import pdf
from clinic.patients.rules import format_phone
from clinic.staff.models import Notation
from exports import rules
from exports.queries import Material
from treatment_plans.models import Document, Item

LANGUAGES = ("ru", "fr", "en")
FIRST_EXAMINATION = (NoteSection.COMPLAINT, NoteSection.ANAMNESIS, NoteSection.ANAMNESIS_VITAE, NoteSection.OBJECTIVE)
LEGEND = {
    rules.ABSENT: pgettext_lazy("dental formula", "absent"),
    rules.ROOT: pgettext_lazy("dental formula", "root"),
    rules.CARIES: pgettext_lazy("dental formula", "caries"),
    rules.PULPITIS: pgettext_lazy("dental formula", "pulpitis"),
    rules.PERIODONTITIS: pgettext_lazy("dental formula", "apical periodontitis"),
    rules.FILLED: pgettext_lazy("dental formula", "filled"),
    rules.PERIODONTAL: pgettext_lazy("dental formula", "periodontal disease"),
    rules.CROWN: pgettext_lazy("dental formula", "crown"),
    rules.ARTIFICIAL: pgettext_lazy("dental formula", "artificial tooth"),
}


@dataclass(frozen=True)
class Card:
    """A card ready to be printed: what it says in a language, its number and the hash of what it says."""

    language: str
    number: str
    facts: Mapping[str, Any]
    formula: rules.Formula
    sha256: str


def language_of(asked: str, material_language: str) -> str:
    """The language asked for when the card is written in it, else the patient's, else English."""
    return next((code for code in (asked, material_language) if code in LANGUAGES), "en")


def write(material: Material, *, language: str) -> Card:
    """The card in a language; the same record at the same instant gives the same hash."""
    with translation.override(language), timezone.override(material.zone), notation.shown_in(Notation.FDI):
        formula = _formula(material)
        facts = {
            **_about(material),
            **_mouth(material, formula, language),
            "diagnoses": [_diagnosis(row) for row in material.chart.diagnoses],
            "first": _first_examination(material.visits),
            "visits": [_visit(material, visit, language) for visit in material.visits],
            "unsigned": material.unsigned,
            "plan": _plan(material.items, language),
            "consents": _consents(material),
            "papers": [_paper(row) for row in material.papers_between],
        }
    return _card(material, language, facts, formula, of=material.at)


def write_visit(material: Material, visit: Visit, *, language: str) -> Card:
    """The card of one visit: the passport part, the mouth as the visit left it, the visit's entry in the diary."""
    with translation.override(language), timezone.override(material.zone), notation.shown_in(Notation.FDI):
        formula = _formula(material)
        facts = {
            **_about(material),
            **_mouth(material, formula, language),
            "visit": _visit(material, visit, language),
            "mouth_at": _moment(material.chart.at),
        }
    return _card(material, language, facts, formula, of=visit.opened_at)


def _card(material: Material, language: str, facts: dict[str, Any], formula: rules.Formula, *, of: datetime) -> Card:
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    number = f"{material.patient.card_number}-{timezone.localtime(of, material.zone):%Y%m%d-%H%M}"
    return Card(language, number, facts, formula, hashlib.sha256(text.encode()).hexdigest())


def _formula(material: Material) -> rules.Formula:
    day = timezone.localtime(material.chart.at).date()
    return rules.formula_of(
        material.chart.mouth,
        [(row.code.code, row.tooth) for row in material.chart.diagnoses],
        letters=material.letters,
        with_primary=dentition_at_age(_age(material.patient.birth_date, day)) != "permanent",
    )


def _mouth(material: Material, formula: rules.Formula, language: str) -> dict[str, Any]:
    drawn = {mark.source for mark in material.chart.mouth.marks}
    return {
        "formula": [_arch(row, formula.beside(row), language) for row in formula.rows],
        "findings": [_finding(row) for row in material.chart.findings if str(row.pk) in drawn and row.site not in sites.NUMBERS],
        "mucosa": [asdict(region) for region in mucosa.regions_of(material.chart)],
    }


def render(material: Material, card: Card, template: str = "exports/pdf/card.html") -> bytes:
    """The card as PDF.

    :raises charting.drawing.NoDrawing: when the map of the mucosa cannot be drawn.
    """
    with timezone.override(material.zone):
        legend = [(rules.LETTERS[card.language][sign], name) for sign, name in LEGEND.items()]
        regions = [region["site"] for region in card.facts["mucosa"]]
        context = {
            "card": card,
            "facts": card.facts,
            "drawing": drawing.pictures({"mucosa": drawing.mucosa(regions)} if regions else {}),
            "entity": material.patient.branch.legal_entity,
            "legend": legend,
            "at": material.at,
        }
        return pdf.render(template, context, language=card.language)


def _about(material: Material) -> dict[str, Any]:
    patient = material.patient
    period = material.period
    return {
        "card_number": patient.card_number,
        "entity": patient.branch.legal_entity.name,
        "branch": patient.branch.name,
        "from": _day(period.first),
        "until": _day(period.last),
        "passport": [(str(label), text) for label, text in _passport(material) if text],
        "alerts": [f"{row.words} ({row.get_severity_display()})" for row in material.alerts],
    }


def _passport(material: Material) -> list[tuple[str, str]]:
    patient = material.patient
    age = _age(patient.birth_date, timezone.localtime(material.at).date()) or 0
    born = ngettext("%(date)s (%(age)s year)", "%(date)s (%(age)s years)", age) % {"date": _day(patient.birth_date), "age": age}
    abroad = patient.country if patient.country != patient.branch.legal_entity.country else ""
    return [
        (_("Full name"), patient.get_full_name()),
        (_("Birth name"), patient.birth_name),
        (_("Sex"), patient.get_sex_display()),
        (_("Date of birth"), born if patient.birth_date else ""),
        (_("Address"), ", ".join(part for part in (patient.postal_address, abroad) if part)),
        (_("Contacts"), ", ".join(format_phone(contact.value) for contact in material.contacts)),
        (_("Identifiers"), "; ".join(f"{row.get_kind_display()} {row.number}" for row in material.identifiers)),
        (_("Insurance"), "; ".join(f"{row.programme.insurer.name}, {row.programme.name}, {row.number}" for row in material.policies)),
        (_("Legal representative"), "; ".join(f"{row.display_name} ({row.get_kind_display()})" for row in material.relations)),
        (_("Responsible dentist"), patient.responsible_dentist.get_full_name() if patient.responsible_dentist else ""),
    ]


def _arch(row: tuple[rules.Cell, ...], extras: tuple[rules.Cell | None, ...], language: str) -> dict[str, Any]:
    first = TEETH[row[0].tooth]
    cells = [{"tooth": cell.tooth, "signs": cell.text(language), "is_middle": place == len(row) // 2} for place, cell in enumerate(row)]
    beside = [{"tooth": notation.fdi(cell.tooth), "signs": cell.text(language)} if cell else None for cell in extras]
    return {"is_lower": first.arch == "lower", "is_primary": first.is_primary, "cells": cells, **({"extras": beside} if beside else {})}


def _first_examination(visits: list[Visit]) -> dict[str, Any]:
    """Complaints, anamnesis and findings of the first signed visit that tells any of them."""
    for visit in visits:
        sections = [(str(label), text) for name, label, text in sections_of(visit) if text and name in FIRST_EXAMINATION]
        if sections:
            return {"at": _moment(visit.opened_at), "sections": sections}
    return {}


def _visit(material: Material, visit: Visit, language: str) -> dict[str, Any]:
    return {
        "at": _moment(visit.opened_at),
        "branch": visit.branch.name,
        "dentist": visit.dentist.get_full_name(),
        "sections": [(str(label), text) for _name, label, text in sections_of(visit) if text],
        "diagnoses": [_diagnosis(row) for row in sorted(material.diagnoses.get(visit.pk, []), key=ranked)],
        "anaesthesia": [{"text": told(row), "error": row.error_reason} for row in material.anaesthesia.get(visit.pk, [])],
        "papers": [_paper(row) for row in material.papers.get(visit.pk, [])],
        "acts": [_act(row, language) for row in material.performances.get(visit.pk, [])],
        "signed_at": _moment(visit.signed_at),
        "signed_by": visit.signed_by.get_full_name() if visit.signed_by else "",
        "sha256": visit.content_hash,
        "is_late": visit.is_late,
        "error": visit.error_reason,
        "addenda": [
            {
                "at": _moment(row.written_at),
                "by": row.written_by.get_full_name(),
                "text": row.text,
                "reason": row.reason,
                "is_late": row.is_late,
                "error": row.error_reason,
            }
            for row in material.addenda.get(visit.pk, [])
        ],
        **({"canals": [canals.row(row) for row in measured]} if (measured := material.canals.get(visit.pk)) else {}),
    }


def _paper(row: ClinicalPaper) -> dict[str, Any]:
    return {
        "title": str(row),
        "text": paper_words.told(row),
        "at": _moment(row.issued_at),
        "by": row.issued_by.get_full_name(),
        "error": row.error_reason,
        "is_later": prescribing.came_later(row),
    }


def _diagnosis(row: Diagnosis) -> dict[str, str]:
    return {
        "code": row.code.code,
        "title": row.code.title,
        "language": row.code.language,
        "tooth": notation.fdi(row.tooth) if row.tooth else "",
        "rank": str(row.get_rank_display()),
        "note": row.note,
        "date": _day(timezone.localtime(row.made_at).date()),
        "by": row.made_by.get_full_name(),
    }


def _finding(row: Finding) -> str:
    place = finding_words.place_named(row)
    title = ", ".join(text for text in (finding_words.title(row), finding_words.about(row)) if text)
    return " ".join(part for part in (place and f"{place}:", title, row.note and f"({row.note})") if part)


def _act(row: Performance, language: str) -> str:
    service = row.procedure.service
    return ", ".join(part for part in (f"{service.code} {service.title_in(language)}", _teeth(row.procedure.teeth.all())) if part)


def _teeth(rows: Any) -> str:
    return act_words.teeth_told(rows, Notation.FDI)


def _plan(items: list[Item], language: str) -> list[dict[str, str]]:
    return [
        {
            "plan": f"{item.alternative.plan.title}: {item.alternative.label}",
            "phase": item.phase.label if item.phase else "",
            "teeth": _teeth(item.procedure.teeth.all()),
            "title": item.procedure.service.title_in(language),
            "quantity": str(item.quantity),
            "done": _day(timezone.localtime(item.performance.performed_at).date()) if item.performance else "",
        }
        for item in items
    ]


def _consents(material: Material) -> list[dict[str, str]]:
    data = [
        {
            "title": row.text.title,
            "number": "",
            "signed": _moment(row.signed_at),
            "by": row.signer_name,
            "withdrawn": _moment(row.withdrawn_at),
        }
        for row in material.data_consents
    ]
    return data + [_consent(row) for row in material.consents]


def _consent(document: Document) -> dict[str, str]:
    signature = next((row for row in document.signatures.all() if row.role in ("patient", "representative")), None)
    return {
        "title": str(document.get_kind_display()),
        "number": document.full_number,
        "signed": _moment(signature.signed_at) if signature else "",
        "by": signature.signer_name if signature else "",
        "withdrawn": "",
    }


def _day(day: date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""


def _moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else ""


def _age(born: date | None, day: date) -> int | None:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else None
