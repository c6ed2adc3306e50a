from django.apps import AppConfig


class PriceListConfig(AppConfig):
    name = "clinic.price_list"
    label = "price_list"
