"""What was charted: for a visit the teeth it is about and diagnoses of earlier days that still hold; extractions that are ahead."""

from collections.abc import Collection

from django.db.models import Q

from charting import rules
from charting.models import Diagnosis, Finding, Procedure, ProcedureTooth, Visit
from clinic.patients.models import Patient

OFFERED = 6


def teeth_in(visit: Visit) -> list[int]:
    """Teeth that were treated or charted in the visit, treated ones first."""
    treated = ProcedureTooth.objects.filter(procedure__performances__visit=visit, procedure__performances__reversed_at=None)
    seen = Finding.objects.filter(visit=visit, in_error_at=None, tooth__isnull=False)
    found = [*treated.order_by("tooth").values_list("tooth", flat=True), *seen.order_by("tooth").values_list("tooth", flat=True)]
    return [tooth for tooth in dict.fromkeys(found) if tooth is not None]


def diagnoses_before(visit: Visit) -> list[Diagnosis]:
    """Diagnoses of other days that this visit may be about: of findings that are open or that it settled, else of its teeth; its own teeth first."""
    teeth = teeth_in(visit)
    rows = Diagnosis.objects.filter(patient=visit.patient_id, in_error_at=None).exclude(visit=visit)
    is_open = Q(finding__isnull=False, finding__resolved_at=None, finding__in_error_at=None)
    rows = rows.filter(is_open | Q(finding__resolved_through__visit=visit) | Q(finding=None, tooth__in=teeth))
    known = set(Diagnosis.objects.filter(visit=visit, in_error_at=None).values_list("code_id", "tooth"))
    latest = {(row.code_id, row.tooth): row for row in rows.select_related("code").order_by("made_at", "pk")}
    found = [row for key, row in latest.items() if key not in known]
    return sorted(found, key=lambda row: (row.tooth not in teeth, -row.made_at.timestamp()))[:OFFERED]


def extractions_ahead(patient: Patient, teeth: Collection[int]) -> list[Procedure]:
    """Extractions of any of these teeth that are proposed, planned or begun."""
    ahead = Procedure.objects.filter(patient=patient, service__chart_effect="extraction", state__in=rules.PERFORMABLE)
    rows = ahead.filter(pk__in=ProcedureTooth.objects.filter(tooth__in=teeth).values("procedure"))
    return list(rows.select_related("service").prefetch_related("teeth").order_by("recorded_at", "pk"))
