"""Erasure: refused before its time, under a hold, unsealed and by anybody's own hand; afterwards nothing is left but proofs that still hold."""

import io
import json
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from charting.imaging import actions as imaging
from charting.imaging.models import ImageDisplay
from charting.medical.interaction_models import InteractionOverride, InteractionRule, InteractionWarning
from charting.models import Performance, Recall
from charting.prescribing import actions as prescribing
from charting.recalls import actions as recalls
from clinic.files.actions import store
from clinic.files.models import StoredFile
from clinic.history.actions import record_print
from clinic.history.context import Context, acting
from clinic.history.evidence import bundle
from clinic.history.models import Event, Record
from clinic.history.sealing import keys
from clinic.history.sealing.sequencer import Sequencer
from clinic.history.verification.verify import verify
from clinic.lib.errors import DomainError
from clinic.lib.ids import uuid7
from clinic.patients.models import ImportRun, Patient, Relation
from clinic.staff.models import User
from clinic.staff.roles import Role
from exports.evidence import SealPending
from exports.legal.models import Hold, HoldLift
from exports.privacy import actions
from tests.exports.legal.factories import lawyer, make_case
from tests.history.doors import APPLICATION, OWNER, SUPERUSER, connect
from tests.history.sealing.conftest import key_file, seq, sequencer
from tests.hostile import world
from tests.patients.factories import make_patient
from tests.staff.factories import log_in, make_branch, make_user
from tests.treatment_plans.factories import petrov

__all__ = ["key_file", "seq", "sequencer"]
pytestmark = pytest.mark.django_db(transaction=True)
Connection = psycopg.Connection[Any]
ERASE = "SELECT history.erase(%s, %s)"


def build() -> Patient:
    """A patient with a record of almost every kind, under no hold any more."""
    with transaction.atomic():
        person = world.build()
        _drawn_and_overridden(person)
        _prescribed()
        _called_back(person)
        for hold in Hold.objects.filter(patient=petrov(), lift=None):
            HoldLift.objects.create(hold=hold, patient=petrov(), reason="Дело закрыто", lifted_at=timezone.now(), lifted_by=person)
        return petrov()


def _drawn_and_overridden(person: User) -> None:
    """A line measured on a picture, how it is shown, and a warning that somebody overrode."""
    image = petrov().images.order_by("pk")[0]
    imaging.draw_line(image=image, ends=imaging.Ends((1, 1), (5, 5)), label="Петров, канал", actor=person, at=timezone.now())
    ImageDisplay.objects.create(patient=petrov(), image=image, saved_by=person, saved_at=timezone.now())
    performance = Performance.objects.filter(patient=petrov()).order_by("pk")[0]
    over = {"patient": petrov(), "rule": InteractionRule.objects.order_by("pk")[0], "performance": performance}
    InteractionOverride.objects.create(**over, reason="Петров настаивает", made_by=person, made_at=timezone.now())
    InteractionWarning.objects.create(**over, read_by=person, read_at=timezone.now())


def _prescribed() -> None:
    """A prescription with its PDF."""
    dentist = make_user(Role.DENTIST, username="prescriber", branch=petrov().branch)
    setting = prescribing.Setting(patient=petrov(), branch=petrov().branch, language="ru", actor=dentist, at=timezone.now())
    drug = prescribing.Drug(inn="Хлоргексидин", form="Sol.", strength="0,05 %", quantity="N. 1", signa="Петрову, полоскать")
    prescribing.prescribe(setting=setting, drugs=(drug,))


def _called_back(person: User) -> None:
    """A recall in own words that a newer one replaced, and that one booked."""
    visit, appointment = petrov().visits.order_by("pk")[0], petrov().appointments.order_by("pk")[0]
    wish = recalls.Wish(kind="radiograph", purpose="Петрова ждём", due_on=timezone.localdate() + timedelta(days=90))
    newer, older = (recalls.set_recall(visit=visit, wish=wish, actor=person, at=timezone.now()) for _time in range(2))
    Recall.objects.filter(pk=older.pk).update(cancelled_at=timezone.now(), cancelled_by=person, replaced_by=newer)
    Recall.objects.filter(pk=newer.pk).update(appointment=appointment, booked_at=timezone.now(), booked_by=person)


