"""The mouth in words: teeth, surfaces, roots, severities and problems, in the language of the reader."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from charting import notation, rules, teeth
from clinic.lib.errors import InvalidInput
from clinic.staff.models import Notation

Text = str | Promise

POSITION_NAMES = {
    1: gettext_lazy("central incisor"),
    2: gettext_lazy("lateral incisor"),
    3: gettext_lazy("canine"),
    4: gettext_lazy("first premolar"),
    5: gettext_lazy("second premolar"),
    6: gettext_lazy("first molar"),
    7: gettext_lazy("second molar"),
    8: gettext_lazy("third molar"),
}
PRIMARY_NAMES = {
    1: gettext_lazy("primary central incisor"),
    2: gettext_lazy("primary lateral incisor"),
    3: gettext_lazy("primary canine"),
    4: gettext_lazy("first primary molar"),
    5: gettext_lazy("second primary molar"),
}
QUADRANT_NAMES = {
    1: gettext_lazy("upper right"),
    2: gettext_lazy("upper left"),
    3: gettext_lazy("lower left"),
    4: gettext_lazy("lower right"),
}
SURFACE_NAMES = {
    "M": gettext_lazy("mesial"),
    "D": gettext_lazy("distal"),
    "O": gettext_lazy("occlusal"),
    "I": gettext_lazy("incisal edge"),
    "V": gettext_lazy("vestibular"),
    "L": gettext_lazy("lingual"),
    "V5": gettext_lazy("cervical vestibular (class V)"),
    "L5": gettext_lazy("cervical lingual (class V)"),
    "RM": gettext_lazy("mesial root surface"),
    "RD": gettext_lazy("distal root surface"),
    "RV": gettext_lazy("vestibular root surface"),
    "RL": gettext_lazy("lingual root surface"),
}
ROOT_NAMES = {
    "R": gettext_lazy("root"),
    "MB": gettext_lazy("mesiobuccal root"),
    "DB": gettext_lazy("distobuccal root"),
    "P": gettext_lazy("palatal root"),
    "MR": gettext_lazy("mesial root"),
    "DR": gettext_lazy("distal root"),
    "BR": gettext_lazy("buccal root"),
    "PR": gettext_lazy("palatal root"),
    "C": gettext_lazy("canal"),
    "B": gettext_lazy("buccal canal"),
    "L": gettext_lazy("lingual canal"),
    "MB1": gettext_lazy("first mesiobuccal canal"),
    "MB2": gettext_lazy("second mesiobuccal canal"),
    "DB1": gettext_lazy("distobuccal canal"),
    "P1": gettext_lazy("palatal canal"),
    "MBC": gettext_lazy("mesiobuccal canal"),
    "MLC": gettext_lazy("mesiolingual canal"),
    "DC": gettext_lazy("distal canal"),
    "DBC": gettext_lazy("distobuccal canal"),
    "DLC": gettext_lazy("distolingual canal"),
}
ROLE_NAMES: dict[str, Text] = {
    "treated": gettext_lazy("treated"),
    "abutment": gettext_lazy("abutment"),
    "pontic": gettext_lazy("pontic"),
    "replaced": pgettext_lazy("role of a tooth", "replaced"),
    "clasp": gettext_lazy("clasp"),
    "bracket": pgettext_lazy("role of a tooth", "bracket"),
    "band": pgettext_lazy("role of a tooth", "band"),
    "bonded": pgettext_lazy("role of a tooth", "bonded wire"),
}
UNIT_NAMES: dict[str, Text] = {"mm": gettext_lazy("mm"), "µA": gettext_lazy("µA"), "°": "°"}
SEVERITY_NAMES: dict[tuple[str, str] | str, Text] = {
    ("caries", "initial"): pgettext_lazy("caries", "initial (spot)"),
    ("caries", "superficial"): pgettext_lazy("caries", "superficial (enamel)"),
    ("caries", "medium"): pgettext_lazy("caries", "medium (dentine)"),
    ("caries", "deep"): pgettext_lazy("caries", "deep"),
    ("caries", "icdas1"): pgettext_lazy("caries", "ICDAS 1 (enamel change seen when dry)"),
    ("caries", "icdas2"): pgettext_lazy("caries", "ICDAS 2 (enamel change seen when wet)"),
    ("caries", "icdas3"): pgettext_lazy("caries", "ICDAS 3 (broken enamel, no dentine seen)"),
    ("caries", "icdas4"): pgettext_lazy("caries", "ICDAS 4 (dark shadow of dentine)"),
    ("caries", "icdas5"): pgettext_lazy("caries", "ICDAS 5 (cavity with dentine seen)"),
    ("caries", "icdas6"): pgettext_lazy("caries", "ICDAS 6 (extensive cavity)"),
    ("pulpitis", "reversible"): pgettext_lazy("pulpitis", "reversible"),
    ("pulpitis", "acute"): pgettext_lazy("pulpitis", "acute"),
    ("pulpitis", "chronic"): pgettext_lazy("pulpitis", "chronic"),
    ("apical_periodontitis", "acute"): pgettext_lazy("periodontitis", "acute"),
    ("apical_periodontitis", "chronic"): pgettext_lazy("periodontitis", "chronic"),
    ("apical_periodontitis", "granuloma"): pgettext_lazy("periodontitis", "granuloma"),
    ("fracture", "enamel"): pgettext_lazy("fracture", "of enamel"),
    ("fracture", "crown"): pgettext_lazy("fracture", "of the crown"),
    ("fracture", "root"): pgettext_lazy("fracture", "of the root"),
    ("mobility", "1"): pgettext_lazy("mobility", "grade I"),
    ("mobility", "2"): pgettext_lazy("mobility", "grade II"),
    ("mobility", "3"): pgettext_lazy("mobility", "grade III"),
    ("periapical_lesion", "widened"): pgettext_lazy("periapical lesion", "widened ligament space"),
    ("periapical_lesion", "radiolucent"): pgettext_lazy("periapical lesion", "radiolucent"),
    ("periapical_lesion", "radiopaque"): pgettext_lazy("periapical lesion", "radiopaque"),
    ("missing", "extracted"): pgettext_lazy("missing tooth", "extracted"),
    ("missing", "shed"): pgettext_lazy("missing tooth", "shed"),
    ("missing", "agenesis"): pgettext_lazy("missing tooth", "never formed (agenesis)"),
    ("missing", "trauma"): pgettext_lazy("missing tooth", "lost in an accident (trauma)"),
    ("missing", "unknown"): pgettext_lazy("missing tooth", "reason unknown"),
    ("percussion", "normal"): pgettext_lazy("percussion", "painless"),
    ("percussion", "painful"): pgettext_lazy("percussion", "painful"),
    ("angle_class", "I"): "I",
    ("angle_class", "II1"): pgettext_lazy("Angle", "II, division 1"),
    ("angle_class", "II2"): pgettext_lazy("Angle", "II, division 2"),
    ("angle_class", "III"): "III",
    "normal": pgettext_lazy("pulp test", "normal response"),
    "exaggerated": pgettext_lazy("pulp test", "exaggerated response"),
    "lingering": pgettext_lazy("pulp test", "lingering pain"),
    "none": pgettext_lazy("pulp test", "no response"),
    "slight": pgettext_lazy("severity", "slight"),
    "moderate": pgettext_lazy("severity", "moderate"),
    "severe": pgettext_lazy("severity", "severe"),
}
PROBLEMS = {
    "not_charted_here": gettext_lazy("This finding is not offered by the clinic. It can be offered again in the chart's catalogue (settings)."),
    "not_on_this_tooth": gettext_lazy("The clinic charts this only on other teeth, not on tooth %(tooth)s (settings, the chart's catalogue)."),
    "not_on_this_surface": gettext_lazy(
        "Tooth %(tooth)s: the clinic charts this only on the surfaces %(surfaces)s (settings, the chart's catalogue)."
    ),
    "no_such_tooth": gettext_lazy("There is no tooth %(tooth)s. Permanent teeth are 11–48, primary teeth 51–85."),
    "not_supernumerary": gettext_lazy("Tooth %(tooth)s is no supernumerary tooth: name the tooth beside it with an S, for example 11S."),
    "supernumerary_there": gettext_lazy("There is a supernumerary tooth %(tooth)s already."),
    "no_such_surface": gettext_lazy(
        "Tooth %(tooth)s has no surface “%(surface)s”: front teeth have an incisal edge (I), back teeth a chewing face (O)."
    ),
    "no_such_root": gettext_lazy("Tooth %(tooth)s has no root or canal “%(root)s”."),
    "no_such_finding": gettext_lazy("The chart knows no finding “%(kind)s”."),
    "no_such_severity": gettext_lazy("“%(severity)s” is no degree of this finding."),
    "not_shed": gettext_lazy("Tooth %(tooth)s is a permanent tooth: only primary teeth are shed."),
    "finding_has_no_day": gettext_lazy("Only of a missing tooth is it said since when."),
    "never_there": gettext_lazy("A tooth that never formed was not lost on any day: leave the date out."),
    "no_such_day": gettext_lazy("Write a year, a month or a day: 2015, 2015-06 or 2015-06-03."),
    "day_in_future": gettext_lazy("This date is still to come."),
    "before_birth": gettext_lazy("The patient was not born yet on this date."),
    "direction_needed": gettext_lazy("Say the direction of this finding."),
    "no_such_direction": gettext_lazy("“%(direction)s” is no direction of this finding."),
    "outcome_needed": gettext_lazy("Say how the tooth answered this test."),
    "class_needed": gettext_lazy("Say the class: I, II (division 1 or 2) or III."),
    "current_needed": gettext_lazy("Say at how many microamperes the tooth answered, or that it did not."),
    "no_response_no_current": gettext_lazy("A tooth that did not answer has no current: leave the microamperes out."),
    "amount_needed": gettext_lazy("Say how much it is, in %(unit)s."),
    "site_needed": gettext_lazy("Say where in the mouth it is."),
    "no_such_site": gettext_lazy("“%(site)s” is no place of this finding."),
    "not_of_a_tooth": gettext_lazy("This finding belongs to the mouth, not to a tooth: leave the tooth out."),
    "finding_has_no_amount": gettext_lazy("Nothing is measured of this finding: leave the number out."),
    "amount_out_of_range": gettext_lazy("This is measured from %(least)s to %(most)s %(unit)s."),
    "finding_has_no_surfaces": gettext_lazy("This finding belongs to the whole tooth, not to a surface."),
    "tooth_needed": gettext_lazy("Choose a tooth for this finding."),
    "tooth_absent": gettext_lazy("Tooth %(tooth)s is not in the mouth on this day."),
    "act_has_no_surfaces": gettext_lazy("Tooth %(tooth)s: this service is done on the whole tooth, not on a surface."),
    "no_such_role": gettext_lazy("Tooth %(tooth)s: “%(role)s” is nothing that a tooth can be in this act. It is one of: %(roles)s."),
    "tooth_is_implant": gettext_lazy("Tooth %(tooth)s is an implant on this day: it has neither decay nor pulp nor roots of its own."),
    "only_root": gettext_lazy("Only a root is left of tooth %(tooth)s: there is no crown of its own to work on."),
    "tooth_stands": gettext_lazy(
        "Tooth %(tooth)s is still there, if only as a root or under the gum: extract it first, the same visit will do, or note it as missing."
    ),
    "implant_stands": gettext_lazy("An implant stands in place of tooth %(tooth)s already: remove it first."),
    "for_primary": gettext_lazy("Tooth %(tooth)s is a permanent tooth, and this service is for primary teeth."),
    "for_permanent": gettext_lazy("Tooth %(tooth)s is a primary tooth, and this service is for permanent teeth."),
    "tooth_twice": gettext_lazy("Tooth %(tooth)s is named twice."),
    "teeth_needed": gettext_lazy("Choose the tooth or teeth first."),
    "no_teeth_for_mouth": gettext_lazy("This service is for the whole mouth: leave the teeth out."),
    "one_arch_needed": gettext_lazy("Choose teeth of one arch."),
    "surfaces_needed": gettext_lazy("Choose the surfaces of tooth %(tooth)s."),
    "span_has_gap": gettext_lazy("Choose at least two teeth that stand side by side, with none left out."),
    "bridge_needs_abutment": gettext_lazy("A bridge needs at least one abutment tooth."),
    "bridge_needs_pontic": gettext_lazy("A bridge needs at least one pontic."),
    "denture_replaces_none": gettext_lazy("A denture needs at least one tooth that it replaces: clasps alone hold nothing."),
    "wire_joins_several": gettext_lazy("A wire joins several teeth: choose at least two of one arch."),
}


def tooth_name(number: int) -> str:
    """`first molar, upper right`."""
    return _tooth_name(number, get_language() or "")


@lru_cache(maxsize=512)
def _tooth_name(number: int, language: str) -> str:
    """Kept by language: a chart names 52 teeth each time it opens."""
    tooth = teeth.TEETH[number]
    names = PRIMARY_NAMES if tooth.is_primary else POSITION_NAMES
    quadrant = QUADRANT_NAMES[tooth.quadrant - 4 if tooth.is_primary else tooth.quadrant]
    told = _("%(name)s, %(quadrant)s") % {"name": names[tooth.position], "quadrant": quadrant}
    return _("supernumerary, beside: %(tooth)s") % {"tooth": told} if tooth.is_supernumerary else told


def severity_name(kind: str, severity: str) -> str:
    return str(SEVERITY_NAMES.get((kind, severity)) or SEVERITY_NAMES.get(severity, severity))


def part_shown(*, tooth: int | None, surfaces: Iterable[str], roots: Iterable[str] = ()) -> str:
    """`part_names` in the reader's notation: for a screen, not for what is kept or signed."""
    return part_names(tooth=tooth, surfaces=surfaces, roots=roots, shown_in=notation.current())


