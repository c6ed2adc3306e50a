"""Pages of this app."""

from django.urls import path

from exports.privacy import views

urlpatterns = [
    path("data-requests/", views.requests, name="data-requests"),
    path("data-requests/<uuid:request_id>/", views.data_request, name="data-request"),
    path("data-requests/<uuid:request_id>/erase/", views.data_request_erase, name="data-request-erase"),
    path("data-requests/<uuid:request_id>/answer.pdf", views.data_request_pdf, name="data-request-pdf"),
    path("patients/<uuid:patient_id>/data-requests/", views.patient_requests, name="patient-requests"),
]
