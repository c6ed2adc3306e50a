"""Any mix of writes: the replayed ledger, the live table and typed history stay equal."""

from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from clinic.history.context import Context, acting
from clinic.history.models import Event
from clinic.history.verification.copies import disagreements
from clinic.patients.models import Label, PatientLabel
from clinic.staff.models import LegalEntity

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
ACTOR = Context(actor="system:test", actor_name="test", actor_role="system", purpose="test")


class Writes(RuleBasedStateMachine):
    """One table under everything that the ORM and SQL can do to it."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()

    def pick(self, number: int) -> LegalEntity | None:
        rows = list(LegalEntity.objects.order_by("id"))
        return rows[number % len(rows)] if rows else None

    @rule(names=st.lists(TEXT, min_size=1, max_size=5))
    def bulk_create(self, names: list[str]) -> None:
        LegalEntity.objects.bulk_create([LegalEntity(name=name) for name in names])

    @rule(number=st.integers(0, 99), name=TEXT, phone=TEXT)
    def save_one_field_with_another_dirty(self, number: int, name: str, phone: str) -> None:
        if row := self.pick(number):
            row.name, row.phone = name, phone
            row.save(update_fields=["name"])

    @rule(number=st.integers(0, 99), director=TEXT)
    def save(self, number: int, director: str) -> None:
        if row := self.pick(number):
            row.director = director
            row.save()

    @rule(phone=TEXT)
    def update_all(self, phone: str) -> None:
        LegalEntity.objects.update(phone=phone)

    @rule(licence=TEXT)
    def bulk_update(self, licence: str) -> None:
        rows = list(LegalEntity.objects.all())
        for row in rows:
            row.licence = licence
        LegalEntity.objects.bulk_update(rows, ["licence"])

    @rule(number=st.integers(0, 99), country=st.sampled_from(["RU", "FR"]))
    def raw(self, number: int, country: str) -> None:
        if row := self.pick(number):
            with connection.cursor() as cursor:
                cursor.execute("UPDATE staff_legalentity SET country = %s, version = 1000 WHERE id = %s", [country, row.pk])

    @rule(number=st.integers(0, 99), name=TEXT)
    def upsert(self, number: int, name: str) -> None:
        row = self.pick(number)
        rows = [LegalEntity(id=row.pk, name=name)] if row else [LegalEntity(name=name)]
        LegalEntity.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=["name"])

    @rule(name=TEXT)
    def rolled_back(self, name: str) -> None:
        point = transaction.savepoint()
        LegalEntity.objects.create(name=name)
        transaction.savepoint_rollback(point)

    @invariant()
    def copies_agree(self) -> None:
        assert disagreements(LegalEntity) == set()
        assert LegalEntity.history.count() == Event.objects.filter(tbl="staff_legalentity").count()

    @invariant()
    def versions_count_the_events(self) -> None:
        for row in LegalEntity.objects.all():
            assert row.version == row.history.count()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)


class TestReplay(TestCase):
    def test_any_mix_of_writes(self) -> None:
        with acting(ACTOR):
            run_state_machine_as_test(
                Writes, settings=settings(max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
            )

    def test_deleted_links_are_replayed(self) -> None:
        from tests.patients.factories import make_patient

        with acting(ACTOR):
            label: Any = Label.objects.create(name="VIP")
            PatientLabel.objects.create(patient=make_patient(), label=label)
            assert disagreements(PatientLabel) == set()
            PatientLabel.objects.all()._raw_delete("default")
            assert disagreements(PatientLabel) == set()
            assert list(Event.objects.filter(tbl=PatientLabel._meta.db_table).order_by("id").values_list("op", flat=True)) == ["I", "D"]
