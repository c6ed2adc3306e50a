"""Lines of signed plans, ready to be completed: one for each of so many patients."""

from uuid import UUID, uuid4

import psycopg

from benchmarks.fill import patient_key
from benchmarks.place import Place
from clinic import local_postgres

FILE = """INSERT INTO files_storedfile (id, version, created_at, sha256, size, media_type)
 VALUES (%s, 1, now(), encode(sha256(%s::bytea), 'hex'), 1, 'application/pdf') RETURNING id, sha256"""
PROCEDURE = """INSERT INTO charting_procedure (id, version, created_at, state, recorded_at, note, patient_id, recorded_by_id, service_id)
 VALUES (%(procedure)s, 1, now(), 'planned', now(), '', %(patient)s, %(dentist)s, %(service)s)"""
CHANGE = """INSERT INTO charting_procedurechange (id, version, created_at, state, changed_at, reason, changed_by_id, patient_id, procedure_id)
 VALUES (uuidv7(), 1, now(), 'planned', now(), '', %(dentist)s, %(patient)s, %(procedure)s)"""
TOOTH = """INSERT INTO charting_proceduretooth (id, version, created_at, tooth, surfaces, roots, role, patient_id, procedure_id)
 VALUES (uuidv7(), 1, now(), 37, '{O}', '{}', 'treated', %(patient)s, %(procedure)s)"""
PLAN = """INSERT INTO treatment_plans_plan (id, version, created_at, title, currency, is_emergency, branch_id, dentist_id, patient_id)
 VALUES (%(plan)s, 1, now(), 'Benchmark', 'RUB', false, %(branch)s, %(dentist)s, %(patient)s)"""
ALTERNATIVE = """INSERT INTO treatment_plans_alternative (id, version, created_at, title, summary, position, state, patient_id, plan_id)
 VALUES (%(alternative)s, 1, now(), 'A', '', 1, 'draft', %(patient)s, %(plan)s)"""
ITEM = """INSERT INTO treatment_plans_item (id, version, created_at, visit_number, position, quantity, unit_price, currency, price_date,
 discount_reason, total, frozen_at, cancel_reason, alternative_id, patient_id, procedure_id)
 VALUES (%(item)s, 1, now(), 1, 1, 1, 4500, 'RUB', current_date, '', 4500, now(), '', %(alternative)s, %(patient)s, %(procedure)s)"""
DOCUMENT = """INSERT INTO treatment_plans_document (id, version, created_at, kind, series, year, number, language, template_version, total, currency,
 issued_at, content_hash, alternative_id, branch_id, file_id, issued_by_id, legal_entity_id, patient_id)
 SELECT %(document)s, 1, now(), 'contract', 'D', 2000, coalesce(max(number), 0) + 1, 'ru', '1', 4500, 'RUB', now(), repeat('0', 64), %(alternative)s,
 %(branch)s, %(file)s, %(dentist)s, %(company)s, %(patient)s
 FROM treatment_plans_document WHERE legal_entity_id = %(company)s AND series = 'D' AND year = 2000"""
LINE = """INSERT INTO treatment_plans_documentitem (id, version, created_at, description, quantity, unit_price, total, document_id, patient_id,
 item_id) VALUES (uuidv7(), 1, now(), 'Пломба', 1, 4500, 4500, %(document)s, %(patient)s, %(item)s)"""
SIGNATURE = """INSERT INTO treatment_plans_signature (id, version, created_at, role, signer_name, basis, strokes, signed_at, document_sha256,
 document_id, file_id, image_id, patient_id, witness_id)
 VALUES (uuidv7(), 1, now(), 'patient', 'Benchmark', '', '[]', now(), %(sha256)s, %(document)s, %(file)s, %(file)s, %(patient)s, %(dentist)s)"""
ADULTS = "SELECT id FROM patients_patient WHERE id = ANY(%s::uuid[]) AND birth_date < current_date - interval '18 years'"
PRESENTED, ACCEPTED = (f"UPDATE treatment_plans_alternative SET state = '{state}' WHERE id = %(alternative)s" for state in ("presented", "accepted"))
STEP = """INSERT INTO treatment_plans_alternativestep (id, version, created_at, state, moved_at, reason, alternative_id, moved_by_id, patient_id)
 SELECT uuidv7(), 1, now(), state, now(), '', id, %(dentist)s, patient_id FROM treatment_plans_alternative WHERE id = %(alternative)s"""
AGREED = "UPDATE treatment_plans_item SET agreed_document_id = %(document)s WHERE id = %(item)s"


def signed_items(place: Place, patients: list[int]) -> list[str]:
    """A filling with six norms, planned, accepted and signed, for each adult; returns the keys of the lines."""
    with psycopg.connect(local_postgres.url_for("clinic_app")) as connection:
        connection.execute("SELECT set_config('app.actor', 'system:benchmark', true)")
        service = _value(connection, "SELECT id FROM price_list_service WHERE code = 'T01'")
        adults = connection.execute(ADULTS, [[patient_key(number) for number in patients]]).fetchall()
        return [str(_item(connection, place, service, str(key))) for (key,) in adults]


def _item(connection: psycopg.Connection, place: Place, service: object, patient: str) -> UUID:
    file, sha256 = connection.execute(FILE, [uuid4(), str(uuid4())]).fetchone() or ("", "")
    keys = {name: uuid4() for name in ("procedure", "plan", "alternative", "item", "document")}
    common = {"patient": patient, "dentist": place.dentists[0].pk, "branch": place.branch.pk, "company": place.branch.legal_entity_id}
    for statement in (PROCEDURE, CHANGE, TOOTH, PLAN, ALTERNATIVE, ITEM, PRESENTED, STEP, ACCEPTED, STEP, DOCUMENT, LINE, SIGNATURE, AGREED):
        connection.execute(statement, {**keys, **common, "service": service, "file": file, "sha256": sha256})
    return keys["item"]


def _value(connection: psycopg.Connection, statement: str) -> object:
    row = connection.execute(statement).fetchone()
    return row[0] if row else None
