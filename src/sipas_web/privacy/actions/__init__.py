"""Actions of identities."""
