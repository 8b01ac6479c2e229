"""The library alone: importing every module of sipas and running its command needs nothing of the extra `web`."""

import ast
import os
import subprocess
import sys
from pathlib import Path

WEB = {"django", "allauth", "psycopg", "requests", "whitenoise", "granian", "sipas_web"}
PROGRAM = f"""
import importlib, importlib.abc, pkgutil, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {WEB!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
import sipas
for module in pkgutil.walk_packages(sipas.__path__, "sipas."):
    importlib.import_module(module.name)
found = sorted(name for name in sys.modules if name.split(".")[0] in {WEB!r})
assert not found, found
from sipas.cli.main import app
app(["units", "show", "75", "--on", "2026-09-01", "--json"])
"""


def test_importing_and_running_sipas_loads_no_framework() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "Đồng Nai" in run.stdout


def test_the_tests_of_the_core_import_nothing_of_the_web() -> None:
    found = {
        f"{path}: {name}"
        for path in Path(__file__).parents[1].rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        if name.split(".")[0] in WEB
    }
    assert not found


def test_the_order_of_additions_does_not_depend_on_the_machine() -> None:
    program = "import os, sipas.rounds; print(os.environ['OPENBLAS_NUM_THREADS'])"
    alone = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=alone)
    assert run.stdout.strip() == "1", run.stderr
