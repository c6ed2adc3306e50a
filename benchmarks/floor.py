"""The floor: one empty endpoint that reads one patient by key. No login, no middleware, nothing of the product's own code."""

from uuid import UUID

from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI

from clinic.patients.models import Patient

api = NinjaAPI(title="floor", urls_namespace="floor", docs_url=None)


@api.get("/patients/{uuid:patient_id}")
def card_number(request: HttpRequest, patient_id: UUID) -> dict[str, int]:
    return {"card_number": Patient.objects.values_list("card_number", flat=True).get(pk=patient_id)}


urlpatterns = [path("", api.urls)]
