"""The command line: one module per command; prints, never computes."""

import os

# Before NumPy is loaded: the matrices are small, threads that wait for each other cost up to 20 times the time, and
# the order of additions must not depend on the machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
