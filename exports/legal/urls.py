"""Pages of the legal desk."""

from django.urls import path

from exports.legal import asof_views, views

urlpatterns = [
    path("patients/<uuid:patient_id>/as-of/", asof_views.as_of, name="patient-as-of"),
    path("cases/", views.cases, name="cases"),
    path("cases/new/", views.case_new, name="case-new"),
    path("cases/<uuid:case_id>/", views.case, name="case"),
    path("cases/<uuid:case_id>/case.pdf", views.case_sheet, name="case-sheet"),
    path("cases/<uuid:case_id>/edit/", views.case_edit, name="case-edit"),
    path("cases/<uuid:case_id>/patients/", views.case_patient, name="case-patient"),
    path("cases/<uuid:case_id>/patients/<uuid:patient_id>/removal/", views.case_patient_removal, name="case-patient-removal"),
    path("cases/<uuid:case_id>/notes/", views.case_note, name="case-note"),
    path("cases/<uuid:case_id>/holds/", views.case_hold, name="case-hold"),
    path("holds/<uuid:hold_id>/lift/", views.hold_lift, name="hold-lift"),
    path("cases/<uuid:case_id>/evidence/", views.case_archive, name="case-archive"),
    path("archives/<uuid:archive_id>/handed-over/", views.case_delivery, name="case-delivery"),
    path("cases/<uuid:case_id>/close/", views.case_close, name="case-close"),
    path("cases/<uuid:case_id>/reopen/", views.case_reopen, name="case-reopen"),
]
