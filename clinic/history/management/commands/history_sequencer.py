"""`history_sequencer`: the process that seals history; one for a clinic, beside web server and worker."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.history.sealing import doors, keys
from clinic.history.sealing.keeper import AnotherKeeper
from clinic.history.sealing.sequencer import Tampered


class Command(BaseCommand):
    help = "Seal history: put committed events into the signed log about once a second and hand its checkpoints to the witnesses."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = "seal what is there, hand it to the witnesses and end; exit code 2 when the log must not be signed"
        parser.add_argument("--once", action="store_true", help=words)

    def handle(self, *args: Any, **options: Any) -> None:
        keeper = doors.keeper()
        if not options["once"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: keeper.stopping.set())
            keeper.run()
            return
        try:
            done = keeper.run_once()
        except (AnotherKeeper, Tampered, keys.KeyFailure) as failure:
            raise CommandError(str(failure), returncode=2) from failure
        self.stdout.write(f"{sum(sealed.events for sealed in done)} events sealed")
