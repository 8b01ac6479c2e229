"""Tests of tables and of groups."""
