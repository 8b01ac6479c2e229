"""Queries of identities."""
