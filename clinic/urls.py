"""All front doors."""

from django.urls import include, path

from clinic import health
from clinic.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("clinic.patients.urls")),
    path("", include("clinic.price_list.urls")),
    path("", include("clinic.scheduling.urls")),
    path("", include("clinic.billing.urls")),
    path("", include("clinic.staff.urls")),
    path("", include("clinic.desk.urls")),
    path("", include("charting.urls")),
    path("", include("treatment_plans.urls")),
    path("", include("inventory.urls")),
    path("", include("lab_orders.urls")),
    path("", include("insurance.urls")),
    path("", include("exports.urls")),
    path("", include("exports.legal.urls")),
    path("", include("exports.privacy.urls")),
]
