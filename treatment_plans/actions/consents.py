"""The clinic's rules about consents that nobody has signed."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import InvalidInput
from clinic.staff.models import User
from clinic.staff.roles import Permission
from treatment_plans.models import ConsentRule, DocumentKind, Strictness


@transaction.atomic
def set_consent_rule(*, kind: str, strictness: str, actor: User) -> ConsentRule:
    """Say whether a missing consent of this kind forbids marking an act done, or only warns.

    :raises InvalidInput: when there is no such kind of consent or no such strictness.
    """
    actor.require(Permission.SETTINGS_WRITE)
    if kind not in DocumentKind.values or not kind.startswith("consent_"):
        raise InvalidInput(fields={"kind": _("Choose a kind of consent.")})
    if strictness not in Strictness.values:
        raise InvalidInput(fields={"strictness": _("Choose what a missing consent means.")})
    return ConsentRule.objects.update_or_create(kind=kind, defaults={"strictness": strictness})[0]
