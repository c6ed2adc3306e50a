"""Indices in words: kinds, bands, advice, what cannot be scored."""

from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from charting import notation
from charting.indices import queries, rules
from charting.indices.models import IndexKind
from charting.perio.rules import Dentition

PROBLEMS = {
    "no_such_place": gettext_lazy("“%(place)s” is not scored in this mouth: the tooth is absent, or the index does not look there."),
    "no_such_bpe": gettext_lazy("“%(score)s” is no code of the screening (%(place)s): 0 to 4, with * for a furcation, or X."),
    "no_such_sbpe": gettext_lazy("“%(score)s” is no code of the screening (tooth %(place)s): 0 to 4, with * for a furcation, or X."),
    "code_of_older": gettext_lazy("Code “%(score)s” (tooth %(place)s) is given from 12 years on; at %(age)s the codes are 0, 1 and 2, or X."),
    "index_teeth_left": gettext_lazy(
        "The screening of children has six index teeth; still without a code: %(left)s. X where the tooth is not there."
    ),
    "no_birth_date": gettext_lazy("The screening of children goes by age, and the birth date is not known. Enter it in the patient's card first."),
    "too_young": gettext_lazy("Before 7 years there is no screening by codes (the patient is %(age)s): look at the gums and write a finding."),
    "grown_up": gettext_lazy("This screening is for 7 to 17 years (the patient is %(age)s): take the one of sextants (BPE, PSR)."),
    "not_grown_up": gettext_lazy("The screening of sextants is for 18 years and older (the patient is %(age)s): take the one of index teeth."),
    "no_such_ohis": gettext_lazy("“%(score)s” is no score of debris or calculus (%(place)s): 0 to 3."),
    "no_such_pma": gettext_lazy("“%(score)s” is no score of the gingiva (tooth %(place)s): 0 to 3."),
    "no_such_api": gettext_lazy("“%(score)s” is no score of plaque (%(place)s): 0 or 1."),
    "sextants_left": gettext_lazy("The screening has six sextants; still without a code: %(left)s. X where fewer than two teeth are left."),
    "too_few_teeth": gettext_lazy("Score debris and calculus of at least two index teeth, or the index says nothing."),
    "nothing_scored": gettext_lazy("Nothing is scored yet: there is nothing to keep."),
}
BANDS = {
    "good": pgettext_lazy("band of an index", "good"),
    "fair": pgettext_lazy("band of an index", "satisfactory"),
    "poor": pgettext_lazy("band of an index", "poor"),
    "none": pgettext_lazy("band of an index", "no inflammation"),
    "mild": pgettext_lazy("band of an index", "mild"),
    "moderate": pgettext_lazy("band of an index", "moderate"),
    "severe": pgettext_lazy("band of an index", "severe"),
    "optimal": pgettext_lazy("band of an index", "optimal"),
}
API_BANDS = {
    "good": pgettext_lazy("band of API", "still good"),
    "moderate": pgettext_lazy("band of API", "moderate"),
    "poor": pgettext_lazy("band of API", "insufficient"),
}
ADVICE = {
    "none": gettext_lazy("Healthy: screen again at the next check-up."),
    "hygiene": gettext_lazy("Bleeding: instruction in hygiene."),
    "scaling": gettext_lazy("Calculus or overhangs: instruction in hygiene, scaling, corrected fillings."),
    "sextant": gettext_lazy("Code 3 in one sextant (%(sextants)s): treat it first, then measure six sites there."),
    "full": gettext_lazy("A full periodontal exam is proposed: code 4, a furcation, or several sextants of code 3 (%(sextants)s). Radiographs too."),
}
CHILD_ADVICE = {
    **ADVICE,
    "review": gettext_lazy("Code 3 (%(sextants)s): instruction in hygiene, scaling and root surfaces, look again after three months."),
    "full": gettext_lazy("A full periodontal exam is proposed: code 4 or a furcation (%(sextants)s). At this age a specialist should see it."),
}
PARTS = {
    rules.DEBRIS: pgettext_lazy("OHI-S", "debris"),
    rules.CALCULUS: pgettext_lazy("OHI-S", "calculus"),
    "scored": pgettext_lazy("index", "places scored"),
}
SOURCES = {
    "bpe": gettext_lazy("BPE: British Society of Periodontology, 2019; PSR: ADA and AAP, 1992"),
    "sbpe": gettext_lazy("Simplified BPE: British Society of Periodontology and British Society of Paediatric Dentistry, 2012, updated 2021"),
    "ohis": gettext_lazy("Greene and Vermillion, 1964; bands of Greene, 1967"),
    "pma": gettext_lazy("Massler and Schour, 1949; per cent of Parma, 1960"),
    "api": gettext_lazy("Lange et al., 1977"),
}
SCALES = {
    "bpe": gettext_lazy("0 healthy, 1 bleeding, 2 calculus, 3 pocket of 4–5 mm, 4 pocket from 6 mm; * adds a furcation, X: fewer than two teeth"),
    "sbpe": gettext_lazy(
        "0 healthy, 1 bleeding, 2 calculus; from 12 years also 3 pocket of 4–5 mm, 4 pocket from 6 mm, * furcation; X: no such tooth yet"
    ),
    "ohis": gettext_lazy("0 none, 1 up to a third of the crown, 2 up to two thirds, 3 more; calculus below the gum: 2 in flecks, 3 as a band"),
    "pma": gettext_lazy("0 no inflammation, 1 papilla, 2 margin, 3 attached gingiva"),
    "api": gettext_lazy("0 no plaque in the space, 1 plaque"),
}


