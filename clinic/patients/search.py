"""Finding patients by anything people remember of them, and finding those who may be the same person twice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection

from clinic.history.actions import record_list
from clinic.patients.models import Patient
from clinic.patients.rules import Search, parse_search
from clinic.staff.models import User
from clinic.staff.roles import Permission

LIMIT = 20
MOST_HITS = 200
MOST_LOOKED_AT = 2000
SHORTEST_PART = 3
ALIKE = 0.5
NOT_UNLIKE = 0.1

FORMS = """SELECT w, patients_skeleton(w) FROM regexp_split_to_table(patients_latin(patients_fold(%s)), ' ') w WHERE w <> ''"""
PHONE = """(SELECT c.value FROM patients_contact c WHERE c.patient_id = p.id AND c.kind = 'phone' AND c.ended_at IS NULL
 ORDER BY c.position, c.id LIMIT 1) AS phone"""

# Planned as if all of it were read, so that the trigrams are used; yet the scan stops after the first hits. With the limit inside, a large
# clinic is read from its beginning until enough names match.
MATCHING = "WITH matching AS MATERIALIZED (SELECT patient_id, name_key FROM {source} WHERE {where})"
BEGINNING = "(SELECT * FROM patients_search WHERE name_key LIKE %s ORDER BY name_key USING ~<~ LIMIT %s) beginning"
SEARCH = """{matching}, hits AS MATERIALIZED (SELECT patient_id, name_key FROM matching LIMIT %s)
SELECT p.*, {phone} FROM hits JOIN patients_patient p ON p.id = hits.patient_id
ORDER BY p.card_number IS NOT DISTINCT FROM %s DESC, hits.name_key LIKE %s DESC, p.last_name, p.first_name, p.id LIMIT %s"""


def search_patients(*, user: User, text: str, today: date, limit: int = LIMIT) -> list[Patient]:
    """Patients that match every word of the line, those whose names begin with it first; each carries its first `phone`.

    Of the names that begin with the first word some are looked through first; they usually fill the page. Without that bound
    the trigrams of a common second word are read for the whole clinic.
    :raises NotAllowed: without PATIENT_VIEW.
    """
    user.require(Permission.PATIENT_VIEW)
    wanted = parse_search(text, today)
    if wanted.is_empty:
        return []
    words = _words(wanted.names)
    where, parameters = _condition(wanted, words)
    beginning = f"{words[0][1]}%" if words else "%"
    found: list[Patient] = []
    if words:
        hits = 2 * limit if wanted.card_number is None else MOST_HITS
        found = _run(BEGINNING, where, [beginning, MOST_LOOKED_AT, *parameters, hits], wanted, beginning=beginning, limit=limit)
    if len(found) < limit:
        found = _run("patients_search", where, [*parameters, MOST_HITS], wanted, beginning=beginning, limit=limit)
    record_list("patient search", (patient.pk for patient in found))
    return found


def _run(source: str, where: str, parameters: list[str | int], wanted: Search, *, beginning: str, limit: int) -> list[Patient]:
    sql = SEARCH.format(matching=MATCHING.format(source=source, where=where), phone=PHONE)
    return list(Patient.objects.raw(sql, [*parameters, wanted.card_number, beginning, limit]))


def matching_ids(text: str, today: date) -> list[UUID]:
    """Keys of the patients that match the line, at most a screenful of pages; for the filter of a list."""
    wanted = parse_search(text, today)
    if wanted.is_empty:
        return []
    where, parameters = _condition(wanted, _words(wanted.names))
    with connection.cursor() as cursor:
        cursor.execute(f"{MATCHING.format(source='patients_search', where=where)} SELECT patient_id FROM matching LIMIT {MOST_HITS}", parameters)  # noqa: S608
        return [row[0] for row in cursor.fetchall()]


def _words(names: str) -> list[tuple[str, str]]:
    if not names:
        return []
    with connection.cursor() as cursor:
        cursor.execute(FORMS, [names])
        rows: list[tuple[str, str]] = cursor.fetchall()
    return rows


def _condition(wanted: Search, words: Sequence[tuple[str, str]]) -> tuple[str, list[str | int]]:
    """The condition over `patients_search`: every word in one of its spellings, every run of digits; or the card number."""
    clauses: list[str] = []
    parameters: list[str | int] = []
    for word, skeleton in words:
        patterns = _patterns(word, skeleton)
        clauses.append("(" + " OR ".join(["words LIKE %s"] * len(patterns)) + ")")
        parameters += patterns
    if wanted.birth_date:
        clauses.append("patient_id IN (SELECT id FROM patients_patient WHERE birth_date = %s)")
        parameters.append(wanted.birth_date.isoformat())
    for number in wanted.numbers:
        patterns = [f"%{number}%", *([f"%{wanted.days[number]}%"] if number in wanted.days else [])]
        clauses.append("(" + " OR ".join(["words LIKE %s"] * len(patterns)) + ")")
        parameters += patterns
    by_words = " AND ".join(clauses)
    if wanted.card_number is None:
        return by_words, parameters
    by_card = "patient_id = (SELECT id FROM patients_patient WHERE card_number = %s)"
    return (f"({by_words} OR {by_card})" if by_words else by_card), [*parameters, wanted.card_number]


def _patterns(word: str, skeleton: str) -> list[str]:
    """Any part of a name from three letters on, its beginning for less; a short skeleton only as a beginning."""
    patterns = [f"%{word}%" if len(word) >= SHORTEST_PART else f"% {word}%"]
    if len(word) > SHORTEST_PART:
        patterns.append(f"%{skeleton}%" if len(skeleton) > SHORTEST_PART + 1 else f"% {skeleton}%")
    return list(dict.fromkeys(patterns))


@dataclass
class Likeness:
    """A patient already registered who may be the same person, and why one may think so."""

    patient: Patient
    reasons: list[str] = field(default_factory=list)


SUSPECTS = f"""WITH asked AS MATERIALIZED (
  SELECT a.*, patients_name_key(a.last_name, a.first_name, a.patronymic) AS key,
    patients_name_key(a.first_name, a.last_name, a.patronymic) AS swapped,
    patients_sounds(a.last_name, a.first_name, a.patronymic, a.birth_name) AS sounds
  FROM jsonb_to_recordset(%s::jsonb) a(place int, id uuid, last_name text, first_name text, patronymic text, birth_name text,
    born date, days date[], identifiers text[], numbers text[], contacts text[]))
