"""Verification: whether the log, the ledger, typed history, the live tables and their guards are what they were."""
