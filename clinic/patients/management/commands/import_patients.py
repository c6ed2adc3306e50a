"""`manage.py import_patients FILE.xlsx|csv`: patients of another system, with a guessed mapping that may be corrected."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from clinic.files import actions as files
from clinic.lib.clock import branch_day
from clinic.lib.errors import DomainError
from clinic.patients import tasks
from clinic.patients.importing import actions, rules, sheets
from clinic.patients.importing.running import Run, Tally, Tell
from clinic.staff.commands import acting_person, add_actor_argument
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission

MAP_HELP = f"what a column means; COLUMN= leaves it out; fields: {', '.join(rules.FIELDS)}"


class Command(BaseCommand):
    help = "Import patients from XLSX or CSV. Valid rows come in, the others are listed with their reasons; a second run adds nothing twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        add_actor_argument(parser, "--user", required=True)
        parser.add_argument("--branch", help="name of the branch; the user's own otherwise")
        parser.add_argument(
            "--map", action="append", default=[], metavar="COLUMN=FIELD", help=f"fields: {', '.join(rules.FIELDS)}; COLUMN= leaves one out"
        )
        parser.add_argument("--dry-run", action="store_true", help="check every row and save nothing")
        parser.add_argument("--errors", type=Path, default=Path("import-errors.xlsx"), help="sheet of the rows that stayed outside")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._import(**options)
        except DomainError as error:
            raise CommandError(str(error.message)) from error

    def _import(self, *, file: Path, errors: Path, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        with acting_person(options["actor"], Permission.PATIENT_IMPORT, purpose="import") as user:
            tally = self._pass_over(file, errors, options, cast(User, user))
        figures = {**vars(tally), "errors": str(errors), "dry_run": options["dry_run"]}
        self.stdout.write(json.dumps(figures) if options["json"] else _in_words(figures))

    def _pass_over(self, file: Path, errors: Path, options: dict[str, Any], user: User) -> Tally:
        columns = sheets.columns_of(file)
        mapping = _mapping(columns, options["map"])
        actions.ensure_names(mapping)
        self.stderr.write("\n".join(f"{column} -> {mapping.get(column, '-')}" for column in columns))
        branch = _branch(options["branch"], user)
        if options["dry_run"]:
            return _dry_pass(_dry_run(file, mapping, branch, user), errors, columns)
        return _real_pass(file, mapping, branch, user, errors)


def _mapping(columns: list[str], corrections: list[str]) -> dict[str, str]:
    mapping = rules.guess_mapping(columns)
    for correction in corrections:
        column, _equals, name = correction.rpartition("=")
        if column not in columns or (name and name not in rules.FIELDS):
            raise CommandError(f"--map {correction}: the columns are {', '.join(columns)}; the fields are {', '.join(rules.FIELDS)}.")
        mapping = {known: meaning for known, meaning in mapping.items() if meaning != name and known != column}
        if name:
            mapping[column] = name
    return mapping


def _branch(name: str | None, user: User) -> Branch:
    branches = Branch.objects.select_related("legal_entity").order_by("name")
    found = branches.filter(name=name).first() if name else user.home_branch or branches.first()
    if found is None:
        raise CommandError(f"There is no branch {name!r}." if name else "There is no branch yet.")
    return found


def _dry_run(file: Path, mapping: dict[str, str], branch: Branch, user: User) -> Run:
    now = timezone.now()
    today = branch_day(now, branch.time_zone)
    source = sheets.digest_of(file)
    return Run(path=file, source=source, mapping=mapping, branch=branch, actor=user, at=now, today=today, is_dry=True)


def _dry_pass(run: Run, errors: Path, columns: list[str]) -> Tally:
    with _bar(sum(1 for _row in sheets.read(run.path)) - 1) as tell:
        actions.pass_over(run, errors, columns, tell)
    return run.tally


def _real_pass(file: Path, mapping: dict[str, str], branch: Branch, user: User, errors: Path) -> Tally:
    """The same import that the page makes, so that the rows held back wait there for a decision."""
    run = actions.find_or_take_file(file, branch=branch, actor=user)
    if tasks.is_under_way(run):
        raise actions.StillRunning
    actions.plan_run(run_id=run.pk, mapping=mapping, is_dry=False, actor=user)
    with _bar(run.rows_total) as tell:
        run = actions.go_through(run.pk, tell)
    if run.report is None:
        raise CommandError(run.failure)
    errors.write_bytes(files.read(run.report))
    return Tally(run.rows_seen, run.rows_imported, run.rows_known, run.rows_failed, run.rows_doubtful, run.rows_noted)


@contextmanager
def _bar(total: int) -> Iterator[Tell]:
    with tqdm(total=total, unit=" rows") as bar:
        yield lambda tally: cast(None, bar.update(tally.seen - bar.n))


def _in_words(figures: dict[str, Any]) -> str:
    verb = "would be imported" if figures["dry_run"] else "imported"
    return (
        f"{figures['imported']} {verb}, {figures['known']} imported before, {figures['doubtful']} likely duplicates, "
        f"{figures['failed']} with errors and {figures['noted']} to be checked, listed in {figures['errors']}."
    )
