"""Who acted, in words: names of tasks, commands and accounts of the database, and the roles that people had then."""

from functools import lru_cache

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NOT_PEOPLE = ("system:", "db:")
WORK: dict[str, Promise] = {
    "index_history": gettext_lazy("reading history for the search"),
    "history_verify": gettext_lazy("check of history"),
    "history_watch": gettext_lazy("watch over history"),
    "history_key": gettext_lazy("keys of history"),
    "history_epoch": gettext_lazy("new life of the log"),
    "sequencer": gettext_lazy("sealing of history"),
    "check_ledger_partitions": gettext_lazy("room for the next years of history"),
    "import_patients": gettext_lazy("import of patients"),
    "import_dictionary": gettext_lazy("import of a dictionary"),
    "sweep_files": gettext_lazy("removal of files without a record"),
    "forget_idempotent_answers": gettext_lazy("removal of kept answers"),
    "retry_stalled_jobs": gettext_lazy("second try of a task"),
    "remove_old_rows": gettext_lazy("tidying of finished tasks"),
    "clear_sessions": gettext_lazy("tidying of sessions"),
    "lock_unsigned_visits": gettext_lazy("locking of unsigned notes"),
    "empty_kept_imports": gettext_lazy("destruction of import files of erased people"),
    "create_first_user": gettext_lazy("founding of the clinic"),
    "migrate": gettext_lazy("new version of the program"),
    "demo": gettext_lazy("demonstration data"),
    "command": gettext_lazy("command of the administrator"),
}


def name_of(actor: str, name: str) -> str:
    """What to call whoever acted; of a person the name that they bore then."""
    if not actor.startswith(NOT_PEOPLE):
        return name
    kind, _colon, rest = actor.partition(":")
    if kind == "db":
        return _("database account %(name)s") % {"name": rest}
    known = WORK.get(rest.rpartition(".")[2])
    return _("the system: %(work)s") % {"work": known or rest.replace("_", " ")}


def roles_of(roles: str) -> str:
    """The names of the roles that an event holds by their codes; a code that no role bears any more stays as it is."""
    names = _role_names()
    return ", ".join(str(names.get(code, code)) for code in roles.split(",") if code)


@lru_cache(maxsize=1)
def _role_names() -> dict[str, Promise | str]:
    """The house gives its roles above history, in the choices of their own field."""
    field = apps.get_model("staff", "RoleGrant")._meta.get_field("role")
    return {**dict(field.flatchoices), "system": gettext_lazy("program")}
