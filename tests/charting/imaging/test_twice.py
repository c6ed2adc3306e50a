"""The same picture sent by two hands at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection, connections

from charting.imaging.models import Image
from clinic.files.models import StoredFile
from clinic.history.context import Context, acting
from tests.charting.factories import patient_petrov
from tests.charting.imaging.pictures import add, jpeg
from tests.staff.factories import dr_orlova

pytestmark = pytest.mark.django_db(transaction=True)


def test_four_hands_send_one_picture() -> None:
    patient = patient_petrov()
    dr_orlova()
    content, together = jpeg(), Barrier(4)

    def send() -> UUID:
        with acting(Context(actor="system:test", actor_name="test", actor_role="system", purpose="test")):
            together.wait()
            try:
                return add(content, patient=patient).pk
            finally:
                connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = {task.result() for task in [pool.submit(send) for _ in range(4)]}
    assert len(found) == 1
    assert Image.objects.count() == 1
    assert StoredFile.objects.count() == 2
    connections.close_all()
