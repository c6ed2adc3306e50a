"""`manage.py import_dictionary KIND FILE`: load a published dictionary and report what it changed."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.lib.errors import DomainError
from clinic.price_list.dictionaries import actions, rules
from clinic.price_list.models import DictionaryImport, DictionaryKind
from clinic.staff.commands import acting_person, add_actor_argument
from clinic.staff.roles import Permission


class Command(BaseCommand):
    help = "Import a published dictionary (ICD-10, nomenclature 804n, CCAM) with a report of added, changed and closed codes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=DictionaryKind.values)
        parser.add_argument("file", type=Path)
        parser.add_argument("--release", help="version of the dictionary; default: from the file's name")
        parser.add_argument("--valid-from", type=date.fromisoformat, help="day it is in force from, YYYY-MM-DD; default: today")
        parser.add_argument("--part", action="store_true", help="the file is a part of the dictionary: codes missing from it stay open")
        parser.add_argument("--dry-run", action="store_true", help="report what would change, change nothing")
        add_actor_argument(parser)
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            with acting_person(options["actor"], Permission.DICTIONARY_IMPORT, purpose="import") as actor:
                result = actions.import_dictionary(
                    actor=actor,
                    kind=options["kind"],
                    content=file.read_bytes(),
                    version=options["release"] or rules.version_in_name(file.name) or "1",
                    valid_from=options["valid_from"] or timezone.localdate(),
                    is_whole=not options["part"],
                    is_dry_run=options["dry_run"],
                )
        except OSError as error:
            raise CommandError(f"cannot read {file}: {error.strerror}") from error
        except DomainError as error:
            raise CommandError("; ".join(str(text) for text in error.fields.values()) or str(error.message)) from error
        self.stdout.write(self._as_json(result) if options["json"] else self._as_text(result, is_dry_run=options["dry_run"]))

    def _as_json(self, result: DictionaryImport) -> str:
        counts = {name: getattr(result, name) for name in ("added", "changed", "closed")}
        return json.dumps({"kind": result.kind, "version": result.dictionary_version, **counts, "report": result.report}, ensure_ascii=False)

    def _as_text(self, result: DictionaryImport, *, is_dry_run: bool) -> str:
        lines = [f"{result.get_kind_display()} {result.dictionary_version}{' (dry run, nothing changed)' if is_dry_run else ''}"]
        for name in ("added", "changed", "closed"):
            lines.append(f"  {name}: {getattr(result, name)}")
            lines += [f"    {line}" for line in result.report[name][:5]]
        return "\n".join(lines)
