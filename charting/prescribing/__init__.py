"""Prescriptions and referrals: numbered, printed and immutable once issued."""
