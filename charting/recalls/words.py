"""States of recalls in words, with the icon that stands for each."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

STATES: Mapping[str, str | Promise] = {
    "due": pgettext_lazy("recall", "to be booked"),
    "booked": pgettext_lazy("recall", "booked"),
    "done": pgettext_lazy("recall", "came"),
    "declined": pgettext_lazy("recall", "not needed"),
    "cancelled": pgettext_lazy("recall", "cancelled"),
    "replaced": pgettext_lazy("recall", "replaced by a newer one"),
    "withdrawn": pgettext_lazy("recall", "its note was entered in error"),
}
CHOICES: Mapping[str, str | Promise] = {
    "now": pgettext_lazy("recalls", "To book now"),
    "overdue": pgettext_lazy("recalls", "Overdue"),
    "due": pgettext_lazy("recalls", "All to book"),
    "booked": pgettext_lazy("recalls", "Booked"),
    "done": pgettext_lazy("recalls", "Came"),
    "gone": pgettext_lazy("recalls", "Not any more"),
}
BADGES: Mapping[str, tuple[str, str]] = {
    "due": ("planned", "calendar-clock"),
    "booked": ("booked", "calendar-check"),
    "done": ("done", "circle-check"),
    "declined": ("cancelled", "circle-slash"),
    "cancelled": ("cancelled", "circle-x"),
    "replaced": ("superseded", "circle-minus"),
    "withdrawn": ("cancelled", "ban"),
}
"""The tone and the icon of a state's badge."""
