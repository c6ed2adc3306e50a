"""The sentences that the exam's scripts show, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from charting.perio.models import Prognosis
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
        **_grades(),
        **_script(),
        "nothing": _("nothing"),
        "yes": _("yes"),
        "no": _("no"),
    }


def _grades() -> dict[str, str]:
    """Degrees and prognosis of a tooth, and what is asked for after their letters."""
    names = {f"is_{prognosis.value}": str(prognosis.label) for prognosis in Prognosis}
    return {
        **names,
        "implant": pgettext("perio", "implant"),
        "asks_mobility": _("0 to 3, minus takes it away"),
        "asks_furcation": _("0 to 3, minus takes it away"),
        "asks_gingiva": _("millimetres, minus takes it away"),
        "asks_prognosis": " · ".join(f"{place} {name}" for place, name in enumerate(names.values(), start=1)),
        "no_furcation": _("No furcation is probed here, or the degree is not from 0 to 3."),
        "no_prognosis": _("A prognosis is a digit from 1 to 5; 0 takes it away."),
        "no_tooth": _("This tooth is not on the path."),
        "noGrade": _("This is no degree of the tooth: 0 to 3."),
    }


def _script() -> dict[str, str]:
    """How it is measured: the own path, and the exam by voice."""
    return {
        "pathDone": _("The path is measured. Tap a site to change it."),
        "partU": _("Upper jaw"),
        "partL": _("Lower jaw"),
        "part1": _("Upper right"),
        "part2": _("Upper left"),
        "part3": _("Lower left"),
        "part4": _("Lower right"),
        "run_up": pgettext("run of teeth", "Earlier"),
        "run_down": pgettext("run of teeth", "Later"),
        "run_turn": pgettext("run of teeth", "The other way round"),
        "run_drop": pgettext("run of teeth", "Take out"),
        "runsLeft": _("Not on the path:"),
        "scriptNotKept": _("The path holds on this page, but could not be kept."),
        "listening": _("Listening…"),
        "unclear": _("not understood:"),
        "voiceWaits": _("The browser asks whether this page may use the microphone: allow it."),
        "voiceOff": _("The voice is off: the browser does not let the page listen."),
        "voice-not-allowed": _("The voice is off: the microphone is not allowed here. Allow it beside the page's address, then press V."),
        "voice-service-not-allowed": _("The voice is off: this browser has no recognition of speech on this device. Keys and pad go on."),
        "voice-audio-capture": _("The voice is off: no microphone was found. Plug one in, then press V."),
        "voice-network": _("The voice is off: the browser recognises speech over the internet, which it cannot reach. Keys and pad go on."),
        "voice-language-not-supported": _("The voice is off: the browser does not recognise speech in this language."),
        "voice-aborted": _("The voice is off: another page has taken the microphone. Press V to go on here."),
        "voice-restless": _("The voice is off: the browser stopped listening again and again. Press V to try once more."),
        "voice-hidden": _("The voice is off because this page was left. Press V to go on."),
    }
