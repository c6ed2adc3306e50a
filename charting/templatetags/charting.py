"""Words of the chart in templates."""

from django import template

from charting.models import Procedure
from charting.story import procedure_part

register = template.Library()


@register.filter
def part(procedure: Procedure) -> str:
    """Where a procedure is done: `16 MOD`."""
    return procedure_part(procedure)
