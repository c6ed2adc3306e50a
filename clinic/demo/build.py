"""The whole demo clinic, step by step."""

from datetime import datetime, timedelta
from random import Random

from tqdm import tqdm

from clinic.demo import catalogue, cover, people, story
from clinic.demo import patients as demo_patients
from clinic.demo.calendar import Calendar
from clinic.demo.visits import Scene

AHEAD = timedelta(days=35)


def build(*, seed: int, patients: int, months: int, now: datetime, show_progress: bool) -> dict[str, int]:
    """Make the clinic with its story of the last `months`; returns how many of what were made."""
    random = Random(seed)  # noqa: S311 - a story, not a secret
    began = now - timedelta(days=30 * months)
    clinic = people.found_clinic(at=began)
    people.roster(clinic, first=began, last=now + AHEAD, at=began)
    catalogue.stock_the_clinic(clinic, at=now - timedelta(days=20))
    welcomed = demo_patients.welcome(clinic, count=patients, random=random, at=began)
    policies = cover.insure(clinic, welcomed, random=random, at=began)
    scene = Scene(clinic, Calendar(), random, now)
    for _patient in tqdm(story.tell(scene, welcomed, began=began), total=len(welcomed), desc="patients", disable=not show_progress):
        pass
    diary = story.fill_diary(scene, welcomed)
    return {"patients": len(welcomed), "policies": policies, "appointments_around_today": diary}
