"""Patients from another system: a sheet is read, its columns guessed, its rows judged one by one and brought in."""
