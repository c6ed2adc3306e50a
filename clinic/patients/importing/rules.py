"""Which column means what, and what a cell says, on plain values."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID, uuid5

from clinic.patients.rules import Refused, check_birth_date, normalise_email, normalise_identifier, normalise_phone, parse_date

NAMESPACE = UUID("6f0c1a52-3a55-4c1a-9d3e-0c3f6f2a7b11")
REQUIRED = ("last_name", "first_name")
LONGEST = {
    "last_name": 150, "first_name": 150, "patronymic": 150, "birth_name": 150, "address": 300, "city": 100, "postal_code": 12,
    "source_detail": 200, "external_number": 60, "guardian": 300, "payer": 300,
}  # fmt: skip
HEADERS_TEXT = """
full_name: фио, ф и о, пациент, имя пациента, полное имя, full name, patient, patient name, nom complet, nom et prenom, nom prenom
last_name: фамилия, last name, surname, family name, nom, nom de famille, nom d usage, lastname
first_name: имя, first name, given name, forename, prenom, firstname, name
patronymic: отчество, patronymic, middle name, patronyme, deuxieme prenom
birth_name: девичья фамилия, фамилия при рождении, birth name, maiden name, nom de naissance, nom de jeune fille
sex: пол, sex, gender, sexe, genre, civilite
birth_date: дата рождения, дата рожд, др, д р, рождения, birth date, date of birth, dob, birthday, date de naissance, ne le,
  ne e le, nee le, naissance
phone: телефон, мобильный, моб телефон, сотовый, номер телефона, тел, phone, mobile, mobile phone, cell, telephone, portable, tel, tel
  portable
phone2: телефон 2, доп телефон, домашний телефон, дом телефон, дом тел, домашний,
  второй телефон, phone 2, home phone, other phone, telephone 2, tel fixe, tel domicile,
  telephone fixe
email: email, e mail, email address, e mail address, почта, эл почта, электронная почта, mail, courriel, adresse mail, adresse e mail
address: адрес, улица, address, street, adresse, rue
city: город, населенный пункт, city, town, ville, commune
postal_code: индекс, почтовый индекс, postal code, zip, postcode, code postal, cp
snils: снилс, snils
oms: омс, полис, полис омс, номер полиса, oms, oms policy
ru_passport: паспорт, паспорт рф, серия и номер паспорта, passport
foreign_passport: загранпаспорт, заграничный паспорт, иностранный паспорт, паспорт иностранца, паспорт иностранного гражданина, номер загранпаспорта,
  foreign passport, international passport, passport number, passeport, n passeport, numero de passeport, passeport etranger
insurance_card: дмс, полис дмс, номер полиса дмс, страховая карта, карта страховой, номер страховой карты, insurance card, insurance number,
  insurance policy, policy number, policy, private insurance, mutuelle, carte mutuelle, carte de mutuelle, n adherent, numero d adherent,
  numero adherent, n contrat mutuelle, numero de contrat
guardian: представитель, законный представитель, опекун, родитель, родители, фио представителя, фио родителя, фио законного представителя, мать, мама,
  guardian, legal guardian, parent, legal representative, guardian name, parent name, representant legal, responsable legal, tuteur,
  nom du representant,
  nom du responsable legal
guardian_phone: телефон представителя, телефон законного представителя, телефон опекуна, телефон родителя, телефон родителей, телефон матери,
  телефон мамы,
  guardian phone, parent phone, parents phone, phone of guardian, telephone du representant, telephone du responsable legal, tel responsable legal,
  telephone parent, tel parent, tel parents
payer: плательщик, кто платит, оплачивает, фио плательщика, payer, payor, bill to, paid by, payeur, nom du payeur, responsable financier, tiers payeur
payer_phone: телефон плательщика, payer phone, payor phone, phone of payer, telephone du payeur, tel payeur
allergies: аллергия, аллергии, аллергоанамнез, аллергологический анамнез, непереносимость, непереносимость лекарств, allergy, allergies,
  drug allergies,
  known allergies, allergie, allergies connues, allergies medicamenteuses, intolerances
