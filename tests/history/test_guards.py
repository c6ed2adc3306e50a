"""Whoever loosens a guard, in whatever way the catalog allows, is named by the next check: each attack is tried and taken back."""

from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import transaction

from clinic.history.models import Event
from clinic.history.sealing.sequencer import Sequencer
from clinic.history.verification.findings import Finding
from clinic.history.verification.guards import check_guards, unacknowledged
from clinic.history.verification.verify import verify
from clinic.staff.roles import Role
from tests.history.doors import OWNER, SUPERUSER, connect, entering
from tests.history.sealing.conftest import key_file, seq, sequencer
from tests.staff.factories import log_in, make_branch, make_user

__all__ = ["key_file", "seq", "sequencer"]
pytestmark = pytest.mark.django_db

REPLACED = (
    "DROP TRIGGER history_append_only ON history.leaf; CREATE TRIGGER history_append_only {} ON history.leaf FOR EACH ROW {} EXECUTE FUNCTION {}()"
)
ALWAYS = "; ALTER TABLE history.leaf ENABLE ALWAYS TRIGGER history_append_only"
HARMLESS = "CREATE FUNCTION public.harmless() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
NO_EVENT = "CREATE FUNCTION public.nothing() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; "
UNGUARDED = "ALTER EVENT TRIGGER history_guard_ddl DISABLE; {}; ALTER EVENT TRIGGER history_guard_ddl ENABLE ALWAYS"
ATTACKS = {
    "a trigger switched off": "ALTER TABLE history.leaf DISABLE TRIGGER history_append_only",
    "a trigger that a replica skips": "ALTER TABLE history.leaf ENABLE TRIGGER history_append_only",
    "a trigger gone": "DROP TRIGGER history_keep ON staff_legalentity",
    "a trigger of the same name that calls something else": HARMLESS + REPLACED.format("BEFORE UPDATE OR DELETE", "", "public.harmless") + ALWAYS,
    "a trigger of the same name that sees less": REPLACED.format("BEFORE DELETE", "", "history.refuse") + ALWAYS,
    "a trigger of the same name that never fires": REPLACED.format("BEFORE UPDATE OR DELETE", "WHEN (false)", "history.refuse") + ALWAYS,
    "a trigger more, that swallows events": HARMLESS + "CREATE TRIGGER aaa BEFORE INSERT ON history.event FOR EACH ROW EXECUTE FUNCTION harmless()",
    "a trigger more on a live table": HARMLESS + "CREATE TRIGGER aaa BEFORE UPDATE ON staff_legalentity FOR EACH ROW EXECUTE FUNCTION harmless()",
    "a rule of a table gone": "DROP TRIGGER history_frozen ON charting_visit",
    "a rule's function replaced": (
        "CREATE OR REPLACE FUNCTION public.charting_visit_frozen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    ),
    "the function of a guard replaced": (
        "CREATE OR REPLACE FUNCTION history.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END'"
    ),
    "a function that looks elsewhere first": "ALTER FUNCTION history.held(uuid) SET search_path = public, pg_catalog",
    "a function with another's rights": "ALTER FUNCTION history.held(uuid) SECURITY INVOKER",
    "a function of another owner": "ALTER FUNCTION history.keep() OWNER TO clinic_app",
    "a back door": "CREATE FUNCTION history.door(text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE $1; END'",
    "a back door beside the house": "CREATE FUNCTION public.door(text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE $1; END'",
    "a function of the same name for other arguments": "CREATE FUNCTION history.held(text) RETURNS boolean LANGUAGE sql AS 'SELECT false'",
    "an event trigger off": "ALTER EVENT TRIGGER history_guard_ddl DISABLE",
    "an event trigger that does nothing": (
        NO_EVENT + "DROP EVENT TRIGGER history_guard_ddl; CREATE EVENT TRIGGER history_guard_ddl ON ddl_command_end"
        " EXECUTE FUNCTION public.nothing(); ALTER EVENT TRIGGER history_guard_ddl ENABLE ALWAYS"
    ),
    "an event trigger for one command only": (
        "DROP EVENT TRIGGER history_guard_drop; CREATE EVENT TRIGGER history_guard_drop ON sql_drop WHEN TAG IN ('DROP VIEW')"
        " EXECUTE FUNCTION history_guard.guard_drop(); ALTER EVENT TRIGGER history_guard_drop ENABLE ALWAYS"
    ),
    "a superuser": "CREATE ROLE evil SUPERUSER LOGIN",
    "the application past the security of rows": "ALTER ROLE clinic_app BYPASSRLS",
    "the application as superuser": "ALTER ROLE clinic_app SUPERUSER",
    "the application as the superuser's member": "GRANT postgres TO clinic_app",
    "the application as owner": "GRANT history_owner TO clinic_app",
    "somebody as owner": "CREATE ROLE evil LOGIN; GRANT history_owner TO evil",
    "somebody who may write all": "CREATE ROLE evil LOGIN; GRANT pg_write_all_data TO evil",
    "the sequencer may write the ledger": "GRANT INSERT ON history.event TO history_seq",
    "the reader may write the log": "GRANT UPDATE ON history.leaf TO history_ro",
    "everybody may write": "GRANT DELETE ON history.checkpoint TO PUBLIC",
    "the application may write one column": "GRANT UPDATE (actor_name) ON history.event TO history_ro",
    "the application may count": "GRANT UPDATE ON SEQUENCE history.event_id_seq TO history_seq",
    "the application may declare": "GRANT EXECUTE ON FUNCTION history.declare(text, jsonb) TO clinic_app",
    "a live table of the application's own": "ALTER TABLE staff_legalentity OWNER TO clinic_app",
    "a table of history in other hands": "ALTER TABLE history.leaf OWNER TO clinic_owner",
    "what comes later is open": "ALTER DEFAULT PRIVILEGES FOR ROLE history_owner GRANT INSERT ON TABLES TO clinic_app",
    "a time by default": "ALTER TABLE history.event ALTER COLUMN at SET DEFAULT '2020-01-01'",
    "a name by default": "ALTER TABLE history.event ALTER COLUMN db_user SET DEFAULT 'clinic_app'",
    "a rule that writes nothing": "CREATE RULE nothing AS ON INSERT TO history.incident DO INSTEAD NOTHING",
    "rows that nobody sees": ("CREATE POLICY hide ON history.event USING (actor <> 'evil'); ALTER TABLE history.event ENABLE ROW LEVEL SECURITY"),
    "the guard of one year alone off": "ALTER TABLE history.event_2027 DISABLE TRIGGER history_append_only",
    "the hold of one year alone off": "ALTER TABLE history.event_2027 DISABLE TRIGGER history_held",
    "one year that a replica may rewrite": "ALTER TABLE history.event_2027 ENABLE REPLICA TRIGGER history_append_only",
    "one year that may be emptied": "ALTER TABLE history.event_2027 DISABLE TRIGGER history_no_truncate",
    "one year whose words are not forgotten": "ALTER TABLE history.event_2027 DISABLE TRIGGER history_forget_words",
    "rows of imports that meet no erasure": "ALTER TABLE patients_heldrow DISABLE TRIGGER patients_heldrow_candidates",
    "a partition without guards": "CREATE TABLE public.elsewhere PARTITION OF history.event FOR VALUES FROM ('1990-01-01') TO ('1991-01-01')",
    "a partition taken off": "ALTER TABLE history.event DETACH PARTITION history.event_2031",
    "a child of a live table": "CREATE TABLE public.child () INHERITS (staff_legalentity)",
    "a table that a crash empties": "CREATE UNLOGGED TABLE history.fast (id int)",
    "a constraint of the log gone": "ALTER TABLE history.leaf DROP CONSTRAINT leaf_event_id_key",
    "replicas' rules for everybody": "ALTER ROLE clinic_app SET session_replication_role = 'replica'",
    "a standing permission to maintain": "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET history.maintenance = on', current_database()); END$$",
    "a name for nameless writes": "ALTER ROLE clinic_app SET app.actor = 'system:nobody'",
}


def codes(connection: "psycopg.Connection[Any]") -> list[Finding]:
    return [finding for finding in check_guards(connection) if not finding.is_warning]


def test_every_loosened_guard_is_named() -> None:
    unseen = []
    with entering(SUPERUSER) as attacker:
        assert [str(finding) for finding in codes(attacker)] == []
        for attack, statement in ATTACKS.items():
            attacker.execute("SAVEPOINT before")
            attacker.execute("SET LOCAL history.maintenance = 'attack'")
            unseen_by_guards = statement if "EVENT TRIGGER" in statement else UNGUARDED.format(statement)
            attacker.execute(unseen_by_guards.encode())
            attacker.execute("SET LOCAL history.maintenance = ''")
            if not codes(attacker):
                unseen.append(attack)
            attacker.execute("ROLLBACK TO before")
        assert [str(finding) for finding in codes(attacker)] == []
    assert not unseen


def test_powers_over_rows_are_named() -> None:
    with entering(SUPERUSER) as attacker:
        attacker.execute("SET LOCAL history.maintenance = 'attack'")
        attacker.execute("ALTER ROLE clinic_app BYPASSRLS")
        (told,) = [finding for finding in check_guards(attacker) if finding.code == "powers"]
    assert told.values == {"role": "clinic_app", "powers": "bypass row security"}


def test_the_sentence_names_the_guard() -> None:
    with entering(SUPERUSER) as attacker:
        attacker.execute("CREATE ROLE evil SUPERUSER")
        attacker.execute("SET LOCAL history.maintenance = 'attack'")
        attacker.execute("ALTER FUNCTION history.held(uuid) SECURITY INVOKER")
        said = "\n".join(str(finding) for finding in codes(attacker))
    assert "superuser evil is new; it was not there when the program was last installed, on 20" in said
    assert "function history.held(uuid) is another than when the program was last installed" in said


def test_whoever_installs_guards_anew_is_told() -> None:
    """The owner may put a loosened guard on record: then the record says so, and the next check asks about it."""
    with entering(OWNER) as owner:
        assert owner.execute("SELECT history.note_guards()").fetchone() == (0,)
        owner.execute("CREATE TABLE public.extra (id int)")
        assert owner.execute("SELECT history.note_guards() > 0").fetchone() == (True,)
        assert codes(owner) == []
        (told,) = [finding for finding in check_guards(owner) if finding.code == "guards_noted"]
        owner.execute("SET LOCAL ROLE history_owner")
        owner.execute("SELECT history.acknowledge_guards(%s, 'mine')", [told.values["event"]])
        assert [finding.values["event"] for finding in unacknowledged(owner)] == [told.values["event"]], "who records does not acknowledge"
    assert "(clinic_owner) installed guards that differ in" in str(told)
    assert "table public.extra" in str(told)


def test_the_application_can_neither_note_guards_nor_speak_for_the_log() -> None:
    with entering("clinic_app") as application:
        for statement in ("SELECT history.note_guards()", "SELECT history.note('P', 'history.closing', NULL, NULL, '{}')"):
            application.execute("SAVEPOINT before")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement)
            application.execute("ROLLBACK TO before")


