"""Forms of the parts."""
