"""Room ``reporting``."""
