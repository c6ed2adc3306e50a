"""The immutable history: the database writes down every change of a record and every look at a patient."""
