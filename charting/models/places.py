"""Where on a tooth something may lie, as the database checks it."""

from django.db.models import Q

from charting import teeth


def surfaces_fit_tooth() -> Q:
    """Only surfaces that the tooth has: an occlusal face behind, an incisal edge in front."""
    return (
        Q(surfaces__contained_by=list(teeth.SURFACES))
        & (~Q(surfaces__contains=["O"]) | Q(tooth__in=teeth.POSTERIOR))
        & (~Q(surfaces__contains=["I"]) | Q(tooth__in=teeth.ANTERIOR))
    )


def roots_fit_tooth() -> Q:
    """Only roots and canals that the tooth has."""
    fits = Q(roots=[])
    for parts, numbers in teeth.TEETH_BY_PARTS.items():
        fits |= Q(tooth__in=list(numbers), roots__contained_by=list(parts))
    return fits
