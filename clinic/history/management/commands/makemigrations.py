"""`makemigrations` that adds the capture of every record model it creates or changes."""

from django.core.management.commands import makemigrations

from clinic.history.autodetector import CapturingAutodetector


class Command(makemigrations.Command):
    autodetector = CapturingAutodetector
