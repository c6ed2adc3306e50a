"""`history_key`: the key that signs history."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic.history.sealing import doors, keys


class Command(BaseCommand):
    help = "Create, rotate, export or revoke the key that signs history. Print the public key on paper and give it to the clinic's lawyer."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="make the first key")
        create.add_argument("--lost", action="store_true", help="the private key is gone: start a new line of trust")
        create.add_argument("--if-none", action="store_true", help="do nothing when the log has a key")
        verbs.add_parser("rotate", help="replace the key; the old one signs for the new one")
        export = verbs.add_parser("export", help="the public key, or all statements about keys")
        export.add_argument("--history", action="store_true", help="every statement, signed")
        export.add_argument("-o", "--output", type=Path, help="a file instead of the screen")
        revoke = verbs.add_parser("revoke", help="a replaced key was stolen")
        revoke.add_argument("--key", required=True, help="the stolen public key")
        revoke.add_argument("--above", required=True, type=int, help="the last size that key vouches for")
        revoke.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with doors.connect() as connection:
                text = self._act(connection, options)
        except keys.KeyFailure as failure:
            raise CommandError(str(failure)) from failure
        if not options.get("output"):
            self.stdout.write(text, ending="")
            return
        try:
            with options["output"].open("x") as file:
                file.write(text)
        except OSError as error:
            raise CommandError(f"{options['output']}: {error.strerror}; nothing was written.") from error

    def _act(self, connection: Any, options: dict[str, Any]) -> str:
        path: Path = settings.HISTORY_KEY_PATH
        match options["verb"]:
            case "create" if options["if_none"] and (vkey := keys.current(connection)):
                return f"{vkey}\n"
            case "create":
                return f"{keys.create(connection, path, instead_of_lost=options['lost'])}\n"
            case "rotate":
                return f"{keys.rotate(connection, path)}\n"
            case "revoke":
                keys.revoke(connection, path, vkey=options["key"], size=options["above"], reason=options["reason"])
                return "revoked\n"
        if options["history"]:
            return "\n".join(entry.statement for entry in keys.history(connection))
        vkey = keys.current(connection)
        if vkey is None:
            raise keys.KeyFailure("The log has no key yet: `history_key create` makes the first one.")
        return f"{vkey}\n"
