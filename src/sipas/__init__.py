"""SIPAS: from a list of finished transactions to an index that whoever holds the round can recompute."""

import os

# Before NumPy is loaded: the matrices are small, threads that wait for each other cost up to 20 times the time, and
# the order of additions, on which the last digit of sealed results depends, must not depend on the machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