@pytest.fixture
def patient() -> Patient:
    """A patient whose record the law lets go, and another beside."""
    with thirty_years_ago():
        with transaction.atomic():
            make_patient("Остаётся")
        return build()


@pytest.fixture
def young() -> Patient:
    """A patient whose record was written today."""
    return build()


def erase(patient: Patient) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ERASE, [patient.pk, json.dumps({"ground": "retention"})])
        told = cursor.fetchone()[0]
        return json.loads(told) if isinstance(told, str) else dict(told)


def refusal(patient: Patient) -> str:
    with pytest.raises(IntegrityError) as caught:
        erase(patient)
    return str(caught.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


@contextmanager
def thirty_years_ago() -> Iterator[None]:
    """What is recorded here is recorded as if it were long ago."""
    _clock("clock_timestamp() - interval '30 years'")
    yield
    _clock("clock_timestamp()")
    with connect(SUPERUSER) as ageing:
        ageing.execute("SELECT set_config('history.maintenance', 'ageing', false), set_config('app.actor', 'system:test', false)")
        for typed in (model.history.model._meta.db_table for model in apps.get_models() if issubclass(model, Record)):
            for statement in AGE:
                ageing.execute(statement.format(typed).encode())


AGE = (
    "ALTER TABLE {} DISABLE TRIGGER history_append_only",
    "UPDATE {} h SET history_date = e.at FROM history.event e WHERE e.id = h.event_id",
    "ALTER TABLE {} ENABLE ALWAYS TRIGGER history_append_only",
)
"""Typed history is of the same instant as the ledger."""


def _clock(now: str) -> None:
    with connect(OWNER) as owner:
        owner.execute("SELECT set_config('history.maintenance', 'ageing', false), set_config('app.actor', 'system:test', false)")
        owner.execute("SET ROLE history_owner")
        owner.execute(f"ALTER TABLE history.event ALTER COLUMN at SET DEFAULT {now}")


def test_erased_is_gone_everywhere_and_the_proofs_hold(seq: Connection, sequencer: Sequencer, patient: Patient, tmp_path: Path) -> None:
    sequencer.drain()
    before = Event.objects.filter(patient_id=patient.pk).count()
    assert found_words() >= {"petrov", "ostaetsya", "ivan"}
    told = erase(patient)
    assert told["rows"]["patients_patient"] == 1
    assert found_words() & {"petrov", "ostaetsya", "ivan"} == {"ostaetsya", "ivan"}, "the other one is an Ivan too"
    assert told["events"] >= before
    sequencer.drain()
    with connect(SUPERUSER) as everything:
        found = [
            table for table in tables(everything) if everything.execute(HOLDS_NAME.format(table=table), ["%" + patient.last_name + "%"]).fetchone()
        ]
    assert found == [], f"{patient.last_name} still stands in {found}"
    assert {event.body is None for event in Event.objects.filter(patient_id=patient.pk).exclude(op="E")} == {True}
    report = verify(since=None, witnesses=[])
    assert [str(finding) for finding in report.findings if not finding.is_warning] == []
    assert report.erased[0] == 1
    out = io.StringIO()
    call_command("history_verify", "--full", stdout=out)
    assert "Erased after retention: 1 patients" in out.getvalue()
    assert proven(seq, sequencer, patient, tmp_path) == 0
    assert Patient.objects.filter(last_name="Остаётся").exists()


NOT_IN_THE_WORLD = """
billing_insurershare billing_invoice billing_invoiceline charting_anaesthesia charting_diagnosisranking charting_droppedentry charting_findingchange
charting_oralindex charting_visitaddendum exports_evidence insurance_claimline inventory_anaesthesialot inventory_shortage lab_orders_labstage
legal_caseevidence legal_delivery patients_brokenglass patients_consent patients_contact patients_heldrow patients_identifier patients_patientlabel
patients_rectification patients_relation patients_restriction privacy_datarequest treatment_plans_alternativestep treatment_plans_documentitem
treatment_plans_signature
""".split()  # noqa: SIM905 - thirty names in a column say no more
"""Nothing may join these: what is added to the program is added to the world."""


def test_the_world_has_a_record_of_every_kind_about_the_patient(patient: Patient) -> None:
    records: list[Any] = [model for model in apps.get_models() if issubclass(model, Record)]
    about = [model for model in records if any(column.name == "patient" for column in model._meta.fields)]
    assert sorted(model._meta.db_table for model in about if not model._base_manager.filter(patient=patient).exists()) == NOT_IN_THE_WORLD


def found_words() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM patients_word")
        return {row[0] for row in cursor.fetchall()}


HOLDS_NAME = "SELECT 1 FROM {table} t WHERE t::text LIKE %s LIMIT 1"


def tables(everything: Connection) -> list[str]:
    rows = everything.execute(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname IN ('public', 'history') AND c.relname <> 'leaf'"
    )
    return [row[0] for row in rows.fetchall()]


def proven(seq: Connection, sequencer: Sequencer, patient: Patient, folder: Path) -> int:
    """The expert's verdict on what is left."""
    request = record_print(what="evidence", patient_id=patient.pk, body={"files": [], "pdf": PDF, "reason": "check"})
    sequencer.drain()
    with zipfile.ZipFile(folder / "evidence.zip", "w") as archive:
        bundle.write(seq, archive, bundle.frame(seq, patient.pk, request=request), [])
        archive.writestr("record.pdf", b"")
    command = [sys.executable, "-I", str(bundle.VERIFIER), str(folder / "evidence.zip"), "--key", keys.current(seq) or ""]
    return subprocess.run(command, capture_output=True, check=False).returncode


PDF = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_it_is_refused_unsealed_and_the_application_cannot_do_it_by_hand(seq: Connection, sequencer: Sequencer, patient: Patient) -> None:
    assert refusal(patient) == "history_erase_unsealed"
    sequencer.drain()
    attacks = [
        "UPDATE history.event SET body = NULL, salt = NULL WHERE patient_id = %s",
        "INSERT INTO history.erasing VALUES (pg_current_xact_id(), %s)",
        "SELECT history.refuse_unlawful(%s)",
        "DELETE FROM patients_patient WHERE id = %s",
        "DELETE FROM patients_historicalpatient WHERE id = %s",
        "UPDATE history.retention SET years = 0 WHERE %s IS NOT NULL",
    ]
    for attack in attacks:
        with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack, [patient.pk])
    with connect(SUPERUSER) as superuser, pytest.raises(psycopg.Error, match="append-only"):
        superuser.execute("UPDATE history.event SET body = NULL, salt = NULL WHERE patient_id = %s", [patient.pk])
    stranger = make_stranger()
    sequencer.drain()
    erase(stranger)
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_the_legal_desk_erases_after_every_ground_is_gone(sequencer: Sequencer, patient: Patient) -> None:
    with transaction.atomic():
        lawyer = make_user(Role.LAWYER, username="lawyer")
    request = actions.receive(patient_id=patient.pk, kind="erasure", actor=lawyer, at=timezone.now())
    later = timezone.now() + timedelta(days=366 * 26)
    pictures = [image.file.storage_name for image in patient.images.select_related("file")]
    assert pictures
    erase_at = partial(actions.erase, request_id=request.pk, card_number=str(patient.card_number), actor=lawyer)
    with pytest.raises(actions.ErasureForbidden):
        erase_at(at=timezone.now())
    with pytest.raises(SealPending):
        erase_at(at=later)
    ticking = threading.Timer(1, sequencer.drain)
    ticking.start()
    done = erase_at(at=later)
    ticking.join()
    assert done.report["rows"]["charting_visit"] >= 1
    assert done.report["files"] >= 1
    assert not [name for name in pictures if default_storage.exists(name)]
    assert not Patient.objects.filter(pk=patient.pk).exists()
    page = log_in(lawyer).get(reverse("data-requests")).content.decode()
    assert str(patient.pk) in page
    assert patient.last_name not in page