medical_alert: медицинские отметки, важно, осторожно, противопоказания, хронические заболевания, сопутствующие заболевания, medical alert,
  medical alerts,
  alerts, warning, medical conditions, contraindications, alerte, alertes, alertes medicales, antecedents, antecedents medicaux, contre indications
nir: nir, numero de securite sociale, n securite sociale, no secu, ins, numero secu, n ss, insee
source_detail: источник, откуда узнал, откуда узнали, source, referred by, origine, adresse par, provenance
external_number: номер карты, карта, n карты, номер, код, id, patient id, patient number, patient no,
  card, card number, chart number, numero de dossier, n dossier, dossier, numero
  patient
"""
HEADERS: dict[str, list[str]] = {
    line.partition(":")[0]: [header.strip() for header in line.partition(":")[2].split(",")]
    for line in re.sub(r"\n\s+", " ", HEADERS_TEXT).strip().splitlines()
}
FIELDS = tuple(HEADERS)
IDENTIFIERS = ("snils", "oms", "ru_passport", "nir", "foreign_passport", "insurance_card")
LONGEST_ALERT = 300
LENGTHS = {"snils": 11, "oms": 16, "ru_passport": 10}
"""Of numbers that may begin with zeros, which a sheet drops when it keeps them as numbers."""
OF_ANY_LENGTH = ("foreign_passport", "insurance_card")
"""Nobody can tell how many zeros a sheet dropped of these."""
MOST_KEPT = 15
"""A sheet keeps no more digits of a number."""
FRENCH_POSTAL_CODE = 5
NOTHING_TEXT = """
, нет, нету, отсутствует, отсутствуют, отрицает, неизвестно, не отягощен, не отмечает, без особенностей, no, none, nil, nka, nkda, not known,
no known allergies, aucun, aucune, non, neant, ras, rien a signaler, pas d allergie, pas d allergies, 0"""
NOTHING = frozenset(part.strip() for part in NOTHING_TEXT.split(","))
"""What people write where there is nothing to write, folded as headings are."""
SEXES = {
    "female": "ж жен женский женщина f female w woman femme féminin feminin mme madame mlle",
    "male": "м муж мужской мужчина m male man homme h masculin mr monsieur",
}


def fold_header(text: str) -> str:
    """A heading without case, accents, signs and double spaces."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.lower().replace("№", "n")) if not unicodedata.combining(char))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


MEANINGS = {fold_header(header): name for name, headers in HEADERS.items() for header in headers}


def guess_mapping(columns: Sequence[str]) -> dict[str, str]:
    """Column name -> field, each field once: headings we know first, then headings that contain one."""
    mapping: dict[str, str] = {}
    for column in columns:
        meaning = MEANINGS.get(fold_header(column))
        if meaning and meaning not in mapping.values():
            mapping[column] = meaning
    for column in columns:
        if column not in mapping:
            meaning = _contained(fold_header(column), taken=set(mapping.values()))
            if meaning:
                mapping[column] = meaning
    if "last_name" not in mapping.values() and "full_name" not in mapping.values():
        mapping = {column: "full_name" if meaning == "first_name" else meaning for column, meaning in mapping.items()}
    return mapping


def heading_place(rows: Sequence[Sequence[object]]) -> int:
    """Which of the first rows holds the headings: titles and groups of columns may stand above it. The first, unless a later one says more."""
    known = [sum(fold_header(str(cell)) in MEANINGS for cell in row if cell is not None) for row in rows]
    best = max(range(len(known)), key=lambda place: known[place], default=0)
    return best if known and known[best] > max(1, known[0]) else 0


def _contained(header: str, *, taken: set[str]) -> str | None:
    fits = [(len(known), name) for known, name in MEANINGS.items() if len(known) > 2 and name not in taken and f" {known} " in f" {header} "]
    return max(fits)[1] if fits else None


class Lost(Enum):
    """What stands in a cell in whose place there is nothing to read."""

    RESULT = "=?"
    """A formula whose result the file does not hold, or holds as an error."""

    def __str__(self) -> str:
        return self.value


