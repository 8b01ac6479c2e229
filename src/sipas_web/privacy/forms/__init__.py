"""Forms of identities."""
