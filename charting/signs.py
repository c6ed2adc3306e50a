"""How the chart shows, types and reports each finding and each effect of an act: what is shipped, what a clinic may choose. No Django here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from charting import rules, sites, teeth

FINDING, EFFECT = "finding", "effect"

COLOURS = ("vermilion", "amber", "green", "blue", "purple", "black")
"""The hues of Okabe and Ito that are told apart with any colour vision; without one the layer gives its own."""
HATCHES = ("cross", "dots", "lines", "bars", "solid")
"""For findings only: the hatch of an act tells its state."""
SYMBOLS = ("●", "▲", "■", "◆", "★", "○", "△", "□", "◇")

# Signs of the dental formula in form 043/у that follow what was found and made. Absent, root and mobility follow the tooth's state by themselves.
CARIES, PULPITIS, PERIODONTITIS, FILLED, PERIODONTAL, CROWN, ARTIFICIAL = (
    "caries",
    "pulpitis",
    "periodontitis",
    "filled",
    "periodontal",
    "crown",
    "artificial",
)
LEGAL_LETTERS: dict[str, tuple[str, ...]] = {
    FINDING: (CARIES, PULPITIS, PERIODONTITIS, PERIODONTAL),
    EFFECT: (FILLED, CROWN, ARTIFICIAL),
}
SHIPPED_LETTERS = {
    "finding:caries": CARIES,
    "finding:pulpitis": PULPITIS,
    "finding:apical_periodontitis": PERIODONTITIS,
    "effect:filling": FILLED,
    "effect:inlay": FILLED,
    "effect:crown": CROWN,
    "effect:denture": ARTIFICIAL,
    "effect:implant": ARTIFICIAL,
}
BY_STATE = frozenset(
    {
        "finding:missing",
        "finding:unerupted",
        "finding:erupting",
        "finding:erupted",
        "finding:retained_root",
        "finding:mobility",
        "finding:supernumerary",
    }
    | {"effect:bridge", "effect:implant", "effect:braces", "effect:retainer", "effect:plate", "effect:removal"}
)
"""Their letter follows the tooth's state, degree or role: the form leaves no choice."""

