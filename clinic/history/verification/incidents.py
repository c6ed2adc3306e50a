"""Kinds of incidents, in words."""

from django.utils.translation import gettext_lazy as _

TITLES = {
    "witness": _("A witness did not take a checkpoint"),
    "rollback": _("A witness has seen more events than there are: nothing is signed"),
    "fork": _("A witness has seen other events: nothing is signed"),
    "foreign": _("A witness holds a checkpoint that is not ours: nothing is signed"),
    "erased": _("An event lost its content before it was sealed: nothing is signed"),
    "key": _("The key cannot be used: nothing is signed"),
    "damaged": _("A part of the log is gone: nothing is signed"),
    "stopped": _("The sequencer cannot seal"),
    "clock": _("A clock jumped"),
    "open": _("A transaction stayed open for long"),
    "epoch": _("A new life of the log began"),
    "altered": _("A check found history altered"),
    "check_stale": _("The nightly check did not run"),
    "sequencer_down": _("The sequencer did not run"),
    "witness_down": _("A witness was silent for more than an hour"),
}
