"""Pages of patients: finding, registering, the overview and its side panels, import."""