SHIPPED_TYPED: dict[str, dict[str, str]] = {
    "en": {
        "finding:periapical_lesion": "les", "finding:cold_test": "cold", "finding:heat_test": "heat", "finding:electric_test": "ept",
        "finding:percussion": "tap", "finding:erupting": "eru", "finding:erupted": "out", "finding:drift": "dri",
        "finding:rotation": "rot", "finding:tipping": "tip", "finding:extrusion": "extr", "finding:supernumerary": "sup",
        "finding:caries": "car", "finding:pulpitis": "pul", "finding:apical_periodontitis": "per", "finding:fracture": "fra",
        "finding:mobility": "mob", "finding:wear": "wea", "finding:recession": "rec", "finding:plaque": "pla", "finding:calculus": "cal",
        "finding:missing": "mis", "finding:unerupted": "une", "finding:impacted": "imp", "finding:retained_root": "roo",
        "finding:sensitivity": "sen", "finding:discoloration": "dis", "finding:fistula": "fis",
        "effect:filling": "fil", "effect:inlay": "inl", "effect:veneer": "ven", "effect:crown": "cro", "effect:bridge": "bri",
        "effect:root_canal": "rct", "effect:post": "pos", "effect:extraction": "ext", "effect:implant": "impl", "effect:sealant": "sea",
        "effect:denture": "den", "effect:splint": "spl", "effect:bracket": "bra", "effect:braces": "braces",
        "effect:retainer": "ret", "effect:plate": "plate", "effect:removal": "off",
        "finding:ulcer": "ulc", "finding:erosion": "ero", "finding:leukoplakia": "leu", "finding:erythroplakia": "ery",
        "finding:lichen": "lic", "finding:candidiasis": "can", "finding:herpes": "her", "finding:mucosal_fistula": "mfis",
        "finding:swelling": "swe", "finding:mucocele": "muc", "finding:hyperplasia": "hyp", "finding:pigmentation": "pig",
        "finding:mucosal_injury": "inj",
    },
    "ru": {
        "finding:periapical_lesion": "оча", "finding:cold_test": "хол", "finding:heat_test": "теп", "finding:electric_test": "эод",
        "finding:percussion": "перк", "finding:erupting": "проре", "finding:erupted": "вых", "finding:drift": "сме",
        "finding:rotation": "пов", "finding:tipping": "нак", "finding:extrusion": "выдв", "finding:supernumerary": "сверх",
        "finding:caries": "кар", "finding:pulpitis": "пул", "finding:apical_periodontitis": "пер", "finding:fracture": "ско",
        "finding:mobility": "под", "finding:wear": "сти", "finding:recession": "рец", "finding:plaque": "нал", "finding:calculus": "кам",
        "finding:missing": "отс", "finding:unerupted": "неп", "finding:impacted": "рет", "finding:retained_root": "корн",
        "finding:sensitivity": "чув", "finding:discoloration": "цве", "finding:fistula": "сви",
        "effect:filling": "пло", "effect:inlay": "вкл", "effect:veneer": "вин", "effect:crown": "коро", "effect:bridge": "мос",
        "effect:root_canal": "энд", "effect:post": "шти", "effect:extraction": "уда", "effect:implant": "имп", "effect:sealant": "гер",
        "effect:denture": "про", "effect:splint": "шин", "effect:bracket": "бре", "effect:braces": "брексист",
        "effect:retainer": "ретей", "effect:plate": "плас", "effect:removal": "снят",
        "finding:ulcer": "язв", "finding:erosion": "эро", "finding:leukoplakia": "лей", "finding:erythroplakia": "эри",
        "finding:lichen": "лиш", "finding:candidiasis": "кан", "finding:herpes": "герп", "finding:mucosal_fistula": "ссви",
        "finding:swelling": "оте", "finding:mucocele": "мук", "finding:hyperplasia": "гип", "finding:pigmentation": "пиг",
        "finding:mucosal_injury": "тра",
    },
    "fr": {
        "finding:periapical_lesion": "les", "finding:cold_test": "fro", "finding:heat_test": "cha", "finding:electric_test": "ele",
        "finding:percussion": "per", "finding:erupting": "eru", "finding:erupted": "sor", "finding:drift": "der",
        "finding:rotation": "rot", "finding:tipping": "ver", "finding:extrusion": "egr", "finding:supernumerary": "surn",
        "finding:caries": "car", "finding:pulpitis": "pul", "finding:apical_periodontitis": "par", "finding:fracture": "fra",
        "finding:mobility": "mob", "finding:wear": "usu", "finding:recession": "rec", "finding:plaque": "pla", "finding:calculus": "tar",
        "finding:missing": "abs", "finding:unerupted": "nev", "finding:impacted": "inc", "finding:retained_root": "rac",
        "finding:sensitivity": "sen", "finding:discoloration": "tei", "finding:fistula": "fis",
        "effect:filling": "obt", "effect:inlay": "inl", "effect:veneer": "fac", "effect:crown": "cou", "effect:bridge": "bri",
        "effect:root_canal": "endo", "effect:post": "ten", "effect:extraction": "ext", "effect:implant": "imp", "effect:sealant": "sce",
        "effect:denture": "pro", "effect:splint": "con", "effect:bracket": "bra", "effect:braces": "multi",
        "effect:retainer": "fil", "effect:plate": "plaque", "effect:removal": "dep",
        "finding:ulcer": "ulc", "finding:erosion": "ero", "finding:leukoplakia": "leu", "finding:erythroplakia": "ery",
        "finding:lichen": "lic", "finding:candidiasis": "can", "finding:herpes": "her", "finding:mucosal_fistula": "mfis",
        "finding:swelling": "tum", "finding:mucocele": "muc", "finding:hyperplasia": "hyp", "finding:pigmentation": "pig",
        "finding:mucosal_injury": "ble",
    },
}  # fmt: skip
SHIPPED_DIAGNOSES = {
    "finding:caries": "K02.1",
    "finding:caries:initial": "K02.0",
    "finding:caries:superficial": "K02.0",
    "finding:caries:icdas1": "K02.0",
    "finding:caries:icdas2": "K02.0",
    "finding:caries:icdas3": "K02.0",
    "finding:pulpitis": "K04.0",
    "finding:apical_periodontitis": "K04.5",
    "finding:apical_periodontitis:acute": "K04.4",
    "finding:periapical_lesion": "K04.5",
    "finding:drift": "K07.3",
    "finding:rotation": "K07.3",
    "finding:tipping": "K07.3",
    "finding:extrusion": "K07.3",
    "finding:fracture": "S02.5",
    "finding:wear": "K03.0",
    "finding:recession": "K06.0",
    "finding:plaque": "K03.6",
    "finding:calculus": "K03.6",
    "finding:missing": "K08.1",
    "finding:unerupted": "K00.6",
    "finding:impacted": "K01.1",
    "finding:supernumerary": "K00.1",
    "finding:retained_root": "K08.3",
    "finding:sensitivity": "K03.8",
    "finding:discoloration": "K03.7",
    "finding:fistula": "K04.6",
    "finding:ulcer": "K12.0",
    "finding:erosion": "K13.7",
    "finding:leukoplakia": "K13.2",
    "finding:erythroplakia": "K13.2",
    "finding:lichen": "L43.9",
    "finding:candidiasis": "B37.0",
    "finding:herpes": "B00.2",
    "finding:mucosal_fistula": "K12.2",
    "finding:swelling": "R22.0",
    "finding:mucocele": "K11.6",
    "finding:hyperplasia": "K13.6",
    "finding:pigmentation": "K13.7",
    "finding:mucosal_injury": "S00.5",
    **{f"finding:{kind}": "K07.6" for kind in ("joint_click", "joint_crepitus", "joint_pain")},
    **{f"finding:{kind}": "K07.5" for kind in ("muscle_pain", "jaw_deviation", "limited_opening")},
    **{f"finding:{kind}": "K07.2" for kind in sites.OCCLUSION},
}
TYPED_FORM = re.compile(r"[^\W\d_]{1,8}")


