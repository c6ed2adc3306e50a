#!/usr/bin/env python
"""Run a management command; a local PostgreSQL is found or started first unless DATABASE_URL names one."""

import os
import sys

from clinic import local_postgres

OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "history_rewrite"}
NO_DATABASE_COMMANDS = {"help", "makemessages", "compilemessages", "collectstatic", "init_database", "--help", "--version"}


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    os.environ.setdefault("CLINIC_PROCESS_ACTOR", f"system:{command}")
    if command in OWNER_COMMANDS:
        os.environ["CLINIC_DATABASE_ROLE"] = "owner"
    if command not in NO_DATABASE_COMMANDS and local_postgres.is_wanted():
        try:
            local_postgres.ensure_running()
        except local_postgres.PostgresFailure as failure:
            sys.exit(str(failure))
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs the environment set above

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
