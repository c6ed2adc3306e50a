"""What a finding says beyond its place, as the database checks it."""

from django.db.models import CharField, F, Func, Q

from charting import details, rules, sites


def severity_fits_kind() -> Q:
    """No degree, or one of the finding's own."""
    fits = Q(severity="")
    for kind, degrees in rules.SEVERITIES.items():
        fits |= Q(kind=kind, severity__in=list(degrees))
    return fits


def direction_fits_kind() -> Q:
    """A direction exactly where the finding has one."""
    fits = Q(direction="") & ~Q(kind__in=list(details.DIRECTIONS))
    for kind, directions in details.DIRECTIONS.items():
        fits |= Q(kind=kind, direction__in=list(directions))
    return fits


def amount_fits_kind() -> Q:
    """Nothing measured, or as much as can be of this finding."""
    fits = Q(amount=None)
    for kind, scale in details.AMOUNTS.items():
        fits |= Q(kind=kind, amount__gte=scale.least, amount__lte=scale.most)
    return fits


def outcome_is_told() -> Q:
    """A test has its outcome; an electric one has the current, or says that the tooth did not answer."""
    needed = [*sorted(details.NEEDS_SEVERITY), details.ELECTRIC, *sorted(sites.MEASURED)]
    current = Q(kind=details.ELECTRIC, severity="", amount__isnull=False) | Q(kind=details.ELECTRIC, severity="none", amount=None)
    return (
        ~Q(kind__in=needed)
        | Q(kind__in=sorted(details.NEEDS_SEVERITY)) & ~Q(severity="")
        | current
        | Q(kind__in=sorted(sites.MEASURED), amount__isnull=False)
    )


DAY_OF_NOTING = "to_char((%(expressions)s + interval '14 hours') AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
"""The latest day that it was anywhere on earth when the finding was noted."""


def since_fits() -> Q:
    """A year, a month or a day, not after the finding was noted; only of a tooth that was there once."""
    is_date = Q(since__regex=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
    is_past = Q(since__lte=Func(F("noted_at"), template=DAY_OF_NOTING, output_field=CharField()))
    return Q(since="") | Q(kind__in=sorted(details.DATED)) & ~Q(severity="agenesis") & is_date & is_past


def site_fits() -> Q:
    """A place that is no tooth exactly where the finding has one, and never a tooth with it."""
    fits = Q(site="") & ~Q(kind__in=list(sites.SITES))
    by_places: dict[tuple[str, ...], list[str]] = {}
    for kind, places in sites.SITES.items():
        by_places.setdefault(places, []).append(kind)
    for places, kinds in by_places.items():
        fits |= Q(kind__in=kinds, site__in=list(places))
    return fits & (~Q(kind__in=list(sites.OF_MOUTH)) | Q(tooth=None))
