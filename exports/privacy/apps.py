from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "exports.privacy"
    label = "privacy"
