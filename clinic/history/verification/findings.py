"""What a check of history may find, in words."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.history.wording import models_by_table, table_label

WORDS = {
    "leaf_missing": _("Leaf %(pos)s of the log is missing."),
    "leaf_altered": _("Leaf %(pos)s of the log was altered after it was sealed on %(sealed)s."),
    "event_missing": _("Event %(event)s (%(what)s), sealed on %(sealed)s, is no longer in the ledger."),
    "event_altered": _("Event %(event)s (%(what)s), sealed on %(sealed)s, was altered afterwards: %(fields)s."),
    "body_altered": _("The content of event %(event)s (%(what)s), sealed on %(sealed)s, was altered afterwards."),
    "body_destroyed": _("The content of event %(event)s (%(what)s), sealed on %(sealed)s, was destroyed without an erasure."),
    "patient_gap": _("The events of patient %(patient)s are not numbered without a gap: number %(found)s stands where %(expected)s should."),
    "root_wrong": _("The first %(size)s events do not have the root that was signed on %(sealed)s."),
    "signature_wrong": _("The checkpoint of %(size)s events is not signed by the key of its time."),
    "checkpoint_foreign": _("The checkpoint of %(size)s events belongs to another log."),
    "tile_wrong": _("Tile %(tile)s of the log is not what its leaves make it."),
    "tail_unsigned": _("%(count)s leaves at the end of the log stand under no signed checkpoint."),
    "forged": _("Event %(event)s (%(what)s) stands in the ledger among sealed events but was never sealed: it was put in later."),
    "waiting": _("%(count)s events have waited for their seal since %(since)s: is the sequencer running?"),
    "closing_wrong": _("The closing of %(day)s does not count the events that were there."),
    "counter_wrong": _("The counter of patient %(patient)s says %(found)s events, the log has %(expected)s."),
    "key_wrong": _("Statement %(number)s about the keys is not signed as it must be."),
    "key_anew": _(
        "Statement %(number)s about the keys begins a new line with key %(key)s, which key %(before)s before it has not signed: compare the papers."
    ),
    "key_missing": _("The log has no key: nothing is sealed."),
    "witness_silent": _("The witness %(witness)s cannot be asked: %(error)s."),
    "witness_none": _("No witness outside keeps the checkpoints: whoever holds database and key could rewrite the past."),
    "rollback": _("The witness %(witness)s has seen %(seen)s events, the log has %(size)s: its end was cut off, or an old copy was put back."),
    "fork": _("The witness %(witness)s has seen other events among the first %(seen)s: the past was rewritten."),
    "foreign": _("The witness %(witness)s holds a checkpoint that this log has never signed."),
    "stamp_wrong": _("The time stamp of %(witness)s over %(size)s events does not hold: %(error)s."),
    "epoch": _(
        "On %(at)s life %(number)s of the log began, because: %(reason)s. Witnesses had seen %(seen)s events before; "
        "of what was recorded until then, only the first %(size)s events are vouched for."
    ),
    "epoch_wrong": _("Life %(number)s of the log is not signed and declared as it must be."),
    "unreadable": _("The check could not read one part of history (%(part)s) to its end: %(error)s."),
    "copies_differ": _("%(table)s: the live row, its typed history and the ledger disagree in %(count)s records, for example %(keys)s."),
    "file_missing": _("The file %(file)s… (%(size)s bytes, stored on %(at)s) is missing."),
    "file_altered": _("The file %(file)s… (%(size)s bytes, stored on %(at)s) was altered or swapped afterwards."),
    "trigger_off": _("The guard %(trigger)s of %(table)s is missing or switched off."),
    "function_altered": _("The function %(function)s is not the one this version of the program installs."),
    "guard_off": _("The guard over changes of the structure (%(trigger)s) is missing or switched off."),
    "guard_missing": _("%(guard)s is gone; it stood when the program was last installed, on %(at)s."),
    "guard_new": _("%(guard)s is new; it was not there when the program was last installed, on %(at)s."),
    "guard_altered": _("%(guard)s is another than when the program was last installed, on %(at)s."),
    "guards_noted": _("On %(at)s %(who)s installed guards that differ in %(count)s places, for example %(names)s. Was the program upgraded then?"),
    "powers": _("The role %(role)s has powers it must not have: %(powers)s."),
    "open": _("The application's role could write history by itself."),
    "grant_wrong": _("The role %(role)s may %(privilege)s %(table)s, which it must not."),
    "rule_off": _("The rule %(trigger)s of %(table)s is missing or switched off."),
    "rule_altered": _("The rule %(function)s is not the one that the migrations of this version install."),
    "rule_missing": _("The rule of retention %(country)s, %(kind)s, of %(day)s (%(years)s years) is missing in the database."),
    "rule_foreign": _("The database has a rule of retention that the program does not know: %(country)s, %(kind)s, from %(day)s, %(years)s years."),
    "gate_open": _("An erasure of patient %(patient)s was begun past the program and left open."),
    "erased_too_young": _("The record of patient %(patient)s was erased on %(at)s, although its last entry was of %(last)s: no rule allows that."),
    "owner_wrong": _("The table %(table)s does not belong to history_owner."),
}
WARNINGS = {"waiting", "witness_silent", "witness_none", "tail_unsigned", "epoch", "key_anew", "guards_noted"}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be: `code` of `WORDS`, and what fills its sentence in."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def is_warning(self) -> bool:
        """Nothing was altered, but something is not watched as it should be."""
        return self.code in WARNINGS

    def __str__(self) -> str:
        return str(WORDS[self.code]) % {name: _in_words(name, value) for name, value in self.values.items()}


def _in_words(name: str, value: Any) -> Any:
    """Tables by their human names, instants as the reader's clock shows them."""
    if name == "table":
        return table_label(value) if value in models_by_table() else value
    if name in ("at", "since", "sealed") and value != "-":
        return timezone.localtime(datetime.fromisoformat(value)).strftime("%Y-%m-%d %H:%M:%S %Z")
    return value


@dataclass(frozen=True)
class Report:
    """The outcome of a check: how far the log was read, what was found, how long it took, and when history was last found whole before."""

    size: int
    is_full: bool
    findings: tuple[Finding, ...]
    seconds: float
    last_clean: datetime | None
    erased: tuple[int, int] = (0, 0)
    """Patients whose record was erased after retention, and how many of their events have lost their content by it."""

    @property
    def is_clean(self) -> bool:
        return not any(not finding.is_warning for finding in self.findings)

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(finding) for finding in self.findings]
