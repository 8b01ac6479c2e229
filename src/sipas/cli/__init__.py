"""The command line: one module per command; prints, never computes."""
