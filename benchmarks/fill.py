"""Years of work in one branch, written by set-based SQL as the application's own role, so that every row passes constraints and history.

Keys are made from a running number (UUIDv7 by shape and order), so a chunk that was cut short is found and repeated.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from tqdm import tqdm

from benchmarks import names
from benchmarks.place import Place
from clinic import local_postgres

SLOTS = 16
STEP = 8  # every eighth patient was treated, until there are enough of them: twelve procedures, six findings, four visits
PAYERS = 12  # of so many treated patients one has not paid
CHUNK = 5000
WRITERS = 2
AHEAD = 30


@dataclass(frozen=True)
class Step:
    """A table, how many rows of the series it makes, the statement over `n` in [first, last), and what moves these rows on from how they began."""

    name: str
    count: int
    sql: str
    then: tuple[str, ...] = ()

    @property
    def statements(self) -> tuple[str, ...]:
        return (f"{self.sql} ON CONFLICT (id) DO NOTHING", *self.then)


def key(kind: int, number: str, child: str = "0") -> str:
    """SQL of a deterministic key that grows with the number."""
    return f"(lpad(to_hex(1600000000000 + ({number})), 12, '0') || '7{kind:03x}8' || lpad(to_hex(({child})::bigint), 15, '0'))::uuid"


def pick(values: str, number: str, seed: int) -> str:
    """SQL of a value of an array parameter, the same one each time."""
    return f"({values})[1 + (hashint8extended({number}, {seed}) & 1073741823) %% cardinality({values})]"


def fill(place: Place, *, patients: int, treated: int, years: int) -> None:
    """Write what is not there yet."""
    with psycopg.connect(local_postgres.url_for("clinic_app")) as connection:
        values = parameters(place, connection.cursor())
        missing = [step for step in steps(patients, treated, years) if not _is_done(connection, step)]
    began = time.monotonic()
    for step in missing:
        _write(step, values)
    if missing:
        with psycopg.connect(local_postgres.url_for("postgres", local_postgres.DATABASE), autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE")
        print(f"filled in {time.monotonic() - began:.0f} s", flush=True)


def _is_done(connection: psycopg.Connection, step: Step) -> bool:
    """Do all rows of the step stand? They are known by their date of creation."""
    table = step.sql.split("INSERT INTO ", 1)[1].split(" ", 1)[0]
    last = connection.execute(f"SELECT count(*) FROM {table} WHERE created_at = '2020-01-01'").fetchone()
    return bool(last and last[0] >= step.count)


def _write(step: Step, values: dict[str, Any]) -> None:
    chunks = [(first, min(first + CHUNK, step.count)) for first in range(0, step.count, CHUNK)]
    with ThreadPoolExecutor(WRITERS) as pool, tqdm(total=step.count, desc=step.name, unit_scale=True) as bar:
        for written in pool.map(lambda chunk: _write_chunk(step, values, *chunk), chunks):
            bar.update(written)


def _write_chunk(step: Step, values: dict[str, Any], first: int, last: int) -> int:
    with psycopg.connect(local_postgres.url_for("clinic_app")) as connection:
        connection.execute("SELECT set_config('app.actor', 'system:benchmark', true), set_config('synchronous_commit', 'off', true)")
        for statement in step.statements:
            connection.execute(statement, {**values, "first": first, "last": last - 1})
    return last - first


SERVICES = """
SELECT array_agg(id ORDER BY code) FROM price_list_service WHERE scope = 'surfaces' AND chart_effect = 'filling' AND dentition <> 'primary'
"""


def parameters(place: Place, cursor: Any) -> dict[str, Any]:
    """What the statements of the steps name."""
    cursor.execute(SERVICES)
    row = cursor.fetchone()
    return {
        "branch": place.branch.pk,
        "company": place.branch.legal_entity_id,
        "anchor": place.branch.created_at,
        "chairs": [chair.pk for chair in place.chairs],
        "dentists": [dentist.pk for dentist in place.dentists],
        "services": row[0] if row else [],
        "surnames": names.surnames(),
        "given": names.GIVEN,
        "patronymics": names.PATRONYMICS,
    }


def steps(patients: int, treated: int, years: int) -> Iterator[Step]:
    """The tables in the order of their foreign keys; `created_at` marks the rows of the fill."""
    days = years * 365 + AHEAD
    series, head, marked = "FROM generate_series(%(first)s::bigint, %(last)s::bigint) n", "(id, version, created_at,", "1, '2020-01-01'::timestamptz,"
    own, dentist = key(1, "n"), pick("%(dentists)s::uuid[]", "n", 5)
    yield Step(
        "patients",
        patients,
        f"""INSERT INTO patients_patient {head} last_name, first_name, patronymic, birth_name, sex, birth_date, language, branch_id, address, city,
        country, external_number, postal_code, source_detail)
        SELECT {own}, {marked} {pick("%(surnames)s::text[]", "n", 1)}, {pick("%(given)s::text[]", "n", 2)}, {pick("%(patronymics)s::text[]", "n", 3)},
        '', 'unknown', '1930-01-01'::date + (hashint8extended(n, 4) & 32767)::int, 'ru', %(branch)s, '', '', 'RU', '', '', '' {series}""",
    )
    yield Step(
        "contacts",
        patients,
        f"""INSERT INTO patients_contact {head} patient_id, kind, value, note, position)
        SELECT {key(2, "n")}, {marked} {own}, 'phone', '+79' || lpad(((hashint8extended(n, 6) & 1099511627775) %% 1000000000)::text, 9, '0'), '', 0
        {series}""",
    )
    slot = f"(n / ({SLOTS} * cardinality(%(chairs)s::uuid[])))"
    chair = "(1 + n %% cardinality(%(chairs)s::uuid[]))"
    length = f"make_interval(days => ({slot} - {years * 365})::int, mins => 30 * (n / 4 %% {SLOTS})::int)"
    start = f"date_trunc('day', %(anchor)s::timestamptz) + interval '6 hours' + {length}"
    past = f"WHERE id IN (SELECT {key(3, 'n')} {series}) AND starts_at < %(anchor)s AND state ="
    yield Step(
        "appointments",
        days * SLOTS * 4,
        f"""INSERT INTO scheduling_appointment {head} starts_at, ends_at, state, state_at, note, cancel_reason, outside_shift_reason, is_first,
        branch_id, dentist_id, patient_id, chair_id)
        SELECT {key(3, "n")}, {marked} s, s + interval '30 minutes', 'booked', s, '', '', '', false,
        %(branch)s, (%(dentists)s::uuid[])[c], {key(1, f"n %% {patients}")}, (%(chairs)s::uuid[])[c]
        FROM (SELECT n, {chair} AS c, {start} AS s {series}) x""",
        tuple(
            f"UPDATE scheduling_appointment SET state = '{after}' {past} '{before}'" for before, after in (("booked", "seated"), ("seated", "done"))
        ),
    )
    yield from _treatment(treated, head, marked, own, dentist)


def _treatment(treated: int, head: str, marked: str, own: str, dentist: str) -> Iterator[Step]:
    """What was done for the treated: child `c` of treated patient `n` comes from the running number."""

    def children(each: int, *, first: int = 0) -> str:
        """Of `each` children of every treated patient all, or only the `first` ones."""
        taken = first or each
        ago = f"make_interval(days => 3 + (m %% {each} * 97 + m %% 900)::int)"
        columns = f"m / {each} * {STEP} AS n, m %% {each} AS c, %(anchor)s::timestamptz - {ago} AS t"
        numbers = f"SELECT i / {taken} * {each} + i %% {taken} AS m FROM generate_series(%(first)s::bigint, %(last)s::bigint) i"
        return f"FROM (SELECT {columns} FROM ({numbers}) numbered) x"

    tooth = "(ARRAY[16,15,14,13,12,11,21,22,23,24,25,26,36,35,34,33,32,31,41,42,43,44,45,46])[1 + (n * 5 + c * 7) %% 24]"
    procedure, performance = key(6, "n", "c"), key(9, "n", "c")
    service = pick("%(services)s::uuid[]", "n + c", 7)
    state = "CASE WHEN c < 10 THEN 'planned' ELSE 'existing_elsewhere' END"
    yield Step(
        "visits",
        treated * 4,
        f"""INSERT INTO charting_visit {head} opened_at, closed_at, complaint, anamnesis, anamnesis_vitae, objective, treatment, recommendations,
        content_hash, is_late, error_reason, branch_id, dentist_id, patient_id)
        SELECT {key(4, "n", "c")}, {marked} t, t, 'Боль при накусывании', '', '', 'Полость на жевательной поверхности', 'Пломба', '', '',
        false, '', %(branch)s, {dentist}, {own} {children(4)}""",
    )
    yield Step(
        "diagnoses",
        treated * 4,
        f"""INSERT INTO charting_diagnosis {head} rank, note, made_at, error_reason, visit_id, code_id, made_by_id, patient_id)
        SELECT {key(26, "n", "c")}, {marked} '', '', t, '', {key(4, "n", "c")},
        (SELECT id FROM price_list_dictionarycode WHERE kind = 'icd10' ORDER BY code, id LIMIT 1), {dentist}, {own} {children(4)}""",
    )
    yield Step(
        "anaesthesia",
        treated * 4,
        f"""INSERT INTO charting_anaesthesia {head} kind, drug, vasoconstrictor, lot, teeth, place, given_at, error_reason, visit_id, given_by_id,
        patient_id) SELECT {key(27, "n", "c")}, {marked} 'none', '', '', '', '{{}}', '', t, '', {key(4, "n", "c")}, {dentist}, {own} {children(4)}""",
    )
    yield Step(
        "findings",
        treated * 6,
        f"""INSERT INTO charting_finding {head} kind, severity, direction, since, site, tooth, surfaces, roots, note, noted_at,
        noted_by_id, error_reason, patient_id)
        SELECT {key(5, "n", "c")}, {marked} 'caries', '', '', '', '', {tooth}, '{{M}}', '{{}}', '', t, {dentist}, '', {own} {children(6)}""",
    )
    yield Step(
        "resolved",
        treated * 3,
        f"""INSERT INTO charting_findingchange {head} state, changed_at, changed_by_id, patient_id, finding_id)
        SELECT {key(25, "n", "c")}, {marked} 'resolved', t, {dentist}, {own}, {key(5, "n", "c")} {children(6, first=3)}""",
        (
            f"""UPDATE charting_finding f SET resolved_at = h.changed_at, resolved_by_id = h.changed_by_id FROM charting_findingchange h
            WHERE h.finding_id = f.id AND f.resolved_at IS NULL AND h.id IN (SELECT {key(25, "n", "c")} {children(6, first=3)})""",
        ),
    )
    yield Step(
        "procedures",
        treated * 12,
        f"""INSERT INTO charting_procedure {head} state, recorded_at, note, patient_id, recorded_by_id, service_id)
        SELECT {procedure}, {marked} {state}, t, '', {own}, {dentist}, {service} {children(12)}""",
    )
    yield Step(
        "teeth",
        treated * 12,
        f"""INSERT INTO charting_proceduretooth {head} tooth, surfaces, roots, role, patient_id, procedure_id)
        SELECT {key(7, "n", "c")}, {marked} {tooth}, '{{M}}', '{{}}', 'treated', {own}, {procedure} {children(12)}""",
    )
    yield Step(
        "changes",
        treated * 12,
        f"""INSERT INTO charting_procedurechange {head} state, changed_at, reason, changed_by_id, patient_id, procedure_id)
        SELECT {key(8, "n", "c")}, {marked} {state}, t, '', {dentist}, {own}, {procedure} {children(12)}""",
    )
    yield Step(
        "performances",
        treated * 8,
        f"""INSERT INTO charting_performance {head} performed_at, state_before, reversal_reason, branch_id, patient_id, performer_id,
        procedure_id, visit_id)
        SELECT {performance}, {marked} t, 'planned', '', %(branch)s, {own}, {dentist}, {procedure}, {key(4, "n", "c / 2")}
        {children(8)}""",
        (
            f"""INSERT INTO charting_procedurechange {head} state, changed_at, reason, changed_by_id, patient_id, procedure_id)
            SELECT {key(26, "n", "c")}, {marked} 'done', t, '', {dentist}, {own}, {procedure} {children(8)} ON CONFLICT (id) DO NOTHING""",
            f"UPDATE charting_procedure SET state = 'done' WHERE state = 'planned' AND id IN (SELECT {procedure} {children(8)})",
            f"""UPDATE charting_visit SET signed_at = opened_at, signed_by_id = dentist_id, signed_content = '{{}}', content_hash = repeat('0', 64)
            WHERE signed_at IS NULL AND id IN (SELECT {key(4, "n", "c / 2")} {children(8)})""",
        ),
    )
    yield Step(
        "charges",
        treated * 8,
        f"""INSERT INTO billing_charge {head} amount, currency, description, reason, posted_at, branch_id, legal_entity_id, patient_id,
        performance_id, posted_by_id, service_id)
        SELECT {key(10, "n", "c")}, {marked} 4500, 'RUB', 'Пломба', '', t, %(branch)s, %(company)s, {own}, {performance}, {dentist}, {service}
        {children(8)}""",
    )
    yield from _paid(treated, head, marked, own, dentist)


def _paid(treated: int, head: str, marked: str, own: str, dentist: str) -> Iterator[Step]:
    """Eleven of twelve treated patients have paid for everything, each by one payment; the twelfth owes it all."""
    payers = treated // PAYERS * (PAYERS - 1)

    def rows(each: int) -> str:
        columns = f"(m / {each} / {PAYERS - 1} * {PAYERS} + 1 + m / {each} %% {PAYERS - 1}) * {STEP} AS n, m %% {each} AS c"
        at = f"%(anchor)s::timestamptz - make_interval(days => (3 + m / {each} %% 900)::int) AS t"
        return f"FROM (SELECT {columns}, {at} FROM generate_series(%(first)s::bigint, %(last)s::bigint) m) x"

    yield Step(
        "payments",
        payers,
        f"""INSERT INTO billing_payment {head} amount, currency, method, reference, received_at, reason, branch_id, legal_entity_id, patient_id,
        payer_id, payer_name, payer_tax_id, received_by_id)
        SELECT {key(11, "n")}, {marked} 36000, 'RUB', 'card', '', t, '', %(branch)s, %(company)s, {own}, {own}, '', '', {dentist} {rows(1)}""",
    )
    yield Step(
        "allocations",
        payers * 8,
        f"""INSERT INTO billing_allocation {head} amount, allocated_at, patient_id, payment_id, charge_id, allocated_by_id)
        SELECT {key(12, "n", "c")}, {marked} 4500, t, {own}, {key(11, "n")}, {key(10, "n", "c")}, {dentist} {rows(8)}""",
    )


def patient_key(number: int) -> str:
    """The key of the patient with this number, as `key(1, n)` makes it in SQL."""
    return str(UUID(f"{1600000000000 + number:012x}70018{0:015x}"))
