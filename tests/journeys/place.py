"""The clinic in which the chain is walked: the demo's people, catalogue, store, laboratories and insurers, with no patients yet."""

from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from clinic.demo import catalogue, cover, people
from clinic.demo.people import Clinic
from clinic.scheduling import setup_actions

STEP = timedelta(minutes=5)


def open_the_clinic() -> Clinic:
    """Everybody at a chair works from two hours ago for half a day, whatever the hour of the test."""
    at = now() - timedelta(days=2)
    with transaction.atomic():
        clinic = people.found_clinic(at=at)
        catalogue.stock_the_clinic(clinic, at=at)
        cover.insure(clinic, [], random=Random(1), at=at)  # noqa: S311 - no secret
        for username, chair in clinic.working.items():
            setup_actions.add_shift(
                actor=clinic.users["manager"],
                at=at,
                user_id=clinic.users[username].pk,
                branch_id=chair.branch_id,
                chair_id=chair.pk,
                starts_at=now() - timedelta(hours=2),
                ends_at=now() + timedelta(hours=9),
            )
    return clinic


def now() -> datetime:
    """The last whole five minutes."""
    moment = timezone.now()
    return moment - timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
