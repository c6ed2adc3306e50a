from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "clinic.files"
    label = "files"
