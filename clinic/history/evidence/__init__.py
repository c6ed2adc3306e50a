"""Evidence: one patient's events in a file that proves by itself that nothing in it was altered or left out."""
