"""Cases in the field: issued, visited, counted."""
