"""Importing every module of sipas loads no Django."""

import subprocess
import sys

PROGRAM = """
import importlib, pkgutil, sys
import sipas
for module in pkgutil.walk_packages(sipas.__path__, "sipas."):
    importlib.import_module(module.name)
found = sorted(name for name in sys.modules if name.split(".")[0] in {"django", "psycopg", "requests"})
sys.exit(", ".join(found) or 0)
"""


def test_importing_sipas_loads_no_framework() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
