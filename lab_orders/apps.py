from django.apps import AppConfig


class LabOrdersConfig(AppConfig):
    name = "lab_orders"
