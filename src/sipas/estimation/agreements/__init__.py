"""Agreement of repeated answers."""
