"""Pages of this app."""

from django.urls import path

from exports import views

urlpatterns = [
    path("patients/<uuid:patient_id>/card/", views.card, name="card"),
    path("patients/<uuid:patient_id>/card/card.pdf", views.card_pdf, name="patient-card-pdf"),
]
