"""Breaking the glass: the reason is asked for, written down, and the record opens."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from clinic.lib.errors import InvalidInput, NotFound
from clinic.patients import access
from clinic.patients.access_models import Why
from clinic.patients.models import Patient
from clinic.staff.guards import page
from clinic.staff.http import Request
from clinic.staff.roles import Permission


@page(Permission.PATIENT_VIEW)
@require_http_methods(["GET", "POST"])
def patient_open(request: Request, patient_id: UUID) -> HttpResponse:
    """Ask for the reason; given one, the record is open to this person for some hours."""
    if not Patient.objects.filter(pk=patient_id).exists():
        raise NotFound
    typed, wanted = request.POST.get("reason", ""), request.POST.get("next") or request.GET.get("next", "")
    back = wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else f"/patients/{patient_id}/"
    context = {"error": access.ReasonRequired(patient_id, Why.OUTSIDE), "patient_id": patient_id, "next": back, "reason": typed}
    if request.method != "POST":
        return render(request, "patients/reason.html", context)
    try:
        access.give_reason(user=request.user, patient_id=patient_id, reason=typed, at=timezone.now())
    except InvalidInput as error:
        return render(request, "patients/reason.html", {**context, "problem": error.fields["reason"]}, status=422)
    return redirect(back)
