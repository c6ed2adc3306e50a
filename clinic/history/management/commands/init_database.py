"""`init_database`: what only a superuser may do, once, on the PostgreSQL that will hold the clinic."""

import os
from argparse import ArgumentParser
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from psycopg import sql

from clinic.history import roles

PASSWORDS = {"clinic_owner": "CLINIC_OWNER_PASSWORD", "clinic_app": "CLINIC_APP_PASSWORD", "history_seq": "HISTORY_SEQ_PASSWORD"}


class Command(BaseCommand):
    help = (
        "Create the roles, the database, its extensions and the guards of history. Harmless when run again. "
        "CLINIC_OWNER_PASSWORD, CLINIC_APP_PASSWORD and HISTORY_SEQ_PASSWORD, when set, become the passwords of the roles."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--admin-url", required=True, help="URL of a superuser's database, for example postgresql://postgres@db/postgres")
        parser.add_argument("--name", default="clinic", help="name of the clinic's database")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._init(options["admin_url"], options["name"])
        except psycopg.Error as error:
            raise CommandError(f"PostgreSQL refused: {error}") from error

    def _init(self, admin_url: str, name: str) -> None:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            if admin.info.parameter_status("is_superuser") != "on":
                raise CommandError("--admin-url must name a superuser: event triggers, which guard history, need one.")
            roles.init_cluster(admin)
            roles.init_database(admin, name)
            self._set_passwords(admin)
        with psycopg.connect(admin_url, dbname=name, autocommit=True) as inside:
            roles.init_inside(inside)
        self.stdout.write(f"The database {name} is ready for: DATABASE_OWNER_URL (role clinic_owner) manage.py migrate")

    def _set_passwords(self, admin: psycopg.Connection[Any]) -> None:
        for role, variable in PASSWORDS.items():
            password = os.environ.get(variable, "")
            if password:
                scrambled = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
                admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(scrambled)))
                self.stdout.write(f"Password of {role} set")
