"""A snapshot in words, alone or beside another one with the differences marked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from charting import notation
from clinic.history import actors, values, wording
from exports.legal.asof import Key, Row, Snapshot, Then

PERSON = ("patients_patient", "patients_contact", "patients_identifier", "patients_relation", "patients_patientlabel", "patients_rectification")
PLANS = ("treatment_plans_plan", "treatment_plans_alternative", "treatment_plans_phase", "treatment_plans_item")
PAPERS = ("treatment_plans_document", "treatment_plans_documentitem", "treatment_plans_signature", "patients_consent", "charting_issuedpaper")
TOLD_WITHIN = ("charting_proceduretooth", "charting_raisedalert")
"""Links that other records tell."""
SECTIONS: tuple[tuple[str | Promise, str, tuple[str, ...]], ...] = (
    (_("Medical alerts"), "triangle-alert", ("patients_alert", "charting_alertdoubt", "charting_interactionoverride")),
    (_("Medical history"), "clipboard-list", ("charting_medicalhistory",)),
    (_("Notes of visits"), "notebook-pen", ("charting_visit", "charting_visitaddendum")),
    (_("Dental chart"), "grid-2x2", ("charting_finding", "charting_diagnosis", "charting_procedure", "charting_performance")),
    (_("Periodontal exams"), "ruler", ("charting_perioexam", "charting_periotooth")),
    (_("Treatment plan"), "list-checks", PLANS),
    (_("Prices in force that day"), "tags", ("price_list_price",)),
    (_("Documents and consents"), "file-text", PAPERS),
    (_("Images"), "scan", ("charting_image", "charting_imageline", "charting_imagedisplay")),
    (_("Laboratory orders"), "flask-conical", ("lab_orders_laborder", "lab_orders_laborderitem", "lab_orders_labstage", "lab_orders_laborderfile")),
    (
        _("Money"),
        "wallet",
        (
            *("billing_charge", "billing_insurershare", "billing_payment", "billing_allocation", "billing_invoice", "billing_invoiceline"),
            *("insurance_policy", "insurance_guaranteeletter", "insurance_claimline"),
        ),
    ),
    (_("Appointments"), "calendar-days", ("scheduling_appointment",)),
    (_("Personal data"), "user", PERSON),
)
OTHERS = _("Other records")
READ = {"triangle-alert", "notebook-pen"}
TITLES: dict[str, tuple[str, ...]] = {
    "patients_alert": ("kind", "text"),
    "charting_visit": ("opened_at", "dentist_id"),
    "charting_visitaddendum": ("written_at", "written_by_id"),
    "charting_finding": ("tooth", "kind", "surfaces"),
    "charting_diagnosis": ("tooth", "code_id"),
    "charting_performance": ("performed_at", "performer_id"),
    "charting_image": ("kind", "title", "taken_at"),
    "charting_imageline": ("image_id", "label", "drawn_at"),
    "charting_imagedisplay": ("image_id", "saved_at"),
    "charting_medicalhistory": ("signed_at", "signer_name"),
    "charting_interactionoverride": ("rule_id", "made_at"),
    "charting_issuedpaper": ("kind", "issued_at"),
    "charting_perioexam": ("examined_at", "examined_by_id"),
    "charting_periotooth": ("tooth",),
    "treatment_plans_documentitem": ("document_id", "description"),
    "treatment_plans_alternative": ("plan_id", "title"),
    "treatment_plans_signature": ("signer_name", "signed_at"),
    "patients_consent": ("signer_name", "signed_at"),
    "price_list_price": ("service_id", "amount"),
    "billing_charge": ("description", "amount"),
    "billing_insurershare": ("payer_name", "amount"),
    "billing_payment": ("received_at", "amount"),
    "scheduling_appointment": ("starts_at", "dentist_id"),
    "patients_contact": ("kind", "value"),
    "patients_identifier": ("kind", "number"),
    "patients_relation": ("kind", "name"),
    "insurance_claimline": ("performed_date", "amount"),
}
OF_PROCEDURE = ("charting_performance", "treatment_plans_item")
SECRET = {"strokes", "signed_content", "content_hash", "patient_id", "payer_id", *wording.TECHNICAL}
MARKS = {"same": _("as before"), "added": _("new"), "changed": _("changed"), "gone": _("not there any more")}


@dataclass(frozen=True)
class Fact:
    """One field: what it said first, what it said then."""

    label: str
    before: str
    after: str
    differs: bool


@dataclass(frozen=True)
class Entry:
    """One record in words; `mark` says what became of it between two moments."""

    table: str
    key: str
    what: str
    title: str
    mark: str
    at: datetime
    actor_name: str
    facts: list[Fact] = field(default_factory=list)

    @property
    def is_of_patient(self) -> bool:
        return self.table != "price_list_price"

    @property
    def mark_label(self) -> str:
        return str(MARKS[self.mark])


@dataclass(frozen=True)
class Section:
    """Records of one kind of subject."""

    title: str
    icon: str
    entries: list[Entry]

    @property
    def is_open(self) -> bool:
        """Whether the text itself is what one reads."""
        return self.icon in READ


def sections(then: Snapshot, now: Snapshot | None = None, *, only_differences: bool = False) -> list[Section]:
    """What stood at a moment; with a second one, what differs between them."""
    teller = _Teller(then, now)
    found = [Section(str(title), icon, teller.entries(tables)) for title, icon, tables in SECTIONS]
    found.append(Section(str(OTHERS), "folder", teller.entries(teller.others())))
    if only_differences:
        found = [Section(part.title, part.icon, [entry for entry in part.entries if entry.mark != "same"]) for part in found]
    return [part for part in found if part.entries]


class _Teller:
    def __init__(self, then: Snapshot, now: Snapshot | None) -> None:
        self._then, self._now = then, now
        self._by_table: dict[str, list[Key]] = defaultdict(list)
        for key in {**then.rows, **(now.rows if now else {})}:
            self._by_table[key[0]].append(key)
        self._names = {id(shot): _names(shot) for shot in (then, now) if shot}
        self._teeth = {id(shot): _teeth(shot) for shot in (then, now) if shot}

    def entries(self, tables: Sequence[str]) -> list[Entry]:
        found = [self._entry(key) for table in tables for key in self._by_table[table]]
        return [entry for _order, entry in sorted(found, key=lambda pair: pair[0])]

    def others(self) -> list[str]:
        """Tables of no section: whatever is recorded of a patient is told, also what was added to the program yesterday."""
        named = {*TOLD_WITHIN, *(table for _title, _icon, tables in SECTIONS for table in tables)}
        return sorted(({*self._by_table} & {*wording.models_by_table()}) - named)

    def _entry(self, key: Key) -> tuple[tuple[Any, ...], Entry]:
        before, after = self._then.rows.get(key), self._now.rows.get(key) if self._now else None
        shot, row = (self._now, after) if self._now and after else (self._then, before)
        assert row is not None  # noqa: S101 - the key comes from one of them
        mark = _mark(before, after) if self._now else "same"
        who = actors.name_of(row.actor_name, row.actor_name)
        entry = Entry(
            key[0],
            key[1],
            wording.table_label(key[0]),
            self._title(shot, row),
            mark,
            row.at,
            who,
            self._facts(before, after),
        )
        return (list(self._by_table).index(key[0]), *_order(row)), entry

    def _title(self, shot: Snapshot, row: Row) -> str:
        model = wording.models_by_table()[row.table]
        columns = {str(column.column): column for column in model._meta.local_concrete_fields}
        names = self._names[id(shot)]
        parts = [values.say(columns[name], row.body.get(name), names) for name in TITLES.get(row.table, ())]
        if row.table == "charting_procedure":
            parts = [self._procedure(shot, row.key)]
        elif row.table in OF_PROCEDURE:
            parts.append(self._procedure(shot, str(row.body.get("procedure_id"))))
        elif not parts:
            parts = [wording.title_of(model, row.body)]
        return " · ".join(part for part in parts if part and part != values.EMPTY)

    def _procedure(self, shot: Snapshot, key: str) -> str:
        row = shot.rows.get(("charting_procedure", key))
        if row is None:
            return ""
        service: Any = wording.models_by_table()["charting_procedure"]._meta.get_field("service")
        named = values.say(service, row.body.get("service_id"), self._names[id(shot)])
        teeth = ", ".join(self._teeth[id(shot)].get(key, ()))
        return f"{named} ({teeth})" if teeth else named

    def _facts(self, before: Row | None, after: Row | None) -> list[Fact]:
        row = after or before
        assert row is not None  # noqa: S101
        model = wording.models_by_table()[row.table]
        old, new = (wording.in_words(model, row.body) if row else {} for row in (before, after))
        facts = []
        for column in model._meta.local_concrete_fields:
            name = str(column.column)
            if name in SECRET or _is_nameless(column) or not any(_says(body.get(name)) for body in (old, new)):
                continue
            told = [values.say(column, body.get(name), self._names[id(shot)]) if shot else "" for body, shot in ((old, self._then), (new, self._now))]
            label = str(column.verbose_name)
            facts.append(Fact(label[:1].upper() + label[1:], told[0], told[1], differs=bool(before and after) and old.get(name) != new.get(name)))
        return facts


def _names(shot: Snapshot) -> wording.Names:
    return wording.Names(((wording.models_by_table().get(row.table), row.body) for row in shot.rows.values()), Then(shot))


def _teeth(shot: Snapshot) -> dict[str, list[str]]:
    """The teeth of each procedure, with surfaces, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in sorted(shot.of("charting_proceduretooth"), key=lambda row: row.body.get("tooth") or 0):
        surfaces = "".join(row.body.get("surfaces") or ())
        found[str(row.body.get("procedure_id"))].append(f"{notation.fdi(row.body.get('tooth') or 0)} {surfaces}".strip())
    return found


def _mark(before: Row | None, after: Row | None) -> str:
    if before is None or after is None:
        return "added" if before is None else "gone"
    return "same" if _told(before.body) == _told(after.body) else "changed"


def _told(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in SECRET and _says(value)}


def _says(value: Any) -> bool:
    return value is not None and value not in ("", [], {})


def _order(row: Row) -> tuple[Any, ...]:
    """Teeth by number, everything else as it came into being."""
    return (row.body.get("tooth") or 0, str(row.body.get("created_at") or ""), row.key)


def _is_nameless(column: "models.Field[Any, Any]") -> bool:
    """A link whose target has no name says nothing to a reader."""
    return isinstance(column, models.ForeignKey) and column.related_model.__str__ is models.Model.__str__


def differences(found: Iterable[Section]) -> int:
    """How many records differ."""
    return sum(entry.mark != "same" for part in found for entry in part.entries)
