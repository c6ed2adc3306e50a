"""The clinic's rules about consents that nobody has signed."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import InvalidInput, check_version
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission
from treatment_plans.models import ConsentRule, DocumentKind, Strictness


@transaction.atomic
def set_consent_rule(*, kind: str, strictness: str, actor: User, version: int | None = None) -> ConsentRule:
    """Say whether a missing consent of this kind forbids marking an act done, or only warns.

    :raises InvalidInput: when there is no such kind of consent or no such strictness.
    :raises StaleVersion: when the rule is another than the `version` that was read (None: none was set).
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    if kind not in DocumentKind.values or not kind.startswith("consent_"):
        raise InvalidInput(fields={"kind": _("Choose a kind of consent.")})
    if strictness not in Strictness.values:
        raise InvalidInput(fields={"strictness": _("Choose what a missing consent means.")})
    standing = ConsentRule.objects.select_for_update().filter(kind=kind).first()
    if standing is not None and standing.strictness == strictness:
        return standing
    check_version(standing, version)
    rule = standing or ConsentRule(kind=kind)
    rule.strictness = Strictness(strictness)
    rule.save()
    rule.refresh_from_db(fields=["version"])
    return rule
