"""Pages of this app."""

from django.urls import path

from charting import views

urlpatterns = [
    path("patients/<uuid:patient_id>/chart/", views.chart, name="chart"),
    path("patients/<uuid:patient_id>/visits/start/", views.visit_start, name="visit-start"),
    path("appointments/<uuid:appointment_id>/visit/", views.visit_open, name="visit-open"),
]
