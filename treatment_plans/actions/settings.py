"""What the clinic itself decides about plans and papers: discount limits of roles, editions of informed consents."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from clinic.lib.errors import InvalidInput, check_version
from clinic.staff.models import User
from clinic.staff.reach import require_everywhere
from clinic.staff.roles import Permission, Role
from treatment_plans import queries, rules
from treatment_plans.models import CONSENTS, ConsentEdition, DiscountLimit

LANGUAGES = ("ru", "fr", "en")


@transaction.atomic
def set_discount_limit(*, role: str, percent: Decimal, actor: User, at: datetime, version: int | None = None) -> DiscountLimit:
    """Let a role give at most so many percent off a line; 0 lets it give nothing.

    :raises InvalidInput: a role that gives no discounts, or a share outside 0..100.
    :raises StaleVersion: when the limit is another than the `version` that was read (None: none was set).
    """
    require_everywhere(actor, Permission.PRICE_WRITE)
    if role not in queries.discounting_roles():
        raise InvalidInput(fields={"role": _("This role gives no discounts.")})
    if not 0 <= percent <= 100 or percent != round(percent, 2):
        raise InvalidInput(fields={"percent": _("Enter 0 to 100 percent, at most two digits after the point.")})
    standing = DiscountLimit.objects.select_for_update().filter(role=role).first()
    if standing is not None and standing.percent == percent:
        return standing
    check_version(standing, version)
    limit = standing or DiscountLimit(role=Role(role))
    limit.percent = percent
    limit.save()
    limit.refresh_from_db(fields=["version"])
    return limit


@transaction.atomic
def publish_consent(*, kind: str, language: str, body: str, actor: User, at: datetime) -> ConsentEdition:
    """The clinic's next edition of an informed consent; documents already issued keep what they say.

    :raises InvalidInput: an unknown kind or language, or an empty text.
    """
    require_everywhere(actor, Permission.SETTINGS_WRITE)
    fields = {}
    if kind not in dict(CONSENTS):
        fields["kind"] = _("There is no such consent.")
    if language not in LANGUAGES:
        fields["language"] = _("There is no such language.")
    if not rules.blocks_of(body):
        fields["body"] = _("Write the text.")
    if fields:
        raise InvalidInput(fields=fields)
    list(ConsentEdition.objects.select_for_update().filter(kind=kind, language=language))
    last = ConsentEdition.objects.filter(kind=kind, language=language).aggregate(last=Max("edition"))["last"] or 0
    return ConsentEdition.objects.create(kind=kind, language=language, edition=last + 1, body=body.strip(), published_at=at, published_by=actor)
