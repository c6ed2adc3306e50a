"""Reads about people and places."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from clinic.lib.errors import NotFound
from clinic.staff.models import Branch, User
from clinic.staff.roles import Role


def current_branch(user: User, chosen: str | None, branches: Sequence[Branch] | None = None) -> Branch | None:
    """The branch chosen in this session if the person works there, else the home branch if they do, else the first; without any role the home branch.

    `branches` are those of the person, when they are read already.
    """
    by_key = {str(branch.pk): branch for branch in (branches_of(user) if branches is None else branches)}
    return by_key.get(chosen or "") or by_key.get(str(user.home_branch_id)) or next(iter(by_key.values()), None) or user.home_branch


def branches_of(user: User) -> list[Branch]:
    """Branches where the person holds a role; a role without a branch counts everywhere."""
    return user.branches


def people_with_role(*roles: Role) -> QuerySet[User]:
    """Active people who hold any of the roles now."""
    return (
        User.objects.filter(is_active=True, role_grants__role__in=roles, role_grants__ended_at=None)
        .distinct()
        .order_by("last_name", "first_name", "pk")
    )


def people_with_pin(branch_id: str | None, ids: list[str]) -> QuerySet[User]:
    """Who may take a shared PC of the branch over by PIN: its staff, and `ids` (who logged in there in full)."""
    here = Q(role_grants__branch=branch_id) | Q(role_grants__branch=None) if branch_id else Q(role_grants__branch=None)
    return (
        User.objects.filter(Q(pk__in=ids) | here & Q(role_grants__ended_at=None), is_active=True)
        .exclude(pin="")
        .distinct()
        .order_by("last_name", "first_name", "pk")
    )


def everybody(*, text: str = "") -> QuerySet[User]:
    """All people, those who left last, with their roles; narrowed by parts of names, the user name or the speciality."""
    found = User.objects.all()
    for word in text.split():
        names = Q(last_name__icontains=word) | Q(first_name__icontains=word) | Q(patronymic__icontains=word)
        found = found.filter(names | Q(username__icontains=word) | Q(speciality__icontains=word))
    return found.prefetch_related("role_grants__branch").select_related("home_branch").order_by("-is_active", "last_name", "first_name", "pk")


def get_user(user_id: UUID | str) -> User:
    """:raises NotFound: when there is no such active person."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound
    return user


def get_person(user_id: UUID) -> User:
    """A person, also one who left. :raises NotFound:"""
    person = everybody().filter(pk=user_id).first()
    if person is None:
        raise NotFound
    return person
