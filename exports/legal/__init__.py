"""The legal desk: cases with their holds, the record as of any moment, the search over all of history."""
