"""`manage.py reset_password NAME`: a temporary password from the server, for the manager whom nobody in the clinic can help."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.lib.errors import DomainError
from clinic.staff import actions


class Command(BaseCommand):
    help = "Give a person a temporary password, to be changed at the next login; history names this command."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="the name to log in with")
        parser.add_argument("--json", action="store_true", help="print name and password as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = actions.reset_from_server(username=options["username"])
        except DomainError as error:
            raise CommandError("; ".join(f"{name}: {text}" for name, text in error.fields.items())) from error
        account = {"username": made.owner.username, "password": made.value}
        self.stdout.write(
            json.dumps(account) if options["json"] else f"{made.owner.username}: log in with {made.value} and choose your own password."
        )
