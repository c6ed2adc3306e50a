"""Pages of the catalogue."""

from django.urls import path

from clinic.price_list import views

urlpatterns = [
    path("prices/", views.prices, name="prices"),
    path("prices/new/", views.service_new, name="service-new"),
    path("prices/<uuid:service_id>/", views.service, name="service"),
    path("prices/<uuid:service_id>/edit/", views.service_edit, name="service-edit"),
    path("prices/<uuid:service_id>/price/", views.price_new, name="price-new"),
    path("dictionaries/", views.dictionaries_page, name="dictionaries"),
    path("dictionaries/new/", views.dictionary_new, name="dictionary-new"),
    path("dictionaries/<uuid:import_id>/", views.dictionary_import, name="dictionary-import"),
]
