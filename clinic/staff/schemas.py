"""In and Out of the people API."""

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from clinic.lib.schemas import Whole
from clinic.staff.roles import Role


class RoleOut(Schema):
    id: UUID
    role: str
    branch_id: UUID | None
    ended_at: datetime | None


class UserOut(Schema):
    id: UUID
    version: int
    username: str
    last_name: str
    first_name: str
    patronymic: str
    email: str
    language: str
    speciality: str
    rpps: str
    colour: str
    home_branch_id: UUID | None
    is_active: bool
    roles: list[RoleOut] = Field(alias="role_grants")

    @staticmethod
    def resolve_role_grants(obj: object) -> object:
        return obj.role_grants.all()  # type: ignore[attr-defined]


class MeOut(UserOut):
    notation: str
    permissions: list[str]

    @staticmethod
    def resolve_permissions(obj: object) -> list[str]:
        return sorted(obj.permissions)  # type: ignore[attr-defined]


class MeIn(Schema):
    """`notation`: how tooth numbers are shown to the person, one of fdi, universal, palmer, haderup."""

    language: str | None = None
    colour: str | None = None
    notation: str | None = None


class PersonDetails(Schema):
    """`rpps`: the number in the French register of health professionals, 11 digits with their key; printed on prescriptions."""

    last_name: str
    first_name: str
    patronymic: str = ""
    email: str = ""
    language: str = "en"
    speciality: str = ""
    rpps: str = ""
    colour: str = ""
    home_branch_id: UUID | None = None


class PersonIn(PersonDetails):
    id: UUID | None = None
    username: str


class PersonChange(Whole, PersonDetails):
    version: int
    username: str


class PersonMade(Schema):
    """`temporary_password` is given once, to the first request only."""

    user: UserOut
    temporary_password: str


class RoleIn(Schema):
    role: Role
    branch_id: UUID | None = None


class BranchOut(Schema):
    id: UUID
    version: int
    legal_entity_id: UUID
    name: str
    address: str
    phone: str
    time_zone: str
    currency: str
    language: str


class BranchDetails(Schema):
    legal_entity_id: UUID
    name: str
    address: str = ""
    phone: str = ""
    time_zone: str = "Europe/Moscow"
    currency: str = "RUB"
    language: str = "ru"


class BranchIn(BranchDetails):
    id: UUID | None = None


class BranchChange(Whole, BranchDetails):
    version: int


class LegalEntityDetails(Schema):
    """A company's details as they appear in contracts."""

    name: str
    country: str = "RU"
    tax_number: str = ""
    registration_number: str = ""
    licence: str = ""
    address: str = ""
    phone: str = ""
    director: str = ""
    bank_details: str = ""


class LegalEntityIn(LegalEntityDetails):
    id: UUID | None = None


class LegalEntityChange(Whole, LegalEntityDetails):
    version: int


class LegalEntityOut(LegalEntityDetails):
    id: UUID
    version: int


class TokenOut(Schema):
    id: UUID
    user_id: UUID
    name: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class TokenIn(Schema):
    user_id: UUID
    name: str
    days: int = Field(365, ge=1, le=730)


class TokenMade(TokenOut):
    """`value` is given once; only its hash is kept."""

    value: str
