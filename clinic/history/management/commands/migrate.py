"""`migrate` with the autodetector of `makemigrations`."""

from django.core.management.commands import migrate

from clinic.history.autodetector import CapturingAutodetector


class Command(migrate.Command):
    autodetector = CapturingAutodetector
