"""Room ``weighting``."""
