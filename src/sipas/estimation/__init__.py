"""Room ``estimation``."""
