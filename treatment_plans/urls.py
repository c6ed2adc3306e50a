"""Pages of plans and documents."""

from django.urls import path

from treatment_plans.views import alternatives, consents, documents, items, phases, plans, settings

urlpatterns = [
    path("settings/discounts/", settings.discount_limits, name="discount-limits"),
    path("settings/consent-forms/", settings.consent_forms, name="consent-forms"),
    path("settings/consent-forms/<str:kind>/<str:language>/", settings.consent_form, name="consent-form"),
    path("patients/<uuid:patient_id>/plans/", plans.plans, name="plans"),
    path("patients/<uuid:patient_id>/plans/new/", plans.plan_new, name="plan-new"),
    path("patients/<uuid:patient_id>/plans/unplanned/", plans.unplanned, name="unplanned"),
    path("plans/<uuid:plan_id>/", plans.plan, name="plan"),
    path("plans/<uuid:plan_id>/presentation/", plans.present, name="plan-presentation"),
    path("plans/<uuid:plan_id>/present/", plans.present_all, name="plan-present"),
    path("plans/<uuid:plan_id>/alternatives/new/", alternatives.alternative_new, name="alternative-new"),
    path("alternatives/<uuid:alternative_id>/copy/", alternatives.alternative_copy, name="alternative-copy"),
    path("alternatives/<uuid:alternative_id>/edit/", alternatives.alternative_edit, name="alternative-edit"),
    path("alternatives/<uuid:alternative_id>/accept/", alternatives.alternative_accept, name="alternative-accept"),
    path("alternatives/<uuid:alternative_id>/papers/", documents.alternative_papers, name="alternative-papers"),
    path("alternatives/<uuid:alternative_id>/reject/", alternatives.alternative_reject, name="alternative-reject"),
    path("alternatives/<uuid:alternative_id>/end/", alternatives.alternative_end, name="alternative-end"),
    path("alternatives/<uuid:alternative_id>/phases/new/", phases.phase_new, name="phase-new"),
    path("alternatives/<uuid:alternative_id>/services/", alternatives.service_search, name="service-search"),
    path("alternatives/<uuid:alternative_id>/items/", items.item_add, name="item-add"),
    path("phases/<uuid:phase_id>/edit/", phases.phase_edit, name="phase-edit"),
    path("phases/<uuid:phase_id>/remove/", phases.phase_remove, name="phase-remove"),
    path("phases/<uuid:phase_id>/place/", phases.phase_place, name="phase-place"),
    path("items/<uuid:item_id>/edit/", items.item_edit, name="item-edit"),
    path("items/<uuid:item_id>/place/", items.item_place, name="item-place"),
    path("items/<uuid:item_id>/cancel/", items.item_cancel, name="item-cancel"),
    path("items/<uuid:item_id>/complete/", items.item_complete, name="item-complete"),
    path("items/<uuid:item_id>/override/", items.item_override, name="item-override"),
    path("items/<uuid:item_id>/reverse/", items.item_reverse, name="item-reverse"),
    path("items/<uuid:item_id>/result/", items.item_result, name="item-result"),
    path("patients/<uuid:patient_id>/documents/", documents.documents, name="documents"),
    path("patients/<uuid:patient_id>/documents/new/", documents.document_new, name="document-new"),
    path("documents/<uuid:document_id>/", documents.document, name="document"),
    path("documents/<uuid:document_id>/sign/", documents.document_sign, name="document-sign"),
    path("documents/<uuid:document_id>/file/", documents.document_file, name="document-file"),
    path("settings/consent-rules/", consents.consent_rules, name="consent-rules"),
    path("settings/consent-rules/<str:kind>/", consents.consent_rule_set, name="consent-rule-set"),
]
