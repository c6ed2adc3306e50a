"""Combinations of the chart: which are offered, and which service the gesture proposes on a tooth."""

from uuid import UUID

from django.db.models import QuerySet

from charting import rules
from charting.models import Combination, CombinedEntry
from clinic.lib.errors import NotFound
from clinic.price_list.models import Service


def listed() -> QuerySet[Combination]:
    """All of them in their order, those no longer offered too."""
    return Combination.objects.select_related("service").order_by("position", "title_en", "pk")


def get_combination(combination_id: UUID) -> Combination:
    """:raises NotFound: when there is none."""
    found = listed().filter(pk=combination_id).first()
    if found is None:
        raise NotFound
    return found


def get_entry(entry_id: UUID) -> CombinedEntry:
    """:raises NotFound: when there is none; who may see it is asked of its patient."""
    found = CombinedEntry.objects.select_related("patient", "finding", "diagnosis", "procedure").filter(pk=entry_id).first()
    if found is None:
        raise NotFound
    return found


def act_on(combination: Combination, place: rules.Place) -> tuple[Service | None, rules.Place]:
    """The service to propose there: the one named, else the first by code that can be placed; its place has only the parts that it is done on."""
    services = Service.objects.filter(is_active=True, chart_effect=combination.effect).order_by("code", "pk")
    if combination.service_id:
        services = services.filter(pk=combination.service_id)
    candidates = [(service, _place_of(service, place)) for service in services if service.scope in ("tooth", "surfaces", "root", "span")]
    for service, own in candidates:
        if not rules.procedure_problems(scope=service.scope, effect=service.chart_effect, places=[own], dentition=service.dentition):
            return service, own
    return candidates[0] if candidates else (None, place)


def _place_of(service: Service, place: rules.Place) -> rules.Place:
    return rules.Place(
        place.tooth,
        surfaces=place.surfaces if service.scope == "surfaces" else frozenset(),
        roots=place.roots if service.scope == "root" else frozenset(),
    )
