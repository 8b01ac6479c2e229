"""Quantiles and their intervals."""
