"""`manage.py create_first_user NAME`: the first manager of a new clinic, who makes everybody else on the pages."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.lib.errors import DomainError
from clinic.staff import actions


class Command(BaseCommand):
    help = "Make the first manager in a database without people; prints a temporary password, to be changed at the first login."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="the name to log in with")
        parser.add_argument("--last-name", required=True)
        parser.add_argument("--first-name", required=True)
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="en", help="of the pages (default en)")
        parser.add_argument("--json", action="store_true", help="print name and password as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        names = {name: options[name] for name in ("username", "last_name", "first_name", "language")}
        try:
            made = actions.create_first_user(**names, at=timezone.now())
        except DomainError as error:
            raise CommandError("; ".join(f"{name}: {text}" for name, text in error.fields.items()) or str(error.message)) from error
        account = {"username": made.owner.username, "password": made.value}
        self.stdout.write(
            json.dumps(account) if options["json"] else f"{made.owner.username}: log in with {made.value} and choose your own password."
        )
