"""Contrasts and smooth functions of estimates."""
