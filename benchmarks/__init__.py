"""How fast the clinic answers when it is large: `python -m benchmarks`."""
