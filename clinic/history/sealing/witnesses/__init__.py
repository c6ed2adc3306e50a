"""Witnesses: whoever keeps a checkpoint out of reach of those who could rewrite the database."""

from clinic.history.sealing.witnesses.base import Witness, WitnessFailure, from_settings

__all__ = ["Witness", "WitnessFailure", "from_settings"]
