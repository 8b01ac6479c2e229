"""How often a process that lives long looks for objects in circles."""

from __future__ import annotations

import atexit
import gc

# Python looks after every 700 objects made. A list of 20,000 rows is then walked again and again while it is built:
# a million rows of people took 8 s to put together instead of 1.4 s (benchmarks/web_dossiers.py).
COLLECT_AFTER = (50_000, 20, 100)  # objects; runs; runs


def collect_seldom() -> None:
    """Leave what was loaded out of every look, for it lives as long as the process, and look seldom at the rest."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # libraries that count their objects at the end would call these lost
    gc.set_threshold(*COLLECT_AFTER)
