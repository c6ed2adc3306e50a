"""Probes for a supervisor or a load balancer: no login, no personal data, no record written."""

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from clinic.staff.guards import public


@public
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process is up; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@public
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and its migrations are those of this release; 503 with the reason otherwise."""
    try:
        is_migrated = known_migrations() <= set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "reason": "database"}, status=503)
    if not is_migrated:
        return JsonResponse({"status": "unavailable", "reason": "migrations"}, status=503)
    return JsonResponse({"status": "ok"})


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations of this release, read from disk once."""
    loader = MigrationLoader(None)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return frozenset(loader.disk_migrations) - replaced
