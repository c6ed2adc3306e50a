"""Words of the chart in templates."""

from django import template

from charting import anaesthesia_words, notation
from charting.models import Anaesthesia, ClinicalPaper, Procedure
from charting.prescribing import queries as prescribing
from charting.prescribing import words as paper_words
from charting.story import procedure_part

register = template.Library()


@register.filter
def part(procedure: Procedure) -> str:
    """Where a procedure is done, for the reader of a page: `16 MOD`."""
    return procedure_part(procedure)


@register.filter
def tooth(number: int) -> str:
    """The tooth as the reader of a page writes it."""
    return notation.code(number)


@register.filter
def teeth(numbers: list[int]) -> str:
    """Teeth as the reader of a page writes them: `16, 17`."""
    return notation.shown_all(numbers)


@register.filter
def anaesthesia(row: Anaesthesia) -> str:
    """What was given, how much, of which lot, where."""
    return anaesthesia_words.told(row)


@register.filter
def came_later(paper: ClinicalPaper) -> bool:
    """Whether a prescription or referral was issued after the note of its visit was fixed."""
    return prescribing.came_later(paper)


@register.filter
def paper_told(paper: ClinicalPaper) -> str:
    """What a prescription or referral says, in one line."""
    return paper_words.told(paper)
