"""Pages of this app."""

from django.urls import path

from exports import evidence_views, lists, receipt_views, views

urlpatterns = [
    path("patients/<uuid:patient_id>/card/", views.card, name="card"),
    path("patients/<uuid:patient_id>/card/card.pdf", views.card_pdf, name="patient-card-pdf"),
    path("visits/<uuid:visit_id>/card/", views.visit_card, name="visit-card"),
    path("patients/<uuid:patient_id>/evidence/", evidence_views.evidence_page, name="patient-evidence"),
    path("patients/<uuid:patient_id>/evidence/<uuid:evidence_id>/evidence.zip", evidence_views.evidence_zip, name="evidence-zip"),
    path("patients/<uuid:patient_id>/signatures/", receipt_views.signatures, name="signatures"),
    path("patients/<uuid:patient_id>/signatures/<uuid:key>/", receipt_views.signatures, name="signatures-of"),
    path("signatures/<int:event_id>/receipt/", receipt_views.receipt, name="receipt"),
    path("signatures/<int:event_id>/receipt.pdf", receipt_views.receipt_pdf, name="receipt-pdf"),
    path("reports/", views.report_page, name="reports"),
    path("reports/tables/<slug:slug>.xlsx", views.report_xlsx, name="report-xlsx"),
    path("registries/", views.registries, name="registries"),
    *[path(f"reports/{found.slug}.xlsx", views.list_xlsx(found), name=found.url_name) for found in lists.LISTS],
]
