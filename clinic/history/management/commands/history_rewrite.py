"""`history_rewrite`: what erasures destroyed goes from the disk of the database too."""

import re
import sys
import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from tqdm import tqdm

TOUCHED = """
WITH erased AS (
  SELECT patient_id, body FROM history.event WHERE op = 'E' AND at >= %s
), emptied AS (
  SELECT e.tableoid AS part FROM history.event e WHERE e.patient_id IN (SELECT patient_id FROM erased)
  UNION
  SELECT e.tableoid FROM erased
  CROSS JOIN jsonb_array_elements_text(CASE jsonb_typeof(body -> 'earlier') WHEN 'array' THEN body -> 'earlier' END) AS named(id)
  JOIN history.event e ON e.id = named.id::bigint
)
SELECT c.oid::regclass::text FROM pg_class c
WHERE c.oid IN (SELECT part FROM emptied)
   OR (c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND EXISTS (SELECT FROM erased)
       AND pg_get_userbyid(c.relowner) IN ('clinic_owner', 'history_owner'))
ORDER BY 1
"""
FILE_OF = "SELECT pg_relation_filenode(%s::regclass)"
BUSY = "55P03"
PAUSE_SECONDS = 0.2


class Command(BaseCommand):
    help = (
        "Write anew the years of the ledger and the tables from which records were erased: until then their bytes stand on in free space of the "
        "files. Each table is closed to everybody meanwhile, so run it at night; like `migrate` it comes as DATABASE_OWNER_URL. "
        "Exit code 1 when a table was in use, or an older transaction, in another database of the server too, kept what was erased."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=date.fromisoformat, default=date(1970, 1, 1), metavar="YYYY-MM-DD", help="for erasures since that day only"
        )
        parser.add_argument("--wait", type=float, default=10, metavar="SECONDS", help="how long to wait for tables in use and older transactions")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DATABASE_ROLE != "owner":
            raise CommandError("Only the owner of the tables may rewrite them: run `manage.py history_rewrite` with DATABASE_OWNER_URL.")
        with connection.cursor() as cursor:
            cursor.execute(TOUCHED, [options["since"]])
            tables = [row[0] for row in cursor.fetchall()]
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{int(options['wait'] * 1000)}ms"])
            left = [table for table in tqdm(tables, disable=None) if not _is_rewritten(cursor, table, options["wait"])]
        if not tables:
            self.stdout.write("No record was erased in that time: nothing was to be rewritten.")
            return
        self.stdout.write(f"{len(tables) - len(left)} of {len(tables)} tables were rewritten.")
        if left:
            self.stdout.write(f"In use, seen by an older transaction, or another's; erased bytes may stand in {', '.join(left)}. Run it again.")
            sys.exit(1)


def _is_rewritten(cursor: Any, table: str, wait: float) -> bool:
    """PostgreSQL only warns of a table that it may not rewrite (a rewritten one has another file), and takes along what an older transaction sees."""
    until = time.monotonic() + wait
    while True:
        before, kept = _file_of(cursor, table), _rewrite(cursor, table)
        if kept == 0 or kept is None or time.monotonic() > until:
            return kept == 0 and _file_of(cursor, table) != before
        time.sleep(PAUSE_SECONDS)


def _rewrite(cursor: Any, table: str) -> int | None:
    """How many dead rows were taken along, as PostgreSQL tells; nothing when the table was in use."""
    details: list[str] = []
    session = cursor.connection

    def listen(notice: Any) -> None:
        details.append(notice.message_detail or "")

    session.add_notice_handler(listen)
    try:
        cursor.execute(f"VACUUM (FULL, VERBOSE, ANALYZE) {table}")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != BUSY:
            raise
        return None
    finally:
        session.remove_notice_handler(listen)
    return sum(int(told[0]) for detail in details if (told := re.search(r"\d+", detail)))


def _file_of(cursor: Any, table: str) -> int:
    cursor.execute(FILE_OF, [table])
    return int(cursor.fetchone()[0])
