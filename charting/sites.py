"""Places of the mouth that are no teeth: regions of the mucosa, the jaw joints, the bite; and what is found there. No Django here."""

MUCOSA = (
    "lip_upper", "lip_lower", "corner_right", "corner_left", "vestibule_upper", "vestibule_lower", "cheek_right", "cheek_left",
    "palate_hard", "palate_soft", "uvula", "pillar_right", "pillar_left", "pharynx", "retromolar_right", "retromolar_left",
    "tongue_dorsum", "tongue_tip", "tongue_right", "tongue_left", "tongue_ventral", "mouth_floor",
    "gingiva_1", "gingiva_2", "gingiva_3", "gingiva_4", "gingiva_5", "gingiva_6",
)  # fmt: skip
"""The gingiva by sextants, as the screening counts them: 1 upper right, 2 upper front … 6 lower right."""
NUMBERS = {site: number for number, site in enumerate(MUCOSA, start=1)}
"""The number of each region on the map, on screen and paper."""
SIDES = ("right", "left")
BITE = ("front", *SIDES)

LESIONS = (
    "ulcer", "erosion", "leukoplakia", "erythroplakia", "lichen", "candidiasis", "herpes", "mucosal_fistula", "swelling", "mucocele",
    "hyperplasia", "pigmentation", "mucosal_injury",
)  # fmt: skip
JOINT = ("joint_click", "joint_crepitus", "joint_pain", "muscle_pain", "jaw_deviation")
OPENING = "limited_opening"
OCCLUSION = ("angle_class", "open_bite", "cross_bite", "midline_shift", "overjet", "overbite", "deep_bite")
SITES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(LESIONS, MUCOSA),
    **dict.fromkeys(JOINT, SIDES),
    "angle_class": SIDES,
    "midline_shift": SIDES,
    "open_bite": BITE,
    "cross_bite": BITE,
}
"""Findings that always have one of these places; a shift or a deviation is to that side of the patient."""
OF_MOUTH = (*LESIONS, *JOINT, OPENING, *OCCLUSION)
"""Findings that never belong to a tooth."""
MEASURED = frozenset({OPENING, "overjet", "overbite"})
"""They are nothing without their millimetres."""
STATED = frozenset({"angle_class", "midline_shift", "jaw_deviation", OPENING, "overjet", "overbite"})
"""The later one of them, at the same place, takes the place of the earlier one."""
SHIFTS = frozenset({"midline_shift", "jaw_deviation"})
"""To one side or to the other: a later one to the other side replaces the earlier one too."""


def stated(kind: str, site: str) -> str:
    """What such a finding states of the mouth; nothing when findings of it add up."""
    if kind not in STATED:
        return ""
    return kind if kind in SHIFTS else f"{kind} {site}".strip()