@dataclass
class Row:
    """One person of the sheet, judged: values ready to be saved, what is wrong by field, and what of the rest is to be looked at."""

    number: int
    values: dict[str, object] = field(default_factory=dict)
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    relations: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[tuple[str, str]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    """Not kept with a row that waits for a decision: they are told once, when it is read."""


@dataclass(frozen=True)
class Named:
    """A person as far as two rows can be told apart; names are folded."""

    last: str
    first: str
    born: date | None

    def may_be(self, other: "Named") -> bool:
        """Whether both are one person, whose last name or date of birth may have been corrected since, but not both."""
        if self.first != other.first or (self.born and other.born and self.born != other.born):
            return False
        return self.last == other.last or (self.born is not None and self.born == other.born)


def named(values: Mapping[str, Any]) -> Named:
    """The person of a row's or a patient's values."""
    return Named(fold_header(str(values.get("last_name", ""))), fold_header(str(values.get("first_name", ""))), values.get("birth_date"))


def to_json(row: Row) -> dict[str, object]:
    """A row without errors as it is kept while it waits for a decision."""
    values = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.values.items()}
    pairs = {"identifiers": [list(pair) for pair in row.identifiers], "alerts": [list(pair) for pair in row.alerts]}
    return {"fields": values, "phones": row.phones, "emails": row.emails, "relations": row.relations, **pairs}


def from_json(number: int, kept: Mapping[str, Any]) -> Row:
    """The row that `to_json` kept."""
    born = kept["fields"].get("birth_date")
    values = {**kept["fields"], "birth_date": date.fromisoformat(born) if born else None}
    identifiers = [(kind, value) for kind, value in kept["identifiers"]]
    alerts = [(kind, text) for kind, text in kept.get("alerts", [])]
    return Row(number, values, list(kept["phones"]), list(kept["emails"]), identifiers, list(kept.get("relations", [])), alerts)


def judge(number: int, cells: Mapping[str, object], *, region: str, today: date) -> Row:
    """The row's cells by field, read and checked; `errors` maps a field to the code of the broken rule."""
    row = Row(number)
    texts = {name: text_of(cell) for name, cell in cells.items()}
    if region == "FR" and _is_number(cells.get("postal_code")):
        texts["postal_code"] = texts["postal_code"].zfill(FRENCH_POSTAL_CODE)
    _take_names(row, texts)
    for name in ("birth_name", "address", "city", "postal_code", "source_detail", "external_number"):
        _take_text(row, name, texts.get(name, ""))
    _take_sex(row, texts.get("sex", ""))
    _take_birth_date(row, cells.get("birth_date"), texts.get("birth_date", ""), today)
    for name in ("phone", "phone2"):
        for part in re.split(r"[,;/\n]| или | ou | or ", texts.get(name, "")):
            _take(row, name, row.phones, normalise_phone, part, region)
    _take(row, "email", row.emails, normalise_email, texts.get("email", ""))
    for kind in IDENTIFIERS:
        _take_identifier(row, kind, texts.get(kind, ""), is_number=_is_number(cells.get(kind)))
    _take_person(row, texts, "guardian", region)
    _take_person(row, texts, "payer", region)
    for name, kind in (("allergies", "allergy"), ("medical_alert", "other")):
        _take_alert(row, name, kind, texts.get(name, ""))
    row.errors |= {name: "formula" for name, cell in cells.items() if cell is Lost.RESULT}
    return row