def make_stranger() -> Patient:
    with transaction.atomic():
        return make_patient("Чужой")


def test_a_hold_is_refused_before_anything_else(sequencer: Sequencer) -> None:
    with thirty_years_ago(), transaction.atomic():
        world.build()
    sequencer.drain()
    assert Hold.objects.filter(patient=petrov(), lift=None).exists()
    assert refusal(petrov()) == "legal_hold_stands"


def test_what_the_law_keeps_is_refused_whoever_knocks(sequencer: Sequencer, young: Patient) -> None:
    sequencer.drain()
    assert refusal(young) == "history_erase_too_young"
    for role in (OWNER, SUPERUSER):
        with connect(role) as door:
            door.execute("SELECT set_config('app.actor', 'system:attack', false)")
            with pytest.raises(psycopg.Error, match="younger than the law"), door.transaction():
                door.execute("INSERT INTO history.erasing VALUES (pg_current_xact_id(), %s)", [young.pk])
            with pytest.raises(psycopg.Error, match="only a lawful erasure"), door.transaction():
                door.execute("INSERT INTO history.erasing VALUES ('3', %s)", [young.pk])


def test_accounts_are_kept_by_their_own_rule(sequencer: Sequencer, patient: Patient) -> None:
    with connect(OWNER) as owner, owner.transaction():
        owner.execute("SELECT set_config('history.maintenance', 'test', true), set_config('app.actor', 'system:test', true)")
        owner.execute("SET LOCAL ROLE history_owner")
        owner.execute("INSERT INTO history.retention VALUES ('RU', 'accounting', '2020-01-01', 40, 0, 'a longer law')")
    sequencer.drain()
    assert refusal(patient) == "history_erase_too_young"
    assert {finding.code for finding in verify(since=None, witnesses=()).findings if not finding.is_warning} == {"rule_foreign"}


