"""The sentences that the exam's scripts show, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from charting.perio.words import MEASURE_NAMES, SITE_NAMES


def perio_words() -> dict[str, str]:
    """Every sentence by its name in the scripts."""
    return {
        **{name: str(text) for name, text in MEASURE_NAMES.items()},
        **{f"site{site}": str(text) for site, text in SITE_NAMES.items()},
        "lost": _("The server could not be reached. Nothing was lost: it is sent again by itself."),
        "broken": _("The server could not answer. Nothing was lost: it is sent again by itself."),
        "depth": pgettext("perio", "Depth"),
        "margin": pgettext("perio", "Margin"),
        "flags": pgettext("perio", "Signs"),
        "upper": _("Upper jaw"),
        "lower": _("Lower jaw"),
        "vestibular": pgettext("side", "vestibular"),
        "lingual": pgettext("side", "lingual"),
        "palatal": pgettext("side", "palatal"),
        "tooth": _("Tooth"),
        "mm": _("mm"),
        "notTaken": _("Not taken:"),
        "unsent": _("Not sent yet:"),
        "measuredMeanwhile": _("somebody measured here meanwhile."),
        "keepTheirs": _("Keep"),
        "writeMine": _("Write"),
        "nothing": _("nothing"),
        "yes": _("yes"),
        "no": _("no"),
    }
