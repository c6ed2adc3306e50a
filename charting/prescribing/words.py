"""A prescription or referral in one line, for the note of its visit and the patient's card; teeth in the reader's notation."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charting import notation
from charting.prescribing.models import ClinicalKind, ClinicalPaper, PrescribedDrug


def told(paper: ClinicalPaper) -> str:
    """What is prescribed and how it is taken, or what is asked of whom and why."""
    if paper.kind == ClinicalKind.PRESCRIPTION:
        return "; ".join(_drug(drug) for drug in sorted(paper.drugs.all(), key=lambda drug: drug.position))
    return ". ".join(filter(None, [_asked(paper), paper.question.strip().rstrip(".")]))


def _drug(drug: PrescribedDrug) -> str:
    name = " ".join(filter(None, [drug.inn, drug.strength]))
    return _("%(drug)s: %(signa)s") % {"drug": f"{name}, {drug.form}, {drug.quantity}", "signa": drug.signa}


def _asked(paper: ClinicalPaper) -> str:
    teeth = ngettext("tooth %(teeth)s", "teeth %(teeth)s", len(paper.teeth)) % {"teeth": notation.shown_all(paper.teeth)} if paper.teeth else ""
    diagnosis = f"{paper.diagnosis.code} {paper.diagnosis.title}" if paper.diagnosis else ""
    urgency = str(paper.get_urgency_display()) if paper.urgency != "routine" else ""
    return ", ".join(filter(None, [capfirst(str(paper.get_examination_display())), urgency, paper.addressee, teeth, diagnosis]))