@dataclass(frozen=True)
class Sign:
    """One row of the chart's catalogue. Empty colour, hatch and symbol are the drawing's own; no teeth or surfaces are all that the rules allow."""

    subject: str
    colour: str = ""
    hatch: str = ""
    symbol: str = ""
    typed: str = ""
    letter: str = ""
    diagnosis: str = ""
    teeth: frozenset[int] = frozenset()
    surfaces: frozenset[str] = frozenset()
    is_offered: bool = True
    version: int = 0

    @property
    def half(self) -> str:
        return self.subject.partition(":")[0]

    @property
    def kind(self) -> str:
        return self.subject.partition(":")[2]

    @property
    def look(self) -> dict[str, str]:
        """How its marks differ from the drawing's own."""
        return {name: value for name in ("colour", "hatch", "symbol") if (value := getattr(self, name))}

    def typed_in(self, language: str) -> str:
        """The code typed in the chart: the clinic's, else the one shipped in the reader's language."""
        return self.typed or SHIPPED_TYPED.get(language[:2], SHIPPED_TYPED["en"]).get(self.subject, "")

    def diagnosis_for(self, severity: str = "") -> str:
        """The ICD-10 code offered first: the clinic's, else the one shipped for the degree or the kind."""
        return self.diagnosis or SHIPPED_DIAGNOSES.get(f"{self.subject}:{severity}") or SHIPPED_DIAGNOSES.get(self.subject, "")


def shipped(subject: str) -> Sign:
    """The row as it is until a clinic changes it."""
    return Sign(subject, letter=SHIPPED_LETTERS.get(subject, ""))


def with_letter(sign: Sign) -> Sign:
    """The row with the letter that the form gives it; where the form leaves no choice, none is kept."""
    return replace(sign, letter=SHIPPED_LETTERS.get(sign.subject, "")) if sign.subject in BY_STATE else sign


def typed_taken(sign: Sign, others: Iterable[Sign]) -> str:
    """The subject that is typed by the same code in any language; empty when the code is free."""
    wanted = sign.typed.lower()
    for other in others:
        own = {other.typed} if other.typed else {other.typed_in(language) for language in SHIPPED_TYPED}
        if wanted and other.subject != sign.subject and wanted in {code.lower() for code in own}:
            return other.subject
    return ""


def allowed_surfaces(subject: str) -> tuple[str, ...]:
    """The surfaces that the rules know for it; none when it belongs to whole teeth."""
    half, _, kind = subject.partition(":")
    has_surfaces = kind in rules.ON_SURFACES if half == FINDING else kind not in rules.WHOLE_TOOTH
    return teeth.SURFACES if has_surfaces else ()


def problems(sign: Sign) -> dict[str, str]:
    """What a clinic cannot choose, as codes by field."""
    found = {}
    if sign.typed and not TYPED_FORM.fullmatch(sign.typed):
        found["typed"] = "typed_form"
    if sign.hatch and sign.half == EFFECT:
        found["hatch"] = "hatch_tells_state"
    if sign.letter and sign.subject not in BY_STATE and sign.letter not in LEGAL_LETTERS[sign.half]:
        found["letter"] = "letter_not_legal"
    if sign.diagnosis and sign.half == EFFECT:
        found["diagnosis"] = "effect_has_no_diagnosis"
    if sign.teeth - set(teeth.ALL):
        found["teeth"] = "no_such_teeth"
    if sign.surfaces - set(allowed_surfaces(sign.subject)):
        found["surfaces"] = "surfaces_not_allowed"
    return found


def refusals(sign: Sign, places: Iterable[rules.Place]) -> list[rules.Problem]:
    """What the clinic's catalogue does not let be entered anew, beside what the rules refuse."""
    if sign.half == FINDING and not sign.is_offered:
        return [rules.Problem("not_charted_here", "kind")]
    found = []
    for place in places:
        if sign.teeth and place.tooth % teeth.BESIDE not in sign.teeth:
            found.append(rules.Problem("not_on_this_tooth", "tooth", {"tooth": place.tooth}))
        elif sign.surfaces and place.surfaces - sign.surfaces:
            letters = "".join(teeth.ordered_surfaces(sign.surfaces))
            found.append(rules.Problem("not_on_this_surface", "surfaces", {"tooth": place.tooth, "surfaces": letters}))
    return found


def letters_of(signs: Mapping[str, Sign]) -> dict[str, str]:
    """Which sign of the dental formula stands for what."""
    return {subject: sign.letter for subject, sign in signs.items() if sign.letter}
