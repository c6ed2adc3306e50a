"""Recalls: when a patient should come again, proposed by the clinic's rules, decided by the dentist, booked by the desk."""
