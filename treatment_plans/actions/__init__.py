"""Writes of plans and of the documents that agree them: the only writer of this application's tables."""

from treatment_plans.actions.bundle import issue_papers
from treatment_plans.actions.common import AlternativeDecided, DiscountNotAllowed, ItemClosed, ItemExists, MixedCurrencies
from treatment_plans.actions.consents import set_consent_rule
from treatment_plans.actions.decisions import AnotherAccepted, NothingToPresent, NotPresented, accept, end_early, present, reject
from treatment_plans.actions.documents import (
    AlreadySigned,
    ContractSigned,
    DocumentOutdated,
    DocumentReplaced,
    NoContract,
    NotAccepted,
    NothingToAgree,
    issue_document,
    sign_document,
)
from treatment_plans.actions.phases import PhaseNeeded, add_phase, move_phase, remove_phase, rename_phase
from treatment_plans.actions.planning import (
    add_alternative,
    add_item,
    add_service,
    cancel_item,
    change_item,
    copy_alternative,
    create_plan,
    place_item,
    rename_alternative,
)
from treatment_plans.actions.settings import publish_consent, set_discount_limit
from treatment_plans.actions.unplanned import Unplanned, start_unplanned

__all__ = [
    "AlreadySigned",
    "AlternativeDecided",
    "AnotherAccepted",
    "ContractSigned",
    "DiscountNotAllowed",
    "DocumentOutdated",
    "DocumentReplaced",
    "ItemClosed",
    "ItemExists",
    "MixedCurrencies",
    "NoContract",
    "NotAccepted",
    "NotPresented",
    "NothingToAgree",
    "NothingToPresent",
    "PhaseNeeded",
    "Unplanned",
    "accept",
    "add_alternative",
    "add_item",
    "add_phase",
    "add_service",
    "cancel_item",
    "change_item",
    "copy_alternative",
    "create_plan",
    "end_early",
    "issue_document",
    "issue_papers",
    "move_phase",
    "place_item",
    "present",
    "publish_consent",
    "reject",
    "remove_phase",
    "rename_alternative",
    "rename_phase",
    "set_consent_rule",
    "set_discount_limit",
    "sign_document",
    "start_unplanned",
]