def test_who_pays_for_others_stays(sequencer: Sequencer, patient: Patient) -> None:
    with transaction.atomic():
        other = make_patient("Сын")
        payment = patient.payments.filter(refunds=None).order_by("pk")[0]
        payment.pk, payment.patient, payment.payer, payment.payer_name = uuid7(), other, patient, ""
        payment.save(force_insert=True)
    sequencer.drain()
    assert refusal(patient) == "history_erase_payer"


def test_who_stands_for_another_patient_stays_named_in_that_ones_record(sequencer: Sequencer, patient: Patient) -> None:
    """The child's record is under a hold of its own: the erasure of the mother takes nothing out of it."""
    with transaction.atomic():
        child = make_patient("Дочь")
        relation = Relation.objects.create(patient=child, related_patient=patient, kind="mother", is_guardian=True)
        make_case(child)
    sequencer.drain()
    erase(patient)
    relation.refresh_from_db()
    assert (relation.related_patient_id, relation.name, relation.is_guardian) == (None, patient.get_full_name(), True)
    sequencer.drain()
    assert [finding for finding in verify(since=None, witnesses=()).findings if not finding.is_warning] == []


def destroyed_in_a_thread(file: StoredFile) -> None:
    try:
        actions._destroy_bytes([file])
    finally:
        connection.close()


def test_a_file_that_somebody_stores_meanwhile_is_not_destroyed() -> None:
    """The same picture belongs to another patient a moment later: the erasure waits for whoever stores it, and asks again."""
    with transaction.atomic():
        file = store(content=b"a picture of two", media_type="image/png")
        run = {"branch": make_branch(), "started_by": make_user(Role.MANAGER)}
    destroying = threading.Thread(target=destroyed_in_a_thread, args=(file,))
    with transaction.atomic():
        store(content=b"a picture of two", media_type="image/png")
        destroying.start()
        time.sleep(0.5)
        ImportRun.objects.create(file=file, file_name="picture", **run)
    destroying.join()
    assert default_storage.exists(file.storage_name)
    with transaction.atomic():
        lonely = store(content=b"a picture of nobody", media_type="image/png")
    actions._destroy_bytes([lonely])
    assert not default_storage.exists(lonely.storage_name)


