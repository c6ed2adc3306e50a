"""Pages of this app."""

from django.urls import path

from charting import handout_views, note_views, outline_views, template_views, views
from charting.imaging import views as images
from charting.indices import views as indices
from charting.medical import settings_views as questionnaires
from charting.medical import views as medical
from charting.perio import compare_views as perio_compare
from charting.perio import views as perio

urlpatterns = [
    path("patients/<uuid:patient_id>/chart/", views.chart, name="chart"),
    path("patients/<uuid:patient_id>/handout/", handout_views.handout_page, name="handout"),
    path("patients/<uuid:patient_id>/visits/", note_views.visits, name="visits"),
    path("patients/<uuid:patient_id>/visits/start/", note_views.visit_start, name="visit-start"),
    path("appointments/<uuid:appointment_id>/visit/", note_views.visit_open, name="visit-open"),
    path("visits/<uuid:visit_id>/", note_views.visit, name="visit"),
    path("visits/<uuid:visit_id>/sign/", note_views.visit_sign, name="visit-sign"),
    path("visits/<uuid:visit_id>/diagnoses/", note_views.visit_diagnosis, name="visit-diagnosis"),
    path("diagnoses/<uuid:diagnosis_id>/rank/", note_views.diagnosis_rank, name="diagnosis-rank"),
    path("visits/<uuid:visit_id>/addenda/", note_views.visit_addendum, name="visit-addendum"),
    path("visits/<uuid:visit_id>/error/", note_views.visit_error, name="visit-error"),
    path("visits/<uuid:visit_id>/addenda/<uuid:addendum_id>/error/", note_views.visit_error, name="visit-addendum-error"),
    path("visits/<uuid:visit_id>/print/", note_views.visit_print, name="visit-print"),
    path("patients/<uuid:patient_id>/images/", images.images, name="images"),
    path("images/<uuid:image_id>/", images.image, name="image"),
    path("images/<uuid:image_id>/preview/", images.image_preview, name="image-preview"),
    path("images/<uuid:image_id>/view/", images.image_view, name="image-view"),
    path("images/<uuid:image_id>/points/", images.image_points, name="image-points"),
    path("images/<uuid:image_id>/file/", images.image_file, name="image-file"),
    path("images/<uuid:image_id>/error/", images.image_error, name="image-error"),
    path("patients/<uuid:patient_id>/perio/", perio.exams, name="perio"),
    path("patients/<uuid:patient_id>/perio/begin/", perio.exam_begin, name="perio-begin"),
    path("patients/<uuid:patient_id>/perio/compare/", perio_compare.compare, name="perio-compare"),
    path("patients/<uuid:patient_id>/perio/compare/print/", perio_compare.compare_print, name="perio-compare-print"),
    path("patients/<uuid:patient_id>/indices/", indices.indices, name="indices"),
    path("patients/<uuid:patient_id>/indices/<str:kind>/", indices.index_new, name="index-new"),
    path("indices/<uuid:index_id>/error/", indices.index_error, name="index-error"),
    path("perio/<uuid:exam_id>/", perio.exam, name="perio-exam"),
    path("perio/<uuid:exam_id>/close/", perio.exam_close, name="perio-close"),
    path("perio/<uuid:exam_id>/error/", perio.exam_error, name="perio-error"),
    path("perio/<uuid:exam_id>/print/", perio.exam_print, name="perio-print"),
    path("patients/<uuid:patient_id>/health/", medical.health, name="patient-health"),
    path("patients/<uuid:patient_id>/health/new/", medical.history_new, name="medical-history-new"),
    path("patients/<uuid:patient_id>/health/thanks/", medical.thanks, name="medical-history-thanks"),
    path("medical-histories/<uuid:history_id>/", medical.history, name="medical-history"),
    path("medical-histories/<uuid:history_id>/print/", medical.history_print, name="medical-history-print"),
    path("medical-histories/<uuid:history_id>/signature/", medical.history_signature, name="medical-history-signature"),
    path("medical-histories/<uuid:history_id>/error/", medical.history_error, name="medical-history-error"),
    path("alert-doubts/<uuid:doubt_id>/", medical.doubt, name="alert-doubt"),
    path("medical-questionnaires/", questionnaires.questionnaires, name="medical-questionnaires"),
    path("medical-questionnaires/draft/", questionnaires.questionnaire_draft, name="medical-questionnaire-draft"),
    path("medical-questionnaires/<uuid:questionnaire_id>/", questionnaires.questionnaire, name="medical-questionnaire"),
    path("medical-questionnaires/<uuid:questionnaire_id>/publish/", questionnaires.questionnaire_publish, name="medical-questionnaire-publish"),
    path("medical-questionnaires/<uuid:questionnaire_id>/questions/new/", questionnaires.question, name="medical-question-new"),
    path("medical-questions/<uuid:question_id>/", questionnaires.question, name="medical-question"),
    path("medical-questions/<uuid:question_id>/remove/", questionnaires.question_remove, name="medical-question-remove"),
    path("interaction-rules/", questionnaires.interaction_rules, name="interaction-rules"),
    path("interaction-rules/new/", questionnaires.interaction_rule, name="interaction-rule-new"),
    path("interaction-rules/<uuid:rule_id>/", questionnaires.interaction_rule, name="interaction-rule"),
    path("interaction-rules/<uuid:rule_id>/end/", questionnaires.interaction_rule_end, name="interaction-rule-end"),
    path("note-outlines/", outline_views.note_outlines, name="note-outlines"),
    path("note-outlines/new/", outline_views.note_outline, name="note-outline-new"),
    path("note-outlines/<uuid:outline_id>/", outline_views.note_outline, name="note-outline"),
    path("text-macros/", outline_views.text_macros, name="text-macros"),
    path("text-macros/new/", outline_views.text_macro, name="text-macro-new"),
    path("text-macros/<uuid:macro_id>/", outline_views.text_macro, name="text-macro"),
    path("text-macros/<uuid:macro_id>/remove/", outline_views.text_macro_remove, name="text-macro-remove"),
    path("note-templates/", template_views.note_templates, name="note-templates"),
    path("note-templates/new/", template_views.note_template, name="note-template-new"),
    path("note-templates/<uuid:template_id>/", template_views.note_template, name="note-template"),
]
