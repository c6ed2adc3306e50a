"""Sealing: committed ledger rows become leaves of one signed, append-only tree that outsiders keep watch over."""
