"""Pages of what a patient takes home: read and added to by the dentist, then printed."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from charting import handout, queries
from clinic.history.actions import record_print
from clinic.patients.queries import get_patient_for
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission

LANGUAGES = [("ru", "Русский"), ("fr", "Français"), ("en", "English")]


class HandoutForm(forms.Form):
    """What the dentist adds in own words, and the language of the paper."""

    language = forms.ChoiceField(label=_("Language of the paper"), choices=LANGUAGES)
    own_words = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=handout.LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Printed above the findings; kept in the patient's history as it was printed."),
    )


@page(Permission.CLINICAL_VIEW)
@require_http_methods(["GET", "POST"])
def handout_page(request: Request, patient_id: UUID) -> HttpResponse:
    """What the patient will read; sent, it is the paper itself, and what it says is an event of the record."""
    patient = get_patient_for(request.user, patient_id, what="handout", permission=Permission.CLINICAL_VIEW)
    asked = request.POST if request.method == "POST" else request.GET
    language = handout.language_of(asked.get("language", ""), patient.language)
    written = handout.write(queries.chart_at(patient, timezone.now()), language)
    form = HandoutForm(request.POST if request.method == "POST" else None, initial={"language": language})
    context = {"patient": patient, "tab": "chart", "handout": written, "form": form}
    if request.method == "GET" or not form.is_valid():
        return render(request, "charting/handout.html", context, status=422 if form.errors else 200)
    own_words = form.cleaned_data["own_words"].strip()
    sha256 = written.sha256(own_words)
    record_print(what="handout", patient_id=patient.pk, body={"language": language, "words": own_words, "sha256": sha256})
    with translation.override(language):
        setup = {
            "patient": str(patient.pk),
            "at": written.at.isoformat(),
            "failed": str(_("The drawing could not be loaded. Close this page and print again.")),
        }
        paper = {**context, "own_words": own_words, "sha256": sha256, "setup": setup, "author": request.user}
        return render(request, "charting/handout_paper.html", paper)
