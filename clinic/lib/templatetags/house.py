"""Template tags of the house: icons, money, names of states."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from clinic.lib.clock import clock_words
from clinic.lib.ids import uuid7
from clinic.lib.money import CURRENCIES
from clinic.lib.static_files import imports_of

register = template.Library()
STATE_ICONS = {
    "booked": "calendar",
    "confirmed": "calendar-check",
    "arrived": "door-open",
    "seated": "armchair",
    "no_show": "user-x",
    "draft": "pencil",
    "proposed": "circle-dashed",
    "planned": "circle-dot",
    "in_progress": "circle-dot-dashed",
    "referred": "forward",
    "existing_here": "circle",
    "existing_elsewhere": "circle",
    "presented": "eye",
    "accepted": "circle-check",
    "approved": "circle-check",
    "rejected": "circle-x",
    "cancelled": "circle-x",
    "superseded": "circle-minus",
    "done": "circle-check",
    "open": "pencil",
    "signed": "lock",
    "sent": "send",
    "in_work": "hammer",
    "try_in": "scan-search",
    "returned": "package-check",
    "fitted": "circle-check",
    "remake": "rotate-ccw",
    "overdue": "alarm-clock",
    "issued": "file-check",
    "submitted": "send",
    "paid": "circle-check",
    "part_paid": "circle-dot-dashed",
    "partly_paid": "circle-dot-dashed",
    "unpaid": "circle-alert",
    "void": "circle-slash",
    "reversed": "undo-2",
    "expired": "calendar-x",
    "active": "circle-check",
}
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


@register.simple_tag
@lru_cache
def preload_imports(path: str) -> SafeString:
    """Asks for all that a module imports at once, where the browser would find them one after the other."""
    return format_html_join("", '<link rel="modulepreload" href="{}">', ((static(name),) for name in imports_of(path)))


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    """An amount in the user's number format with the currency's sign: 12 500,00 ₽."""
    if amount is None:
        return ""
    text = number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{text}\u00a0{CURRENCIES.get(currency, currency)}" if currency else text


@register.simple_tag
def new_id() -> str:
    """An id for what a form will make: sent twice, it is made once."""
    return str(uuid7())


@register.simple_tag
def state_badge(state: str, label: str, icon_name: str = "") -> SafeString:
    """A state as colour, icon and words; the icon is the state's own unless another is named."""
    return format_html('<span class="badge state-{}">{}{}</span>', state, icon(icon_name or STATE_ICONS.get(state, "circle-small")), label)


@register.filter
def calendar_day(day: date, form: str) -> str:
    """A day in words, `form` as for `date`: Sunday, 22 November; воскресенье, 22 ноября; dimanche 22 novembre."""
    is_french = (get_language() or "").startswith("fr")
    return date_format(day, form.replace("E", "F").replace(",", "") if is_french else form, use_l10n=False)


@register.filter
def wall_clock(instant: datetime, zone: str) -> str:
    """The time that the zone's clock shows, as the diary says it: of a time that comes twice in an autumn night, which of the two."""
    return clock_words(instant, zone)


@register.simple_tag
def today_in_words(form: str) -> str:
    """The branch's day of today, as `calendar_day` says it."""
    return calendar_day(timezone.localdate(), form)


@register.filter
def quantity(amount: Decimal | None) -> str:
    """A quantity in the user's number format without trailing zeros: 2,5."""
    if amount is None:
        return ""
    decimals = max(0, -int(amount.normalize().as_tuple().exponent))
    return number_format(amount, decimal_pos=decimals, use_l10n=True, force_grouping=True)