SELECT a.place, suspect.* FROM asked a CROSS JOIN LATERAL (
  SELECT p.*, {PHONE}, f.reasons FROM (
    SELECT r.id, array_agg(DISTINCT reason) AS reasons FROM (
      SELECT i.patient_id AS id, 'identifier' AS reason FROM patients_identifier i
        WHERE i.ended_at IS NULL AND i.number = ANY(a.numbers) AND (i.kind || ':' || i.number) = ANY(a.identifiers)
      UNION ALL SELECT c.patient_id, 'contact' FROM patients_contact c WHERE c.ended_at IS NULL AND c.value = ANY(a.contacts)
      UNION ALL SELECT p.id, 'name' FROM patients_patient p JOIN patients_search s ON s.patient_id = p.id
        WHERE p.birth_date = ANY(a.days) AND (similarity(s.name_key, a.key) >= {ALIKE} OR (similarity(s.name_key, a.key) >= {NOT_UNLIKE}
          AND patients_sound_alike(patients_sounds(p.last_name, p.first_name, p.patronymic, p.birth_name), a.sounds)))
      UNION ALL SELECT p.id, 'same_name' FROM patients_patient p JOIN patients_search s ON s.patient_id = p.id
        WHERE s.name_key = ANY(ARRAY[a.key, a.swapped]) AND (p.birth_date IS NULL OR a.born IS NULL)
    ) r WHERE r.id IS DISTINCT FROM a.id GROUP BY r.id) f
  JOIN patients_patient p ON p.id = f.id ORDER BY cardinality(f.reasons) DESC, p.last_name, p.first_name, p.id LIMIT 10) suspect
ORDER BY a.place, cardinality(suspect.reasons) DESC, suspect.last_name, suspect.first_name, suspect.id
"""  # noqa: S608 - our own constants


@dataclass(frozen=True)
class Person:
    """What is compared with the patients already registered; numbers are normalised."""

    last_name: str
    first_name: str
    patronymic: str = ""
    birth_date: date | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    contacts: tuple[str, ...] = ()
    id: UUID | None = None
    birth_name: str = ""


def likely_duplicates(person: Person) -> list[Likeness]:
    """Patients with the same identifier or contact, or with a like name (in whatever script and order) and the same birth date.

    Names are compared as they are written and, word by word, as they sound; a patronymic or birth name that one of them lacks does not part them.
    Day and month may be exchanged, last and first name too; a missing birth date asks for the same name.
    """
    return likely_duplicates_of([person])[0]


def likely_duplicates_of(people: Sequence[Person]) -> list[list[Likeness]]:
    """What `likely_duplicates` says of each, asked at once."""
    found: list[list[Likeness]] = [[] for _person in people]
    for patient in Patient.objects.raw(SUSPECTS, [json.dumps([_asked(place, person) for place, person in enumerate(people)])]):
        found[vars(patient)["place"]].append(Likeness(patient, list(vars(patient)["reasons"])))
    return found


def _asked(place: int, person: Person) -> dict[str, object]:
    return {
        "place": place,
        "id": str(person.id) if person.id else None,
        "last_name": person.last_name,
        "first_name": person.first_name,
        "patronymic": person.patronymic,
        "birth_name": person.birth_name,
        "born": person.birth_date.isoformat() if person.birth_date else None,
        "days": [day.isoformat() for day in _days(person.birth_date)],
        "identifiers": [f"{kind}:{number}" for kind, number in person.identifiers],
        "numbers": [number for _kind, number in person.identifiers],
        "contacts": list(person.contacts),
    }


def _days(born: date | None) -> list[date]:
    if born is None:
        return []
    return [born, date(born.year, born.day, born.month)] if born.day <= 12 else [born]
