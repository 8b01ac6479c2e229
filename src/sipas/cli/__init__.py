"""The command line: one module per command; it prints and never computes."""
