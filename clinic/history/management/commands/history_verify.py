"""`history_verify`: is history what it was?"""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from clinic.history.sealing.witnesses import from_settings
from clinic.history.verification.findings import Report
from clinic.history.verification.verify import clean_until, verify

SINCE = "read the log from this leaf on, or from where it was last found whole, if that is earlier (the default): nothing is ever skipped unread"


class Command(BaseCommand):
    help = (
        "Check the log against the ledger, its checkpoints and witnesses, typed history and live tables against both, triggers, functions and roles. "
        "Exit code 1 when anything was altered."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=int, metavar="SIZE", help=SINCE)
        parser.add_argument("--full", action="store_true", help="read the whole log")
        parser.add_argument("--json", action="store_true", help="findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        since = None if options["full"] else _begin(options["since"])
        bars: dict[str, Any] = {}

        def show(part: str, done: int, total: int) -> None:
            if part not in bars:
                bars[part] = tqdm(total=total, desc=part, disable=None)
            bars[part].update(done - bars[part].n)

        report = verify(since=since, witnesses=from_settings(settings.HISTORY_WITNESSES), progress=show)
        for bar in bars.values():
            bar.close()
        self.stdout.write(json.dumps(report.as_json(), indent=1) if options["json"] else self._in_words(report))
        if not report.is_clean:
            sys.exit(1)

    def _in_words(self, report: Report) -> str:
        lines = [str(finding) for finding in report.findings]
        patients, events = report.erased
        if patients:
            lines.append(f"Erased after retention: {patients} patients, {events} events without content; their heads and proofs stand.")
        if report.is_clean:
            read = "all" if report.is_full else "the new ones"
            lines.append(f"History is whole: {report.size} events, {read} read in {report.seconds:.1f} s.")
        else:
            since = (
                f"since {report.last_clean:%Y-%m-%d %H:%M %Z}" if report.last_clean else "at an unknown time: no earlier check found history whole"
            )
            lines.append(f"HISTORY WAS ALTERED {since}. See docs/history.md: what to do on an incident.")
        return "\n".join(lines)


def _begin(asked: int | None) -> int:
    """The report says how far history is whole: a later beginning would vouch for what nobody read."""
    if asked is not None and asked < 0:
        raise CommandError("--since is the number of a leaf, 0 or more.")
    return clean_until() if asked is None else min(asked, clean_until())
