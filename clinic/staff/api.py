"""API of people and places: /me, /users, /branches, /tokens."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from ninja.pagination import paginate

from clinic.lib import openapi
from clinic.lib.cursors import CursorPages
from clinic.lib.errors import InvalidInput, NotFound
from clinic.lib.schemas import ReasonIn
from clinic.staff import actions, pins, places, queries, second_factor
from clinic.staff.http import show_once
from clinic.staff.models import ApiToken, Branch, LegalEntity, RoleGrant, User
from clinic.staff.roles import Permission
from clinic.staff.schemas import (
    BranchChange,
    BranchIn,
    BranchOut,
    LegalEntityChange,
    LegalEntityIn,
    LegalEntityOut,
    MeIn,
    MeOut,
    PersonChange,
    PersonIn,
    PersonMade,
    RoleIn,
    TokenIn,
    TokenMade,
    TokenOut,
    UserOut,
)

router = Router(tags=["people"])


@router.get("/me", response=MeOut, operation_id="me", openapi_extra=openapi.OPEN)
def me(request: HttpRequest) -> User:
    """Who the caller is and what they may do."""
    return _actor(request)


@router.patch("/me", response=MeOut, operation_id="change_me")
def change_me(request: HttpRequest, body: MeIn) -> User:
    """What a person may change about themselves."""
    return actions.update_own(actor=_actor(request), **body.dict())


@router.get("/users", response=list[UserOut], operation_id="users")
@paginate(CursorPages, ordering=("last_name", "first_name", "id"))
def users(request: HttpRequest, q: str = "") -> QuerySet[User]:
    """Everybody who works or worked here; `q` is a part of a name, of the user name or of the speciality."""
    _actor(request).require(Permission.STAFF_VIEW)
    return queries.everybody(text=q)


@router.post("/users", response={201: PersonMade}, operation_id="create_user")
def create_user(request: HttpRequest, body: PersonIn) -> Status[dict[str, Any]]:
    """A new account with a temporary password."""
    details = body.dict(exclude={"id", "username"})
    show_once(request, "temporary_password")
    made = actions.create_user(actor=_actor(request), at=timezone.now(), username=body.username, details=_with_branch(details), id=body.id)
    return Status(201, {"user": made.owner, "temporary_password": made.value})


@router.get("/users/{uuid:user_id}", response=UserOut, operation_id="user")
def user(request: HttpRequest, user_id: UUID) -> User:
    """One person."""
    _actor(request).require(Permission.STAFF_VIEW)
    return queries.get_person(user_id)


@router.put("/users/{uuid:user_id}", response=UserOut, operation_id="update_user")
def update_user(request: HttpRequest, user_id: UUID, body: PersonChange) -> User:
    """Change a person's details."""
    _actor(request).require(Permission.STAFF_WRITE)
    details = _with_branch(body.dict(exclude={"version"}))
    return actions.update_user(user=queries.get_person(user_id), version=body.version, actor=_actor(request), details=details)


@router.delete("/users/{uuid:user_id}", response=UserOut, operation_id="deactivate_user")
def deactivate_user(request: HttpRequest, user_id: UUID) -> User:
    """Close the account of a person who left; nothing is deleted."""
    _actor(request).require(Permission.STAFF_WRITE)
    return actions.deactivate_user(user=queries.get_person(user_id), actor=_actor(request), at=timezone.now())


@router.post("/users/{uuid:user_id}/activation", response=UserOut, operation_id="activate_user")
def activate_user(request: HttpRequest, user_id: UUID) -> User:
    """Open the account of a person who came back."""
    _actor(request).require(Permission.STAFF_WRITE)
    return actions.activate_user(user=queries.get_person(user_id), actor=_actor(request))


@router.post("/users/{uuid:user_id}/password", response=PersonMade, operation_id="reset_password")
def reset_password(request: HttpRequest, user_id: UUID) -> dict[str, Any]:
    """A temporary password, to be changed at the first login; whoever is locked out after wrong ones may try again at once."""
    _actor(request).require(Permission.STAFF_WRITE)
    show_once(request, "temporary_password")
    made = actions.reset_password(user=queries.get_person(user_id), actor=_actor(request))
    return {"user": made.owner, "temporary_password": made.value}


@router.delete("/users/{uuid:user_id}/pin", response=UserOut, operation_id="erase_pin")
def erase_pin(request: HttpRequest, user_id: UUID) -> User:
    """Erase a PIN, so that its owner chooses a new one; a PIN locked after wrong tries is free again."""
    _actor(request).require(Permission.STAFF_WRITE)
    return pins.set_pin(user=queries.get_person(user_id), pin="", actor=_actor(request))


@router.post("/users/{uuid:user_id}/second-factor/off", response=UserOut, operation_id="switch_second_factor_off")
def switch_second_factor_off(request: HttpRequest, user_id: UUID, body: ReasonIn) -> User:
    """Switch the second factor of a person off who lost the telephone."""
    _actor(request).require(Permission.STAFF_WRITE)
    second_factor.disable(user=queries.get_person(user_id), actor=_actor(request), reason=body.reason)
    return queries.get_person(user_id)


