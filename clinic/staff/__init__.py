"""The organisation and its people: legal entities, branches, users, roles and what each role may do."""
