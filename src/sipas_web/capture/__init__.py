"""Answers as they came in, one chosen response per case."""
