"""Models of quality checks."""