@router.post("/users/{uuid:user_id}/roles", response={201: UserOut}, operation_id="grant_role")
def grant_role(request: HttpRequest, user_id: UUID, body: RoleIn) -> Status[User]:
    """Give a person a role, in one branch or in all."""
    _actor(request).require(Permission.STAFF_WRITE)
    person = queries.get_person(user_id)
    actions.grant_role(user=person, role=body.role, branch=_branch(body.branch_id), actor=_actor(request), at=timezone.now())
    return Status(201, queries.get_person(user_id))


@router.delete("/users/{uuid:user_id}/roles/{uuid:grant_id}", response=UserOut, operation_id="end_role")
def end_role(request: HttpRequest, user_id: UUID, grant_id: UUID) -> User:
    """Take a role away."""
    _actor(request).require(Permission.STAFF_WRITE)
    grant = RoleGrant.objects.select_related("user").filter(pk=grant_id, user=user_id).first()
    if grant is None:
        raise NotFound
    actions.end_role(grant=grant, actor=_actor(request), at=timezone.now())
    return queries.get_person(user_id)


@router.get("/branches", response=list[BranchOut], operation_id="branches", openapi_extra=openapi.OPEN)
def branches(request: HttpRequest) -> list[Branch]:
    """Branches where the caller works."""
    return queries.branches_of(_actor(request))


@router.post("/branches", response={201: BranchOut}, operation_id="create_branch")
def create_branch(request: HttpRequest, body: BranchIn) -> Status[Branch]:
    """A new place where patients are seen."""
    details = body.dict(exclude={"id"})
    return Status(201, places.create_branch(actor=_actor(request), at=timezone.now(), details=details, id=body.id))


@router.put("/branches/{uuid:branch_id}", response=BranchOut, operation_id="update_branch")
def update_branch(request: HttpRequest, branch_id: UUID, body: BranchChange) -> Branch:
    """Change a branch."""
    _actor(request).require(Permission.SETTINGS_WRITE)
    branch = Branch.objects.filter(pk=branch_id).first()
    if branch is None:
        raise NotFound
    return places.update_branch(branch=branch, version=body.version, actor=_actor(request), details=body.dict(exclude={"version"}))


@router.get("/legal-entities", response=list[LegalEntityOut], operation_id="list_legal_entities")
def legal_entities(request: HttpRequest) -> list[LegalEntity]:
    """The companies that contract with patients and receive money."""
    _actor(request).require(Permission.SETTINGS_WRITE)
    return list(LegalEntity.objects.order_by("name", "pk"))


@router.post("/legal-entities", response={201: LegalEntityOut}, operation_id="create_legal_entity")
def create_legal_entity(request: HttpRequest, body: LegalEntityIn) -> Status[LegalEntity]:
    """A new company."""
    details = body.dict(exclude={"id"})
    return Status(201, places.create_legal_entity(actor=_actor(request), at=timezone.now(), details=details, id=body.id))


@router.put("/legal-entities/{uuid:entity_id}", response=LegalEntityOut, operation_id="update_legal_entity")
def update_legal_entity(request: HttpRequest, entity_id: UUID, body: LegalEntityChange) -> LegalEntity:
    """Change a company's details; documents already issued keep the old ones."""
    _actor(request).require(Permission.SETTINGS_WRITE)
    entity = LegalEntity.objects.filter(pk=entity_id).first()
    if entity is None:
        raise NotFound
    return places.update_legal_entity(entity=entity, version=body.version, actor=_actor(request), details=body.dict(exclude={"version"}))


@router.get("/tokens", response=list[TokenOut], operation_id="tokens")
def tokens(request: HttpRequest) -> list[ApiToken]:
    """All tokens, without their values."""
    _actor(request).require(Permission.STAFF_WRITE)
    return list(ApiToken.objects.order_by("-created_at", "pk"))


@router.post("/tokens", response={201: TokenMade}, operation_id="create_token")
def create_token(request: HttpRequest, body: TokenIn) -> Status[dict[str, Any]]:
    """A token for a program that acts as a person; its value is in this answer only."""
    _actor(request).require(Permission.STAFF_WRITE)
    life = timedelta(days=body.days)
    show_once(request, "value")
    made = actions.create_api_token(user=queries.get_person(body.user_id), name=body.name, actor=_actor(request), at=timezone.now(), life=life)
    return Status(201, {**TokenOut.from_orm(made.row).dict(), "value": made.value})


@router.delete("/tokens/{uuid:token_id}", response=TokenOut, operation_id="revoke_token")
def revoke_token(request: HttpRequest, token_id: UUID) -> ApiToken:
    """End a token at once; a person may end their own."""
    may_see_all = _actor(request).may(Permission.STAFF_WRITE)
    token = ApiToken.objects.filter(pk=token_id, **({} if may_see_all else {"user": _actor(request)})).first()
    if token is None:
        raise NotFound
    return actions.revoke_api_token(token=token, actor=_actor(request), at=timezone.now())


def _actor(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _branch(branch_id: UUID | None) -> Branch | None:
    branch = Branch.objects.filter(pk=branch_id).first() if branch_id else None
    if branch_id and branch is None:
        raise InvalidInput(fields={"branch_id": NotFound.default_message})
    return branch


def _with_branch(details: dict[str, Any]) -> dict[str, Any]:
    return {**details, "home_branch": _branch(details.pop("home_branch_id"))}
