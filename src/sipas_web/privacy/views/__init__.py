"""Views of identities."""
