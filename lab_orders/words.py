"""What people do to move an order, in verbs."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lab_orders.models import OrderState

VERBS: dict[str, Promise] = {
    OrderState.SENT: _("Send to the laboratory"),
    OrderState.IN_WORK: _("Note that work began"),
    OrderState.TRY_IN: _("Receive for a try-in"),
    OrderState.RETURNED: _("Receive the work"),
    OrderState.FITTED: _("Note the fitting"),
    OrderState.REMAKE: _("Have it remade"),
    OrderState.CANCELLED: _("Cancel the order"),
}
IN_THE_CLINIC = (OrderState.TRY_IN, OrderState.RETURNED)


def verb(state: str, to: str) -> str:
    """What brings an order from one state to another; work that lies in the clinic goes back to be worked on."""
    return str(_("Send back to the laboratory") if state in IN_THE_CLINIC and to == OrderState.IN_WORK else VERBS.get(to, ""))
