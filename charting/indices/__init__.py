"""Indices of the mouth and the periodontal screening: scored in one go, kept as dated records, followed over time."""
