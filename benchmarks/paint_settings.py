"""The settings of the benchmark with the pages' files, as the browser needs them."""

from benchmarks.settings import *  # noqa: F403

WHITENOISE_USE_FINDERS = True
