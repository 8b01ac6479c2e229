"""Room ``quality``."""