def part_names(*, tooth: int | None, surfaces: Iterable[str], roots: Iterable[str] = (), shown_in: str = Notation.FDI) -> str:
    """`16 MOD, palatal root` by FDI unless another notation is named; nothing for the whole mouth."""
    letters = "".join(teeth.ordered_surfaces(set(surfaces)))
    head = " ".join(part for part in (notation.code(tooth, shown_in) if tooth else "", letters) if part)
    return ", ".join([part for part in (head, *(str(ROOT_NAMES.get(root, root)) for root in roots)) if part])


def problem_text(problem: rules.Problem) -> str:
    values = {name: _named(name, value) for name, value in notation.in_words(problem.values).items()}
    return str(PROBLEMS[problem.code]) % values


def _named(name: str, value: Any) -> Any:
    """Codes of units and roles by their names; everything else as it is."""
    if name == "roles":
        return ", ".join(str(ROLE_NAMES[role]) for role in value)
    names = {"unit": UNIT_NAMES, "role": ROLE_NAMES}.get(name, {})
    return names.get(value, value)


def refuse(problems: list[rules.Problem]) -> None:
    """:raises InvalidInput: when there is any problem, in words, under the fields they belong to."""
    if problems:
        told: dict[str, dict[str, None]] = {}  # each sentence once, in order
        for problem in problems:
            told.setdefault(problem.field, {})[problem_text(problem)] = None
        fields = {field: " ".join(texts) for field, texts in told.items()}
        raise InvalidInput(" ".join(dict.fromkeys(fields.values())), fields=fields)
