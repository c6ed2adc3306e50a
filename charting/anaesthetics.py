"""Local anaesthetics as dentists draw them up: drug, strength, vasoconstrictor, and how much a cartridge holds."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Drug(models.TextChoices):
    """International non-proprietary names."""

    ARTICAINE = "articaine", _("articaine")
    LIDOCAINE = "lidocaine", _("lidocaine")
    MEPIVACAINE = "mepivacaine", _("mepivacaine")
    PRILOCAINE = "prilocaine", _("prilocaine")
    BUPIVACAINE = "bupivacaine", _("bupivacaine")
    BENZOCAINE = "benzocaine", _("benzocaine")


class Vasoconstrictor(models.TextChoices):
    ADRENALINE = "adrenaline", _("adrenaline")
    FELYPRESSIN = "felypressin", _("felypressin")


class Kind(models.TextChoices):
    """How it was given, or that it was done without."""

    INFILTRATION = "infiltration", pgettext_lazy("anaesthesia", "infiltration")
    NERVE_BLOCK = "nerve_block", pgettext_lazy("anaesthesia", "nerve block")
    INTRALIGAMENTARY = "intraligamentary", pgettext_lazy("anaesthesia", "intraligamentary")
    TOPICAL = "topical", pgettext_lazy("anaesthesia", "topical")
    NONE = "none", pgettext_lazy("anaesthesia", "without anaesthesia")


NARROW = "\u202f"
MOST_ML, MOST_CARTRIDGES = Decimal(20), Decimal(10)
"""More than anybody gives in a visit: a slip of the hand."""


@dataclass(frozen=True)
class Solution:
    """What the cartridge or the bottle holds; `dilution` is the n of one part of vasoconstrictor in n."""

    drug: str
    concentration: Decimal
    vasoconstrictor: str = ""
    dilution: int | None = None
    cartridge_ml: Decimal | None = None

    @property
    def label(self) -> str:
        """As it stands on the pack, in the reader's language."""
        return solution_label(self.drug, self.concentration, self.vasoconstrictor, self.dilution)


def solution_label(drug: str, concentration: Decimal | None, vasoconstrictor: str, dilution: int | None) -> str:
    """`articaine 4 %, adrenaline 1:100 000`."""
    if not drug:
        return ""
    strength = f" {number_format(concentration.normalize(), use_l10n=True)} %" if concentration is not None else ""
    added = f", {Vasoconstrictor(vasoconstrictor).label} 1:{f'{dilution:,}'.replace(',', NARROW)}" if dilution else ""
    return f"{Drug(drug).label}{strength}{added}"


_CARTRIDGE, _LARGE = Decimal("1.7"), Decimal("1.8")
SOLUTIONS = {
    "articaine_100": Solution(Drug.ARTICAINE, Decimal(4), Vasoconstrictor.ADRENALINE, 100_000, _CARTRIDGE),
    "articaine_200": Solution(Drug.ARTICAINE, Decimal(4), Vasoconstrictor.ADRENALINE, 200_000, _CARTRIDGE),
    "lidocaine_100": Solution(Drug.LIDOCAINE, Decimal(2), Vasoconstrictor.ADRENALINE, 100_000, _LARGE),
    "mepivacaine_3": Solution(Drug.MEPIVACAINE, Decimal(3), cartridge_ml=_LARGE),
    "mepivacaine_100": Solution(Drug.MEPIVACAINE, Decimal(2), Vasoconstrictor.ADRENALINE, 100_000, _LARGE),
    "prilocaine_felypressin": Solution(Drug.PRILOCAINE, Decimal(3), Vasoconstrictor.FELYPRESSIN, 1_850_000, _LARGE),
    "bupivacaine_200": Solution(Drug.BUPIVACAINE, Decimal("0.5"), Vasoconstrictor.ADRENALINE, 200_000, _LARGE),
    "lidocaine_spray": Solution(Drug.LIDOCAINE, Decimal(10)),
    "benzocaine_gel": Solution(Drug.BENZOCAINE, Decimal(20)),
}


def solution_choices() -> list[tuple[str, str]]:
    """The solutions on offer with their labels in the reader's language."""
    return [(key, solution.label) for key, solution in SOLUTIONS.items()]


def act_of(kind: str, vasoconstrictor: str) -> list[str]:
    """An anaesthesia as the rules of interactions know it; the database says the same in `charting_anaesthesia_act`."""
    if kind == Kind.NONE:
        return []
    adrenaline = ["drug:adrenaline"] if vasoconstrictor == Vasoconstrictor.ADRENALINE else []
    return ["category:anaesthesia", "drug:local_anaesthetic", *adrenaline]
