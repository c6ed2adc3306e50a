"""Pages of the stock."""

from django.urls import path

from inventory import anaesthesia_views, views

urlpatterns = [
    path("patients/<uuid:patient_id>/materials/", views.patient_materials, name="patient-materials"),
    path("visits/<uuid:visit_id>/anaesthesia/", anaesthesia_views.visit_anaesthesia, name="visit-anaesthesia"),
    path("anaesthesia/<uuid:anaesthesia_id>/error/", anaesthesia_views.anaesthesia_error, name="anaesthesia-error"),
    path("stock/", views.stock, name="stock"),
    path("stock/materials/new/", views.material_new, name="material-new"),
    path("stock/materials/<uuid:material_id>/", views.material, name="material"),
    path("stock/materials/<uuid:material_id>/edit/", views.material_edit, name="material-edit"),
    path("stock/receipts/new/", views.receipt_new, name="receipt-new"),
    path("stock/lots/<uuid:lot_id>/discard/", views.lot_discard, name="lot-discard"),
    path("stock/lots/<uuid:lot_id>/count/", views.lot_count, name="lot-count"),
    path("stock/norms/", views.norms, name="norms"),
    path("stock/norms/new/", views.norm_edit, name="norm-new"),
    path("stock/norms/<uuid:norm_id>/", views.norm_edit, name="norm-edit"),
    path("stock/norms/<uuid:norm_id>/remove/", views.norm_remove, name="norm-remove"),
]
