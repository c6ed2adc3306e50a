"""Immutable files, stored once under the SHA-256 of their content."""
