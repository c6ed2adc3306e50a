"""How far a person's right to manage people and places reaches: who holds it in one branch holds it there alone."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import NotAllowed
from clinic.staff.models import Branch, RoleGrant, User
from clinic.staff.roles import Permission, Role, permissions_of


class OutOfReach(NotAllowed):
    """The person's own right to manage people does not reach the branch, or does not reach all of them."""

    code = "out_of_reach"
    default_message = _("You manage people only in your own branches. Ask somebody who manages them there, or in all branches.")


class PlaceOutOfReach(NotAllowed):
    """The person's own right to change settings does not reach the branch, or all branches of the company."""

    code = "out_of_reach"
    default_message = _("You change settings only in your own branches. Ask somebody who manages this one, or all branches.")


class OtherCompany(NotAllowed):
    """The money is of a company in none of whose branches the person holds the right."""

    code = "other_company"
    default_message = _("This money is of another company of the clinic, where you do not hold this right. Ask somebody who works there.")


class ForAllBranches(NotAllowed):
    """What holds in all branches is decided by whoever holds the right in all of them."""

    code = "out_of_reach"
    default_message = _("This holds in all branches of the clinic, and you do not hold the right in all of them. Ask somebody who does.")


class ManagersOnly(NotAllowed):
    """Whoever holds the password of a manager acts as a manager, and only a manager makes a manager."""

    code = "only_managers"
    default_message = _("Only a manager changes the account of a manager. Ask another manager; when there is none, whoever runs the server.")


def require_branch(actor: User, branch: Branch | None) -> None:
    """:raises OutOfReach: when the actor does not manage people in `branch`; None asks for all branches."""
    if not _holds(actor, Permission.STAFF_WRITE, branch):
        raise OutOfReach


def require_person(actor: User, user: User) -> None:
    """Whoever holds an account's secrets acts with all its roles, so the right must reach every branch where the person works,
    and the account of a manager is a manager's matter.

    :raises NotAllowed: :raises OutOfReach: :raises ManagersOnly:
    """
    actor.require(Permission.STAFF_WRITE)
    grants = _grants_of(user)
    if not _manages_all(actor, user, grants):
        raise OutOfReach
    if not _is_equal(actor, grants):
        raise ManagersOnly


def reaches_person(actor: User, user: User) -> bool:
    """Whether the actor manages people in every branch of the person's roles (without roles the home branch counts), a manager's as a manager."""
    grants = _grants_of(user)
    return _manages_all(actor, user, grants) and _is_equal(actor, grants)


def _grants_of(user: User) -> list[RoleGrant]:
    return list(RoleGrant.objects.filter(user=user, ended_at=None).select_related("branch"))


def _manages_all(actor: User, user: User, grants: Sequence[RoleGrant]) -> bool:
    home = [user.home_branch] if user.home_branch else []
    return all(_holds(actor, Permission.STAFF_WRITE, branch) for branch in [grant.branch for grant in grants] or home)


def _is_equal(actor: User, grants: Sequence[RoleGrant]) -> bool:
    """Where the person is a manager, the actor is one too."""
    return all(Role.MANAGER in actor.roles_reaching(grant.branch) for grant in grants if grant.role == Role.MANAGER)


def require_place(actor: User, *branches: Branch) -> None:
    """Without a branch (a company that has none yet) it is a matter of all branches.

    :raises NotAllowed: :raises PlaceOutOfReach: when the actor does not change settings in each of the branches. :raises ForAllBranches:
    """
    actor.require(Permission.SETTINGS_WRITE)
    if not branches:
        require_everywhere(actor, Permission.SETTINGS_WRITE)
    if not all(_holds(actor, Permission.SETTINGS_WRITE, branch) for branch in branches):
        raise PlaceOutOfReach


def require_company(actor: User, permission: Permission, legal_entity_id: UUID) -> None:
    """:raises NotAllowed: :raises OtherCompany: when the actor holds `permission` in no branch of the company."""
    actor.require(permission)
    own = {branch.legal_entity_id for branch in actor.branches_where(permission)}
    if legal_entity_id not in own and not _holds(actor, permission, None):
        raise OtherCompany


def require_everywhere(actor: User, permission: Permission) -> None:
    """:raises NotAllowed: :raises ForAllBranches: when the actor does not hold `permission` in each of the clinic's branches."""
    actor.require(permission)
    if not holds_everywhere(actor, permission):
        raise ForAllBranches


def holds_everywhere(actor: User, permission: Permission) -> bool:
    """Whether the actor holds `permission` in each of the clinic's branches."""
    return _holds(actor, permission, None) or all(_holds(actor, permission, branch) for branch in Branch.objects.all())


def _holds(actor: User, permission: Permission, branch: Branch | None) -> bool:
    return permission in permissions_of(actor.roles_reaching(branch))
