"""Pages of plans and documents."""
