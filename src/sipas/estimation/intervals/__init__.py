"""Intervals of estimates, and which are good enough to show."""
