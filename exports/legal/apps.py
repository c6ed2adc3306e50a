from django.apps import AppConfig


class LegalConfig(AppConfig):
    name = "exports.legal"
    label = "legal"
