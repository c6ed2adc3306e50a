"""The product's settings over plain HTTP and without `collectstatic`; nothing that costs time is switched off."""

from clinic.settings import *  # noqa: F403
from clinic.settings import STORAGES

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
