"""Room ``capture``."""
