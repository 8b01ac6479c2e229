"""Actions of quality checks."""
