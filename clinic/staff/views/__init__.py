"""Pages about people: the entrance, one's own account, the people and places of the clinic."""