def problem_text(problem: rules.Problem) -> str:
    return str(PROBLEMS[problem.code]) % problem.values


def band_text(kind: str, result: rules.Result) -> str:
    """`good`, `moderate` …; nothing for a screening."""
    if kind == IndexKind.API:
        return str(API_BANDS.get(result.band, BANDS[result.band]))
    return str(BANDS[result.band]) if result.band else ""


def value_text(kind: str, scores: rules.Scores, result: rules.Result) -> str:
    """The figure as it is read: `1.3`, `42.0 %`, and the codes of a screening: `3 1 2 / 4* 0 X`."""
    if kind in rules.SCREENINGS:
        codes = [str(scores[place.key]) for place in rules.places(kind, Dentition())]
        return f"{' '.join(codes[:3])} / {' '.join(codes[3:])}"
    figure = localize(result.value)
    return str(figure) if kind == IndexKind.OHIS else f"{figure} %"


def told(found: queries.Scored) -> dict[str, Any]:
    """A result in words: its figure, band, parts, advice, and whether it alarms."""
    kind, result = found.record.kind, found.result
    return {
        "value": value_text(kind, found.record.scores, result),
        "band": band_text(kind, result),
        "parts": parts_text(result) if kind == IndexKind.OHIS else "",
        "advice": advice_text(kind, found.advice) if found.advice else "",
        "is_alarming": bool(found.advice and found.advice.code in ("sextant", "review", "full")) or result.band in ("poor", "severe"),
    }


def short(found: queries.Scored) -> dict[str, Any]:
    """A result on paper: `{name, day, value, band}`."""
    words = told(found)
    return {"name": IndexKind(found.record.kind).label, "day": found.record.taken_at, "value": words["value"], "band": words["band"]}


def advice_text(kind: str, advice: rules.Advice) -> str:
    texts = CHILD_ADVICE if kind == IndexKind.SBPE else ADVICE
    return str(texts[advice.code]) % {"sextants": ", ".join(sextant_text(name) for name in advice.sextants)}


def sextant_text(name: str) -> str:
    """`17–14`, or one tooth, in the reader's notation."""
    return "–".join(notation.code(int(number)) for number in name.split("-"))


def parts_text(result: rules.Result) -> str:
    """`debris 0.7, calculus 0.3`; the number of places scored."""
    return ", ".join(f"{PARTS[name]} {localize(value)}" for name, value in result.parts.items())


def place_text(kind: str, place: rules.Place) -> str:
    """What the page writes on a place: `16`, `16–15`, a sextant."""
    if kind == IndexKind.BPE:
        return sextant_text(place.key)
    return "–".join(notation.code(number) for number in place.teeth)


def side_text(place: rules.Place) -> str:
    if not place.side:
        return ""
    upper = place.teeth[0] // 10 in (1, 2, 5, 6)
    return pgettext("side", "vestibular") if place.side == "V" else pgettext("side", "palatal") if upper else pgettext("side", "lingual")


def page_words() -> dict[str, str]:
    """The sentences that the page of entry shows, in the reader's language."""
    return {
        "lost": _("The server could not be reached. Nothing was lost: it is sent again by itself."),
        "broken": _("The server could not answer. Nothing was lost: it is sent again by itself."),
        "waits": _("Not sent yet: it is kept on this device and sent by itself."),
        "left": _("Still to score:"),
        "all": _("Everything is scored. Enter keeps it."),
        "keep": _("Keep"),
    }
