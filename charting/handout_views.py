"""Pages of what a patient takes home: read and added to by the dentist, then issued."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from charting import actions, handout, queries
from charting.models import PaperKind
from charting.recalls import queries as recalls
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


class HandoutForm(forms.Form):
    """What the dentist adds in own words, and the language of the paper."""

    language = forms.ChoiceField(label=_("Language of the paper"), choices=handout.NAMES)
    own_words = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=handout.LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Printed above the findings; kept with the paper."),
    )


@page(Permission.CLINICAL_VIEW)
@require_http_methods(["GET", "POST"])
def handout_page(request: Request, patient_id: UUID) -> HttpResponse:
    """What the patient will read; sent, it is issued with the drawing of the mouth and leads to the paper."""
    patient = get_patient_for(request.user, patient_id, what="handout", permission=Permission.CLINICAL_VIEW)
    asked = request.POST if request.method == "POST" else request.GET
    language, now = handout.language_of(asked.get("language", ""), patient.language), timezone.now()
    form = HandoutForm(request.POST if request.method == "POST" else None, initial={"language": language})
    if form.is_valid():
        paper = actions.issue_paper(patient=patient, kind=PaperKind.HANDOUT, actor=request.user, at=now, **form.cleaned_data)
        return redirect("paper-file", paper_id=paper.pk)
    written = handout.write(queries.chart_at(patient, now), language, recalls.ahead_of(patient))
    context = {"patient": patient, "tab": "chart", "handout": written, "form": form}
    return render(request, "charting/handout.html", context, status=422 if form.errors else 200)
