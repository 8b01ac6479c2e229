"""Signs of bad field work, found after each day and decided by a person."""
