from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "clinic.files"
    label = "files"

    def ready(self) -> None:
        """Stored bytes are part of every check of history."""
        from clinic.files.checking import check_files  # noqa: PLC0415 - models are ready only now
        from clinic.history.verification import parts  # noqa: PLC0415

        parts.register("files", check_files)
