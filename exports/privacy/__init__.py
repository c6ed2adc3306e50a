"""Requests of data subjects: received, decided by dated rules, answered on paper; erasure at the end."""
