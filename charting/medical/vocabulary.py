"""What rules of interactions speak of: risks of the patient, and acts; each a tag of a kind and a name."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.patients.models import AlertKind
from clinic.price_list.models import Category, ChartEffect

Text = str | Promise
DRUG_CLASSES: Mapping[str, Text] = {
    "local_anaesthetic": _("local anaesthetics"),
    "adrenaline": _("adrenaline in the anaesthetic"),
    "penicillins": _("penicillins"),
    "macrolides": _("macrolides"),
    "lincosamides": _("lincosamides"),
    "metronidazole": _("metronidazole"),
    "tetracyclines": _("tetracyclines"),
    "azoles": _("azole antifungals"),
    "nsaids": _("NSAIDs"),
    "paracetamol": _("paracetamol"),
}
ALERTS: Mapping[str, Text] = {f"alert:{kind}": label for kind, label in AlertKind.choices}
ACTS: Mapping[str, Text] = {
    **{f"category:{name}": label for name, label in Category.choices},
    **{f"effect:{name}": label for name, label in ChartEffect.choices if name != ChartEffect.NONE},
    **{f"drug:{name}": label for name, label in DRUG_CLASSES.items()},
}
LEVELS = [("warn", pgettext_lazy("interaction", "warn")), ("stop", pgettext_lazy("interaction", "stop until a reason is given"))]