@pytest.mark.django_db(transaction=True)
def test_changed_guards_are_named_until_a_person_has_said_why() -> None:
    with connect(OWNER) as owner:
        owner.execute("SELECT set_config('app.actor', 'system:migrate', false)")
        owner.execute("CREATE TABLE public.extra (id int)")
        assert owner.execute("SELECT history.note_guards() > 0").fetchone() == (True,)
    for _again in range(2):
        assert [finding.code for finding in verify(since=None, witnesses=()).findings if finding.code == "guards_noted"] == ["guards_noted"]
    with transaction.atomic():
        make_branch()
        lawyer, keeper = make_user(Role.LAWYER, username="lawyer"), make_user(Role.SYSTEM_ADMINISTRATOR, username="keeper")
    browser, path = log_in(lawyer), "/api/v1/history/seal/acknowledgements"
    (noted,) = browser.get("/api/v1/history/seal").json()["noted"]
    assert "table public.extra" in noted["words"]
    assert "table public.extra" in browser.get("/history/seal/").text
    said = {"event": noted["event"], "reason": "Обновление 5.2, протокол 17/26"}
    assert log_in(keeper).post(path, said, content_type="application/json").status_code == 403
    assert browser.post(path, {**said, "reason": " "}, content_type="application/json").status_code == 422
    assert browser.post("/history/seal/acknowledge/", said, follow=True).status_code == 200
    assert browser.post(path, said, content_type="application/json").status_code == 404
    assert not [finding for finding in verify(since=None, witnesses=()).findings if finding.code == "guards_noted"]
    event = Event.objects.get(tbl="history.guards", op="A")
    assert (event.pk_text, event.actor, event.body) == (str(noted["event"]), str(lawyer.pk), {"reason": "Обновление 5.2, протокол 17/26"})


@pytest.mark.django_db(transaction=True)
def test_the_command_ends_with_1_while_the_guard_of_a_single_year_is_off(sequencer: Sequencer) -> None:
    def exit_code() -> int:
        sequencer.drain()
        try:
            call_command("history_verify", stdout=out)
        except SystemExit as ended:
            return int(str(ended.code))
        return 0

    out = StringIO()
    assert exit_code() == 0, out.getvalue()
    with connect(SUPERUSER) as attacker:
        attacker.execute("SELECT set_config('history.maintenance', 'attack', false), set_config('app.actor', 'attacker', false)")
        for trigger in ("history_append_only", "history_held", "history_no_truncate"):
            for state, code in (("DISABLE", 1), ("ENABLE ALWAYS", 0)):
                attacker.execute(f"ALTER TABLE history.event_2027 {state} TRIGGER {trigger}".encode())
                assert exit_code() == code, out.getvalue()
            assert f"trigger {trigger} of history.event_2027" in out.getvalue()