ON_RULES = {
    "a floor lowered": ("UPDATE history.retention SET years = 1 WHERE country = 'RU'", ["history.retention"], {"rule_missing", "rule_foreign"}),
    "a floor taken away": ("DELETE FROM history.retention WHERE country = 'FR'", ["history.retention"], {"rule_missing"}),
    "a lower floor put in": ("INSERT INTO history.retention VALUES ('RU', 'medical', '2026-01-01', 0, 0, 'none')", [], {"rule_foreign"}),
    "the guard of the floors dropped": ("DROP TRIGGER history_append_only ON history.retention", [], {"trigger_off"}),
    "the guard of the gate dropped": ("DROP TRIGGER history_lawful ON history.erasing", [], {"trigger_off"}),
    "the gate left open": ("INSERT INTO history.erasing VALUES (pg_current_xact_id(), gen_random_uuid())", ["history.erasing"], {"gate_open"}),
    "the referee bribed": (
        "CREATE OR REPLACE FUNCTION history.refuse_unlawful(patient uuid) RETURNS void LANGUAGE sql AS ''",
        [],
        {"function_altered"},
    ),
    "the right given away": ("GRANT INSERT ON history.erasing TO history_ro", [], {"grant_wrong"}),
    "a signed row thawed": ("ALTER TABLE charting_visit DISABLE TRIGGER history_frozen", [], {"rule_off"}),
    "a rule emptied": (
        "CREATE OR REPLACE FUNCTION billing_charge_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        [],
        {"rule_altered"},
    ),
}


@pytest.mark.parametrize("attack", ON_RULES)
def test_whoever_changes_what_decides_is_named_by_the_next_check(sequencer: Sequencer, attack: str) -> None:
    statement, off, expected = ON_RULES[attack]
    with connect(OWNER) as owner:
        owner.execute("SELECT set_config('history.maintenance', 'attack', false), set_config('app.actor', 'system:attack', false)")
        for table in off:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(statement)
        for table in off:
            for (trigger,) in owner.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [table]).fetchall():
                owner.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
    sequencer.drain()
    found = {finding.code for finding in verify(since=None, witnesses=()).findings if not finding.is_warning}
    assert found - {"guard_missing", "guard_new", "guard_altered"} == expected


def test_an_erasure_that_no_law_allowed_is_named_for_ever(seq: Connection, sequencer: Sequencer, young: Patient) -> None:
    sequencer.drain()
    with connect(OWNER) as owner:
        owner.execute("SELECT set_config('history.maintenance', 'attack', false), set_config('app.actor', 'system:attack', false)")
        owner.execute("ALTER TABLE history.erasing DISABLE TRIGGER USER")
        owner.execute("SELECT history.erase(%s, '{}')", [young.pk])
        for trigger in ("history_lawful", "history_no_truncate"):
            owner.execute(f"ALTER TABLE history.erasing ENABLE ALWAYS TRIGGER {trigger}")
    sequencer.drain()
    found = verify(since=None, witnesses=()).findings
    assert {finding.code for finding in found if not finding.is_warning} == {"erased_too_young"}
    assert any(str(young.pk) in str(finding) for finding in found)


def look_at(patient: Patient, door: Connection) -> None:
    door.execute("SELECT set_config('app.actor', 'system:onlooker', true)")
    door.execute("SELECT history.note('V', 'chart', NULL, %s, %s)", [patient.pk, json.dumps({"seen": "by another transaction"})])


def test_a_look_under_way_when_the_erasure_begins_is_seen_by_it(sequencer: Sequencer, patient: Patient) -> None:
    """The erasure waits for it, and then for its seal: nothing is destroyed beside a look that nobody has counted."""
    sequencer.drain()
    with connect(APPLICATION) as onlooker:
        caught: list[str] = []
        with onlooker.transaction():
            look_at(patient, onlooker)
            erasing = threading.Thread(target=lambda: caught.append(refused_in_a_thread(patient)))
            erasing.start()
            assert waits_for_the_ledger()
        erasing.join()
    assert caught == ["history_erase_unsealed"]
    assert Patient.objects.filter(pk=patient.pk).exists()
    sequencer.drain()
    erase(patient)
    sequencer.drain()
    assert {event.body is None for event in Event.objects.filter(patient_id=patient.pk).exclude(op="E")} == {True}
    assert clean()


