"""A patient with twenty years of treatment: fillings found, planned and done, one after another, through the product's own actions."""

from datetime import timedelta
from itertools import cycle
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from benchmarks.fill import patient_key
from benchmarks.place import Place
from charting import actions, teeth
from charting.models import Finding
from charting.rules import Place as Tooth
from clinic.history.models import Event
from clinic.patients.models import Patient
from clinic.price_list.models import Service

YEARS, ACTS, EVENTS = 20, 190, 1500
NUMBER = 5  # a patient whom `fill` leaves untreated


def long_record(place: Place) -> UUID:
    """Key of the patient, whose record is written now when it is not there yet.

    :raises AssertionError: when it has fewer events than it should.
    """
    patient = Patient.objects.get(pk=patient_key(NUMBER))
    if not Finding.objects.filter(patient=patient).exists():
        _write(place, patient)
    found = Event.objects.filter(patient_id=patient.pk).exclude(op="V").count()
    if found < EVENTS:
        raise AssertionError(f"{found} events are fewer than {EVENTS}")
    return patient.pk


@transaction.atomic
def _write(place: Place, patient: Patient) -> None:
    dentist, filling = place.dentists[0], Service.objects.get(code="T01")
    numbers = cycle(number for number in teeth.PERMANENT if number % 10 < 8)
    began = timezone.now() - timedelta(days=365 * YEARS)
    for act, number in zip(range(ACTS), numbers, strict=False):
        day = began + timedelta(days=365 * YEARS * act // ACTS)
        actions.record_finding(patient=patient, kind="caries", severity="medium", tooth=number, surfaces=["V"], actor=dentist, at=day)
        later = day + timedelta(hours=1)
        place_on_tooth = Tooth(number, frozenset({"V"}))
        procedure = actions.add_procedure(patient=patient, service=filling, places=[place_on_tooth], state="planned", actor=dentist, at=later)
        actions.perform_procedure(procedure=procedure, branch=place.branch, actor=dentist, at=later + timedelta(days=1))
