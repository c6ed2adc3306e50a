"""What serves the floor: the same database by the same driver, no middleware."""

from benchmarks.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "benchmarks.floor"