def test_a_look_that_comes_during_the_erasure_stands_after_it(sequencer: Sequencer, patient: Patient) -> None:
    sequencer.drain()

    def look() -> None:
        with connect(APPLICATION) as onlooker, onlooker.transaction():
            look_at(patient, onlooker)

    looking = threading.Thread(target=look)
    with transaction.atomic():
        erase(patient)
        looking.start()
        assert waits_for_the_ledger()
    looking.join()
    erased, seen = Event.objects.filter(patient_id=patient.pk).order_by("-id")[:2][::-1]
    assert (erased.op, seen.op, seen.body) == ("E", "V", {"seen": "by another transaction"})
    sequencer.drain()
    assert clean()


def test_a_hold_placed_in_the_same_instant_is_seen_by_the_erasure(sequencer: Sequencer, patient: Patient) -> None:
    """The lawyer's transaction is open when the erasure begins: the erasure waits for it, and is refused."""
    sequencer.drain()
    caught: list[str] = []
    erasing = threading.Thread(target=lambda: caught.append(refused_in_a_thread(patient)))
    with transaction.atomic():
        make_case(patient)
        erasing.start()
        assert waits_for_the_ledger()
    erasing.join()
    assert caught == ["legal_hold_stands"]
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_a_hold_that_comes_during_the_erasure_is_told_that_nobody_is_there(sequencer: Sequencer, patient: Patient) -> None:
    with transaction.atomic():
        lawyer()
    sequencer.drain()
    caught: list[str] = []

    def place() -> None:
        try:
            with acting(Context(actor="system:test", actor_name="test", actor_role="system", purpose="test")):
                make_case(patient)
        except DomainError as refused:
            caught.append(refused.code)
        finally:
            connection.close()

    placing = threading.Thread(target=place)
    with transaction.atomic():
        erase(patient)
        placing.start()
        assert waits_for_the_ledger()
    placing.join()
    assert caught == ["not_found"]
    sequencer.drain()
    assert clean()


def test_an_erasure_does_not_hold_the_clinic_up(sequencer: Sequencer, patient: Patient) -> None:
    sequencer.drain()
    with connect(APPLICATION) as onlooker, onlooker.transaction():
        look_at(patient, onlooker)
        with pytest.raises(OperationalError, match="lock timeout"):
            erase(patient)
    assert Patient.objects.filter(pk=patient.pk).exists()


def test_other_writers_get_through_while_an_erasure_waits_and_while_it_runs(sequencer: Sequencer, patient: Patient) -> None:
    with transaction.atomic():
        others = [make_patient(f"Другой{number}") for number in range(4)]
        other = next(one for one in others if one.pk.bytes[15] != patient.pk.bytes[15])
    sequencer.drain()
    with connect(APPLICATION) as writer, connect(APPLICATION) as onlooker:
        with onlooker.transaction():
            look_at(patient, onlooker)
            erasing = threading.Thread(target=lambda: refused_in_a_thread(patient))
            erasing.start()
            assert waits_for_the_ledger()
            assert seconds_of_a_write(other, writer) < 0.2
        erasing.join()
        sequencer.drain()
        with transaction.atomic():
            erase(patient)
            assert seconds_of_a_write(other, writer) < 0.2
    sequencer.drain()
    assert clean()


def seconds_of_a_write(patient: Patient, door: Connection) -> float:
    """A look and a change, refused instead of waiting for a lock longer than a person would bear."""
    began = time.monotonic()
    with door.transaction():
        door.execute("SET LOCAL lock_timeout = '200ms'")
        look_at(patient, door)
        door.execute("UPDATE patients_patient SET address = address || '!' WHERE id = %s", [patient.pk])
    return time.monotonic() - began


def refused_in_a_thread(patient: Patient) -> str:
    try:
        with acting(Context(actor="system:test", actor_name="test", actor_role="system", purpose="test")):
            return refusal(patient)
    finally:
        connection.close()


def waits_for_the_ledger() -> bool:
    """Whether somebody waits for a lock on the ledger before long."""
    with connect(SUPERUSER) as superuser:
        for _attempt in range(100):
            waiting = superuser.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'").fetchone()
            if waiting and waiting[0]:
                return True
            time.sleep(0.02)
    return False


def clean() -> bool:
    return verify(since=None, witnesses=()).is_clean
