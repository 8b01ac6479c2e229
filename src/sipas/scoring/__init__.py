"""Room ``scoring``."""
