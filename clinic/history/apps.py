"""The lowest app of the house."""

from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "clinic.history"
    label = "history"

    def ready(self) -> None:
        from clinic.history import checks  # noqa: F401, PLC0415 - registers the system check
