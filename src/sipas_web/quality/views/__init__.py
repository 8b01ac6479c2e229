"""Views of quality checks."""
