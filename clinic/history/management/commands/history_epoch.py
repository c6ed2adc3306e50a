"""`history_epoch`: go on after a part of the past was lost."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic.history.sealing import doors, epochs, keys, log
from clinic.history.sealing.witnesses import WitnessFailure, from_settings


class Command(BaseCommand):
    help = "Begin a new life of the log after a part of the past was lost and cannot be restored (docs/history.md). It cannot be taken back."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="what happened; it is signed and shown by every later check")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = settings.HISTORY_KEY_PATH
        try:
            with closing(doors.connect()) as connection:
                life = epochs.open_new(connection, path, outside=self._outside(log.name(connection)), reason=options["reason"])
        except keys.KeyFailure as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write(life.statement, ending="")

    def _outside(self, name: str) -> Iterator[str]:
        """Every note that can be had; a witness that is silent now is named, and missed."""
        for witness in from_settings(settings.HISTORY_WITNESSES):
            try:
                yield from witness.kept(name)
            except WitnessFailure as failure:
                self.stderr.write(f"{witness.name}: {failure}")
