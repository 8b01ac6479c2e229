"""Room ``sampling``."""
