"""The WSGI entrance that granian serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
application = get_wsgi_application()
try:
    connection.ensure_connection()  # an unsafe role stops the start; /readyz reports a database that is only away
except OperationalError:
    connection.close()
