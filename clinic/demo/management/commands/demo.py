"""`manage.py demo`: build the demo clinic through the actions its users call."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.demo import build, team
from clinic.staff.models import User


class Command(BaseCommand):
    help = "Fill an empty database with a believable clinic: people, patients, diary, charts, plans, contracts, money."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same clinic (default 1)")
        parser.add_argument("--patients", type=int, default=300, help="how many patients (default 300)")
        parser.add_argument("--months", type=int, default=12, help="how many months back the story begins (default 12)")
        parser.add_argument("--print-users", action="store_true", help="print the demo users and stop")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are people already")
        parser.add_argument("--json", action="store_true", help="print what was made as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["print_users"]:
            self.stdout.write(team.greeting())
        elif not User.objects.exists():
            self._build(options)
        elif not options["if_empty"]:
            raise CommandError("The database is not empty: the demo clinic is built in an empty one (bin/run --reset).")

    def _build(self, options: dict[str, Any]) -> None:
        if not (1 <= options["patients"] <= 20000 and 1 <= options["months"] <= 60):
            raise CommandError("Choose 1 to 20000 patients and 1 to 60 months.")
        made = build.build(
            seed=options["seed"], patients=options["patients"], months=options["months"], now=timezone.now(), show_progress=not options["json"]
        )
        self.stdout.write(json.dumps(made) if options["json"] else ", ".join(f"{name}: {number}" for name, number in made.items()))
