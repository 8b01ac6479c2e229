"""Room ``publication``."""
