"""Pages of this app."""

from django.urls import path

from clinic.patients.views import access, browse, card, consents, imports, imports_held, panels, registration, settings

ONE = "patients/<uuid:patient_id>/"

urlpatterns = [
    path("patients/", browse.patients, name="patients"),
    path(f"{ONE}open/", access.patient_open, name="patient-open"),
    path("patients/search/", browse.search, name="patient-search"),
    path("patients/export/", browse.export, name="patients-export"),
    path("patients/new/", registration.new, name="patient-new"),
    path("patients/duplicates/", registration.duplicates, name="patient-duplicates"),
    path("patients/import/", imports.upload, name="patients-import"),
    path("patients/import/<uuid:run_id>/", imports.run, name="patients-import-run"),
    path("patients/import/<uuid:run_id>/start/", imports.start, name="patients-import-start"),
    path("patients/import/<uuid:run_id>/progress/", imports.progress, name="patients-import-progress"),
    path("patients/import/<uuid:run_id>/report.xlsx", imports.report, name="patients-import-report"),
    path("patients/import/<uuid:run_id>/held/", imports_held.held, name="patients-import-held"),
    path("patients/import/<uuid:run_id>/held/accept/", imports_held.accept_all, name="patients-import-accept-all"),
    path("patients/import/held/<uuid:row_id>/", imports_held.decide, name="patients-import-decide"),
    path("settings/labels/", settings.labels, name="labels"),
    path("settings/labels/new/", settings.label, name="label-new"),
    path("settings/labels/<uuid:label_id>/", settings.label, name="label"),
    path("settings/sources/", settings.sources, name="sources"),
    path("settings/sources/new/", settings.source, name="source-new"),
    path("settings/sources/<uuid:source_id>/", settings.source, name="source"),
    path("settings/consents/", settings.consent_texts, name="consent-texts"),
    path("settings/consents/<uuid:text_id>/", settings.consent_text, name="consent-text"),
    path("settings/consents/<str:language>/new/", settings.consent_text_new, name="consent-text-new"),
    path(ONE, card.overview, name="patient"),
    path(f"{ONE}edit/", card.edit, name="patient-edit"),
    path(f"{ONE}contacts/new/", panels.contact_new, name="patient-contact-new"),
    path(f"{ONE}contacts/<uuid:contact_id>/end/", panels.contact_end, name="patient-contact-end"),
    path(f"{ONE}identifiers/new/", panels.identifier_new, name="patient-identifier-new"),
    path(f"{ONE}identifiers/<uuid:identifier_id>/end/", panels.identifier_end, name="patient-identifier-end"),
    path(f"{ONE}relations/new/", panels.relation_new, name="patient-relation-new"),
    path(f"{ONE}relations/<uuid:relation_id>/end/", panels.relation_end, name="patient-relation-end"),
    path(f"{ONE}alerts/new/", panels.alert_new, name="patient-alert-new"),
    path(f"{ONE}alerts/<uuid:alert_id>/end/", panels.alert_end, name="patient-alert-end"),
    path(f"{ONE}labels/", panels.labels, name="patient-labels"),
    path(f"{ONE}consents/new/", consents.consent_new, name="patient-consent-new"),
    path(f"{ONE}consents/<uuid:consent_id>/", consents.consent, name="patient-consent"),
    path(f"{ONE}consents/<uuid:consent_id>/signature.png", consents.consent_signature, name="patient-consent-signature"),
    path(f"{ONE}consents/<uuid:consent_id>/withdrawal/", consents.consent_withdrawal, name="patient-consent-withdrawal"),
]
