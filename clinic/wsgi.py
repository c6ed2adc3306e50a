"""The WSGI entrance that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
application = get_wsgi_application()
try:
    connection.ensure_connection()  # an unsafe role stops the start; /readyz reports a database that is only away
except OperationalError:
    connection.close()
get_resolver().url_patterns  # noqa: B018 - every page's code, before the first request asks for it
gc.collect()
gc.freeze()  # what stays is not searched for garbage again: that took a quarter of a second out of every twentieth long chart
