from importlib import import_module

from django.apps import AppConfig

from clinic.patients import ties


class ChartingConfig(AppConfig):
    name = "charting"

    def ready(self) -> None:
        import_module("charting.seating")
        ties.TIES.append(ties.Tie("charting_visit", ("dentist_id",), "branch_id"))
