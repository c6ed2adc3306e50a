"""Legal entities, branches, users, their roles and their API tokens."""

import hashlib
from functools import cached_property
from typing import ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.history.models import Record
from clinic.lib.errors import NotAllowed
from clinic.lib.money import CURRENCIES
from clinic.staff.roles import Permission, Role, permissions_of
from clinic.staff.rules import short_name


class LegalEntity(Record):
    """A company that contracts with patients and receives money."""

    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, default="RU")
    tax_number = models.CharField(_("tax number (INN, SIREN)"), max_length=20, blank=True)
    registration_number = models.CharField(_("registration number (OGRN, SIRET)"), max_length=20, blank=True)
    licence = models.CharField(_("medical licence"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    director = models.CharField(_("director"), max_length=200, blank=True)
    bank_details = models.TextField(_("bank details"), blank=True)

    class Meta:
        verbose_name = _("legal entity")

    def __str__(self) -> str:
        return self.name


class Branch(Record):
    """A place where patients are seen, with its own zone, currency and document language."""

    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, verbose_name=_("legal entity"))
    name = models.CharField(_("name"), max_length=200, unique=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Moscow")
    currency = models.CharField(_("currency"), max_length=3, choices=[(code, code) for code in CURRENCIES], default="RUB")
    language = models.CharField(_("language of documents"), max_length=2, default="ru")

    class Meta:
        verbose_name = _("branch")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Users are found by their name at login."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class Notation(models.TextChoices):
    """How a person reads and types tooth numbers; stored is always FDI."""

    FDI = "fdi", _("FDI (ISO 3950): 16")
    UNIVERSAL = "universal", _("Universal: 3")
    PALMER = "palmer", _("Palmer: 6┘")
    HADERUP = "haderup", _("Haderup: 6+")


class User(AbstractBaseUser, Record):
    """A person who works in the clinic. Deactivated when they leave, never deleted."""

    history_excluded: ClassVar[tuple[str, ...]] = ("password", "pin")
    USERNAME_FIELD = "username"
    last_login = None

    username = models.CharField(_("user name"), max_length=60, unique=True)
    last_name = models.CharField(_("last name"), max_length=100)
    first_name = models.CharField(_("first name"), max_length=100)
    patronymic = models.CharField(_("patronymic"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=2, default="en", choices=[("en", "English"), ("ru", "Русский"), ("fr", "Français")])
    notation = models.CharField(_("tooth numbers"), max_length=10, default=Notation.FDI, choices=Notation.choices)
    home_branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, verbose_name=_("branch"))
    speciality = models.CharField(_("speciality"), max_length=120, blank=True)
    rpps = models.CharField(_("RPPS number (France)"), max_length=11, blank=True)
    colour = models.CharField(_("colour in the diary"), max_length=7, blank=True)
    pin = models.CharField(max_length=200, blank=True, editable=False)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    second_factor_at = models.DateTimeField(_("second factor since"), null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = UserManager()

    works_in: Branch | None = None

    class Meta:
        verbose_name = _("user")
        constraints = [
            models.CheckConstraint(condition=models.Q(notation__in=Notation.values), name="staff_user_notation_known"),
            models.CheckConstraint(condition=models.Q(rpps__regex=r"^([0-9]{11})?$"), name="staff_user_rpps_digits"),
            models.UniqueConstraint(fields=["rpps"], condition=~models.Q(rpps=""), name="staff_user_rpps_once"),
        ]

    def __str__(self) -> str:
        return self.get_short_name()

    def get_full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.patronymic) if part)

    def get_short_name(self) -> str:
        return short_name(self.last_name, self.first_name, self.patronymic)

    @cached_property
    def grants_now(self) -> list["RoleGrant"]:
        """The person's roles of today with their branches, read once."""
        return [grant for grant in self.role_grants.all() if grant.is_current]

    @cached_property
    def roles(self) -> set[Role]:
        """The person's current roles, in whatever branch."""
        return {Role(grant.role) for grant in self.grants_now}

    @cached_property
    def branches(self) -> list[Branch]:
        """Branches where the person holds a role, read once; a role without a branch counts everywhere."""
        everywhere = any(grant.branch_id is None for grant in self.grants_now)
        found = Branch.objects.select_related("legal_entity").order_by("name", "pk")
        return list(found if everywhere else found.filter(pk__in=[grant.branch_id for grant in self.grants_now]))

    @property
    def roles_here(self) -> set[Role]:
        """The roles that count where the person works now; without a place those of all branches."""
        return self.roles if self.works_in is None else self.roles_reaching(self.works_in)

    def roles_reaching(self, branch: Branch | None) -> set[Role]:
        """The roles that count in `branch`; None asks for those that count in all branches."""
        return {Role(grant.role) for grant in self.grants_now if grant.branch_id is None or (branch and grant.branch_id == branch.pk)}

    @property
    def role_names(self) -> str:
        """The person's roles in words."""
        return ", ".join(str(role.label) for role in sorted(self.roles))

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the person may do where they work now; without a place (commands, tasks) the roles of all branches count."""
        return self.permissions_in(self.works_in)

    def permissions_in(self, branch: Branch | None) -> frozenset[Permission]:
        """What the roles held in `branch`, or in all, allow there."""
        key = branch.pk if branch else None
        if key not in self._permissions:
            counted = {Role(grant.role) for grant in self.grants_now if key is None or grant.branch_id in (None, key)}
            self._permissions[key] = permissions_of(counted) if self.is_active else frozenset()
        return self._permissions[key]

    @cached_property
    def _permissions(self) -> dict[UUID | None, frozenset[Permission]]:
        return {}

    def branches_where(self, *permissions: Permission) -> list[Branch]:
        """Branches where the person's roles grant all these permissions."""
        return [branch for branch in self.branches if self.permissions_in(branch).issuperset(permissions)]

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """:raises NotAllowed: when none of the person's roles where they work now grants `permission`."""
        if not self.may(permission):
            raise NotAllowed


class RoleGrant(Record):
    """A role given to a person, in one branch or in all; ended, not deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_grants")
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, verbose_name=_("branch"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("role of a person")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "branch"], condition=models.Q(ended_at=None), nulls_distinct=False, name="staff_role_given_once"
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="staff_role_known"),
        ]

    @property
    def is_current(self) -> bool:
        return self.ended_at is None


class ApiToken(Record):
    """A program's key to the API, acting for one person; only its hash is kept."""

    history_excluded: ClassVar[tuple[str, ...]] = ("token_hash",)

    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=100)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()


class IdempotentAnswer(models.Model):
    """The answer to an API write that came with an `Idempotency-Key`, replayed when the same request comes again.

    Not a Record: it is a copy of an answer for a day, not a fact about a patient. What the write itself did is in history;
    a copy of the answer there would only double personal data and could never be purged.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="staff_idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="staff_idempotency_age")]

    def __str__(self) -> str:
        return self.key
