"""A believable clinic from a seed, made through the same actions its users call."""
