"""What a note tells, what its signature covers, and whether it still says what was signed."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from charting import canals
from charting.models import Anaesthesia, Diagnosis, NoteSection, Performance, Visit
from charting.prescribing import queries as prescribing
from charting.prescribing.models import ClinicalPaper
from charting.queries import anaesthesia_in, diagnoses_in, hash_of, performances_in


def sections_of(visit: Visit) -> list[tuple[str, str | Promise, str]]:
    """Name, label and text of every section. Before the past history had a section of its own, one text told both histories: it is named so."""
    before = visit.signed_content is not None and NoteSection.ANAMNESIS_VITAE not in visit.signed_content
    found: list[tuple[str, str | Promise, str]] = [(section.value, section.label, getattr(visit, section.value)) for section in NoteSection]
    if before:
        named = {NoteSection.ANAMNESIS.value: _("anamnesis")}
        return [(name, named.get(name, label), text) for name, label, text in found if name != NoteSection.ANAMNESIS_VITAE]
    return found


def visit_content(visit: Visit) -> dict[str, object]:
    """What a signature of the visit covers: its text, diagnoses, procedures, prescriptions and referrals as they stand.

    `papers` is there since prescriptions are covered, `anaesthesia` and `anamnesis_vitae` since they are: a note that was signed before has no such
    key, and its hash is that of what it has.
    """
    return {
        "visit": str(visit.pk),
        "patient": str(visit.patient_id),
        "branch": str(visit.branch_id),
        "dentist": str(visit.dentist_id),
        "opened_at": visit.opened_at.isoformat(),
        "closed_at": visit.closed_at.isoformat() if visit.closed_at else None,
        "complaint": visit.complaint,
        "anamnesis": visit.anamnesis,
        "anamnesis_vitae": visit.anamnesis_vitae,
        "objective": visit.objective,
        "treatment": visit.treatment,
        "recommendations": visit.recommendations,
        "diagnoses": [_diagnosis_content(row) for row in diagnoses_in(visit)],
        "procedures": [_performance_content(row) for row in performances_in(visit)],
        "anaesthesia": [_anaesthesia_content(row) for row in anaesthesia_in(visit) if row.in_error_at is None],
        "papers": [_paper_content(row) for row in prescribing.papers_in(visit) if row.in_error_at is None],
        **({"canals": canals.content(measured)} if (measured := canals.in_visit(visit)) else {}),
        **({"addenda": list(visit.addenda.order_by("written_at", "pk").values_list("content_hash", flat=True))} if visit.locked_at else {}),
    }


def _diagnosis_content(row: Diagnosis) -> dict[str, object]:
    return {"id": str(row.pk), "code": row.code.code, "title": row.code.title, "tooth": row.tooth, "rank": row.rank}


def _performance_content(performance: Performance) -> dict[str, object]:
    procedure = performance.procedure
    return {
        "id": str(performance.pk),
        "code": procedure.service.code,
        "title": procedure.service.title_ru,
        "teeth": [[row.tooth, sorted(row.surfaces), sorted(row.roots)] for row in sorted(procedure.teeth.all(), key=lambda row: row.tooth)],
        "performed_at": performance.performed_at.isoformat(),
        "performer": str(performance.performer_id),
    }


def _anaesthesia_content(row: Anaesthesia) -> dict[str, object]:
    amounts = {name: f"{value.normalize():f}" for name in ("concentration", "dose_ml", "cartridges") if (value := getattr(row, name)) is not None}
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "drug": row.drug,
        **amounts,
        "vasoconstrictor": row.vasoconstrictor,
        "dilution": row.dilution,
        "lot": row.lot,
        "expires_on": row.expires_on.isoformat() if row.expires_on else None,
        "teeth": row.teeth,
        "place": row.place,
        "given_at": row.given_at.isoformat(),
        "given_by": str(row.given_by_id),
    }


def _paper_content(row: ClinicalPaper) -> dict[str, object]:
    """The paper by its number and the hash that is printed on it: what it says cannot change."""
    return {"id": str(row.pk), "kind": row.kind, "number": row.full_number, "sha256": row.content_hash, "issued_at": row.issued_at.isoformat()}


def is_as_signed(visit: Visit) -> bool:
    """Whether the signed note still says what was signed: the hash fits the content, and the columns fit the content."""
    content = visit.signed_content or {}
    return hash_of(content) == visit.content_hash and all(content.get(name, "") == getattr(visit, name) for name in NoteSection.values)