def text_of(cell: object) -> str:
    """A cell as text: whole numbers without a fraction, dates in ISO form, spaces single, control characters gone."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        cell = cell.isoformat()[:10]
    return " ".join("".join(char if char.isprintable() else " " for char in str(cell)).split())


def _take_names(row: Row, texts: Mapping[str, str]) -> None:
    parts = {name: texts.get(name, "") for name in ("last_name", "first_name", "patronymic")}
    whole = texts.get("full_name", "").split()
    if whole:
        last, first, *rest = [*whole, "", ""]
        split = {"last_name": last, "first_name": first, "patronymic": " ".join(rest).strip()}
        parts = {name: text or split[name] for name, text in parts.items()}
    for name, text in parts.items():
        if name in REQUIRED and not text:
            row.errors[name] = "required"
        else:
            _take_text(row, name, text)


def _take_text(row: Row, name: str, text: str) -> None:
    if len(text) > LONGEST[name]:
        row.errors[name] = "too_long"
    else:
        row.values[name] = text


def _take_sex(row: Row, text: str) -> None:
    word = text.lower().strip(". ")
    row.values["sex"] = next((sex for sex, words in SEXES.items() if word in words.split()), "unknown")
    if word and row.values["sex"] == "unknown":
        row.errors["sex"] = "sex"


def _take_birth_date(row: Row, cell: object, text: str, today: date) -> None:
    born = cell.date() if isinstance(cell, datetime) else cell if isinstance(cell, date) else parse_date(text, today) if text else None
    row.values["birth_date"] = born
    if text and born is None:
        row.errors["birth_date"] = "date"
    elif born:
        try:
            check_birth_date(born, today)
        except Refused as refused:
            row.errors["birth_date"] = refused.code


def _take_identifier(row: Row, kind: str, text: str, *, is_number: bool) -> None:
    """A cell that is a number has lost a zero in front: it is put back where the length is fixed, else a note says that it may lack;
    of text it is put back only where a check digit proves it."""
    if not text:
        return
    is_short = text.isdigit() and (is_number or kind == "snils")
    one_lost = len(text) == LENGTHS.get(kind, 0) - 1
    padded = text.zfill(LENGTHS[kind]) if is_short and (kind == "snils" or one_lost) else text
    try:
        if is_number and len(text) > MOST_KEPT:
            raise Refused("digits_lost")
        row.identifiers.append((kind, normalise_identifier(kind, padded)))
        if is_number and kind in OF_ANY_LENGTH:
            row.notes[kind] = "zeros_lost"
    except Refused as refused:
        row.errors[kind] = refused.code


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _take_person(row: Row, texts: Mapping[str, str], role: str, region: str) -> None:
    """The guardian or the payer; one who is both stands once, and a patient who pays for themselves is nobody else."""
    name, phones = texts.get(role, ""), list[str]()
    _take(row, f"{role}_phone", phones, normalise_phone, texts.get(f"{role}_phone", ""), region)
    if not name and phones:
        row.errors[role] = "required"
    elif len(name) > LONGEST[role]:
        row.errors[role] = "too_long"
    if not name or role in row.errors or fold_header(name) == fold_header(_full_name(row)):
        return
    there = next((person for person in row.relations if fold_header(person["name"]) == fold_header(name)), None)
    if there is None:
        there = {"kind": "guardian" if role == "guardian" else "other", "name": name, "phone": "", "is_guardian": False, "is_payer": False}
        row.relations.append(there)
    there[f"is_{role}"] = True
    there["phone"] = there["phone"] or next(iter(phones), "")


def _full_name(row: Row) -> str:
    return " ".join(str(row.values[name]) for name in ("last_name", "first_name", "patronymic") if row.values.get(name))


def _take_alert(row: Row, name: str, kind: str, text: str) -> None:
    if fold_header(text) in NOTHING:
        return
    if len(text) > LONGEST_ALERT:
        row.errors[name] = "too_long"
    else:
        row.alerts.append((kind, text))


def _take(row: Row, name: str, into: list[str], normalise: object, text: str, *arguments: str) -> None:
    if not text.strip():
        return
    try:
        value = normalise(text.strip(), *arguments)  # type: ignore[operator]  # one of the rules above
    except Refused as refused:
        row.errors[name] = refused.code
    else:
        if value not in into:
            into.append(value)


def key_of(source: str, row_number: int, external_number: str) -> UUID:
    """The patient's key: the same row of the same file, or the same number of the former system, is the same patient."""
    name = f"number:{external_number}" if external_number else f"row:{source}:{row_number}"
    return uuid5(NAMESPACE, name)
