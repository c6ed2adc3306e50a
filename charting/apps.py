from importlib import import_module

from django.apps import AppConfig


class ChartingConfig(AppConfig):
    name = "charting"

    def ready(self) -> None:
        import_module("charting.seating")
