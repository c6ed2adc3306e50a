"""Writes about people: accounts, roles, PINs and tokens."""

from uuid import UUID

from clinic.history.context import Context
from clinic.staff.models import User


def context_of(user: User, *, request: UUID | None = None, address: str | None = None, purpose: str = "care") -> Context:
    """The history context of a person: id, name and roles frozen as they are now."""
    return Context(
        actor=str(user.pk),
        actor_name=user.get_full_name(),
        actor_role=",".join(sorted(user.roles)),
        purpose=purpose,
        request=request,
        address=address,
    )
