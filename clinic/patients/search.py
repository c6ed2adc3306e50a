"""Finding patients by anything people remember of them, and finding those who may be the same person twice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from clinic.history.actions import record_list
from clinic.patients.lines import COLUMNS, PHONE, Line, rows_of
from clinic.patients.models import Patient
from clinic.patients.rules import Search, parse_search
from clinic.staff.models import User
from clinic.staff.roles import Permission

LIMIT = 20
MOST_HITS = 200
MOST_NARROWED = 10_000
MOST_LOOKED_AT = 2000
SHORTEST_PART = 3
ALIKE = 0.5
NOT_UNLIKE = 0.1

Clause = tuple[str, list[str | int]]
"""A condition and its parameters."""

FORMS = """SELECT w, patients_skeleton(w) FROM regexp_split_to_table(patients_latin(patients_fold(%s)), ' ') w WHERE w <> ''"""

# Planned as if all of it were read, so that the indexes of words are used; yet the scan stops after the first hits. With the limit inside, a
# large clinic is read from its beginning until enough names match.
MATCHING = "matching AS MATERIALIZED (SELECT patient_id, name_key FROM patients_search WHERE {where})"
ANYWHERE = f"{MATCHING}, hits AS MATERIALIZED (SELECT * FROM matching LIMIT %s)"  # noqa: S608 - our own words
# The names that begin with the first word are read in their order, from the index of name keys alone unless digits or dates are asked for too.
# When these do not fill the page, they are left, and names with the word anywhere are read.
BEGINNING = f"""beginning AS MATERIALIZED (SELECT patient_id, name_key FROM (
 SELECT * FROM patients_search WHERE name_key LIKE %s ORDER BY name_key USING ~<~ LIMIT %s) looked_at WHERE {{beginning}} LIMIT %s),
{MATCHING}, hits AS MATERIALIZED (SELECT * FROM beginning WHERE (SELECT count(*) FROM beginning) >= %s
 UNION ALL (SELECT * FROM matching WHERE (SELECT count(*) FROM beginning) < %s LIMIT %s))"""  # noqa: S608 - our own words
SEARCH = f"""WITH {{hits}} SELECT {COLUMNS} FROM hits JOIN patients_patient p ON p.id = hits.patient_id
ORDER BY p.card_number IS NOT DISTINCT FROM %s DESC, hits.name_key LIKE %s DESC, p.last_name, p.first_name, p.id LIMIT %s"""  # noqa: S608 - our own words


@dataclass(frozen=True)
class Word:
    """A typed word in Latin letters, and the parts of words that it may stand for, as patterns behind a space or anywhere."""

    latin: str
    skeleton: str

    @property
    def parts(self) -> list[str]:
        """Any part of a word from three letters on, its beginning for less; a short skeleton only as a beginning."""
        parts = [f"%{self.latin}%" if len(self.latin) >= SHORTEST_PART else f"{self.latin}%"]
        if len(self.latin) > SHORTEST_PART:
            parts.append(f"%{self.skeleton}%" if len(self.skeleton) > SHORTEST_PART + 1 else f"{self.skeleton}%")
        return list(dict.fromkeys(parts))

    @property
    def in_names(self) -> Clause:
        """Does a patient have a word with such a part? Many words begin with one or two letters, so these are looked for among trigrams."""
        if len(self.latin) < SHORTEST_PART or self.latin.isdigit():
            return _like("words", self._in_line)
        any_part = " OR ".join(["word LIKE %s"] * len(self.parts))
        return f"names && (SELECT array_agg(hash) FROM patients_word WHERE {any_part})", [*self.parts]  # noqa: S608 - our own words

    @property
    def in_name_key(self) -> Clause:
        """The same by what the index of name keys holds."""
        return _like("(' ' || name_key)", self._in_line)

    @property
    def _in_line(self) -> list[str]:
        return [part if part.startswith("%") else f"% {part}" for part in self.parts]


def search_patients(*, user: User, text: str, today: date, limit: int = LIMIT) -> list[Line]:
    """Patients that match every word of the line, those whose names begin with it first; each with its first phone.

    Of the names that begin with the first word some are looked through first; they usually fill the page. Without that bound
    all who have common words are read.
    :raises NotAllowed: without PATIENT_VIEW.
    """
    user.require(Permission.PATIENT_VIEW)
    wanted = parse_search(text, today)
    if wanted.is_empty:
        return []
    words = _words(wanted.names)
    beginning = f"{words[0].skeleton}%" if words else "%"
    hits, parameters = _hits(wanted, words, beginning, limit) if words else _anywhere(wanted)
    found = Line.read(SEARCH.format(hits=hits), [*parameters, wanted.card_number, beginning, limit])
    record_list("patient search", (patient.pk for patient in found))
    return found


def _hits(wanted: Search, words: Sequence[Word], beginning: str, limit: int) -> Clause:
    first, of_first = _condition(wanted, [word.in_name_key for word in words])
    anywhere, of_anywhere = _condition(wanted, [word.in_names for word in words])
    statement = BEGINNING.format(beginning=first, where=anywhere)
    return statement, [beginning, MOST_LOOKED_AT, *of_first, 2 * limit, *of_anywhere, limit, limit, MOST_HITS]


def _anywhere(wanted: Search) -> Clause:
    where, parameters = _condition(wanted, [])
    return ANYWHERE.format(where=where), [*parameters, MOST_HITS]


def matching_ids(text: str, today: date) -> list[UUID]:
    """Keys of the patients that match the line, for a list that is narrowed by more than that; at most as many as lists count: see `is_cut`."""
    wanted = parse_search(text, today)
    if wanted.is_empty:
        return []
    where, parameters = _condition(wanted, [word.in_names for word in _words(wanted.names)])
    matching = MATCHING.format(where=where)
    return [row[0] for row in rows_of(f"WITH {matching} SELECT patient_id FROM matching LIMIT {MOST_NARROWED}", parameters)]  # noqa: S608 - our own words


def is_cut(matching: Sequence[UUID]) -> bool:
    """Whether more patients match than `matching_ids` gave, so that a list narrowed by them says so."""
    return len(matching) >= MOST_NARROWED


def _words(names: str) -> list[Word]:
    return [Word(*row) for row in rows_of(FORMS, [names])] if names else []


def _condition(wanted: Search, words: Sequence[Clause]) -> Clause:
    """The condition over `patients_search`: every word in one of its spellings, every run of digits; or the card number."""
    clauses = list(words)
    if wanted.birth_date:
        clauses.append(("patient_id IN (SELECT id FROM patients_patient WHERE birth_date = %s)", [wanted.birth_date.isoformat()]))
    for number in wanted.numbers:
        days = [f"%{wanted.days[number]}%"] if number in wanted.days else []
        phones = [f"% {wanted.phones[number]}%"] if number in wanted.phones else []
        clauses.append(_like("words", [f"%{number}%", *days, *phones]))
    by_words = " AND ".join(clause for clause, _parameters in clauses)
    parameters = [parameter for _clause, own in clauses for parameter in own]
    if wanted.card_number is None:
        return by_words, parameters
    by_card = "patient_id = (SELECT id FROM patients_patient WHERE card_number = %s)"
    return (f"({by_words} OR {by_card})" if by_words else by_card), [*parameters, wanted.card_number]


def _like(column: str, patterns: Sequence[str]) -> Clause:
    return "(" + " OR ".join([f"{column} LIKE %s"] * len(patterns)) + ")", [*patterns]


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
