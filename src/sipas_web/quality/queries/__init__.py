"""Queries of quality checks."""
