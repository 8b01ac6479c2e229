"""Room ``geography``."""
