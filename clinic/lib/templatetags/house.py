"""Template tags of the house: icons, money, names of states."""

from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from clinic.lib.money import CURRENCIES

register = template.Library()
ICONS = Path(settings.BASE_DIR) / "static" / "vendor" / "icons"


@lru_cache(maxsize=256)
def _icon_source(name: str) -> str:
    file = ICONS / f"{name}.svg"
    source = file.read_text() if file.exists() else ""
    return source[source.find("<svg") :].replace("<svg", '<svg aria-hidden="true" focusable="false"', 1) if source else ""


@register.simple_tag
def icon(name: str) -> SafeString:
    """An inline lucide icon by its name; decoration only, words stand beside it."""
    return mark_safe(_icon_source(name))  # noqa: S308 - a vendored file chosen by the template


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    """An amount in the user's number format with the currency's sign: 12 500,00 ₽."""
    if amount is None:
        return ""
    text = number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{text}\u00a0{CURRENCIES.get(currency, currency)}" if currency else text


@register.simple_tag
def state_badge(state: str, label: str, icon_name: str = "") -> SafeString:
    """A state as colour, icon and words."""
    return format_html('<span class="badge state-{}">{}{}</span>', state, icon(icon_name) if icon_name else "", label)


@register.filter
def quantity(amount: Decimal | None) -> str:
    """A quantity in the user's number format without trailing zeros: 2,5."""
    if amount is None:
        return ""
    decimals = max(0, -int(amount.normalize().as_tuple().exponent))
    return number_format(amount, decimal_pos=decimals, use_l10n=True, force_grouping=True)
