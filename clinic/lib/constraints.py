"""Conditions that recur in database constraints."""

from django.db.models import Q


def together(first: str, second: str) -> Q:
    """Two nullable columns are filled together or not at all."""
    return Q(**{f"{first}__isnull": True, f"{second}__isnull": True}) | Q(**{f"{first}__isnull": False, f"{second}__isnull": False})
