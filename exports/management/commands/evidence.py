"""`evidence`: a patient's evidence as a file, for the lawyer at the terminal."""

import shutil
from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.lib.errors import DomainError
from clinic.lib.numbers import whole
from clinic.patients.models import Patient
from clinic.staff.commands import acting_person, add_actor_argument
from clinic.staff.roles import Permission
from exports import evidence


class Command(BaseCommand):
    help = "Everything recorded of a patient in one archive that proves itself; see README.txt inside."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_actor_argument(parser, required=True)
        parser.add_argument("--patient", required=True, help="the patient's id or card number")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="YYYY-MM-DD", help="inclusive")
        parser.add_argument("--reason", required=True, help="what the evidence is for")
        parser.add_argument("--language", default="", choices=("ru", "fr", "en"), help="of record.pdf; the patient's own by default")
        parser.add_argument("--wait", type=float, default=30, metavar="SECONDS", help="how long to wait for the seal")
        parser.add_argument("-o", "--output", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["output"].exists():
            raise CommandError(f"{options['output']} exists; nothing was written.")
        patient = _patient(options["patient"])
        zone = ZoneInfo(patient.branch.time_zone)
        since = datetime.combine(options["first"], time.min, zone) if options["first"] else None
        until = datetime.combine(options["last"] + timedelta(days=1), time.min, zone) if options["last"] else None
        with acting_person(options["actor"], Permission.EVIDENCE_TAKE, purpose="legal") as user:
            assert user is not None  # noqa: S101 - the argument is required
            try:
                asked = evidence.ask(
                    user=user,
                    patient_id=patient.pk,
                    reason=options["reason"],
                    language=options["language"],
                    since=since,
                    until=until,
                    at=timezone.now(),
                )
                archive = evidence.take(asked, wait=options["wait"])
            except DomainError as error:
                raise CommandError(str(error.message)) from error
            with options["output"].open("xb") as target:
                shutil.copyfileobj(archive.file, target)
        self.stdout.write(f"{options['output']}: {archive.events} events, SHA-256 {archive.sha256}")


def _patient(text: str) -> Patient:
    found = Patient.objects.select_related("branch")
    try:
        patient = found.filter(card_number=number).first() if (number := whole(text)) is not None else found.filter(pk=UUID(text)).first()
    except ValueError as error:
        raise CommandError(f"{text!r} is neither a card number nor an id.") from error
    if patient is None:
        raise CommandError(f"There is no patient {text}.")
    return patient
