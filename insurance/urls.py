"""Pages of this app."""

from django.urls import path

from insurance import views

urlpatterns = [
    path("insurers/", views.insurers, name="insurers"),
    path("insurers/new/", views.insurer_edit, name="insurer-new"),
    path("insurers/<uuid:insurer_id>/edit/", views.insurer_edit, name="insurer-edit"),
    path("insurers/<uuid:insurer_id>/programmes/new/", views.programme_edit, name="programme-new"),
    path("programmes/<uuid:programme_id>/edit/", views.programme_edit, name="programme-edit"),
    path("programmes/<uuid:programme_id>/coverage/", views.coverage, name="coverage"),
    path("claims/new/", views.claim_new, name="claim-new"),
    path("claims/<uuid:claim_id>/", views.claim, name="claim"),
    path("claims/<uuid:claim_id>/register.xlsx", views.claim_xlsx, name="claim-xlsx"),
    path("claims/<uuid:claim_id>/sent/", views.claim_sent, name="claim-sent"),
    path("claims/<uuid:claim_id>/paid/", views.claim_paid, name="claim-paid"),
    path("patients/<uuid:patient_id>/insurance/", views.patient_insurance, name="patient-insurance"),
    path("patients/<uuid:patient_id>/policies/new/", views.policy_new, name="policy-new"),
    path("policies/<uuid:policy_id>/edit/", views.policy_edit, name="policy-edit"),
    path("policies/<uuid:policy_id>/letters/new/", views.letter_new, name="letter-new"),
    path("letters/<uuid:letter_id>/file/", views.letter_file, name="letter-file"),
]
