"""Pages of laboratories and their orders."""

from django.urls import path

from lab_orders import views

urlpatterns = [
    path("lab/", views.lab, name="lab"),
    path("lab/<uuid:order_id>/", views.order, name="lab-order"),
    path("lab/<uuid:order_id>/edit/", views.order_edit, name="lab-order-edit"),
    path("lab/<uuid:order_id>/move/", views.order_move, name="lab-order-move"),
    path("lab/<uuid:order_id>/take-back/", views.order_take_back, name="lab-order-take-back"),
    path("lab/<uuid:order_id>/stages/", views.order_stages, name="lab-order-stages"),
    path("lab/<uuid:order_id>/files/new/", views.file_new, name="lab-order-file-new"),
    path("lab/<uuid:order_id>/files/<uuid:file_id>/", views.file_open, name="lab-order-file"),
    path("lab/<uuid:order_id>/slip/", views.order_slip, name="lab-order-slip"),
    path("lab/stages/<uuid:stage_id>/done/", views.stage_done, name="lab-stage-done"),
    path("labs/", views.labs, name="labs"),
    path("labs/new/", views.lab_edit, name="lab-new"),
    path("labs/<uuid:lab_id>/", views.lab_edit, name="lab-edit"),
    path("patients/<uuid:patient_id>/lab/", views.patient_lab, name="patient-lab"),
    path("patients/<uuid:patient_id>/lab/new/", views.order_new, name="lab-order-new"),
]
